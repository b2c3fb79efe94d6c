r"""W1, W2, W3: how many dichotomies a network class has on M inputs.

Symbols: w widths (W if uniform), L hidden layers, u units, P parameters, S polynomials, D their
degree, p free parameters. Each is the sign-vector bound of W0 on one way of writing the class as
polynomials: layer by layer, for all activation patterns at once, and the latter with scaled units.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate, pairwise, product
from math import prod

from proofs_checks.interp import counting
from theory import EXACT, LEMMA, Claim, Derived, KnownTheorem, Outcome, established, refuted
from theory.interp._counts_shapes import Shape, dense, full_class, shapes, sign_vectors

W1 = Claim(
    id="interp.W1",
    kind=LEMMA,
    title="Layerwise count",
    statement=r"On M inputs a class has at most $\prod_{l=1}^{L+1} B_l$ dichotomies, $B_l = "
    r"2(2eMk_l l/p_l)^{p_l}$ (or $2^{Mk_l}$ if $Mk_l < p_l$), $k_l$ the units of layer l, $p_l$ the "
    r"parameters of layers 1..l.",
    constants={"parameters_of": "layers up to l", "factors": "every layer", "degree": "l"},
    source=KnownTheorem("Bartlett et al., arXiv:1703.02930, recalled; formula derived again here"),
    needs=("interp.W0",),
    proof_needs=("interp.W0",),
)


def layerwise(claim: Claim, shape: Shape) -> Fraction:
    """The product of the statement."""
    factors = []
    for units, free, before, degree in zip(
        (*shape.widths, 1), shape.free, (0, *shape.free), shape.degrees, strict=False
    ):
        p = free if claim["parameters_of"] == "layers up to l" else free - before
        degree = degree if claim["degree"] == "l" else 1
        factors.append(sign_vectors(shape.M * units, degree, p))
    return prod(factors if claim["factors"] == "every layer" else factors[-1:], start=Fraction(1))


W2 = Claim(
    id="interp.W2",
    kind=LEMMA,
    title="All-patterns count",
    statement=r"On M inputs a class has at most $2(2eSD/p)^p$ dichotomies, $S = M(\sum_l w_l "
    r"2^{w_1+\dots+w_{l-1}} + 2^u)$, D the degree of the output on a pattern (L + 1 if all p = P "
    r"parameters are free), and at most $2^S$: no factor L multiplies $\log M$.",
    constants={"patterns_per_unit": 2, "added_degree": 0},
    source=Derived("signs of all pre-activations for all patterns fix the true activations"),
    needs=("interp.W0",),
    proof_needs=("interp.W0",),
)


def all_patterns(claim: Claim, shape: Shape) -> Fraction:
    """The bound of the statement."""
    S = polynomials(claim["patterns_per_unit"], shape.widths, shape.M)
    return sign_vectors(S, shape.degrees[-1] + claim["added_degree"], shape.free[-1])


def polynomials(patterns_per_unit: int, w: tuple[int, ...], M: int) -> int:
    """S: w_l pre-activations for each pattern of the earlier layers, outputs for each pattern."""
    counted = zip((*w, 1), (0, *accumulate(w)), strict=True)
    return M * sum(units * patterns_per_unit**before for units, before in counted)


W3 = Claim(
    id="interp.W3",
    kind=LEMMA,
    title="Scale-normalised count",
    statement=r"Every unit of a full class can be scaled to a first nonzero incoming weight $\pm1$, so "
    r"on M inputs it has at most $2^{w_1}\prod_{l\ge2}(2w_{l-1})^{w_l} \cdot 2(2eS(L+1)/(P-u))^{P-u}$ "
    r"dichotomies.",
    hypotheses={"full": "every parameter of the class is free"},
    constants={"removed_per_unit": 1, "signs": 2},
    source=Derived("sigma(a z) = a sigma(z) for a > 0; W2 for each family of signs"),
    needs=("interp.W2",),
    proof_needs=("interp.W0", "interp.W2"),
)


def normalised(claim: Claim, shape: Shape) -> Fraction:
    """The bound of the statement."""
    w, signs = shape.widths, claim["signs"]
    families = signs ** w[0] * prod((signs * a) ** b for a, b in pairwise(w))
    free = max(shape.free[-1] - claim["removed_per_unit"] * sum(w), 0)
    return families * sign_vectors(polynomials(2, w, shape.M), len(w) + 1, free)


BOUNDS: tuple[tuple[Claim, Callable[[Claim, Shape], Fraction], str], ...] = (
    (W1, layerwise, "W1"),
    (W2, all_patterns, "W2"),
    (W3, normalised, "W3"),
)


def _against_exact_counts(claim: Claim, bound: Callable[[Claim, Shape], Fraction]) -> Outcome:
    cases = 0
    for shape in shapes():
        if claim.assumes("full") and not shape.full:
            continue
        cases += 1
        if shape.count > bound(claim, shape):
            return refuted({"shape": shape.name, "M": shape.M, "dichotomies": shape.count})
    return established(cases=cases)


def _against_the_referee(
    claim: Claim, bound: Callable[[Claim, Shape], Fraction], name: str
) -> Outcome:
    cases = 0
    for W, L, M in product((1, 2, 3, 5), (1, 2, 4), (1, 2, 7, 64)):
        cases += 1
        shape = Shape("full", M, 0, (W,) * L, dense((W,) * L), tuple(range(1, L + 2)))
        powers = counting.COUNTS[name](W, L, M)
        trusted = Fraction(
            prod(x**e for x, e in powers if e > 0), prod(x**-e for x, e in powers if e < 0)
        )
        # The referee rounds e up at the tenth digit, the statement here at the eleventh.
        stated = bound(claim, shape)
        if not stated <= trusted < stated * (1 + Fraction(1, 10**6)):
            return refuted({"W": W, "L": L, "M": M, "referee": trusted, "stated": stated})
    return established(cases=cases)


SHAPES = (
    "one hidden layer of 1, 2, 3 units on up to 5 points, two units on 600, thresholds, one-parameter "
    "sawtooths up to depth 12"
)
REFEREE = "W in {1, 2, 3, 5}, L in {1, 2, 4}, M up to 64"


@W1.check(EXACT, scope=SHAPES)
def exact_dichotomies(claim: Claim) -> Outcome:
    """Exact numbers of dichotomies of small families stay below the product."""
    return _against_exact_counts(claim, layerwise)


@W1.check(EXACT, scope=REFEREE)
def the_referee_counts_the_same(claim: Claim) -> Outcome:
    """The statement as one rational against the factors that the referee takes logarithms of."""
    return _against_the_referee(claim, layerwise, "W1")


W1.falsifier(
    "only the output layer",
    constants={"factors": "last layer"},
    because="which polynomial the output is depends on all earlier activations",
)
W1.falsifier(
    "p_l counts layer l alone",
    constants={"parameters_of": "layer l"},
    because="the pre-activations of layer l move with every earlier parameter",
)
W1.falsifier(
    "degree dropped",
    constants={"degree": "1"},
    by="the_referee_counts_the_same",
    because="layer l has degree l",
)


@W1.boundary("M = 1: two labels")
def one_input_layerwise(claim: Claim) -> Outcome:
    """On one input there are two dichotomies, and the product allows them."""
    value = layerwise(claim, full_class("one input", 1, 2, 1))
    return established(cases=1) if value >= 2 else refuted({"bound": value})


@W2.check(EXACT, scope=SHAPES)
def exact_dichotomies_of_families(claim: Claim) -> Outcome:
    """Exact numbers of dichotomies of small families stay below the count."""
    return _against_exact_counts(claim, all_patterns)


@W2.check(EXACT, scope=REFEREE)
def the_referee_counts_all_patterns(claim: Claim) -> Outcome:
    """The statement as one rational against the factors that the referee takes logarithms of."""
    return _against_the_referee(claim, all_patterns, "W2")


W2.falsifier(
    "one pattern: S without the 2^(WL)",
    constants={"patterns_per_unit": 1},
    because="a sawtooth of one parameter has 2^L dichotomies on L dyadic points",
)
W2.falsifier(
    "degree L",
    constants={"added_degree": -1},
    by="the_referee_counts_all_patterns",
    because="the output layer raises the degree once more",
)


@W2.boundary("fewer polynomials than parameters: 2^S")
def few_polynomials(claim: Claim) -> Outcome:
    """One unit, one input: S = 3 < P = 4, and the count is 2^3."""
    value = all_patterns(claim, full_class("one input", 1, 2, 1))
    return established(cases=1) if value == 8 else refuted({"bound": value})


@W3.check(EXACT, scope="the full classes of W1's shapes; two units on 600 points decide")
def exact_dichotomies_of_full_classes(claim: Claim) -> Outcome:
    """Exact numbers of dichotomies of full classes stay below the count."""
    return _against_exact_counts(claim, normalised)


@W3.check(EXACT, scope=REFEREE)
def the_referee_counts_scaled_units(claim: Claim) -> Outcome:
    """The statement as one rational against the factors that the referee takes logarithms of."""
    return _against_the_referee(claim, normalised, "W3")


W3.falsifier(
    "P - 3u parameters",
    constants={"removed_per_unit": 3},
    because="two units cut out 359401 dichotomies of 600 points, quadratically many",
)
W3.falsifier(
    "P - 2u parameters",
    constants={"removed_per_unit": 2},
    by="the_referee_counts_scaled_units",
    because="a unit can be scaled once; exact counts of small classes cannot tell (see its scope)",
)
W3.falsifier(
    "one sign for each unit",
    constants={"signs": 1},
    by="the_referee_counts_scaled_units",
    because="scaling keeps the sign of a weight",
)
W3.falsifier(
    "some parameters fixed",
    drop="full",
    by="exact_dichotomies_of_full_classes",
    because="a threshold has one parameter, and it is no scale",
)


@W3.inhabitant
def two_units(_: Claim) -> dict[str, bool]:
    """Class(1; 2) with its seven parameters."""
    shape = full_class("two units", 4, 14, 2)
    return {"full": shape.full and shape.free[-1] == 7}


@W3.boundary("M = 1: two labels")
def one_input_normalised(claim: Claim) -> Outcome:
    """On one input there are two dichotomies, and the count allows them."""
    value = normalised(claim, full_class("one input", 1, 2, 1))
    return established(cases=1) if value >= 2 else refuted({"bound": value})
