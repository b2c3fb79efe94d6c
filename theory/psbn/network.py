r"""T11 and X5: in a network that normalises again, the noise of a channel grows like 1/gamma.

Symbols: one layer of channels k with parameters (gamma_k, beta_k), inputs xhat_ik, ReLU, u_i = sum_k c_k y_ik
(the next, 1 x 1, convolution), u normalised by mean and sigma (second BN), loss L = sum_i t_i uhat_i; C > 0 a
common factor of all (gamma, beta) of the layer. sigma is a square root, but sigma times the gradient of L is
rational: with d_i = u_i - mean u, (dL/du_i) sigma = t_i - mean t - d_i (sum_j t_j d_j) / (n sigma^2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from constructions.psbn import one_step
from theory import (
    EMPIRICAL,
    ERRATUM,
    EXACT,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
)
from theory._core.torch_threads import one_thread

T11 = Claim(
    id="psbn.T11",
    kind=THEOREM,
    title="Before another normalisation gradients scale like 1/gamma",
    statement=r"If ReLU(BN) feeds a convolution and BN (eps = 0), the loss is invariant under "
    r"$(\gamma, \beta) \to C(\gamma, \beta)$ of the layer, gradients scale as 1/C and "
    r"$\langle(\gamma, \beta), \nabla\rangle = 0$. So s is proportional to $1/\gamma$ and "
    r"$\kappa$ scales as $\eta^2/\gamma^4$, not $\eta^2/\gamma^2$.",
    hypotheses={
        "second_norm": "the next layer is normalised",
        "no_eps": "its eps is 0",
    },
    constants={"power": -1, "kappa": -4, "euler": Fraction(0)},
    source=Derived("Euler's relation for a function homogeneous of degree 0"),
)

Numbers = list[Fraction]


@dataclass(frozen=True)
class Net:
    """Inputs x[i][k], parameters of the layer, weights c[k] of the next one, t[i] of the loss."""

    x: list[Numbers]
    gamma: Numbers
    beta: Numbers
    c: Numbers
    t: Numbers

    def scaled(self, C: Fraction) -> Net:
        """(gamma, beta) times C."""
        return Net(self.x, [C * g for g in self.gamma], [C * b for b in self.beta], self.c, self.t)


@dataclass(frozen=True)
class Scaled:
    """sigma times the gradient, and sigma^2 (1 where nothing is normalised)."""

    gamma: Numbers
    beta: Numbers
    variance: Fraction


def _dot(first: Numbers, second: Numbers) -> Fraction:
    return sum((a * b for a, b in zip(first, second, strict=True)), Fraction(0))


def _centred(numbers: Numbers) -> Numbers:
    mean = sum(numbers, Fraction(0)) / len(numbers)
    return [one - mean for one in numbers]


def gradient(net: Net, *, second_norm: bool, eps: Fraction) -> Scaled | None:
    """By the chain rule; None where the second layer's batch is constant."""
    n, channels = len(net.x), range(len(net.c))
    z = [[net.gamma[k] * row[k] + net.beta[k] for k in channels] for row in net.x]
    d = _centred([_dot(net.c, [max(value, Fraction(0)) for value in row]) for row in z])
    variance = _dot(d, d) / n + eps
    if not any(d):
        return None
    s, norm = net.t, Fraction(1)
    if second_norm:
        inner = _dot(net.t, d) / (n * variance)
        s = [t - one * inner for t, one in zip(_centred(net.t), d, strict=True)]
        norm = variance
    gamma, beta = [], []
    for k in channels:
        felt = [net.c[k] * s[i] if z[i][k] > 0 else Fraction(0) for i in range(n)]
        beta.append(sum(felt, Fraction(0)))
        gamma.append(_dot(felt, [row[k] for row in net.x]))
    return Scaled(gamma, beta, norm)


def _nets() -> Iterator[Net]:
    rng = Random("psbn.T11")

    def numbers(count: int) -> Numbers:
        return [Fraction(rng.randint(-20, 20), rng.randint(1, 6)) for _ in range(count)]

    for _ in range(60):
        n, channels = rng.randint(2, 5), rng.randint(1, 3)
        x = [numbers(channels) for _ in range(n)]
        yield Net(x, numbers(channels), numbers(channels), numbers(channels), numbers(n))


