r"""T12: the leaky ReLU has no dead region, and what does and does not follow from that.

Symbols: a slope off the active part, w_i = 1 or a; G = mean(g w), G_lin = mean(g), both for beta.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from constructions.psbn import one_step
from theory import EXACT, PROPERTY, THEOREM, Claim, Derived, Outcome, established, refuted
from theory._core.search import search

T12 = Claim(
    id="psbn.T12",
    kind=THEOREM,
    title="Leaky ReLU: linear instead of dead",
    statement=r"For a > 0, per sample $|g_i w_i| \ge a|g_i| > 0$ wherever $g_i \ne 0$: there is "
    r"no dead region. $G = a\,\mathrm{mean}(g) + (1-a)\,\mathrm{mean}(g 1\{active\})$ for beta, "
    r"and likewise with $g\hat x$ for gamma; a fully inactive batch has exactly a times the "
    r"linear gradient, and under pure noise $\mathrm{Var}\,G_\beta \ge a^2 s^2/n$. (Not $|G| \ge "
    r"a |G_{lin}|$: g = (1, -a), w = (a, 1) gives G = 0.) At both ends, $r \to \pm\infty$, the "
    r"channel is linear.",
    hypotheses={"positive_slope": "a > 0"},
    constants={"per": "sample", "inactive": 1, "variance": 2},  # powers of a
    source=Derived("w is a off the active part and 1 on it"),
    needs=("psbn.T3",),
)

SLOPES = (Fraction(1, 100), Fraction(1, 5), Fraction(1))


@T12.check(PROPERTY, scope="batches of 1..6 integers up to 9, slopes 1/100, 1/5, 1, ratios -12..12")
def gradients_of_batches(claim: Claim) -> Outcome:
    """Search for a violation of the bound, of the decomposition, or of the inactive batch."""
    from hypothesis import strategies as st

    slopes = SLOPES if claim.assumes("positive_slope") else (*SLOPES, Fraction(0))
    values = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=6)
    # g = 5 off the active part and -1 on it: at a = 1/5 they cancel.
    pairs = st.one_of(values, st.just([(-1, 5), (1, -1)]))

    def violates(example: tuple[Any, Fraction, int]) -> Any:
        xs, a, r = example
        x, g = ([Fraction(one[i]) for one in xs] for i in (0, 1))
        state = Fraction(1), Fraction(r)
        on = one_step.active(x, state)
        w = [Fraction(1) if one else a for one in on]
        G_gamma, G_beta = one_step.gradients(x, g, state, a)
        shown = {"x": x, "g": g, "a": a, "r": r}
        found = _broken_bound(claim, g, w, a) or _broken_sum(G_beta, g, on, a)
        found = found or _broken_sum(G_gamma, [p * q for p, q in zip(g, x, strict=True)], on, a)
        if not found and not any(on) and G_beta != a ** claim["inactive"] * sum(g) / len(g):
            found = {"G of the inactive batch": G_beta}
        return {**shown, **found} if found else None

    return search(
        st.tuples(pairs, st.sampled_from(slopes), st.integers(-12, 12)), violates, examples=150
    )


def _broken_bound(
    claim: Claim, g: list[Fraction], w: list[Fraction], a: Fraction
) -> dict[str, Any] | None:
    felt = [p * q for p, q in zip(g, w, strict=True)]
    if claim["per"] == "sample":
        bad = [
            f for f, one in zip(felt, g, strict=True) if abs(f) < a * abs(one) or (one and not f)
        ]
        return {"g w": bad[0]} if bad else None
    G, linear = sum(felt) / len(g), sum(g) / len(g)
    return {"G": G, "a G_lin": a * linear} if abs(G) < a * abs(linear) else None


def _broken_sum(
    G: Fraction, g: list[Fraction], on: list[bool], a: Fraction
) -> dict[str, Any] | None:
    n = len(g)
    stated = (
        a * sum(g) / n
        + (1 - a) * sum((p for p, q in zip(g, on, strict=True) if q), Fraction(0)) / n
    )
    return {"G": G, "decomposition": stated} if G != stated else None


@T12.check(
    EXACT,
    scope="signs g, two-point law of xhat, n = 1, 2, 3, ratios -3 .. 3, three slopes; enumerated",
    part=True,
)
def enumerated_variance(claim: Claim) -> Outcome:
    """Var G_beta over all batches and signs, against a^2/n; equality where every batch is inactive."""
    cases, law = 0, ((Fraction(-1, 2), Fraction(4, 5)), (Fraction(2), Fraction(1, 5)))
    for a, n, r in product(SLOPES, (1, 2, 3), range(-3, 4)):
        variance = Fraction(0)
        for batch in product(law, repeat=n):
            chance = Fraction(1, 2**n)
            for _, p in batch:
                chance *= p
            x = [value for value, _ in batch]
            for signs in product((Fraction(1), Fraction(-1)), repeat=n):
                G = one_step.gradients(x, signs, (Fraction(1), Fraction(r)), a)[1]
                variance += chance * G * G
        cases += 1
        bound = a ** claim["variance"] / n
        if variance < bound or (r <= -2 and variance != bound):
            return refuted({"a": a, "n": n, "r": r, "variance": variance, "bound": bound})
    return established(cases=cases)


T12.falsifier(
    "slope 0",
    drop="positive_slope",
    by="gradients_of_batches",
    because="an inactive sample then has no gradient",
)
T12.falsifier(
    "the bound for the channel's gradient",
    constants={"per": "channel"},
    by="gradients_of_batches",
    because="g = (1, -a), w = (a, 1) gives G = 0",
)
T12.falsifier(
    "inactive batch: a^2 times the linear gradient",
    constants={"inactive": 2},
    by="gradients_of_batches",
    because="w is a there",
)
T12.falsifier(
    "variance at least a s^2/n",
    constants={"variance": 1},
    by="enumerated_variance",
    because="w^2 is a^2 there",
)


@T12.inhabitant
def usual_slope(_: Claim) -> dict[str, bool]:
    """a = 1/100, torch's default."""
    w = one_step.gradients([Fraction(-1)], [Fraction(1)], (Fraction(1), Fraction(0)), SLOPES[0])[1]
    return {"positive_slope": w == Fraction(1, 100)}


@T12.boundary("g = (1, -a), w = (a, 1): the channel's gradient is 0 and the linear one is not")
def cancellation(claim: Claim) -> Outcome:
    """a = 1/5, x = (-1, 1), r = 0."""
    a = Fraction(1, 5)
    x, g = [Fraction(-1), Fraction(1)], [Fraction(1), -a]
    G = one_step.gradients(x, g, (Fraction(1), Fraction(0)), a)[1]
    return established(cases=1) if G == 0 and sum(g) != 0 else refuted({"G": G})


@T12.boundary("a = 1: no rectification at all")
def linear(claim: Claim) -> Outcome:
    """G is the linear gradient for every mask."""
    for r in (-5, 0, 5):
        G = one_step.gradients(
            [Fraction(-1), Fraction(3)],
            [Fraction(2), Fraction(7)],
            (Fraction(1), Fraction(r)),
            Fraction(1),
        )[1]
        if G != Fraction(9, 2):
            return refuted({"r": r, "G": G})
    return established(cases=3)
