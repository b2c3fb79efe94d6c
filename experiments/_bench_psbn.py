"""The `psbn` wing against ``torch.nn``: the layer, the fused rectifier, the monitor. One thread."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import torch
from torch import Tensor, nn

from constructions.psbn import relu_native
from constructions.psbn.layers import PostShiftedBatchNorm2d
from constructions.psbn.monitor import CollapseMonitor
from constructions.psbn.relu_op import norm_relu
from experiments.benchmark import Race

SHAPES = ((64, 64, 16, 16), (128, 64, 32, 32))
FORMATS = {"NCHW": torch.contiguous_format, "NHWC": torch.channels_last}
NAIVE = "ref.: nn.BatchNorm2d"


class Naive(nn.BatchNorm2d):
    """The shift as a second pass over the output, the way it is usually written."""

    def forward(self, input: Tensor) -> Tensor:
        """BN(input) + 0.1."""
        return super().forward(input) + 0.1


def races() -> list[Race]:
    """Layer: training step and evaluation. Rectified: training step and evaluation. Monitor: 100 steps."""
    torch.set_num_threads(1)
    found = []
    for shape, layout in product(SHAPES, FORMATS):
        name, runs = f"{shape[0]}x{shape[2]}x{shape[3]} {layout}", 11 if shape[0] == 64 else 7
        data = inputs(shape, FORMATS[layout])
        found += unfused(name, data, runs) + fused(name, data, runs)
    return [*found, monitored()]


def inputs(shape: tuple[int, ...], layout: Any) -> tuple[Tensor, Tensor]:
    """x (requires gradient) and dy."""
    source = torch.Generator().manual_seed(0)
    x, dy = (torch.randn(shape, generator=source).contiguous(memory_format=layout) for _ in "xy")
    return x.requires_grad_(), dy


def unfused(name: str, data: tuple[Tensor, Tensor], runs: int) -> list[Race]:
    """The layer against torch's, and the naive form against torch's for comparison."""
    C = data[0].shape[1]
    stock, ours, naive = nn.BatchNorm2d(C), PostShiftedBatchNorm2d(C), Naive(C)
    return [
        Race(f"{label} {kind} {name}", work(one, data), work(stock, data), NAIVE, runs, False)
        for label, one in (("layer", ours), ("(naive)", naive))
        for kind, work in (("train", training), ("eval", evaluation))
    ]


def fused(name: str, data: tuple[Tensor, Tensor], runs: int) -> list[Race]:
    """Norm and rectifier in one against BatchNorm2d, then ReLU."""
    C = data[0].shape[1]
    stock = nn.Sequential(nn.BatchNorm2d(C), nn.ReLU())
    built = relu_native.kernels() is not None
    note = "ref.: BatchNorm2d, then ReLU"
    found = []
    for route in ("torch", "native") if built else ("torch",):
        ours = Rectified(C, route)
        for kind, work in (("train", training), ("eval", evaluation)):
            label = f"+relu {route} {kind} {name}"
            found.append(Race(label, work(ours, data), work(stock, data), note, runs, False))
    if not built:
        missing = "kernel not built: python -m constructions.psbn.relu_native"
        found.append(Race(f"+relu native {name}", found[0].ours, None, missing, 1, False))
    return found


class Rectified(PostShiftedBatchNorm2d):
    """The fused layer on a given route."""

    def __init__(self, num_features: int, route: Any) -> None:
        super().__init__(num_features)
        self.route = route

    def _normalise(self, x: Tensor, averaging: float) -> Tensor:
        stats, bias = self._statistics(), self.shifted_bias(x)
        how = {"training": stats[2], "momentum": averaging, "route": self.route}
        return norm_relu(x, *stats[:2], self.weight, bias, **how)


def training(module: nn.Module, data: tuple[Tensor, Tensor]) -> Callable[[], None]:
    """Forward and backward passes; the gradients are dropped."""
    x, dy = data

    def step() -> None:
        module.train()
        for _ in range(passes(x)):
            module(x).backward(dy)
            module.zero_grad()
            x.grad = None

    return step


def evaluation(module: nn.Module, data: tuple[Tensor, Tensor]) -> Callable[[], None]:
    """Forward passes in evaluation mode, without graph."""

    def step() -> None:
        module.eval()
        with torch.no_grad():
            for _ in range(passes(data[0])):
                module(data[0])

    return step


def passes(x: Tensor) -> int:
    """Small tensors are run several times in one measurement."""
    return max(1, 2**23 // x.numel())


def monitored() -> Race:
    """Fifty training steps of a small network, one of them looked at, against the same without a monitor."""
    note = "ref.: the same without monitor"
    return Race("monitor, 50 steps, every=50", steps(True), steps(False), note, 7, False)


def steps(watched: bool) -> Callable[[], None]:
    """Fifty steps of SGD on 64 random 8 x 8 images; 144 channels in four norms."""
    torch.manual_seed(0)
    widths = (1, 24, 24, 48, 48)
    blocks = [
        layer
        for i, (a, b) in enumerate(pairwise(widths))
        for layer in (
            nn.Conv2d(a, b, 3, 1 + (i == 2), padding=1, bias=False),
            PostShiftedBatchNorm2d(b),
            nn.ReLU(),
        )
    ]
    model = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    x, y = torch.randn(64, 1, 8, 8), torch.randint(10, (64,))
    if watched:
        CollapseMonitor(model, every=50, optimizer=optimizer)

    def fifty() -> None:
        for _ in range(50):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()

    return fifty