@T11.check(
    EXACT,
    scope="60 rational nets: 1-3 channels, batches of 2-5, C = 4, 1/3, 7/5; gradients as fractions",
)
def scaled_layers(claim: Claim) -> Outcome:
    """Squares of the gradients at C, their sum over kappa's gamma^2, and Euler's sum."""
    cases, eps = 0, Fraction(0) if claim.assumes("no_eps") else Fraction(1, 10)
    for net in _nets():
        first = gradient(net, second_norm=claim.assumes("second_norm"), eps=eps)
        if first is None:
            continue
        sum_ = sum(
            a * b for a, b in zip(net.gamma + net.beta, first.gamma + first.beta, strict=True)
        )
        if sum_ != claim["euler"]:
            return refuted({"net": net, "sigma <(gamma, beta), gradient>": sum_})
        for C in (Fraction(4), Fraction(1, 3), Fraction(7, 5)):
            other = gradient(net.scaled(C), second_norm=claim.assumes("second_norm"), eps=eps)
            wrong = _wrong(claim, C, first, other) if other else {"C": C, "gradient": None}
            if wrong:
                return refuted({"net": net, **wrong})
            cases += 1
    return established(cases=cases)


def _wrong(claim: Claim, C: Fraction, first: Scaled, other: Scaled) -> dict[str, Any] | None:
    pairs = zip(first.gamma + first.beta, other.gamma + other.beta, strict=True)
    for a, b in pairs:
        # Squares and signs, because sigma is a root.
        if b * abs(b) / other.variance != a * abs(a) / first.variance * C ** (2 * claim["power"]):
            return {
                "C": C,
                "gradients times sigma": (a, b),
                "sigma^2": (first.variance, other.variance),
            }
    before, after = (
        sum(one * one for one in found.gamma + found.beta) / found.variance
        for found in (first, other)
    )
    if after / C**2 != before * C ** claim["kappa"]:
        return {"C": C, "kappa": after / C**2, "was": before}
    return None


TOLERANCE = 1e-10  #: relative, float64 gradients through three convolutions


@T11.check(
    EMPIRICAL,
    scope="conv-BN-ReLU-conv-BN-ReLU-linear in torch float64, eps 1e-60, C = 4",
    tier="slow",
)
def torch_gradients(claim: Claim) -> Outcome:
    """Autograd of a cross entropy at (gamma, beta) and at 4 (gamma, beta)."""
    with one_thread():
        first, euler = _autograd(claim, 1.0)
        other, _ = _autograd(claim, 4.0)
    gaps = {
        "ratio": float(abs(other - first * 4.0 ** claim["power"]).max() / abs(first).max()),
        "euler": abs(euler - float(claim["euler"])) / float(abs(first).max()),
    }
    wrong = {name: gap for name, gap in gaps.items() if gap > TOLERANCE}
    return refuted(wrong) if wrong else established(records=gaps)


def _autograd(claim: Claim, C: float) -> tuple[Any, float]:
    """(gradient in (gamma, beta) of the first layer, its product with them)."""
    import torch
    from torch.nn import functional as F  # noqa: N812 - its usual name

    draw = torch.Generator().manual_seed(3)

    def randn(*shape: int) -> Any:
        return torch.randn(*shape, dtype=torch.float64, generator=draw)

    x, first, second, last = randn(8, 2, 6, 6), randn(5, 2, 3, 3), randn(4, 5, 3, 3), randn(3, 4)
    parameters = torch.stack((1 + 0.3 * randn(5), 0.3 * randn(5))) * C
    parameters.requires_grad_(True)
    eps = 1e-60 if claim.assumes("no_eps") else 0.1
    h = F.batch_norm(
        F.conv2d(x, first, padding=1), None, None, *parameters, training=True, eps=1e-5
    )
    h = F.conv2d(h.relu(), second, padding=1)
    if claim.assumes("second_norm"):
        h = F.batch_norm(h, None, None, training=True, eps=eps)
    logits = h.relu().mean((2, 3)) @ last.T
    loss = F.cross_entropy(logits, torch.arange(8) % 3)
    (found,) = torch.autograd.grad(loss, parameters)
    return found.numpy(), float((found * parameters.detach()).sum())


