r"""Numbers of the noise experiment: gradients of real batches against psbn.T3's (G) and (N).

| symbol | meaning |
|---|---|
| n | values of a channel in a batch, N H W |
| g | n dL/dy for every value, y the rectified output; s^2 = E g^2 |
| w, xhat | 1 where active, the normalised input |
| V | variance over batches of G_beta = mean(g w), or of G_gamma = mean(g w xhat) |

T3 predicts V = s^2 Phi(r) / n for G_beta and s^2 (Phi - r phi) / n for G_gamma, and kappa = eta^2 s^2 /
(n gamma^2) is off by the same factor as V is. The factor is a product of four, each of which one
hypothesis says is 1:

| factor | is | 1 if |
|---|---|---|
| shape | E[w xhat^2j] over Phi or Phi - r phi | (G): xhat is normal |
| gate | E[g^2 w xhat^2j] over s^2 E[w xhat^2j] | (N): the size of g does not depend on the mask |
| image | the same with g w xhat^j summed over each image first | (N): values of one image are independent |
| batch | V over the last | images are independent and the mean gradient is 0 |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import log
from random import Random
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from constructions.psbn.moments import gradient_covariance
from experiments import _psbn_net as nets
from experiments._psbn_data import Images, load

DECAY = 1e-3
BLOCKS = 4
SCALE = 2.0  # factor of (gamma, beta) in the test of the network caveat
FACTORS = ("shape", "gate", "image", "batch")
FEW = 1e-3  # channels active on a smaller share of values are left out: their moments are not seen


@dataclass(frozen=True)
class Measure:
    """A net trained for some epochs at a rate (0 epochs: as initialised), then held fixed."""

    data: str
    replicate: int
    width: int
    epochs: int
    rate: float
    batches: int


@dataclass
class Sums:
    """Running sums of one block over batches, all (C,); ``n`` values and ``seen`` batches."""

    n: int = 0
    seen: int = 0
    total: dict[str, Tensor] | None = None
    worst: float = 0.0  # largest |G| over its bound of T3, in any batch and channel

    def add(self, terms: dict[str, Tensor], n: int, worst: float) -> None:
        """Add a batch."""
        self.n, self.seen, self.worst = n, self.seen + 1, max(self.worst, worst)
        if self.total is None:
            self.total = {name: torch.zeros_like(value) for name, value in terms.items()}
        for name, value in terms.items():
            self.total[name] += value

    def mean(self, name: str) -> Tensor:
        """Mean over the batches."""
        return (self.total or {})[name] / self.seen


def measure(task: Measure, rng: Random) -> dict[str, Any]:
    """One row for every channel that is seen, the bounds, and the exponents of the caveat."""
    seeds = [rng.getrandbits(31) for _ in range(3)]
    images = load(task.data)
    with nets.one_thread():
        net = nets.build(task.width, "bn", 0.0, seeds[0], torch.float64)
        made = nets.optimiser(net, nets.Recipe("sgd", task.rate, DECAY))
        images = Images(images.x.double(), images.y, images.x_test.double(), images.y_test)
        for batch in nets.orders(len(images.x), task.epochs, seeds[1]):
            nets.step(net, made, images.x[batch], images.y[batch])
        sums = [Sums() for _ in range(BLOCKS)]
        chosen = list(_random_batches(len(images.x), task.batches, seeds[2]))
        for batch in chosen:
            _observe(net, images.x[batch], images.y[batch], sums)
        exponents = [_exponent(net, block, images, chosen[0]) for block in range(BLOCKS)]
    channels, left_out = [], 0
    for block, one in enumerate(sums):
        rows, few = _channels(net.norms[block], one)
        channels += [{"block": block, **row} for row in rows]
        left_out += few
    return {
        **asdict(task),
        "channels": channels,
        "left_out": left_out,
        "worst_bound": max(one.worst for one in sums),
        "exponents": exponents,
    }


def _random_batches(n: int, count: int, seed: int) -> Iterator[Tensor]:
    """Batches drawn independently of each other, without repetition inside a batch."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        yield torch.randperm(n, generator=generator)[: nets.BATCH]


