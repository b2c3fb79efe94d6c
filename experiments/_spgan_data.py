"""Digits whose law is made invariant: Semeion (16 x 16), MNIST's test part (14 x 14), scikit-learn's (8 x 8).

Handwritten digits have an up and a down. Turning each by its own uniform multiple of 90 degrees *defines*
a law that C4 leaves exactly alone. Nothing is downloaded: the first two are read from the folder that
TOUCHSTONE_DATA names, and only if they are the files whose hashes are known.
"""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

FOLDER = "TOUCHSTONE_DATA"
EXTRA = "touchstone[learn]"
# path in the folder -> SHA-256 of the (uncompressed) bytes
FILES = {
    "semeion": {
        "semeion/semeion.data": "f1ecc79615fabc8ef86cd7d709a1dfeeec55f5e6cc5e986021e6811b7ce24d4e"
    },
    "mnist": {
        "mnist10k/t10k-images-idx3-ubyte.gz": (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        "mnist10k/t10k-labels-idx1-ubyte.gz": (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        ),
    },
    "digits": {},
}
POOL = {"semeion": 1000, "mnist": 8000, "digits": 1200}  # images to train on; the rest is held out
TOKENS = 267  # of a Semeion record: 256 pixels, 10 classes, the classes once more as a word


@dataclass(frozen=True)
class Digits:
    """Upright images (N, 1, side, side) in [-1, 1] and labels (N,), in the order of the file."""

    x: torch.Tensor
    y: torch.Tensor
    x_held: torch.Tensor
    y_held: torch.Tensor


def absent(name: str) -> str | None:
    """Why the images cannot be had, or ``None``."""
    if name == "digits":
        missing = f"scikit-learn missing (its digits are used): pip install '{EXTRA}'"
        return None if find_spec("sklearn") else missing
    folder = os.environ.get(FOLDER)
    if not folder:
        return f"{FOLDER} is not set; it must name a folder with {', '.join(FILES[name])}"
    for file in FILES[name]:
        if not (Path(folder) / file).is_file():
            return f"{Path(folder) / file} missing"
    return None


def load(name: str) -> Digits:
    """The images. Raises ``ValueError`` if they are missing, or the files are other ones."""
    if missing := absent(name):
        raise ValueError(f"data: {missing}")
    x, y = {"semeion": _semeion, "mnist": _mnist, "digits": _digits}[name]()
    n = POOL[name]
    return Digits(x[:n], y[:n], x[n:], y[n:])


@cache
def _contents(file: str, known: str) -> bytes:
    path = Path(os.environ[FOLDER]) / file
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if file.endswith(".gz") else data
    except (OSError, EOFError) as error:
        raise ValueError(f"{FOLDER}: {path} cannot be read: {error}") from None
    found = sha256(data).hexdigest()
    if found != known:
        raise ValueError(f"{FOLDER}: {path} has SHA-256 {found} (uncompressed), must be {known}")
    return data


def _read(name: str) -> list[bytes]:
    return [_contents(file, known) for file, known in FILES[name].items()]


def _semeion() -> tuple[torch.Tensor, torch.Tensor]:
    """(1593, 1, 16, 16): the first record is broken over 17 lines, so tokens are counted, not lines."""
    import torch

    tokens = _read("semeion")[0].split()
    records = [tokens[i : i + TOKENS - 1] for i in range(0, len(tokens), TOKENS)]
    numbers = torch.tensor([[int(token) for token in record] for record in records])
    x = numbers[:, :256].float().reshape(-1, 1, 16, 16)
    return 2 * x - 1, numbers[:, 256:].argmax(1)


def _mnist() -> tuple[torch.Tensor, torch.Tensor]:
    """(10000, 1, 14, 14): pairs of pixels averaged both ways."""
    import torch

    pixels, labels = (
        torch.frombuffer(bytearray(data[skip:]), dtype=torch.uint8)
        for data, skip in zip(_read("mnist"), (16, 8), strict=True)
    )
    x = pixels.reshape(-1, 1, 28, 28).float() / 255
    return 2 * torch.nn.functional.avg_pool2d(x, 2) - 1, labels.long()


@cache
def _digits() -> tuple[torch.Tensor, torch.Tensor]:
    """(1797, 1, 8, 8)."""
    import torch
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)  # (1797, 64), 0 to 16
    x = torch.tensor(pixels / 8 - 1, dtype=torch.float32).reshape(-1, 1, 8, 8)
    return x, torch.tensor(labels, dtype=torch.int64)
