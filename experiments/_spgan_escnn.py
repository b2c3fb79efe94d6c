"""Work of the peer library, done in an interpreter of its own: a worker that answers one request a line.

escnn 1.0.11 does not import with numpy 2, so it cannot share a process with this project. This file is
run as a script by that interpreter (it imports nothing of the project). It says ``ready VERSION`` once,
then for each line

    {"group": "C4", "fields": 32, "kind": "train", "layout": "NHWC", "passes": 2, "shape": [16, 128, 28,
    28]}

it does the work and says ``done``. Layers are built at their first request. It ends with its input.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any


def main() -> None:
    """Answer until the input ends. Whatever a library prints goes to the error output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    escnn = importlib.import_module("escnn")
    importlib.import_module("torch").set_num_threads(1)
    answers.write(f"ready {getattr(escnn, '__version__', '')}\n")
    answers.flush()
    for line in sys.stdin:
        request = json.loads(line)
        step = work(
            *(request[name] for name in ("group", "fields", "kind", "layout")),
            tuple(request["shape"]),
        )
        for _ in range(request["passes"]):
            step()
        answers.write("done\n")
        answers.flush()


@cache
def work(
    group: str, fields: int, kind: str, layout: str, shape: tuple[int, ...]
) -> Callable[[], None]:
    """One pass of a 3 x 3 layer of regular fields: forward and backward, or evaluation."""
    torch: Any = importlib.import_module("torch")
    gspaces: Any = importlib.import_module("escnn.gspaces")
    nn: Any = importlib.import_module("escnn.nn")
    space = gspaces.rot2dOnR2(4) if group == "C4" else gspaces.flipRot2dOnR2(4)
    fieldtype = nn.FieldType(space, fields * [space.regular_repr])
    layer = nn.R2Conv(fieldtype, fieldtype, kernel_size=3, padding=1).train(kind == "train")
    form = torch.channels_last if layout == "NHWC" else torch.contiguous_format
    x = torch.randn(shape).contiguous(memory_format=form).requires_grad_(kind == "train")
    dy = torch.randn(shape).contiguous(memory_format=form)

    def train() -> None:
        layer(nn.GeometricTensor(x, fieldtype)).tensor.backward(dy)
        layer.zero_grad()
        x.grad = None

    def evaluate() -> None:
        with torch.no_grad():
            layer(nn.GeometricTensor(x, fieldtype))

    return train if kind == "train" else evaluate


if __name__ == "__main__":
    main()
