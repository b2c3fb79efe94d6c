"""Second checker of ``psbn.sign_change``: signs on a fine grid, in fifty digits.

That is no proof, and finds what a referee that is wrong about a sign would let pass: the function must be
negative at all grid points below ``low`` and positive at all above ``high``, and increase between them.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from naive import TooLarge, keys, number, whole

from proofs_checks.psbn.sign_change import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "if not slope.at(between(ball(low), ball(high))) > 0:", "if False:"),
    ("check", "_demand_sign(f, (-beyond, low), -1) + ", ""),
    ("check", " + _demand_sign(f, (high, beyond), 1)", ""),
    ("_demand_tails", "not _left_tail(f, beyond) < 0", "_left_tail(f, beyond) > 0"),
    ("_demand_tails", "not _right_tail(f, beyond) > 0", "_right_tail(f, beyond) < 0"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "function", "low", "high") or not keys(
        evidence, "beyond", "bits"
    ):
        return False
    if statement["claim"] not in CLAIMS or not keys(statement["function"], "Phi", "phi"):
        return False
    P, Q = ([number(x) for x in statement["function"][name]] for name in ("Phi", "phi"))
    low, high, beyond = (
        number(statement["low"]),
        number(statement["high"]),
        number(evidence["beyond"]),
    )
    if not (low < high and len(P) <= 12 and len(Q) <= 12 and whole(evidence["bits"], 1, 10**4)):
        return False
    if max(abs(low), abs(high), abs(beyond)) > 1000:
        raise TooLarge("ends")
    return signs(tuple(P), tuple(Q), low, high, beyond)


@lru_cache(1 << 12)
def signs(P, Q, low, high, beyond):
    """Whether the signs are right on a grid that is fine up to ``beyond``, and coarse further out."""
    far = [high + 2**k / 4 for k in range(9)], [low - 2**k / 4 for k in range(9)]
    near = (
        [low - i * (low + beyond) / 24 for i in range(25)],
        [high + i * (beyond - high) / 24 for i in range(25)],
    )
    within = [low + i * (high - low) / 16 for i in range(17)]
    values = [value(P, Q, r) for r in within]
    return (
        all(value(P, Q, r) < 0 for r in (*near[0], *far[1]))
        and all(value(P, Q, r) > 0 for r in (*near[1], *far[0]))
        and values == sorted(set(values))
    )


def value(P, Q, r):
    """P Phi + Q phi at r."""
    from mpmath import mp, mpf

    with mp.workdps(60):
        x = mpf(r.numerator) / r.denominator if hasattr(r, "numerator") else mpf(r)
        normal = mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
        below = mp.erfc(-x / mp.sqrt(2)) / 2
        p, q = (
            sum(mpf(c.numerator) / c.denominator * x**k for k, c in enumerate(a)) for a in (P, Q)
        )
        return p * below + q * normal


def originals():
    """The drift's zero between ends near and far from it, and zeros of two simpler functions."""
    from constructions.psbn.drift import DRIFT, root, root_certificate

    zero = Fraction(root()).limit_denominator(10**6)
    widths = (Fraction(1, 10**5), Fraction(1, 100), Fraction(1, 8), Fraction(1, 9))
    made = [root_certificate("psbn.T5", DRIFT, zero - w, zero + w) for w in widths]
    ends = Fraction(-1, 3), Fraction(2, 3)
    simple = ((0, 1), ()), ((-1, 2), (1,))
    return made + [root_certificate("psbn.T5", form, *ends) for form in simple]


def impostors():
    """The drift negated, three zeros between the ends, and zeros far to the left and to the right."""
    from constructions.psbn.drift import DRIFT, root_certificate

    ends = Fraction(-1, 3), Fraction(2, 3)
    negated = tuple(tuple(-Fraction(x) for x in form) for form in DRIFT)
    return [
        root_certificate("psbn.T5", negated, *ends),
        root_certificate("psbn.T5", ((0, -1, 0, 1), ()), Fraction(-2), Fraction(2)),
        root_certificate("psbn.T5", ((0, 9, 1), ()), *ends),
        root_certificate("psbn.T5", ((0, 9, -1), ()), *ends),
    ]
