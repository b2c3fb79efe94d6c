r"""W1, W2, W3: how many dichotomies a family of ReLU networks has on M inputs.

Symbols: w_1..w_L widths (k_l = w_l, k_{L+1} = 1), U = sum w_l; entries are affine functions of p free
parameters, p_l of them in layers 1..l; D_l is the degree of a pre-activation of layer l in them on a
fixed pattern of the earlier layers, D = D_{L+1}. For Class(d; W, L): D_l = l, p = P. Labels: 1{f > 0}.

What is not shown here: that the degree factor is needed. For L = 1 it is not (the multilinear form of
W0 removes it); for larger L no family is known that has more dichotomies than the bounds without it.
Nor can the 2^U sign families of W3 show: the 2^U patterns inside S outweigh them.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

from constructions.interp.network import Affine, ExactNet
from constructions.interp.sawtooth import network as sawtooth_net
from constructions.interp.tiny import enumerate_dichotomies
from proofs_checks.certificate import check as referee
from proofs_checks.interp.counting import COUNTS
from theory import EXACT, LEMMA, Claim, Derived, KnownTheorem, Outcome, established, refuted
from theory.interp._counts_bounds import bound
from theory.interp._counts_families import (
    Wired,
    all_products,
    coefficients,
    curved,
    full,
    product_net,
    products,
    readout,
    readout_net,
    readouts,
    rigid_unit,
    sawtooths,
    sequences,
)

AFFINE = {"affine_entries": r"every weight and bias is an affine function of the p parameters"}
CONSTANTS = {
    "lead": Fraction(2),
    "inner": Fraction(2),
    "e": Fraction(2718281829, 10**9),  # rounded up
    "fewer": 0,  # parameters left out of the exponent
}

W1 = Claim(
    id="interp.W1",
    kind=LEMMA,
    title="Dichotomies, counted layer by layer",
    statement=r"On M inputs at most $\prod_{l=1}^{L+1} B_l$ dichotomies, "
    r"$B_l = 2(2e M k_l D_l / p_l)^{p_l}$ (and $2^{M k_l}$ if $M k_l < p_l$, 1 if $p_l = 0$); "
    r"$D_l = l$ for Class(d; W, L).",
    hypotheses={**AFFINE, "enough_polynomials": r"$M k_l \ge p_l$, else $B_l = 2^{M k_l}$"},
    constants={**CONSTANTS, "hidden_layers": None},  # a number: only so many of them counted
    source=KnownTheorem(
        "Bartlett, Harvey, Liaw and Mehrabian (arXiv 1703.02930), recalled; formula re-derived here"
    ),
    needs=("interp.W0",),
    proof_needs=("interp.W0",),
)

W2 = Claim(
    id="interp.W2",
    kind=LEMMA,
    title="Dichotomies, all activation patterns at once",
    statement=r"On M inputs at most $2(2eSD/p)^p$ dichotomies ($2^S$ if $S < p$), with "
    r"$S = M(\sum_{l=1}^{L} w_l 2^{w_1 + \dots + w_{l-1}} + 2^{U})$; "
    r"$D = L + 1$, $p = P$ for Class(d; W, L).",
    hypotheses={**AFFINE, "enough_polynomials": r"$S \ge p$, else the bound is $2^S$"},
    constants={**CONSTANTS, "pattern_base": Fraction(2)},
    source=Derived("the signs of all S polynomials fix the activations layer by layer; own proof"),
    needs=("interp.W0",),
    proof_needs=("interp.W0",),
)

W3 = Claim(
    id="interp.W3",
    kind=LEMMA,
    title="Dichotomies, scale of each unit normalised",
    statement=r"If r units have all their incoming and outgoing entries free, unit j with $f_j$ incoming "
    r"weights, then on M inputs at most $\prod_j 2 f_j \cdot 2(2eSD/(p-r))^{p-r}$ dichotomies, S, D as "
    r"in W2; $2^W (2W)^{W(L-1)} \cdot 2(2eS(L+1)/(P-U))^{P-U}$ for Class(1; W, L).",
    hypotheses={
        **AFFINE,
        "enough_polynomials": r"$S \ge p - r$, else $2^S$ per family",
        "scalable": r"incoming and outgoing entries of the r units may be scaled against each other; "
        r"a unit without incoming weights is absorbed by the biases behind it",
    },
    constants={**CONSTANTS, "pattern_base": Fraction(2), "scale": 1},
    source=Derived(
        "sigma(lambda z) = lambda sigma(z) for lambda > 0; own proof, not optimal (NORM)"
    ),
    needs=("interp.W2",),
    proof_needs=("interp.W0", "interp.W2"),
)

COUNTED = (W1, W2, W3)


def first_violation(claim: Claim, families: list[Wired]) -> Outcome:
    """Compare the dichotomies of each family with the bound, as rationals."""
    for family in families:
        if family.dichotomies > bound(claim, family):
            return refuted(
                {
                    "family": family.name,
                    "M": family.M,
                    "p": family.p,
                    "dichotomies": _readable(family.dichotomies),
                    "claimed at most": _readable(int(bound(claim, family))),
                }
            )
    return established(cases=len(families))


def _readable(count: int) -> int | str:
    return count if count < 10**15 else f"about 2^{count.bit_length() - 1}"


def linear_readouts(claim: Claim) -> Outcome:
    """x_0 + theta.x on the moment curve: few sequences realised by networks, the others counted."""
    for M, p in ((1, 1), (4, 2), (6, 3), (7, 2)):
        listed = [s for s in sequences(M, p) if len(_changes(s)) < p or s[-1] == 1]
        curve = [tuple(t**k for k in range(p, -1, -1)) for t in range(1, M + 1)]
        nets = [readout_net(_monic(s, p)) for s in listed]
        if not _realised(nets, curve, listed) or len(listed) != readout(p, M).dichotomies:
            return refuted({"M": M, "p": p, "sequences": len(listed)})
    families = readouts()
    if not claim.assumes("affine_entries"):
        families.append(curved())
    return first_violation(claim, families)


def _changes(sequence: tuple[int, ...]) -> list[int]:
    return [i for i in range(1, len(sequence)) if sequence[i] != sequence[i - 1]]


def _monic(sequence: tuple[int, ...], p: int) -> list[Fraction]:
    """Leading coefficient 1: one more root beyond the last point where the last label is 0."""
    M, changes = len(sequence), len(_changes(sequence))
    last = [] if sequence[-1] else [1]
    made = coefficients((*sequence, *last), changes + len(last))
    for _ in range(p - changes - len(last)):  # what is left to degree p: roots at 0
        made = [*made, Fraction(0)]
    return made if M else []


def _realised(
    nets: list[ExactNet], curve: list[tuple[int, ...]], listed: list[tuple[int, ...]]
) -> bool:
    labels = [tuple(int(y > 0) for (y,) in net.evaluate(curve)) for net in nets]
    return labels == listed and len(set(labels)) == len(labels)


def sawtooth_shattering(claim: Claim) -> Outcome:
    """One parameter in front of L layers of width 2: all 2^L labels of L dyadic points, enumerated."""
    return first_violation(claim, sawtooths())


def product_weights(claim: Claim) -> Outcome:
    """c + sum a_j sigma(w_j x_j): few sequences realised by networks, the others counted."""
    for M, U in ((1, 1), (5, 1), (5, 2), (7, 3)):
        listed = sequences(M, U)
        curve = [tuple(t**k for k in range(1, U + 1)) for t in range(1, M + 1)]
        nets = [product_net(coefficients(s, U)) for s in listed]
        if not _realised(nets, curve, listed) or len(listed) != products(U, M).dichotomies:
            return refuted({"M": M, "units": U, "sequences": len(listed)})
    return first_violation(claim, [*all_products(), *map(rigid_unit, (2, 30, 300))])


def referee_formula(claim: Claim) -> Outcome:
    """The referee's product of powers, multiplied out, is this bound of the full class."""
    cases = 0
    for W in (1, 2, 3):
        for L in (1, 2, 3):
            for M in (1, 2, 5, 64):
                cases += 1
                powers = COUNTS[claim.id.removeprefix("interp.")](W, L, M)
                if prod((Fraction(x) ** e for x, e in powers), start=Fraction(1)) != bound(
                    claim, full(W, L, M, 0)
                ):
                    return refuted({"W": W, "L": L, "M": M, "referee": powers})
    return established(cases=cases)


