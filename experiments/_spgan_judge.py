"""The reader of digits: one network that tells classes and orientations, and gives features.

It is trained on the turned images of the pool, once for each data set and always in the same way, so that
every arm is measured by the same reader. Its held-out accuracies are reported with the results. Features
are those below both heads, and know orientations. Readings are made from all four turns of an image, so that
a turned image is read as the same class in the turned orientation, whatever it shows: an invariant law is
read as even, exactly, also where it makes no digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from constructions.spgan.fid import extrapolated, fid, kid
from constructions.spgan.metrics import counts_off_uniform, occupancy, w1
from experiments._spgan_data import Digits, load
from experiments._spgan_game import one_thread

FEATURES, CHANNELS = 32, 16
STEPS, BATCH, RATE = 800, 64, 3e-3
TIED = 1e-4  # a difference of scores that is rounding: an image that is its own turn has no orientation
MATCHED = 500  # images on each side of W1
SEED = 20220201  # of the reader, which is no subject of the experiment


class Reader(nn.Module):
    """(N, 1, side, side) -> features (N, 32); heads for 10 classes and 4 orientations."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, CHANNELS, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(CHANNELS, 2 * CHANNELS, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(3),
            nn.Flatten(),
            nn.Linear(18 * CHANNELS, FEATURES),
            nn.ReLU(),
        )
        self.classes, self.turns = nn.Linear(FEATURES, 10), nn.Linear(FEATURES, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features, class scores, orientation scores."""
        h = self.body(x)
        return h, self.classes(h), self.turns(h)

    @torch.no_grad()
    def read(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features (N, 32), classes (N,), and shares of the orientations (N, 4): one, unless tied."""
        every = [self(torch.rot90(x, j, (-2, -1))) for j in range(4)]
        classes = torch.stack([one[1] for one in every]).mean(0)
        turns = torch.stack([one[2].roll(-j, 1) for j, one in enumerate(every)]).mean(0)
        first = (turns > turns.amax(1, keepdim=True) - TIED).double()
        return every[0][0], classes.argmax(1), first / first.sum(1, keepdim=True)


def turned(x: Tensor, stream: torch.Generator) -> tuple[Tensor, Tensor]:
    """Every image turned by its own uniform multiple of 90 degrees, and by how many."""
    k = torch.randint(4, (len(x),), generator=stream)
    every = torch.stack([torch.rot90(x, j, (-2, -1)) for j in range(4)])
    return every[k, torch.arange(len(x))], k


@dataclass(frozen=True, eq=False)
class Judge:
    """A trained reader and what it says of the held-out images, each turned by all four elements."""

    reader: Reader
    real: Tensor
    """Features (4 held, 32)."""
    held: Tensor
    """Features (held, 32) of one turned copy of each: a sample of the law."""
    told: dict[str, float]


@cache
def judge(name: str) -> Judge:
    """For the data set ``name``; the same every time."""
    data, stream = load(name), torch.Generator().manual_seed(SEED)
    with one_thread():
        reader = _taught(data, stream)
        every = torch.cat([torch.rot90(data.x_held, j, (-2, -1)) for j in range(4)])
        one, k = turned(data.x_held, stream)
        real, (held, classes, turns) = reader.read(every)[0], reader.read(one)
    half = len(held) // 2
    told = {
        "class_accuracy": float((classes == data.y_held).double().mean()),
        "turn_accuracy": float(turns[torch.arange(len(k)), k].mean()),
        "turns_off": counts_off_uniform(turns.mean(0).tolist()),
        "classes_off": counts_off_uniform(occupancy(classes, 10)),
        "w1": w1(held[:half][:MATCHED], held[half:][:MATCHED]),
    }
    return Judge(reader, real, held, told)


def _taught(data: Digits, stream: torch.Generator) -> Reader:
    """A reader after STEPS batches of freshly turned images of the pool."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        reader = Reader()
    optimiser = torch.optim.Adam(reader.parameters(), RATE)
    for _ in range(STEPS):
        some = torch.randint(len(data.x), (BATCH,), generator=stream)
        x, k = turned(data.x[some], stream)
        _, classes, turns = reader(x)
        loss = nn.functional.cross_entropy(classes, data.y[some])
        optimiser.zero_grad()
        (loss + nn.functional.cross_entropy(turns, k)).backward()
        optimiser.step()
    return reader.eval()


def measured(by: Judge, x: Tensor, labels: Tensor, rng: Any) -> dict[str, Any]:
    """Distances and coverage of generated images (N, 1, side, side) that were asked for by labels."""
    features, classes, turns = by.reader.read(x)
    orientations, found = turns.mean(0).tolist(), occupancy(classes, 10)
    return {
        "fid": fid(features, by.real),
        "fid_limit": extrapolated(features, by.real, rng),
        "kid": kid(features, by.held),  # unbiased only with independent images
        "w1": w1(features[:MATCHED], by.held[:MATCHED]),
        "orientations": orientations,
        "turns_off": counts_off_uniform(orientations),
        "classes": found,
        "classes_off": counts_off_uniform(found),
        "obeyed": float((classes == labels).double().mean()),
    }
