r"""T4 and T6: one step of SGD on the ratio, exactly, and the similarity of whole paths.

Symbols: u = eta G_beta / |gamma|, v = eta G_gamma / gamma; r = beta / |gamma|; C a common factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from constructions.psbn import one_step
from theory import (
    EXACT,
    PROPERTY,
    SYMBOLIC,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
)
from theory._core.search import search

T4 = Claim(
    id="psbn.T4",
    kind=THEOREM,
    title="The exact change of the ratio by one step",
    statement=r"With $u = \eta G_\beta/|\gamma|$ and $v = \eta G_\gamma/\gamma$, v < 1: "
    r"$r' - r = (rv - u)/(1 - v) = (rv - u)(1 + v + v^2 + \dots)$, the series for |v| < 1. For v > 1 gamma "
    r"changes its sign and $r' = (r - u)/(v - 1)$.",
    hypotheses={"below_one": "v < 1"},
    constants={"denominator": 1, "terms": (1, 1, 1)},
    source=Derived("(beta - eta G_beta) / |gamma - eta G_gamma|, divided by |gamma|"),
)


@T4.check(SYMBOLIC, scope="all gamma > 0, all beta, G, eta with v < 1")
def identity(claim: Claim) -> Outcome:
    """The difference of the two sides, simplified by sympy, and three terms of the series."""
    import sympy as sp

    gamma, beta, G_gamma, G_beta, eta, e = sp.symbols("gamma beta G_gamma G_beta eta e")
    r, u, v = beta / gamma, eta * G_beta / gamma, eta * G_gamma / gamma
    after = (beta - eta * G_beta) / (gamma - eta * G_gamma)
    stated = (r * v - u) / (1 - claim["denominator"] * v)
    residual = sp.simplify(after - r - stated)
    if residual != 0:
        return refuted({"r' - r minus the formula": str(residual)})
    U, V, R = sp.symbols("u v r")
    exact = sp.series((R * e * V - e * U) / (1 - e * V), e, 0, 4).removeO()
    terms = sum(c * (e * V) ** k for k, c in enumerate(claim["terms"])) * e * (R * V - U)
    residual = sp.expand(exact - terms)
    if residual != 0:
        return refuted({"series minus its terms": str(residual)})
    return established(residual=residual)


def _steps(claim: Claim) -> Iterator[tuple[Any, Any, Fraction]]:
    """(state, gradient, eta) with rational entries, gamma of both signs."""
    rng = Random("psbn.T4")

    def number() -> Fraction:
        return Fraction(rng.randint(-40, 40), rng.randint(1, 12))

    for _ in range(800):
        gamma, eta = number(), abs(number())
        if gamma:
            yield (gamma, number()), (number(), number()), eta


@T4.check(
    EXACT, scope="steps with rational numbers, gamma of both signs; remainders after 1..6 terms"
)
def rational_steps(claim: Claim) -> Outcome:
    """Take the step and compare; the series after k terms is off by (rv - u) v^k / (1 - v)."""
    cases = 0
    for state, gradient, eta in _steps(claim):
        u, v = one_step.relative(state, gradient, eta)
        if (claim.assumes("below_one") and v >= 1) or claim["denominator"] * v == 1 or v == 1:
            continue
        r = one_step.ratio(*state)
        change = one_step.ratio(*one_step.step(state, gradient, eta)) - r
        stated = (r * v - u) / (1 - claim["denominator"] * v)
        if change != stated:
            return refuted({"state": state, "v": v, "r' - r": change, "formula": stated})
        if change != one_step.ratio_change(r, u, v):
            raise ArithmeticError("constructions.psbn.one_step.ratio_change disagrees")
        for k in range(1, 7):
            partial = (r * v - u) * sum(v**j for j in range(k))
            if change - partial != (r * v - u) * v**k / (1 - v):
                return refuted({"state": state, "v": v, "terms": k, "partial sum": partial})
        cases += 1
    return established(cases=cases)


T4.falsifier("without 1/(1 - v)", constants={"denominator": 0}, because="gamma moves as well")
T4.falsifier("1/(1 + v)", constants={"denominator": -1}, because="a positive v makes gamma smaller")
T4.falsifier(
    "second-order term halved",
    constants={"terms": (1, Fraction(1, 2), 1)},
    by="identity",
    because="the series is geometric",
)
T4.falsifier(
    "any v",
    drop="below_one",
    by="rational_steps",
    because="for v > 1 gamma changes its sign and r = beta / |gamma|",
)


@T4.inhabitant
def small_step(_: Claim) -> dict[str, bool]:
    """gamma = 2, G_gamma = 1, eta = 1/10: v = 1/20."""
    v = one_step.relative((Fraction(2), Fraction(1)), (Fraction(1), Fraction(0)), Fraction(1, 10))[
        1
    ]
    return {"below_one": v == Fraction(1, 20)}


@T4.boundary("v > 1: r = 3/10, u = 1/5, v = 17/10 goes to r = +1/7, the formula says -1/7")
def beyond_one(claim: Claim) -> Outcome:
    """gamma = 1 goes to -7/10 and beta to 1/10."""
    state, gradient = (Fraction(1), Fraction(3, 10)), (Fraction(17, 10), Fraction(1, 5))
    r, (v, u) = one_step.ratio(*state), gradient
    after = one_step.ratio(*one_step.step(state, gradient, Fraction(1)))
    formula = r + (r * v - u) / (1 - v)
    right = (after, formula) == (Fraction(1, 7), Fraction(-1, 7))
    return established(cases=1) if right else refuted({"r'": after, "formula": formula})


@T4.boundary("v = 1: gamma becomes 0 and the ratio has no value")
def exactly_one(claim: Claim) -> Outcome:
    """The ratio refuses."""
    state = one_step.step((Fraction(1), Fraction(0)), (Fraction(1), Fraction(1)), Fraction(1))
    try:
        value = one_step.ratio(*state)
    except ValueError:
        return established(cases=1)
    return refuted({"ratio": value})


# -- similarity -----------------------------------------------------------------------------------

T6 = Claim(
    id="psbn.T6",
    kind=THEOREM,
    title="Paths depend on gamma/eta and beta/eta only",
    statement=r"If the upstream gradients do not depend on $(\gamma, \beta)$, then $(C\eta, "
    r"C\gamma_0, C\beta_0)$ with the same inputs and gradients gives the same path of r, "
    r"exactly, for every C > 0. So the law of the whole path depends on $(\eta, \gamma_0, "
    r"\beta_0)$ only through $(\gamma_0/\eta, \beta_0/\eta)$: not asymptotically, at every step "
    r"size, and every quantile of a collapse time is a function of these.",
    hypotheses={"independent_noise": "the g_i do not depend on (gamma, beta)"},
    constants={"eta": 1, "gamma": 1, "beta": 1},  # powers of C
    source=Derived(
        "by induction gamma_k and beta_k are C times as large, and the masks are the same"
    ),
)


def _scaled(claim: Claim, C: Any, eta: Any, state: tuple[Any, Any]) -> tuple[Any, tuple[Any, Any]]:
    gamma, beta = state
    return C ** claim["eta"] * eta, (C ** claim["gamma"] * gamma, C ** claim["beta"] * beta)


def _upstream(claim: Claim) -> Any:
    """Noise that the claim allows; without its hypothesis, noise proportional to 1/gamma."""
    if claim.assumes("independent_noise"):
        return None
    return lambda g, state: g / abs(state[0])


@T6.check(
    EXACT,
    scope="40 paths of 6 steps, batches of 3, rational C, both signs of gamma, slopes 0 and 1/5",
)
def rational_paths(claim: Claim) -> Outcome:
    """Two paths with the same rational inputs and gradients are equal number by number."""
    rng, cases = Random("psbn.T6"), 0

    def numbers(count: int) -> list[Fraction]:
        return [Fraction(rng.randint(-30, 30), rng.randint(1, 9)) for _ in range(count)]

    for _ in range(40):
        batches = [(numbers(3), numbers(3)) for _ in range(6)]
        gamma, beta = Fraction(rng.choice((-1, 1)) * rng.randint(1, 20), 7), numbers(1)[0]
        eta, C = Fraction(rng.randint(1, 9), 20), Fraction(rng.randint(1, 40), rng.randint(1, 40))
        for a in (Fraction(0), Fraction(1, 5)):
            runs = [
                one_step.path(e, state, batches, a, upstream=_upstream(claim))
                for e, state in ((eta, (gamma, beta)), _scaled(claim, C, eta, (gamma, beta)))
            ]
            cases += 1
            if runs[0] != runs[1]:
                return refuted({"C": C, "a": a, "paths": [[float(r) for r in run] for run in runs]})
    return established(cases=cases)


@T6.check(
    PROPERTY, scope="float64 paths of 30 steps, batches of 4, C in 1/4, 2, 4, 1024: bit for bit"
)
def float_paths(claim: Claim) -> Outcome:
    """Powers of two change no rounding: the two paths agree in every bit."""
    from hypothesis import strategies as st

    def violates(example: tuple[int, float, float, float]) -> Any:
        seed, C, gamma, beta = example
        rng = Random(seed)
        batches = [
            ([rng.gauss(0, 1) for _ in range(4)], [rng.gauss(0, 1) for _ in range(4)])
            for _ in range(30)
        ]
        runs = [
            one_step.path(e, state, batches, 0.0, upstream=_upstream(claim))
            for e, state in ((0.3, (gamma, beta)), _scaled(claim, C, 0.3, (gamma, beta)))
        ]
        return None if runs[0] == runs[1] else {"seed": seed, "C": C, "gamma": gamma, "beta": beta}

    strategy = st.tuples(
        st.integers(0, 10**6),
        st.sampled_from([0.25, 2.0, 4.0, 1024.0]),
        st.floats(0.1, 3.0),
        st.floats(-3.0, 3.0),
    )
    return search(strategy, violates, examples=60)


T6.falsifier("only eta scaled", constants={"gamma": 0, "beta": 0}, because="steps grow, r does not")
T6.falsifier(
    "gamma not scaled", constants={"gamma": 0}, because="r itself is then C times as large"
)
T6.falsifier("beta not scaled", constants={"beta": 0}, because="r itself is then smaller by C")
T6.falsifier(
    "eta scaled by C^2",
    constants={"eta": 2},
    because="that is the law for noise proportional to 1/gamma (T11)",
)
T6.falsifier(
    "noise proportional to 1/gamma", drop="independent_noise", because="its steps shrink by C"
)


@T6.inhabitant
def fixed_gradients(_: Claim) -> dict[str, bool]:
    """Upstream gradients 1, -2 at two states, and the two steps they give with x = (1, -1)."""
    x, g = [Fraction(1), Fraction(-1)], [Fraction(1), Fraction(-2)]
    G = {
        one_step.gradients(x, g, (gamma, Fraction(0)), Fraction(0))
        for gamma in (Fraction(1), Fraction(5))
    }
    return {"independent_noise": G == {(Fraction(1, 2), Fraction(1, 2))}}


@T6.boundary("C = 1, no steps: the start alone")
def no_steps(claim: Claim) -> Outcome:
    """A path without batches is its first ratio."""
    found = one_step.path(Fraction(1), (Fraction(-2), Fraction(3)), [], Fraction(0))
    return established(cases=1) if found == [Fraction(3, 2)] else refuted({"path": found})