for _claim in COUNTED:
    _claim.check(EXACT, scope="no hidden layer, p <= 2000, M <= 2 10^6; listed for M <= 7, p <= 3")(
        linear_readouts
    )
    _claim.check(EXACT, scope="widths (2, ..., 2), L = 1, 2, 4, 8, 12, 16, M = L")(
        sawtooth_shattering
    )
    _claim.check(EXACT, scope="W, L <= 3, M = 1, 2, 5, 64")(referee_formula)
    _claim.falsifier(
        "e dropped",
        constants={"e": Fraction(1)},
        by=("linear_readouts", "referee_formula"),
        because="p coefficients have sum C(M, c), c <= p, dichotomies, about (eM/p)^p",
    )
    _claim.falsifier(
        "27/10 for 2e, just below e",
        constants={"inner": Fraction(1), "e": Fraction(27, 10)},
        by="linear_readouts",
        because="e itself is reached in the limit",
    )
    _claim.falsifier(
        "few inputs",
        drop="enough_polynomials",
        by="linear_readouts",
        because="one input has two labels, however many parameters there are",
    )
    _claim.falsifier(
        "entries of degree 64",
        drop="affine_entries",
        by="linear_readouts",
        because="the degree in the parameters is then 64 times the number of layers",
    )
W3.check(EXACT, scope="one hidden layer of U <= 3 units, M <= 200000; listed for M <= 7")(
    product_weights
)

for _claim in (W1, W2):
    _claim.falsifier(
        "one parameter less",
        constants={"fewer": 1},
        by=("linear_readouts", "referee_formula"),
        because="p free coefficients do give the exponent p",
    )
