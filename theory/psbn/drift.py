r"""T5: the drift and the diffusion of the ratio, the law "proportional to eta^2 / gamma^2" made exact.

Symbols: kappa = eta^2 s^2 / (n gamma^2); b, A drift and diffusion of r per step in units of kappa; r* the
zero of b; M_k the moments of T1. A form P Phi + Q phi is written as the coefficients of P and Q.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import log
from typing import Any

from constructions.psbn.drift import root_certificate
from theory import (
    CERTIFIED,
    EXACT,
    STATISTICAL,
    SYMBOLIC,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
)
from theory._core.referee import ask
from theory._core.sampling import (
    Band,
    Estimate,
    decide_all,
    declare,
    generator,
    log_of,
    mean,
    slope,
)
from theory.psbn._forms import Form
from theory.psbn.moments import MOMENTS

T5 = Claim(
    id="psbn.T5",
    kind=THEOREM,
    title="Drift and diffusion of the ratio",
    statement=r"Under (G), (N) and $E g^3 = 0$, conditional on |v| < 1/2: $E[r'-r] = \kappa\, "
    r"b(r) + O(\kappa^2)$, $b = r\Phi - (1+r^2)\varphi$, and $\mathrm{Var}(r'-r) = \kappa A(r) + "
    r"O(\kappa^2)$, $A = (1+r^2)\Phi - (2r+r^3)\varphi$. b has one zero, $r^* = "
    r"0.62203597641487266146\dots$, and b < 0 below it: the ratio drifts to the collapsed side "
    r"for every r < r*. With slope a, $b_a = a^2 r + (1-a^2) b$.",
    hypotheses={
        "independent_noise": "the g_i do not depend on (gamma, beta)",
        "symmetric_noise": "E g^3 = 0",
    },
    constants={
        "drift": ((0, 1), (-1, 0, -1)),
        "diffusion": ((1, 0, 1), (0, -2, 0, -1)),
        "root": Fraction("0.622035976414872661468"),
        "width": Fraction(1, 10**20),  # r* lies in root +- width / 2
        "at_minus_one": Fraction("-0.642596702969744"),
        "leaky_power": 2,
        "eta": 2,  # powers of eta and of gamma in the drift
        "gamma": -2,
    },
    source=Derived("second-order term of T4 with the moments of T1"),
    needs=("psbn.T1", "psbn.T4"),
    proof_needs=("psbn.T1", "psbn.T3", "psbn.T4"),
)


def _moment(k: int) -> Form:
    return Form.of(MOMENTS[k])


@T5.check(
    SYMBOLIC, scope="all r; terms of order eta^1, eta^2, eta^3 of the mean, eta^2 of the variance"
)
def terms_of_the_expansion(claim: Claim) -> Outcome:
    """(rv - u)(1 + v + v^2) in expectation: E[(rv-u)v], E[(rv-u)^2], and the third-order term.

    Per unit of kappa, E v^2 = M_2, E uv = M_1, E u^2 = M_0; the term of third order is E g^3 times
    E[(r x - 1) x^2 1{x > -r}] = r M_3 - M_2.
    """
    M0, M1, M2, M3 = map(_moment, range(4))
    found = {
        "drift": M2.times((0, 1)) - M1 - Form.of(claim["drift"]),
        "diffusion": M2.times((0, 0, 1)) - M1.times((0, 2)) + M0 - Form.of(claim["diffusion"]),
    }
    if not claim.assumes("symmetric_noise"):
        found["third order, times E g^3"] = M3.times((0, 1)) - M2
    for name, off in found.items():
        if off.coefficients:
            return refuted({"term": name, "off by": str(off)})
    return established(residual=0, identities=len(found) + 1)


@T5.check(SYMBOLIC, scope="all r; slopes a = 0, 1/3, 1/2, 1 (a^2 enters linearly)")
def leaky_drift(claim: Claim) -> Outcome:
    """r E[w^2 x^2] - E[w^2 x] with E[w^2 x^k] = a^2 E x^k + (1 - a^2) M_k."""
    linear = Form.of(((), (), (0, 1)))
    for a in (Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)):
        on = (1 - a * a,)
        second = Form.of(((), (), (a * a,))) + _moment(2).times(on)
        made = second.times((0, 1)) - _moment(1).times(on)
        share = a ** claim["leaky_power"]
        stated = linear.times((share,)) + Form.of(claim["drift"]).times((1 - share,))
        if (made - stated).coefficients:
            return refuted({"a": a, "off by": str(made - stated)})
    return established(residual=0, identities=4)


@T5.check(SYMBOLIC, scope="all r: signs of coefficients")
def one_sign_change(claim: Claim) -> Outcome:
    """b < 0 for r <= 0, term by term, and b' = Phi + r^3 phi > 0 for r > 0: at most one zero."""
    b = Form.of(claim["drift"])
    slope_of_b = b.derivative()
    # For r <= 0 write r = -t: a polynomial with coefficients of one sign has that sign for t >= 0.
    left = [(-1) ** k * c for part in (b.P, b.Q) for k, c in enumerate(part)]
    right = [*slope_of_b.P, *slope_of_b.Q]
    if any(c > 0 for c in left) or not left:
        return refuted({"coefficients of b in -r": left})
    if any(c < 0 for c in right):
        return refuted({"coefficients of b'": str(slope_of_b)})
    off = slope_of_b - Form.of(((1,), (0, 0, 0, 1)))
    if off.coefficients:
        return refuted({"b' minus (Phi + r^3 phi)": str(off)})
    return established(residual=off.coefficients, identities=1)


