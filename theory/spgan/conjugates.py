r"""D1, X9: the conjugates of f_alpha, and what the clip at 0 is for.

| symbol | here |
|---|---|
| f_a(x) | (x^a - 1) / (a (a - 1)) on x >= 0, a > 1 |
| f_a*(y) | sup over x >= 0 of x y - f_a(x) = a^{-1} (a - 1)^{a/(a-1)} y_+^{a/(a-1)} + 1/(a (a - 1)) |
| no clip | y^{a/(a-1)} for y_+^{a/(a-1)}, as if the supremum were over all x |
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from constructions.spgan.spaces import probability, random_probability
from theory import (
    EXACT,
    LEMMA,
    REMARK,
    SYMBOLIC,
    Claim,
    Derived,
    Implementation,
    Outcome,
    established,
    refuted,
)
from theory.spgan._finite_classes import plain_f2
from theory.spgan._spaces import Numbers, expectation, function

D1 = Claim(
    id="spgan.D1",
    kind=LEMMA,
    title="The conjugate of f_alpha",
    statement=r"For $\alpha > 1$, $f_\alpha(x) = \frac{x^\alpha - 1}{\alpha(\alpha - 1)}$ on $x \ge 0$ has "
    r"$f_\alpha^*(y) = \alpha^{-1}(\alpha - 1)^{\alpha/(\alpha-1)} y_+^{\alpha/(\alpha-1)} + "
    r"\frac1{\alpha(\alpha - 1)}$; $f_2^*(y) = y_+^2/2 + 1/2$.",
    hypotheses={"half_line": r"the supremum is over $x \ge 0$"},
    constants={"rest": 1},  # times 1 / (a (a - 1))
    source=Implementation(
        "the losses of mrzw731/Structure-preserving-GAN at d297ea5 have this formula; derived again"
    ),
)


@D1.check(SYMBOLIC, scope="all alpha > 1 and y > 0; the stationary point, f is convex")
def at_the_stationary_point(claim: Claim) -> Outcome:
    """x y - f(x) minus the formula at x = ((a - 1) y)^{1/(a-1)}, and the derivative there."""
    import sympy as sp

    b, y, x = sp.symbols("b y x", positive=True)  # b = alpha - 1
    z, a = sp.Symbol("z", positive=True), b + 1
    # With z = (b y)^{1/b}: y = z^b / b.
    inside = {y: z**b / b, x: z}
    f = (x**a - 1) / (a * b)
    formula = b ** (a / b) * y ** (a / b) / a + claim["rest"] / (a * b)
    derivative = (y - f.diff(x)).subs(inside)
    gap = (x * y - f - formula).subs(inside)
    residuals = [sp.simplify(sp.powsimp(sp.expand(sp.powdenest(one, force=True)), force=True))
                 for one in (derivative, gap)]  # fmt: skip
    wrong = [str(one) for one in residuals if one != 0]
    return refuted({"residuals": wrong}) if wrong else established(residual=sum(residuals))


@D1.check(EXACT, scope="alpha = 2, 3/2, 4/3, 5/4: Young's inequality at 1680 rational (x, y)")
def youngs_inequality(claim: Claim) -> Outcome:
    """x y - f(x) <= f*(y), with equality at the x >= 0 that is best: 0 for y <= 0."""
    cases = 0
    for m in (1, 2, 3, 4):  # alpha = 1 + 1/m: x = r^m and its powers are rational
        alpha = 1 + Fraction(1, m)

        def gain(r: Fraction, y: Fraction, m: int = m, alpha: Fraction = alpha) -> Fraction:
            return r**m * y - (r ** (m + 1) - 1) * m / alpha

        for y in (Fraction(i, 3) for i in range(-10, 11)):
            clipped = max(y, Fraction(0)) if claim.assumes("half_line") else y
            value = clipped ** (m + 1) / (alpha * m ** (m + 1)) + claim["rest"] * m / alpha
            best = gain(max(y, Fraction(0)) / m, y)
            found = [gain(Fraction(k, 3), y) for k in range(20)]
            cases += len(found)
            if max(found) > best or best != value:
                return refuted({"alpha": alpha, "y": y, "formula": value, "best": best})
    return established(cases=cases)


D1.falsifier(
    "no clip",
    drop="half_line",
    by="youngs_inequality",
    because="for y < 0 the best x >= 0 is 0",
)
D1.falsifier(
    "without the constant", constants={"rest": 0}, because="f*(0) = -min f = 1/(alpha (alpha - 1))"
)


@D1.inhabitant
def negative_slope(_: Claim) -> dict[str, bool]:
    """f_2*(-1) = 1/2 on x >= 0; over all x it would be 1."""
    halves = [Fraction(k, 2) for k in range(-4, 5)]
    values = {x: -x - (x * x - 1) / 2 for x in halves}
    on_half_line = max(value for x, value in values.items() if x >= 0)
    return {"half_line": on_half_line == Fraction(1, 2) and max(values.values()) == 1}


X9 = Claim(
    id="spgan.X9",
    kind=REMARK,
    title="Without the clip the divergence changes only for classes not closed under truncation",
    statement=r"Replacing $y_+^2$ by $y^2$ in $f_2^*$ leaves $D_{f_2}^\Gamma$ as it is when $g \in \Gamma$ "
    r"implies $\max(g, 0) \in \Gamma$ and constants may be added: bounded, continuous, Lipschitz functions. "
    r"For affine "
    r"functions on {0, 1, 2}, P uniform and $Q = \delta_2$ it is 1 with the clip and 3/4 without.",
    hypotheses={"truncation": r"$\max(g, 0) \in \Gamma$ for all g in the class (first sentence)"},
    constants={"with": Fraction(1), "without": Fraction(3, 4)},
    source=Derived("truncation never lowers the gain without the clip; normal equations"),
    needs=("spgan.D1",),
)
AFFINE = ((1, 1, 1), (0, 1, 2))
ALL = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
Q, P = probability([0, 0, 1]), probability([1, 1, 1])


def gain(Q: Numbers, P: Numbers, g: Numbers, *, clip: bool) -> Fraction:
    """E_Q g - E_P f_2*(g), with or without the clip."""
    squares = tuple(max(v, Fraction(0)) ** 2 if clip else v * v for v in g)
    return expectation(Q, g) - expectation(P, squares) / 2 - Fraction(1, 2)


def unclipped(columns: tuple[tuple[int, ...], ...]) -> Fraction:
    """The supremum of the concave quadratic over a span: half of b' A^{-1} b, minus 1/2."""
    from flint import fmpq, fmpq_mat

    n = len(columns)

    def entry(value: Fraction) -> Any:
        return fmpq(value.numerator, value.denominator)

    A = [entry(expectation(P, tuple(Fraction(a * b) for a, b in zip(u, v, strict=True))))
         for u in columns for v in columns]  # fmt: skip
    b = fmpq_mat(n, 1, [entry(expectation(Q, tuple(map(Fraction, u)))) for u in columns])
    value = (b.transpose() * fmpq_mat(n, n, A).solve(b))[0, 0]
    return Fraction(int(value.p), int(value.q)) / 2 - Fraction(1, 2)


