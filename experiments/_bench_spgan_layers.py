"""The layers of the `spgan` wing: filter expansion, plain ``conv2d``, and escnn. One thread.

escnn needs an old numpy, so it runs in an interpreter of its own: set ``TOUCHSTONE_ESCNN_PYTHON`` to
one that has escnn 1.0.11 (with numpy 1.26, scikit-learn 1.4 and the same torch). Its passes alternate
with ours like any reference's; one process waits while the other works. Without it those rows say so.

Read the rows "expansion" as: the convolution takes ``ratio`` times as long as expanding its filter (5 %
is ratio 20). Both sides of the escnn rows have 128 channels of regular fields and a 3 x 3 kernel;
escnn's default basis spans two thirds of our filters.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import IO

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from constructions.spgan.conv import GroupConv2d
from constructions.spgan.image_groups import C4, D4, ImageGroup
from constructions.spgan.norm import GroupBatchNorm2d
from constructions.spgan.spectral import spectral_norm
from experiments.benchmark import Race

VARIABLE = "TOUCHSTONE_ESCNN_PYTHON"
SHAPE = (16, 128, 28, 28)
FORMATS = {"NCHW": torch.contiguous_format, "NHWC": torch.channels_last}
KINDS = ("train", "eval")
PASSES, RUNS = 2, 9


def races() -> list[Race]:
    """Expansion, layers against plain ones, layers against escnn."""
    torch.set_num_threads(1)
    peer = Peer.of(os.environ.get(VARIABLE))
    found = []
    for group in (C4, D4):
        layer = GroupConv2d(group, 128 // group.order, 128 // group.order, 3)
        found += expansion(layer)
        for layout, kind in product(FORMATS, KINDS):
            found += layers(layer, layout, kind, peer)
    return found


def data(layout: str) -> tuple[Tensor, Tensor]:
    """x (requires gradient) and dy."""
    source = torch.Generator().manual_seed(0)
    form = FORMATS[layout]
    x, dy = (torch.randn(SHAPE, generator=source).contiguous(memory_format=form) for _ in "xy")
    return x.requires_grad_(), dy


def expansion(layer: GroupConv2d) -> list[Race]:
    """The gather and its gradient against the convolution and its; with spectral norm too."""
    x, dy = data("NHWC")
    W = layer.filter().detach().requires_grad_()
    dW = torch.randn(W.shape).contiguous(memory_format=torch.channels_last)
    normed = spectral_norm(GroupConv2d(layer.group, layer.in_fields, layer.out_fields, 3))

    def forward() -> None:
        with torch.no_grad():
            F.conv2d(x, W, padding=1)

    def both() -> None:
        F.conv2d(x, W, padding=1).backward(dy)
        x.grad = W.grad = None

    def expanded(one: GroupConv2d, backward: bool) -> Callable[[], None]:
        def step() -> None:
            with torch.set_grad_enabled(backward):
                filter = one.filter()
            if backward:
                filter.backward(dW)
                one.zero_grad()

        return step

    name, note = layer.group.name, "ref.: conv2d alone"
    rows = (
        ("forward", expanded(layer, False), forward),
        ("forward+backward", expanded(layer, True), both),
        ("+ spectral norm", expanded(normed, True), both),
    )
    return [Race(f"{name} expansion {what}", a, b, note, RUNS, False) for what, a, b in rows]


def layers(layer: GroupConv2d, layout: str, kind: str, peer: Peer | str) -> list[Race]:
    """One layer against ``nn.Conv2d`` and escnn, and the norm against ``nn.BatchNorm2d``."""
    group, one = layer.group, data(layout)
    plain = nn.Conv2d(128, 128, 3, padding=1)
    plain.weight.data = plain.weight.data.contiguous(memory_format=FORMATS[layout])
    name = f"{group.name} %s {kind} {layout}"
    ours, stock = passes(layer, one, kind), passes(plain, one, kind)
    norms = [
        passes(m, one, kind)
        for m in (GroupBatchNorm2d(group, layer.out_fields), nn.BatchNorm2d(128))
    ]
    found = [
        Race(name % "conv", ours, stock, f"ref.: nn.Conv2d, weight in {layout}", RUNS, False),
        Race(name % "norm", norms[0], norms[1], "ref.: nn.BatchNorm2d", RUNS, False),
    ]
    if isinstance(peer, str):
        return [*found, Race(name % "conv", ours, None, peer, 1, False)]
    theirs = peer.passes(group, layer.out_fields, kind, layout)
    return [*found, Race(name % "conv", ours, theirs, f"ref.: escnn {peer.version}", RUNS, False)]


def passes(module: nn.Module, one: tuple[Tensor, Tensor], kind: str) -> Callable[[], None]:
    """`PASSES` forward and backward passes, or forward passes in evaluation mode."""
    x, dy = one

    def train() -> None:
        module.train()
        for _ in range(PASSES):
            module(x).backward(dy)
            module.zero_grad()
            x.grad = None

    def evaluate() -> None:
        module.eval()
        with torch.no_grad():
            for _ in range(PASSES):
                module(x)

    return train if kind == "train" else evaluate


class Peer:
    """escnn in another process; see `_spgan_escnn`. It ends with this process (its input ends)."""

    def __init__(self, process: subprocess.Popen[str], version: str) -> None:
        self.process, self.version = process, version

    @classmethod
    def of(cls, python: str | None) -> Peer | str:
        """The peer in that interpreter, or why there is none."""
        if not python:
            return f"escnn not installed: {VARIABLE} names no interpreter"
        script = Path(__file__).with_name("_spgan_escnn.py")
        try:
            process = subprocess.Popen(
                [python, str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        except OSError as error:
            return f"escnn not installed: {VARIABLE}: {error.strerror}"
        word, _, version = pipe(process.stdout).readline().strip().partition(" ")
        if word == "ready":
            return cls(process, version)
        process.communicate()
        return f"escnn not installed: the interpreter of {VARIABLE} does not import it"

    def passes(self, group: ImageGroup, fields: int, kind: str, layout: str) -> Callable[[], None]:
        """`PASSES` passes over there. The first, which builds the layer, is made here and now."""
        request = {"group": group.name, "fields": fields, "kind": kind, "layout": layout}
        line = json.dumps({**request, "passes": PASSES, "shape": SHAPE}) + "\n"

        def step() -> None:
            pipe(self.process.stdin).write(line)
            pipe(self.process.stdin).flush()
            if pipe(self.process.stdout).readline() != "done\n":
                raise RuntimeError(f"escnn stopped with exit code {self.process.wait()}")

        step()
        return step

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def pipe(stream: IO[str] | None) -> IO[str]:
    """The stream, which is there."""
    if stream is None:
        raise RuntimeError("the process has no such stream")
    return stream
