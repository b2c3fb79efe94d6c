"""Training many small ReLU nets at once, in float64. An illustration; failure proves nothing.

Symbols: R nets trained side by side, N points each, W width, L hidden layers, P dense parameters.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

from constructions.interp.configurations import Configuration, equispaced, paired
from constructions.interp.vector_bound import sharpest_minimum
from proofs_checks.error_rates import clopper_pearson
from proofs_checks.interp.counting import parameters

if TYPE_CHECKING:
    import torch

    Layers = list[tuple[torch.Tensor, torch.Tensor]]

ALPHA = Fraction(1, 20)
RATE = 0.02  # of Adam, falling to zero along a cosine
LOOK_EVERY = 10
KINDS = ("paired", "equispaced, alternating", "equispaced, random")


def certified(N: int, b: int) -> int:
    """The certified minimum over uniform widths."""
    return sharpest_minimum(N, b).parameters


def architectures(N: int, b: int) -> list[tuple[int, int]]:
    """(W, L): the largest class below the bound, the smallest at it, the shallow class, larger ones."""
    bound = sharpest_minimum(N, b)
    below = [(W, L) for W in range(2, N) for L in range(1, N) if _P(W, L) < bound.parameters]
    nearest = max(below, key=lambda shape: _P(*shape))
    survivor = (bound.survivor[0], len(bound.survivor))
    wanted = [nearest, survivor, (N - 1, 1), (8, 3), (16, 3), (32, 2)]
    return sorted(dict.fromkeys(wanted), key=lambda shape: (_P(*shape), shape))


def _P(W: int, L: int) -> int:
    return parameters(1, W, L)


def points(kind: str, N: int, b: int, rng: Random) -> Configuration:
    """One draw. Alternating labels are those of the pairs, so that only the places differ."""
    if kind == "paired":
        return paired(N, b, rng)
    drawn = equispaced(N, b, rng)
    if kind == "equispaced, random":
        return drawn
    return Configuration(drawn.name, drawn.points, (0, 1) * (N // 2), drawn.separation)


def success(
    size: tuple[int, int],
    shape: tuple[int, int],
    kind: str,
    effort: tuple[int, int],
    rng: Random,
) -> dict[str, Any]:
    """How many of the restarts get every label right at some step, with its interval."""
    (N, b), (W, L), (restarts, steps) = size, shape, effort
    drawn = [points(kind, N, b, rng) for _ in range(restarts)]
    solved = train(drawn, W, L, steps, rng.randrange(2**31))
    low, high = clopper_pearson(solved, restarts, ALPHA)
    return {
        **{"W": W, "L": L, "P": _P(W, L), "below_bound": _P(W, L) < certified(N, b)},
        **{"points": kind, "solved": solved, "restarts": restarts},
        **{"rate": solved / restarts, "low": float(low), "high": float(high)},
    }


def train(drawn: list[Configuration], W: int, L: int, steps: int, seed: int) -> int:
    """Train one net for each configuration by Adam on the logistic loss; how many were ever right."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # these tensors are too small to share, and threads would only wait
    try:
        return _train(drawn, (W, L), steps, seed)
    finally:
        torch.set_num_threads(threads)


def _train(drawn: list[Configuration], shape: tuple[int, int], steps: int, seed: int) -> int:
    import torch

    W, L = shape
    generator = torch.Generator().manual_seed(seed)
    # Inputs are rescaled to [-1, 1].
    values = [[[2 * float(x) - 1] for (x,) in one.points] for one in drawn]
    x = torch.tensor(values, dtype=torch.float64)  # (R, N, 1)
    y = torch.tensor([one.labels for one in drawn], dtype=torch.float64)  # (R, N)
    layers = _initial(len(drawn), [1, *[W] * L, 1], generator)
    optimiser = torch.optim.Adam([tensor for layer in layers for tensor in layer], lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    ever = torch.zeros(len(drawn), dtype=torch.bool)
    for step in range(steps):
        output = _forward(layers, x)
        if step % LOOK_EVERY == 0:
            ever |= _all_right(output, y)
        # The nets do not share weights, so a sum of losses trains each by itself.
        loss = torch.nn.functional.binary_cross_entropy_with_logits(output, y, reduction="sum")
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        ever |= _all_right(_forward(layers, x), y)
    return int(ever.sum())


def _initial(R: int, sizes: list[int], generator: torch.Generator) -> Layers:
    """He's normal weights; the bends of the first layer are spread over [-1, 1]."""
    import torch

    layers = []
    for depth, (fan_in, out) in enumerate(pairwise(sizes)):
        shape = (R, fan_in, out)
        weight = torch.randn(shape, dtype=torch.float64, generator=generator)
        weight *= (2 / fan_in) ** 0.5
        bias = torch.zeros((R, 1, out), dtype=torch.float64)
        if depth == 0:
            place = torch.rand((R, 1, out), dtype=torch.float64, generator=generator) * 2 - 1
            bias = -weight * place
        layers.append((weight.requires_grad_(), bias.requires_grad_()))
    return layers


def _forward(layers: Layers, x: torch.Tensor) -> torch.Tensor:
    """(R, N, 1) -> (R, N)."""
    h = x
    for weight, bias in layers[:-1]:
        h = (h @ weight + bias).relu()
    weight, bias = layers[-1]
    return (h @ weight + bias)[:, :, 0]


def _all_right(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """(R, N), (R, N) -> (R,): which nets have every label right; NaN is wrong for either label."""
    return ((output > 0) & (y > 0.5) | (output < 0) & (y < 0.5)).all(dim=1)