@T5.check(
    CERTIFIED, scope="one sign change on the whole line, r* to within 10^-20, by ball arithmetic"
)
def root_enclosed(claim: Claim) -> Outcome:
    """The referee proves b < 0 below, b > 0 above and b' > 0 inside an interval of width 10^-20."""
    half = claim["width"] / 2
    low, high = claim["root"] - half, claim["root"] + half
    answer = ask(root_certificate(claim.id, claim["drift"], low, high), claim.id)
    if not answer.accepted:
        return refuted({"interval": (str(low), str(high)), "referee": answer.reason})
    return established(certificates=[answer.digest], summary=answer.summary)


@T5.check(EXACT, scope="b(-1) to 15 decimals, by ball arithmetic of 128 bits", part=True)
def value_at_minus_one(claim: Claim) -> Outcome:
    """b(-1) = -Phi(-1) - 2 phi(-1), enclosed."""
    from flint import arb, ctx

    from proofs_checks.psbn.gauss import Gauss, ball

    P, Q = (tuple(map(Fraction, part)) for part in claim["drift"])
    with ctx.workprec(128):
        value = Gauss(P, Q).at(arb(-1))
        near = abs(value - ball(claim["at_minus_one"])) < ball(Fraction(1, 2 * 10**15))
        shown = value.str(20)
    return established(cases=1) if near else refuted({"b(-1)": shown})


# -- the law on masks of real batches ---------------------------------------------------------------

RATIOS = (-2.0, -1.0, 0.0, 1.0)
MASKS = Band(near=0.01, far=0.05)
MASK_DRAWS = MASKS.trials(2.4, (Fraction(1, 400_000), Fraction(1, 8000)))  # 2.4: spread, by a pilot
MASK_RATES = declare(
    "mean and mean square of r' - r over kappa at r = -2, -1, 0, 1",
    MASKS,
    MASK_DRAWS,
    "psbn.T5.masks",
)


@T5.check(
    STATISTICAL,
    scope="n = 16, eta = 0.05, r = -2, -1, 0, 1; batches of standard normals, normal g; normal approximation",
    tier="slow",
    rates=MASK_RATES,
)
def masks_of_real_batches(claim: Claim) -> Outcome:
    """Average r' - r over antithetic pairs (g, -g), with no diffusion approximation."""
    from constructions.psbn.moments import evaluate

    parts = []
    for r in RATIOS:
        first, second = _mask_estimates(r, 0.05, 1.0, MASK_DRAWS)
        parts.append((f"b({r:g})", first, float(evaluate(claim["drift"], r))))
        parts.append((f"A({r:g})", second, float(evaluate(claim["diffusion"], r))))
    return decide_all(parts, MASKS, MASK_RATES)


