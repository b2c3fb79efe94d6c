r"""P5 and T9: psBN is BN with another starting point and another centre of decay.

psBN: y = gamma xhat + beta + alpha, alpha a fixed constant, before the activation. Symbols: lambda decay;
"centre" the point that decay pulls beta to; a Trace is the list of (gamma, effective shift) after each step,
the effective shift being beta + alpha for psBN and beta for BN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from constructions.psbn import one_step
from theory import (
    EMPIRICAL,
    EXACT,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    Paper,
    established,
    refuted,
)
from theory._core.torch_threads import one_thread

P5 = Claim(
    id="psbn.P5",
    kind=THEOREM,
    title="psBN has the representation ability of BN",
    statement=r"psBN has the same representation ability as BN. (The formula is inferred from "
    r"third-party code: $\mathrm{psBN}_{\gamma,\beta,\alpha} = "
    r"\mathrm{BN}_{\gamma,\beta+\alpha}$, added before the activation; so $(\gamma, \beta) "
    r"\mapsto (\gamma, \beta + \alpha)$ is a bijection between the two families.)",
    hypotheses={"before_activation": "alpha is added before the activation"},
    constants={"shift": 1},  # BN's beta is psBN's beta + shift * alpha
    source=Paper("abstract of arXiv:2001.11216; the psBN equation was not readable"),
)


def layer(x: Fraction, gamma: Fraction, shift: Fraction, a: Fraction) -> Fraction:
    """Leaky ReLU of gamma x + shift."""
    z = gamma * x + shift
    return z if z > 0 else a * z


@P5.check(EXACT, scope="300 rational (gamma, beta, alpha, x), slopes 0 and 1/4, both directions")
def same_functions(claim: Claim) -> Outcome:
    """The psBN layer at (gamma, beta) and the BN layer at its image, and back."""
    rng, cases = Random("psbn.P5"), 0

    def number() -> Fraction:
        return Fraction(rng.randint(-30, 30), rng.randint(1, 9))

    for _ in range(300):
        gamma, beta, alpha, x = number(), number(), abs(number()), number()
        for a in (Fraction(0), Fraction(1, 4)):
            if claim.assumes("before_activation"):
                shifted = layer(x, gamma, beta + alpha, a)
                back = layer(x, gamma, beta - claim["shift"] * alpha + alpha, a)
            else:
                shifted = layer(x, gamma, beta, a) + alpha
                back = layer(x, gamma, beta - claim["shift"] * alpha, a) + alpha
            plain = layer(x, gamma, beta + claim["shift"] * alpha, a)
            cases += 2
            if shifted != plain or back != layer(x, gamma, beta, a):
                found = {"psBN": shifted, "BN": plain, "psBN of the image": back}
                return refuted(
                    {"x": x, "gamma": gamma, "beta": beta, "alpha": alpha, "a": a, **found}
                )
    return established(cases=cases)


P5.falsifier(
    "alpha after the activation",
    drop="before_activation",
    because="a ReLU layer plus alpha is never below alpha",
)
P5.falsifier("beta - alpha", constants={"shift": -1}, because="the shifts have the same sign")
P5.falsifier("the same beta", constants={"shift": 0}, because="then psBN is higher by alpha")


@P5.inhabitant
def shift_inside(_: Claim) -> dict[str, bool]:
    """At z = -1/2 and alpha = 1 the layer gives relu(1/2) = 1/2; adding 1 afterwards would give 1."""
    x, gamma, beta, alpha = Fraction(1), Fraction(1), Fraction(-3, 2), 1
    inside = layer(x, gamma, beta + alpha, Fraction(0))
    after = layer(x, gamma, beta, Fraction(0)) + alpha
    return {"before_activation": (inside, after) == (Fraction(1, 2), 1)}


@P5.boundary("alpha = 0: the same layer")
def no_shift(claim: Claim) -> Outcome:
    """Both maps are the identity."""
    beta = Fraction(-5, 3)
    same = beta + claim["shift"] * 0 == beta
    return established(cases=1) if same else refuted({"beta": beta})


T9 = Claim(
    id="psbn.T9",
    kind=THEOREM,
    title="Training psBN is training BN with decay centred at alpha",
    statement=r"psBN started at $\beta_0$ and BN started at $\beta_0 + \alpha$ have the same "
    r"gradients, and the same trajectories under SGD, heavy ball, Nesterov, Adam with L2 and "
    r"AdamW, if BN's decay is centred at $\alpha$: penalty $\tfrac\lambda2(\beta - \alpha)^2$ "
    r"(for AdamW, the multiplicative term $\beta - \alpha$). Without decay on beta psBN is BN "
    r"with another start. (Exact for the first three; float error for Adam.)",
    hypotheses={"before_activation": "alpha is added before the activation"},
    constants={"centre": 1, "start": 1},  # in units of alpha
    source=Derived(
        "substitute beta + alpha in every update; decay acts on beta = (beta + alpha) - alpha"
    ),
    needs=("psbn.P5",),
    proof_needs=("psbn.P5",),
)


@dataclass(frozen=True)
class Rule:
    """SGD with momentum mu (Nesterov or not), L2 decay inside the gradient, and its centre for beta."""

    eta: Fraction
    decay: Fraction
    mu: Fraction
    nesterov: bool
    centre: Fraction


Gradient = Callable[[Fraction, Fraction], tuple[Fraction, Fraction]]


def trace(gradients: list[Gradient], start: tuple[Fraction, Fraction], rule: Rule) -> list[Any]:
    """(gamma, beta) after each step; one gradient function per step."""
    p, buffer = list(start), [Fraction(0), Fraction(0)]
    made = []
    for gradient in gradients:
        centres = (Fraction(0), rule.centre)
        g = [
            G + rule.decay * (value - centre)
            for G, value, centre in zip(gradient(*p), p, centres, strict=True)
        ]
        buffer = [rule.mu * b + one for b, one in zip(buffer, g, strict=True)]
        moves = (
            [one + rule.mu * b for one, b in zip(g, buffer, strict=True)]
            if rule.nesterov
            else buffer
        )
        p = [value - rule.eta * move for value, move in zip(p, moves, strict=True)]
        made.append(tuple(p))
    return made


def _gradients(rng: Random, steps: int, alpha: Fraction, *, inside: bool) -> list[Gradient]:
    """Batches of three; the loss is the mean of t_i y_i + y_i^2 / 2, so that it feels the output."""
    made = []
    for _ in range(steps):
        x = [Fraction(rng.randint(-6, 6), 3) for _ in range(3)]
        t = [Fraction(rng.randint(-9, 9), 4) for _ in range(3)]

        def gradient(
            gamma: Fraction, beta: Fraction, x: list[Fraction] = x, t: list[Fraction] = t
        ) -> tuple[Fraction, Fraction]:
            shift = beta + alpha if inside else beta
            y = [max(gamma * one + shift, Fraction(0)) + (0 if inside else alpha) for one in x]
            g = [a + b for a, b in zip(t, y, strict=True)]
            return one_step.gradients(x, g, (gamma, shift), Fraction(0))

        made.append(gradient)
    return made


@T9.check(EXACT, scope="rational runs of 5 steps, SGD, heavy ball, Nesterov, decay 0 and 1/7")
def rational_runs(claim: Claim) -> Outcome:
    """Every gamma and every effective shift of psBN equals that of BN, as fractions."""
    cases = 0
    for seed in range(4):
        for mu, nesterov in ((Fraction(0), False), (Fraction(1, 2), False), (Fraction(1, 2), True)):
            for decay in (Fraction(0), Fraction(1, 7)):
                alpha, beta0 = Fraction(3, 10), Fraction(seed - 2, 3)
                runs = []
                for post in (True, False):
                    inside = not post or claim.assumes("before_activation")
                    centre = Fraction(0) if post else claim["centre"] * alpha
                    start = beta0 if post else beta0 + claim["start"] * alpha
                    found = trace(
                        _gradients(Random(seed), 5, alpha if post else Fraction(0), inside=inside),
                        (Fraction(1), start),
                        Rule(Fraction(1, 5), decay, mu, nesterov, centre),
                    )
                    runs.append([(g, b + alpha if post else b) for g, b in found])
                cases += 1
                if runs[0] != runs[1]:
                    return refuted({"seed": seed, "mu": mu, "decay": decay, "runs": _shown(runs)})
    return established(cases=cases)


def _shown(runs: list[Any]) -> list[list[tuple[float, float]]]:
    return [[(float(g), float(b)) for g, b in run] for run in runs]


TOLERANCE = 1e-12  #: float64 runs of 200 steps with parameters of size 1


@T9.check(
    EMPIRICAL, scope="torch float64, 200 steps, Adam-L2 and AdamW, decay 0, 0.05", tier="slow"
)
def torch_runs(claim: Claim) -> Outcome:
    """PostShiftedBatchNorm1d and BatchNorm1d, ReLU and a loss; the two runs see the same batches."""
    records = {}
    with one_thread():
        for name, decay in product(("SGD", "Adam", "AdamW"), (0.0, 0.05)):
            psbn = _torch_run(claim, name, decay, post=True)
            plain = _torch_run(claim, name, decay, post=False)
            records[f"{name} {decay:g}"] = float(abs(psbn - plain).max())
    wrong = {key: gap for key, gap in records.items() if not gap <= TOLERANCE}
    return refuted({"largest difference": wrong}) if wrong else established(records=records)


def _torch_run(claim: Claim, name: str, decay: float, *, post: bool) -> Any:
    """(gamma, effective shift) after each of 200 steps, as an array."""
    import numpy as np
    import torch

    alpha, channels = 0.1, 3
    draw = torch.Generator().manual_seed(7)
    layer, after = _torch_layer(
        channels, alpha, post=post, inside=claim.assumes("before_activation")
    )
    gamma, beta = layer.weight, layer.bias
    centre = 0.0 if post else float(claim["centre"]) * alpha
    with torch.no_grad():
        beta.fill_(0.0 if post else claim["start"] * alpha)
    made = {
        "SGD": lambda: torch.optim.SGD([gamma, beta], lr=0.05, momentum=0.9),
        "Adam": lambda: torch.optim.Adam([gamma, beta], lr=0.01),
        "AdamW": lambda: torch.optim.AdamW([gamma, beta], lr=0.01, weight_decay=0.0),
    }[name]()
    found = []
    for _ in range(200):
        x, target = (
            torch.randn(16, channels, dtype=torch.float64, generator=draw) for _ in range(2)
        )
        made.zero_grad()
        (layer(x).relu() + after - target).square().mean().backward()
        with torch.no_grad():
            for p, c in ((gamma, 0.0), (beta, centre)):
                if name == "AdamW":  # decoupled: outside the gradient
                    p -= 0.01 * decay * (p - c)
                elif p.grad is not None:
                    p.grad += decay * (p - c)
        made.step()
        found.append(torch.stack((gamma, beta + alpha if post else beta)).detach().numpy().copy())
    return np.array(found)


def _torch_layer(channels: int, alpha: float, *, post: bool, inside: bool) -> tuple[Any, float]:
    """The layer, and what is added after the ReLU (0 unless alpha stands in the wrong place)."""
    import torch

    from constructions.psbn.layers import PostShiftedBatchNorm1d

    if post and inside:
        return PostShiftedBatchNorm1d(channels, alpha=alpha, dtype=torch.float64), 0.0
    return torch.nn.BatchNorm1d(channels, dtype=torch.float64), alpha if post else 0.0


T9.falsifier("decay centred at 0", constants={"centre": 0}, because="decay acts on psBN's own beta")
T9.falsifier(
    "decay centred at 11/10 alpha",
    constants={"centre": Fraction(11, 10)},
    because="decay acts on psBN's own beta",
)
T9.falsifier(
    "BN started at beta_0", constants={"start": 0}, because="the first outputs differ by alpha"
)
T9.falsifier(
    "alpha after the ReLU",
    drop="before_activation",
    because="then it does not change which values are active",
)


@T9.inhabitant
def shift_inside_too(_: Claim) -> dict[str, bool]:
    """As for P5."""
    return dict(shift_inside(P5))


@T9.boundary("alpha = 0: the same run")
def nothing_shifted(claim: Claim) -> Outcome:
    """Starts and centres agree."""
    start, centre = (claim[name] * Fraction(0) for name in ("start", "centre"))
    return established(cases=1) if (start, centre) == (0, 0) else refuted({"start": start})