def _backward(net: nets.Net, x: Tensor, y: Tensor) -> list[tuple[Any, Tensor, Tensor]]:
    """(norm, z, n dL/dy) of every block; gradients of parameters are left in place."""
    net.zero_grad()
    found = []
    for norm, z, out in net.blocks(x):
        out.retain_grad()
        found.append((norm, z, out))
    F.cross_entropy(net.head(found[-1][2]), y).backward()
    told = []
    for norm, z, out in found:
        gradient = out.grad
        if gradient is None:
            raise ValueError("net: a block has no gradient")
        told.append((norm, z.detach(), gradient * (out.numel() // out.shape[1])))
    return told


def _observe(net: nets.Net, x: Tensor, y: Tensor, sums: list[Sums]) -> None:
    """Add the moments of one batch to every block."""
    for (norm, z, g), block in zip(_backward(net, x, y), sums, strict=True):
        gamma, beta = norm.weight.detach(), norm.bias.detach()
        view = (1, -1, 1, 1)
        xhat = (z - beta.view(view)) / gamma.view(view)
        w = (z > 0).to(z)
        n, over = z.numel() // z.shape[1], (0, 2, 3)
        G = norm.bias.grad, norm.weight.grad
        terms = {"g2": (g**2).mean(over), "g": g.mean(over)}
        for j in (0, 1):
            gated = g * w * xhat**j
            terms |= {
                f"w{j}": (w * xhat ** (2 * j)).mean(over),
                f"gw{j}": (gated**2).mean(over),
                f"image{j}": (gated.sum((2, 3)) ** 2).sum(0) / n,
                f"G{j}": G[j].clone(),
                f"G2{j}": G[j] ** 2,
            }
        rms = terms["g2"].sqrt().clamp_min(1e-300)
        low = (beta / gamma.abs()).clamp(max=0)
        bounds = torch.stack((G[0].abs() / rms * (1 + low**2).sqrt(), G[1].abs() / rms))
        block.add(terms, n, float(bounds.max()))


def _channels(norm: Any, sums: Sums) -> tuple[list[dict[str, Any]], int]:
    """The variance of each gradient over its prediction, and the four factors; how many are left out."""
    gamma, beta = norm.weight.detach().abs(), norm.bias.detach()
    r = beta / gamma
    limit = gradient_covariance(r.numpy())
    predicted = (torch.as_tensor(limit.beta), torch.as_tensor(limit.gamma))
    s2, n = sums.mean("g2"), sums.n
    found: list[dict[str, Any]] = [
        {"r": float(a), "gamma": float(b)} for a, b in zip(r, gamma, strict=True)
    ]
    for j, name in enumerate(("beta", "gamma")):
        V = (sums.mean(f"G2{j}") - sums.mean(f"G{j}") ** 2) * sums.seen / (sums.seen - 1)
        stages = [
            s2 * predicted[j],
            s2 * sums.mean(f"w{j}"),
            sums.mean(f"gw{j}"),
            sums.mean(f"image{j}"),
            n * V,
        ]
        signal = sums.mean(f"G{j}").abs() / V.clamp_min(1e-300).sqrt()
        for i, row in enumerate(found):
            row[name] = {
                "measured": float(V[i]) ** 0.5,
                "predicted": float(stages[0][i] / n) ** 0.5,
                "signal": float(signal[i]),
                **{
                    f: float(b[i] / a[i].clamp_min(1e-300))
                    for f, a, b in zip(FACTORS, stages, stages[1:], strict=False)
                },
                "ratio": float(stages[-1][i] / stages[0][i]),
            }
    seen = sums.mean("w0") > FEW
    return [row for row, ok in zip(found, seen, strict=True) if ok], int((~seen).sum())


def _exponent(net: nets.Net, block: int, images: Images, batch: Tensor) -> float:
    """d log s / d log gamma: s of a block before and after (gamma, beta) is multiplied by :data:`SCALE`."""
    sizes = []
    norm: Any = net.norms[block]
    for factor in (1.0, SCALE):
        with torch.no_grad():
            norm.weight *= factor
            norm.bias *= factor
        sizes.append(
            float(_backward(net, images.x[batch], images.y[batch])[block][2].pow(2).mean().sqrt())
        )
    with torch.no_grad():
        norm.weight /= SCALE
        norm.bias /= SCALE
    return log(sizes[1] / sizes[0]) / log(SCALE)