@X9.check(
    EXACT, scope="the affine example: one function attains the value of all bounded functions"
)
def affine_functions(claim: Claim) -> Outcome:
    """With the clip: x -> 3 (x - 1) against plain D_{f_2}; without it: normal equations."""
    attained = gain(Q, P, tuple(Fraction(3 * (x - 1)) for x in range(3)), clip=True)
    bound, without = plain_f2(Q, P), unclipped(AFFINE)
    found = {"attained": attained, "bound": bound, "without the clip": without}
    if attained != claim["with"] or bound != claim["with"] or without != claim["without"]:
        return refuted(found)
    return established(cases=2, **found)


@X9.check(EXACT, scope="300 random (P, Q, g) on 1-6 points", part=True)
def truncated_gains(claim: Claim) -> Outcome:
    """max(g, 0) gains at least what g gains, without the clip, and there the clip does nothing."""
    rng = Random("spgan.X9")
    for _ in range(300):
        size = rng.randint(1, 6)
        Q, P = (random_probability(size, 4, rng) for _ in "QP")
        g = function(size, rng, 4)
        better = tuple(max(v, Fraction(0)) for v in g) if claim.assumes("truncation") else g
        gains = [gain(Q, P, one, clip=False) for one in (g, better)]
        if gains[1] < gains[0] or gains[1] != gain(Q, P, better, clip=True):
            return refuted({"Q": Q, "P": P, "g": g, "gains": gains})
    return established(cases=300)


X9.falsifier(
    "the clip never matters",
    constants={"without": Fraction(1)},
    by="affine_functions",
    because="an affine function that is 3 at 2 and small at 1 is very negative at 0",
)
X9.falsifier(
    "7/8 without the clip",
    constants={"without": Fraction(7, 8)},
    by="affine_functions",
    because="b' A^{-1} b is 5/2",
)
X9.falsifier(
    "any class",
    drop="truncation",
    by="truncated_gains",
    because="where g < 0 the square is added without the clip",
)


@X9.inhabitant
def bounded_functions(_: Claim) -> dict[str, bool]:
    """The span of all indicators: without the clip its value is that with it."""
    return {"truncation": unclipped(ALL) == plain_f2(Q, P) == 1}