W1.falsifier(
    "only the output layer counted",
    constants={"hidden_layers": 0},
    by=("sawtooth_shattering", "referee_formula"),
    because="one parameter and depth L give 2^L dichotomies on L points",
)
W1.falsifier(
    "only the first hidden layer and the output counted",
    constants={"hidden_layers": 1},
    by=("sawtooth_shattering", "referee_formula"),
    because="at depth 16 the other layers are needed",
)
for _claim in (W2, W3):
    _claim.falsifier(
        "patterns dropped: S = M(U + 1)",
        constants={"pattern_base": Fraction(1)},
        by=("sawtooth_shattering", "referee_formula"),
        because="one parameter and depth L give 2^L dichotomies on L points",
    )
    _claim.falsifier(
        "(9/8)^U patterns for 2^U",
        constants={"pattern_base": Fraction(9, 8)},
        by=("sawtooth_shattering", "referee_formula"),
        because="at depth 16 already 2^(U/2) patterns occur",
    )
W3.falsifier(
    "P - 2U parameters",
    constants={"scale": 2},
    by=("product_weights", "referee_formula"),
    because="a unit has one scale, not two",
)
W3.falsifier(
    "P - U - 2 parameters",
    constants={"fewer": 2},
    by=("product_weights", "referee_formula"),
    because="besides the units only the output has a scale",
)
W3.falsifier(
    "units read by fixed weights are scaled",
    drop="scalable",
    by="product_weights",
    because="then the scale is seen by the next layer",
)


# -- boundary cases and inhabitants ---------------------------------------------------------------


def tiny_classes(claim: Claim) -> Outcome:
    """8, 10, 14, 22 dichotomies: every labelling realised or refuted, accepted by the referee."""
    digests = []
    for units, M, expected in ((1, 4, 8), (1, 5, 10), (2, 4, 14), (2, 5, 22)):
        certificate = enumerate_dichotomies(units, range(M), claim=claim.id)
        digests.append(referee(certificate, claim=claim.id).digest)
        count = len(certificate["statement"]["realisable"])
        if count != expected or count > bound(claim, full(units, 1, M, count)):
            return refuted({"units": units, "M": M, "dichotomies": count, "expected": expected})
    return established(cases=len(digests), certificates=digests)


def no_input_or_one(claim: Claim) -> Outcome:
    """The empty labelling, and the two labels of one input, are always allowed."""
    cases = 0
    for W in range(1, 7):
        for L in range(1, 5):
            for M in (0, 1):
                cases += 1
                if bound(claim, full(W, L, M, 2**M)) < 2**M:
                    return refuted({"W": W, "L": L, "M": M})
    return established(cases=cases)


def nothing_free(claim: Claim) -> Outcome:
    """A fixed network has one labelling, and the bound is 1; so has every M."""
    for M in (0, 1, 9):
        allowed = bound(claim, Wired("fixed", (3, 2), (0, 0, 0), (0, 0, 0), M, 1))
        if allowed != 1:
            return refuted({"M": M, "bound": allowed})
    return established(cases=3)


def exactly_zero(claim: Claim) -> Outcome:
    """theta x at x = -1, 1: the third labelling is that of theta = 0, where the output is 0."""
    inputs = [(-1,), (1,)]
    labels = {
        tuple(int(y > 0) for (y,) in readout_net([Fraction(theta)]).evaluate(inputs))
        for theta in (-1, 0, 1)
    }
    family = Wired("theta x", (), (1,), (1,), 2, len(labels))
    if labels != {(0, 1), (1, 0), (0, 0)} or bound(claim, family) < 3:
        return refuted({"labels": sorted(labels)})
    return established(cases=3)


def affine_entries() -> bool:
    """The entries of the sawtooth at theta = 1/2 are the means of those at 1/4 and 3/4."""
    low, middle, high = (sawtooth_net(3, Fraction(k, 4)) for k in (1, 2, 3))
    return all(
        2 * y == x + z
        for a, b, c in zip(low.layers, middle.layers, high.layers, strict=True)
        for x, y, z in zip(a.entries, b.entries, c.entries, strict=True)
    )


def scalable() -> bool:
    """a sigma(w x) + c with (w, a) = (2, 3) and (6, 1) is one function, a unit of positive scale 3."""
    one, two = (
        ExactNet((Affine.dense([[w]], [0]), Affine.dense([[a]], [-7]))) for w, a in ((2, 3), (6, 1))
    )
    return all(one(x) == two(x) for x in range(-3, 4))


def sawtooth_on_five_points(claim: Claim) -> dict[str, bool]:
    """One parameter, three layers of two units, five inputs: S = 5 times 126 polynomials."""
    met = {"affine_entries": affine_entries(), "enough_polynomials": 5 * 2 >= 1}
    return {**met, "scalable": scalable()} if claim.id == "interp.W3" else met


for _claim in COUNTED:
    _claim.inhabitant(sawtooth_on_five_points)
    _claim.boundary("one and two units on four and five points, certified")(tiny_classes)
    _claim.boundary("M = 0 and M = 1")(no_input_or_one)
    _claim.boundary("p = 0: one labelling")(nothing_free)
    _claim.boundary("ties: an output that is exactly 0 has label 0")(exactly_zero)
del _claim
