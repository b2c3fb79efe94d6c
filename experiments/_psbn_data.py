"""Real images: scikit-learn's digits, and the test part of MNIST from a folder that a variable names.

Nothing is downloaded. What is not there is said in one line, with what to do about it; a file that is
there and is another one is an error.
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
# SHA-256 of the uncompressed bytes: archives of the same images differ in their headers.
MNIST = {
    "images": (
        "t10k-images-idx3-ubyte.gz",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "labels": (
        "t10k-labels-idx1-ubyte.gz",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
TRAINED_ON = {"digits": 1437, "mnist": 8000}  # the rest is for testing
HEADERS = {"images": 16, "labels": 8}


@dataclass(frozen=True)
class Images:
    """Gray images (N, 1, H, W) in [0, 1], float32, and labels (N,), split once and for all."""

    x: torch.Tensor
    y: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor


def absent(name: str) -> str | None:
    """Why the images cannot be had, or ``None``. ``ValueError`` for files that are not the right ones."""
    if name == "digits":
        if find_spec("sklearn") is None:
            return f"scikit-learn missing (its digits are used): pip install '{EXTRA}'"
        return None
    folder = os.environ.get(FOLDER)
    if not folder:
        return f"{FOLDER} is not set; it must name a folder with mnist10k/{MNIST['images'][0]} and labels"
    for file, _ in MNIST.values():
        if not _path(folder, file).is_file():
            return (
                f"{_path(folder, file)} missing: the test part of MNIST, as distributed (idx, gzip)"
            )
    for kind in MNIST:
        _contents(folder, kind)
    return None


def _path(folder: str, file: str) -> Path:
    return Path(folder) / "mnist10k" / file


@cache
def _contents(folder: str, kind: str) -> bytes:
    """The uncompressed file; ``ValueError`` if it is not the one whose hash is known."""
    file, known = MNIST[kind]
    path = _path(folder, file)
    try:
        data = gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as error:
        raise ValueError(f"{FOLDER}: {path} cannot be read as gzip: {error}") from None
    found = sha256(data).hexdigest()
    if found != known:
        raise ValueError(f"{FOLDER}: {path} has SHA-256 {found} (uncompressed), must be {known}")
    return data


def load(name: str) -> Images:
    """The images; ``ValueError`` where :func:`absent` would say what is missing."""
    if missing := absent(name):
        raise ValueError(f"data: {missing}")
    x, y = _digits() if name == "digits" else _mnist(os.environ[FOLDER])
    n = TRAINED_ON[name]
    return Images(x[:n], y[:n], x[n:], y[n:])


def _digits() -> tuple[torch.Tensor, torch.Tensor]:
    """(1797, 1, 8, 8) and labels."""
    import torch
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)  # (1797, 64), 0 to 16
    x = torch.tensor(pixels / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)
    return x, torch.tensor(labels, dtype=torch.int64)


def _mnist(folder: str) -> tuple[torch.Tensor, torch.Tensor]:
    """(10000, 1, 14, 14), pairs of pixels averaged both ways, and labels."""
    import torch

    pixels, labels = (
        torch.frombuffer(bytearray(_contents(folder, kind)[HEADERS[kind] :]), dtype=torch.uint8)
        for kind in ("images", "labels")
    )
    x = pixels.reshape(10_000, 1, 28, 28).float() / 255
    return torch.nn.functional.avg_pool2d(x, 2), labels.long()
