r"""The bounds W1, W2, W3 as rationals, written from the statements and not from the referee.

A claim's constants: ``lead`` (inner ``e`` S D / (p - fewer))^(p - fewer) is its sign-vector bound;
``hidden_layers`` of W1 (None: all of them), ``pattern_base`` of W2 and W3 (base^(units) patterns),
``scale`` of W3 (parameters saved per scalable unit).
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

from theory import Claim
from theory.interp._counts_families import Wired


def sign_vectors(claim: Claim, S: Fraction, D: int, p: int) -> Fraction:
    """W0 with the constants of the claim; nothing to count where no parameter is free."""
    if p == 0:
        return Fraction(1)
    if S < p and claim.assumes("enough_polynomials"):
        return Fraction(2) ** int(S)  # S is an integer wherever it is this small
    p -= claim["fewer"]
    if p <= 0:
        return claim["lead"]
    return claim["lead"] * (claim["inner"] * claim["e"] * S * D / p) ** p


def layerwise(claim: Claim, family: Wired) -> Fraction:
    """W1: the product over the layers."""
    units = (*family.widths, 1)
    counted = range(len(units))
    if claim["hidden_layers"] is not None:
        counted = [*range(claim["hidden_layers"]), len(units) - 1] if len(units) > 1 else [0]
    return prod(
        (
            sign_vectors(claim, Fraction(family.M * units[i]), family.degrees[i], family.free[i])
            for i in counted
        ),
        start=Fraction(1),
    )


def patterns(claim: Claim, family: Wired) -> Fraction:
    """S of W2 and W3: every pre-activation and the output, for every pattern of the earlier layers."""
    base, before, total = Fraction(claim["pattern_base"]), 0, Fraction(0)
    for width in family.widths:
        total += width * base**before
        before += width
    return family.M * (total + base**before)


def all_patterns(claim: Claim, family: Wired) -> Fraction:
    """W2: all polynomials at once."""
    return sign_vectors(claim, patterns(claim, family), family.degrees[-1], family.p)


def normalised(claim: Claim, family: Wired) -> Fraction:
    """W3: one sign family for each choice of a normalised incoming weight and its sign."""
    scaled = family.fan_in
    if not claim.assumes("scalable"):
        scaled += family.looks_scalable
    families = prod(2 * fan_in for fan_in in scaled)
    # At least one parameter is left, so that a sharpened claim stays about the same kind of bound.
    left = max(family.p - claim["scale"] * len(scaled), min(family.p, 1))
    return families * sign_vectors(claim, patterns(claim, family), family.degrees[-1], left)


BOUNDS = {"interp.W1": layerwise, "interp.W2": all_patterns, "interp.W3": normalised}


def bound(claim: Claim, family: Wired) -> Fraction:
    """The claim's upper bound of the dichotomies of ``family`` on its M inputs."""
    return BOUNDS[claim.id](claim, family)