@lru_cache(maxsize=32)
def _mask_estimates(
    r: float,
    eta: float,
    gamma: float,
    draws: int,
    *,
    s: float = 1.0,
    stream: str = "psbn.T5.masks",
) -> tuple[Estimate, Estimate]:
    """Mean of r' - r and of its square, each over kappa of (eta, gamma, s = 1)."""
    import numpy as np

    from constructions.psbn.simulate import Channel, mask_level_changes

    channel = Channel(eta, gamma, r * gamma, s, 16)
    kappa = eta**2 / (16 * gamma**2)
    rng = generator(stream, f"{r} {eta} {gamma} {s}")
    chunks = [
        mask_level_changes(channel, size, rng)
        for size in [20_000] * (draws // 20_000) + [draws % 20_000 or 1]
    ]
    first = np.concatenate([(one.plus + one.minus) / 2 for one in chunks])
    second = np.concatenate([(one.plus**2 + one.minus**2) / 2 for one in chunks])
    return mean(first / kappa), mean(second / kappa)


SLOPES = Band(near=0.015, far=0.065)
SLOPE_DRAWS = SLOPES.trials(1.75 * 2**0.5 / log(4), (Fraction(1, 100_000), Fraction(1, 2000)))
SLOPE_RATES = declare(
    "log-log slopes of the drift at r = 0 in eta and in gamma",
    SLOPES,
    SLOPE_DRAWS,
    "psbn.T5.slopes",
)


@T5.check(
    STATISTICAL,
    scope="n = 16, r = 0, eta 0.05 and 0.2, gamma 1 and 4; batches of standard normals; normal approximation",
    tier="slow",
    rates=SLOPE_RATES,
)
def slopes_of_the_drift(claim: Claim) -> Outcome:
    """The mean of r' - r at two learning rates and at two scales, antithetic pairs."""
    parts = []
    for name, ends in (("eta", ((0.05, 1.0), (0.2, 1.0))), ("gamma", ((0.2, 1.0), (0.2, 4.0)))):
        x, y = [], []
        for eta, gamma in ends:
            # Without the hypothesis: the noise of a network whose loss does not feel the scale (T11).
            s = 1.0 if claim.assumes("independent_noise") else 1.0 / gamma
            stream = f"psbn.T5.slopes.{name}"
            drift, _ = _mask_estimates(0.0, eta, gamma, SLOPE_DRAWS, s=s, stream=stream)
            size = eta**2 / (16 * gamma**2)
            x.append(log(eta if name == "eta" else gamma))
            y.append(log_of(Estimate(-drift.value * size, drift.error * size, drift.n)))
        parts.append((name, slope(x, y), float(claim[name])))
    return decide_all(parts, SLOPES, SLOPE_RATES)


def _falsifiers() -> Iterator[tuple[str, dict[str, Any], tuple[str, ...], str]]:
    masks = "masks_of_real_batches"
    yield (
        "b = r Phi - phi",
        {"drift": ((0, 1), (-1,))},
        (
            "terms_of_the_expansion", "leaky_drift", "one_sign_change", "root_enclosed",
            "value_at_minus_one", masks,
        ),
        "gamma moves as well: E[v^2] r - E[uv]",
    )  # fmt: skip
    yield (
        "A = Phi - 2 r phi",
        {"diffusion": ((1,), (0, -2))},
        ("terms_of_the_expansion", masks),
        "the square of r v is missing",
    )
    yield (
        "r* larger by 10^-20",
        {"root": Fraction("0.622035976414872661478")},
        ("root_enclosed",),
        "b is already positive there",
    )
    yield (
        "b(-1) off in the 15th decimal",
        {"at_minus_one": Fraction("-0.642596702969743")},
        ("value_at_minus_one",),
        "the value is -0.6425967029697437...",
    )
    yield (
        "b_a = a r + (1 - a) b",
        {"leaky_power": 1},
        ("leaky_drift",),
        "w^2 goes from a^2 to 1",
    )
    yield "slope 1 in eta", {"eta": 1}, ("slopes_of_the_drift",), "the first order averages out"
    yield "slope 3 in eta", {"eta": 3}, ("slopes_of_the_drift",), "the second order does not"
    yield (
        "slope -19/10 in gamma",
        {"gamma": -1.9},
        ("slopes_of_the_drift",),
        "r has the scale of gamma",
    )


for _name, _constants, _by, _because in _falsifiers():
    T5.falsifier(_name, constants=_constants, by=_by, because=_because)
T5.falsifier(
    "noise proportional to 1/gamma",
    drop="independent_noise",
    by="slopes_of_the_drift",
    because="the slope in gamma is then -4 (T11)",
)
T5.falsifier(
    "skewed noise",
    drop="symmetric_noise",
    by="terms_of_the_expansion",
    because="a term of order kappa^(3/2) times the skewness is left",
)


@T5.inhabitant
def signs(_: Claim) -> dict[str, bool]:
    """g = +-1 with equal probability, whatever gamma and beta are."""
    law = {Fraction(1): Fraction(1, 2), Fraction(-1): Fraction(1, 2)}
    means = [sum(p * g**k for g, p in law.items()) for k in (1, 2, 3)]
    return {"independent_noise": means[:2] == [0, 1], "symmetric_noise": means[2] == 0}


@T5.boundary("a = 1, a linear layer: the drift is r, away from 0, and nothing pulls down")
def linear_layer(claim: Claim) -> Outcome:
    """b_1(r) = r has its zero at 0."""
    share = Fraction(1) ** claim["leaky_power"]
    left = Form.of(((), (), (0, 1))).times((share,)) + Form.of(claim["drift"]).times((1 - share,))
    right = left == Form.of(((), (), (0, 1)))
    return established(cases=1) if right else refuted({"b_1": str(left)})


@T5.boundary("r -> -infinity: b and A vanish with Phi, the drift stops with the gradient")
def far_below(claim: Claim) -> Outcome:
    """Neither has a part without Phi or phi."""
    forms = [Form.of(claim[name]) for name in ("drift", "diffusion")]
    return established(cases=2) if not any(f.R for f in forms) else refuted({"forms": str(forms)})
