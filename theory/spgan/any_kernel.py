r"""T6b, T6c: what is left of the reduction when the kernel is not a conditional probability.

Symbols as in :mod:`theory.spgan.kernel_structure`. The example: K = ((1, 0, 0), (0, 1, 0), (1/2, 1/2, 0)),
whose third point is transient, P = (.2, .2, .6), Q = (.6, .1, .3), KL, Gamma = all bounded functions. The
range is {(a, b, (a + b)/2)}; with a - b = 2 log s the objective is (3/2) log s - log(s^2/5 + 3s/5 + 1/5),
and t = e^g / E_P e^g is optimal once S^K(P t) = S^K Q: then E_P t log t bounds the supremum from above, and
is its value at g.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from constructions.spgan.kernels import Kernel
from constructions.spgan.spaces import probability, random_probability
from theory import EXACT, REMARK, SYMBOLIC, THEOREM, Claim, Derived, Outcome, established, refuted
from theory.spgan._finite_classes import FUNCTIONALS, ball, divergence
from theory.spgan._spaces import function

T6b = Claim(
    id="spgan.T6b",
    kind=THEOREM,
    title="Integral probability metrics reduce for every kernel and class",
    statement=r"$W^\Gamma(S^K Q, S^K P) = W^{S_K[\Gamma]}(Q, P)$ for every probability kernel K, every "
    r"class and all P, Q. (For f-divergences it needs T6's hypotheses.)",
    constants={"functional": "IPM"},
    source=Derived(r"duality: the mean of S_K g under Q is that of g under S^K Q"),
    needs=("spgan.T6",),
)


def any_kernel(size: int, rng: Random) -> Kernel:
    """Rows drawn independently: not idempotent, no sigma-algebra behind it."""
    return Kernel(tuple(random_probability(size, 4, rng) for _ in range(size)))


@T6b.check(EXACT, scope="100 kernels on 1-6 points, classes of 1-4 functions")
def any_kernel_and_class(claim: Claim) -> Outcome:
    """Both suprema as fractions."""
    rng, gain = Random("spgan.T6b"), FUNCTIONALS[claim["functional"]]
    for _ in range(100):
        K = any_kernel(rng.randint(1, 6), rng)
        Q, P = (random_probability(K.size, 9, rng) for _ in "QP")
        Gamma = [function(K.size, rng, 4) for _ in range(rng.randint(1, 4))]
        left = divergence(gain, K.on_measure(Q), K.on_measure(P), Gamma)
        right = divergence(gain, Q, P, map(K.on_function, Gamma))
        if left != right:
            return refuted({"K": K.rows, "Q": Q, "P": P, "Gamma": Gamma, "values": (left, right)})
    return established(cases=100)


T6b.falsifier(
    "the same for f_2", constants={"functional": "f_2"}, because="Jensen is strict off the range"
)

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
ROWS = ((ONE, ZERO, ZERO), (ZERO, ONE, ZERO), (HALF, HALF, ZERO))
HALF_DIGIT = Fraction(1, 2 * 10**6)

T6c = Claim(
    id="spgan.T6c",
    kind=REMARK,
    title="Idempotent is not enough: transient states",
    statement=r"With K = ((1,0,0), (0,1,0), (1/2,1/2,0)), which is idempotent and not proper, P = "
    r"(.2,.2,.6), Q = (.6,.1,.3), KL and all bounded functions, $D(S^K Q \| S^K P) = 0.130812$, and over "
    r"$S_K[\Gamma]$ it is "
    r"$0.322047 = \tfrac32\ln s - \ln(\tfrac{s^2}5 + \tfrac{3s}5 + \tfrac15)$, $s = (3 + \sqrt{21})/2$.",
    constants={
        "last_row": ROWS[2],
        "left": Fraction("0.130812"),
        "right": Fraction("0.322047"),
        "radicand": 21,
    },
    source=Derived("closed form; the dual variable t is feasible exactly"),
    needs=("spgan.T6",),
)
P, Q = probability([2, 2, 6]), probability([6, 1, 3])


def _kernel(claim: Claim) -> Kernel:
    return Kernel((*ROWS[:2], claim["last_row"]))


@T6c.check(SYMBOLIC, scope="the example, in Q(sqrt 21)", part=True)
def stationary_and_feasible(claim: Claim) -> Outcome:
    """S^K(P t) - S^K Q for t proportional to (s^2, 1, s): the g of this s is the maximiser."""
    import sympy as sp

    K = _kernel(claim)
    s = (3 + sp.sqrt(claim["radicand"])) / 2
    weights = [p.numerator * e / p.denominator for p, e in zip(P, (s**2, 1, s), strict=True)]
    total = sum(weights)

    def pushed(masses: Any) -> list[Any]:
        rows = [[sp.Rational(k.numerator, k.denominator) for k in row] for row in K.rows]
        return [sum(m * row[y] for m, row in zip(masses, rows, strict=True)) for y in range(3)]

    target = pushed([sp.Rational(q.numerator, q.denominator) for q in Q])
    residuals = [sp.simplify(a / total - b) for a, b in zip(pushed(weights), target, strict=True)]
    wrong = [str(one) for one in residuals if one != 0]
    return refuted({"residuals": wrong}) if wrong else established(residual=sum(residuals))


@T6c.check(EXACT, scope="the example, both numbers to six digits in balls of 53 bits")
def two_numbers(claim: Claim) -> Outcome:
    """K is idempotent and not proper; KL of the averaged pair, and E_Q g - log E_P e^g at s."""
    K = _kernel(claim)
    if not K.is_idempotent or K.is_proper:
        return refuted({"idempotent": K.is_idempotent, "proper": K.is_proper})
    pairs = zip(K.on_measure(Q), K.on_measure(P), strict=True)
    left = sum((ball(q) * ball(q / p).log() for q, p in pairs if q), ball(0))
    s = (3 + ball(claim["radicand"]).sqrt()) / 2
    right = ball(Fraction(3, 2)) * s.log() - (s**2 / 5 + 3 * s / 5 + ball(Fraction(1, 5))).log()
    for name, value in (("left", left), ("right", right)):
        if not abs(value - ball(claim[name])) < ball(HALF_DIGIT):
            return refuted({name: str(value), "claimed": claim[name]})
    return established(cases=2)


T6c.falsifier(
    "the last row proper",
    constants={"last_row": (ZERO, ZERO, ONE)},
    because="then K is the identity, and both sides are D(Q||P)",
)
T6c.falsifier(
    "both sides 0.130812",
    constants={"right": Fraction("0.130812")},
    by="two_numbers",
    because="that is the equality that fails",
)
T6c.falsifier(
    "s = (3 + sqrt 22)/2",
    constants={"radicand": 22},
    by="stationary_and_feasible",
    because="s^2 - 3s - 3 = 0",
)
T6c.falsifier(
    "one in the last digit",
    constants={"right": Fraction("0.322048")},
    by="two_numbers",
    because="it is 0.32204706",
)