T11.falsifier(
    "no second normalisation", drop="second_norm", because="then the loss feels the scale"
)
T11.falsifier("eps = 1/10", drop="no_eps", because="then it feels the scale through sigma^2 + eps")
T11.falsifier("gradients do not scale", constants={"power": 0}, because="they scale like 1/C")
T11.falsifier("gradients scale as 1/C^2", constants={"power": -2}, because="they scale like 1/C")
T11.falsifier(
    "kappa like 1/gamma^2",
    constants={"kappa": -2},
    by="scaled_layers",
    because="s^2 brings another 1/gamma^2",
)


@T11.inhabitant
def two_layers(_: Claim) -> dict[str, bool]:
    """Two values 0, 2 into the second layer: deviations -1, 1, sigma^2 = 1 with eps = 0."""
    x = [[Fraction(-1)], [Fraction(1)]]
    one = [Fraction(1)]
    found = gradient(
        Net(x, one, one, one, [Fraction(0), Fraction(1)]), second_norm=True, eps=Fraction(0)
    )
    met = found is not None and found.variance == 1
    return {"second_norm": met, "no_eps": met}


@T11.boundary("a dead layer: the second batch is constant, and has no gradient")
def dead_layer(claim: Claim) -> Outcome:
    """All inputs of the second normalisation are 0."""
    x = [[Fraction(-1)], [Fraction(1)]]
    net = Net(x, [Fraction(1)], [Fraction(-2)], [Fraction(1)], [Fraction(0), Fraction(1)])
    found = gradient(net, second_norm=True, eps=Fraction(0))
    return established(cases=1) if found is None else refuted({"gradient": found})


X5 = Claim(
    id="psbn.X5",
    kind=ERRATUM,
    title="P4 before another normalisation: 1/gamma^4, not 1/gamma^2",
    statement=r"If s is proportional to $1/\gamma$ (T11), paths of r agree exactly under $(\eta, "
    r"\gamma, \beta) \to (C^2\eta, C\gamma, C\beta)$: the rate is proportional to "
    r"$\eta^2/\gamma^4$, and the exponent -2 of P4 in the scale holds only where the upstream "
    r"noise does not feel it.",
    hypotheses={"feedback": r"g_i are proportional to $1/|\gamma|$"},
    constants={"eta": 2},  # power of C for eta
    source=Derived("induction as in T6; the abstract names the scale alone"),
    needs=("psbn.P4", "psbn.T6", "psbn.T11"),
    proof_needs=("psbn.T11",),
)


@X5.check(EXACT, scope="40 rational paths of 6 steps, batches of 3, rational C")
def feedback_paths(claim: Claim) -> Outcome:
    """Two paths with the same inputs and the same g, the noise being g / |gamma|."""
    rng, cases = Random("psbn.X5"), 0

    def numbers(count: int) -> Numbers:
        return [Fraction(rng.randint(-30, 30), rng.randint(1, 9)) for _ in range(count)]

    def upstream(g: Fraction, state: tuple[Fraction, Fraction]) -> Fraction:
        return g / abs(state[0]) if claim.assumes("feedback") else g

    for _ in range(40):
        batches = [(numbers(3), numbers(3)) for _ in range(6)]
        gamma, beta, C = (
            Fraction(rng.randint(1, 20), 7),
            numbers(1)[0],
            Fraction(rng.randint(2, 9), 5),
        )
        runs = [
            one_step.path(eta, state, batches, Fraction(0), upstream=upstream)
            for eta, state in (
                (Fraction(1, 20), (gamma, beta)),
                (C ** claim["eta"] / 20, (C * gamma, C * beta)),
            )
        ]
        cases += 1
        if runs[0] != runs[1]:
            return refuted({"C": C, "paths": [[float(r) for r in run] for run in runs]})
    return established(cases=cases)


X5.falsifier("eta^2/gamma^2", constants={"eta": 1}, because="that is the law without feedback (T6)")
X5.falsifier("eta^2/gamma^6", constants={"eta": 3}, because="the noise has one power of gamma")
X5.falsifier("noise that does not feel gamma", drop="feedback", because="then T6 holds")


@X5.inhabitant
def halved(_: Claim) -> dict[str, bool]:
    """The noise at gamma = 2 is half of that at gamma = 1, for every g."""
    return {"feedback": all(Fraction(g) / 2 * 2 == Fraction(g) / 1 for g in (-3, 1, 7))}
