r"""X1, X2, X6: readings of "probability proportional to LR^2 and 1/scale^2" that fail, exactly.

The abstract does not say which probability is meant. One-step probabilities follow other laws; so do fixed
horizons, restoring gradients and training time (`regimes`: X3, X4, X7), networks that normalise again
(`network`: X5) and channels whose gamma is trained (`trained`: X8).
Symbols: u, v, r as in T4; nu degrees of freedom of Student noise.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from constructions.psbn import one_step
from theory import ERRATUM, EXACT, REMARK, Claim, Derived, Outcome, established, refuted

# -- one step -------------------------------------------------------------------------------------

X1 = Claim(
    id="psbn.X1",
    kind=ERRATUM,
    title="P4 as the probability of one step down: it does not depend on eta",
    statement=r"For symmetric g and |v| < 1 a step moves r down with probability exactly (1 - "
    r"P(no move))/2 at every $\eta$ and $\gamma$, not one proportional to $\eta^2$. Without ties "
    r"r stays only where the whole batch is inactive, with probability $\Phi(-r)^n$ under (G): "
    r"0.841 at r = -3, n = 128, so 0.079 down.",
    hypotheses={
        "symmetric_noise": "-g has the law of g",
        "small_v": "|v| < 1",
    },
    constants={"power": 0, "dead": Fraction("0.841"), "down": Fraction("0.079")},
    source=Derived("(rv - u)/(1 - v) changes its sign with g; the abstract says probability"),
    needs=("psbn.P4", "psbn.T4"),
    proof_needs=("psbn.T4",),
)

INPUTS = (Fraction(-1, 2), Fraction(2))  # with probabilities 4/5 and 1/5: mean 0, variance 1
SIZES = (Fraction(1), Fraction(5, 3), Fraction(7, 2))  # of the three g_i


@X1.check(
    EXACT,
    scope="batches of 3 from a two-point law, eight signs of g, three ratios, four eta; enumerated",
)
def enumerated_steps(claim: Claim) -> Outcome:
    """Probabilities of moving down, up and not at all, over all batches and all signs."""
    etas = (Fraction(1, 1000), Fraction(1, 100), Fraction(1, 10), Fraction(1, 5))
    if not claim.assumes("small_v"):
        etas = (*etas, Fraction(3))
    cases = 0
    for r in (Fraction(-3, 2), Fraction(-1, 3), Fraction(1)):
        first = Fraction(0)
        for eta in etas:
            down, stay = _moves(r, eta, symmetric=claim.assumes("symmetric_noise"))
            first, cases = first or down, cases + 1
            if down != (1 - stay) / 2:
                return refuted({"r": r, "eta": eta, "down": down, "no move": stay})
            if down != first * (eta / etas[0]) ** claim["power"]:
                return refuted({"r": r, "eta": eta, "down": down, "at the least eta": first})
    return established(cases=cases)


def _moves(r: Fraction, eta: Fraction, *, symmetric: bool) -> tuple[Fraction, Fraction]:
    """P(down), P(no move) at gamma = 1 and beta = r."""
    # Not symmetric: +2 with probability 1/3, -1 with 2/3; mean 0 as well.
    law = ((1, Fraction(1, 2)), (-1, Fraction(1, 2))) if symmetric else (
        (2, Fraction(1, 3)), (-1, Fraction(2, 3)))  # fmt: skip
    down = stay = Fraction(0)
    for x in product(INPUTS, repeat=3):
        chance = Fraction(4, 5) ** x.count(INPUTS[0]) * Fraction(1, 5) ** x.count(INPUTS[1])
        for signs in product(law, repeat=3):
            weight, g = chance, []
            for (value, p), size in zip(signs, SIZES, strict=True):
                weight, g = weight * p, [*g, value * size]
            state = Fraction(1), r
            after = one_step.step(state, one_step.gradients(x, g, state, Fraction(0)), eta)
            moved = one_step.ratio(*after) - r
            down += weight * (moved < 0)
            stay += weight * (moved == 0)
    return down, stay


@X1.check(EXACT, scope="r = -3, n = 128, to three decimals, by ball arithmetic", part=True)
def dead_batches(claim: Claim) -> Outcome:
    """Phi(3)^128 and half of the rest."""
    from flint import arb, ctx

    from proofs_checks.psbn.gauss import ball, distribution

    with ctx.workprec(80):
        dead = distribution(arb(3)) ** 128
        for name, value in (("dead", dead), ("down", (1 - dead) / 2)):
            if not abs(value - ball(claim[name])) < ball(Fraction(1, 2000)):
                return refuted({name: value.str(6), "claimed": claim[name]})
    return established(cases=2)


X1.falsifier(
    "proportional to eta^2",
    constants={"power": 2},
    by="enumerated_steps",
    because="whether rv < u does not depend on eta",
)
X1.falsifier(
    "proportional to eta",
    constants={"power": 1},
    by="enumerated_steps",
    because="whether rv < u does not depend on eta",
)
X1.falsifier(
    "skewed noise",
    drop="symmetric_noise",
    by="enumerated_steps",
    because="many small steps one way, few large ones the other",
)
X1.falsifier(
    "large v", drop="small_v", by="enumerated_steps", because="1 - v changes its sign as well"
)
X1.falsifier(
    "half, dead batches or not",
    constants={"dead": Fraction(0), "down": Fraction(1, 2)},
    by="dead_batches",
    because="at r = -3 most batches of 128 are dead",
)


@X1.inhabitant
def signs(_: Claim) -> dict[str, bool]:
    """Signs, and v at most 1/5 times the largest |G_gamma|."""
    largest = sum(SIZES) * 2 / 3
    return {"symmetric_noise": sum((1, -1)) == 0, "small_v": largest / 5 < 1}


# -- one jump over a distance ---------------------------------------------------------------------------

X2 = Claim(
    id="psbn.X2",
    kind=ERRATUM,
    title="P4 as the probability of one jump over the threshold: the exponent is the noise's own",
    statement=r"The probability that one step with noise t(nu) jumps a distance d has the "
    r"log-log slope nu in $\eta$ as $\eta \to 0$ (within 0.05 between x = 80 and 40 scale units, "
    r"nu = 3/2, 2, 3, 4); with Gaussian noise the slope is 217.4 between x = 20 and 10, 55.1 "
    r"between 10 and 5, without bound. $\eta^2$ is only the upper bound of Chebyshev, and needs "
    r"a variance.",
    constants={
        "student": tuple((Fraction(nu), Fraction(nu)) for nu in ("3/2", "2", "3", "4")),
        "gaussian": ((10, Fraction("217.4")), (5, Fraction("55.1"))),
    },
    source=Derived("tails of the t and of the normal distribution; the abstract says probability"),
    needs=("psbn.P4",),
)


@X2.check(
    EXACT, scope="nu = 3/2, 2, 3, 4 and the normal law at the points named, by ball arithmetic"
)
def slopes_of_tails(claim: Claim) -> Outcome:
    """log2 of the ratio of two tail probabilities at distances 2x and x, enclosed."""
    from flint import arb, ctx

    from proofs_checks.psbn.gauss import ball, distribution

    cases = 0
    with ctx.workprec(128):
        for nu, stated in claim["student"]:
            found = (_student_tail(nu, 40) / _student_tail(nu, 80)).log() / arb(2).log()
            cases += 1
            if not abs(found - ball(stated)) < ball(Fraction(1, 20)):
                return refuted({"nu": nu, "slope": found.str(6), "claimed": stated})
        for x, stated in claim["gaussian"]:
            found = (distribution(arb(-x)) / distribution(arb(-2 * x))).log() / arb(2).log()
            cases += 1
            if not abs(found - ball(stated)) < ball(Fraction(1, 20)):
                return refuted({"normal, x": x, "slope": found.str(6), "claimed": stated})
    return established(cases=cases)


def _student_tail(nu: Fraction, x: int) -> Any:
    """P(t > x) as a regularised incomplete beta function."""
    from flint import arb

    from proofs_checks.psbn.gauss import ball

    z = ball(nu) / (ball(nu) + x * x)
    return z.beta_lower(ball(nu) / 2, arb(1) / 2, 1) / 2


X2.falsifier(
    "slope 2 whatever the noise",
    constants={"student": tuple((Fraction(nu), Fraction(2)) for nu in ("3/2", "2", "3", "4"))},
    because="the tail of t(nu) falls like x^-nu",
)
X2.falsifier(
    "slope nu + 1/10",
    constants={"student": tuple((Fraction(n), Fraction(n) + Fraction(1, 10)) for n in (2, 3))},
    because="the tail of t(nu) falls like x^-nu",
)
X2.falsifier(
    "slope 2 with Gaussian noise",
    constants={"gaussian": ((10, Fraction(2)),)},
    because="the tail falls like exp(-x^2/2)",
)


@X2.boundary("Chebyshev: the tail of the t law with three degrees, variance 3, is at most 3/x^2")
def chebyshev(claim: Claim) -> Outcome:
    """At x = 1, 2, 10, 40."""
    from flint import ctx

    with ctx.workprec(80):
        for x in (1, 2, 10, 40):
            if not _student_tail(Fraction(3), x) * x * x < 3:
                return refuted({"x": x})
    return established(cases=4)


# -- remainders -------------------------------------------------------------------------------

X6 = Claim(
    id="psbn.X6",
    kind=REMARK,
    title="1/(1 - v) has no mean: remainders need |v| bounded away from 1",
    statement=r"For v normal with mean 0 and deviation $\sigma$, $E[1/|1-v|;\ 2^{-k-1} < |1-v| "
    r"\le 2^{-k}] = (2 + o(1)) f(1) \ln 2$ for every k, f the density: the mean of r' - r does "
    r"not exist, whatever $\eta$, and expansions like T5 hold conditional on |v| < 1/2.",
    constants={"factor": Fraction(2), "decay": Fraction(1)},  # shell k is factor f(1) ln 2 decay^k
    source=Derived("f is continuous and positive at 1"),
    needs=("psbn.T5",),
)


@X6.check(
    EXACT, scope="sigma = 1/2, shells k = 8, 16, ..., 64, within one per cent; verified quadrature"
)
def shells_do_not_shrink(claim: Claim) -> Outcome:
    """Integrate the density over |1 - v| on dyadic shells around 1, on balls."""
    from flint import acb, arb, ctx

    from proofs_checks.psbn.gauss import ball, density

    def integrand(
        x: Any, _: Any
    ) -> Any:  # (f(1 - x) + f(1 + x)) / x for sigma = 1/2, f(v) = 2 phi(2v)
        root = (2 * acb.pi()).sqrt()
        both = (-2 * (1 - x) ** 2).exp() + (-2 * (1 + x) ** 2).exp()
        return 2 * both / root / x

    cases = 0
    with ctx.workprec(128):
        unit = 2 * density(arb(2)) * arb(2).log()
        for k in range(8, 65, 8):
            shell = acb.integral(integrand, acb(arb(2) ** (-k - 1)), acb(arb(2) ** -k)).real
            stated = unit * ball(claim["factor"]) * ball(claim["decay"]) ** k
            cases += 1
            if not abs(shell / stated - 1) < ball(Fraction(1, 100)):
                return refuted({"k": k, "shell / (f(1) ln 2)": (shell / unit).str(6)})
    return established(cases=cases)


X6.falsifier(
    "shells that shrink by one per cent each",
    constants={"decay": Fraction(99, 100)},
    because="the integrand is f(1)/x near 0",
)
X6.falsifier(
    "one side only", constants={"factor": Fraction(1)}, because="v may be above or below 1"
)
