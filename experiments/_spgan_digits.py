"""One training on turned digits: arms, the game, what is measured, a few images."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from random import Random
from typing import Any

import torch
from torch import Tensor

from constructions.spgan.digits_networks import ImageCritic, ImageGenerator, Plan
from constructions.spgan.image_groups import C1, C2, C4, ImageGroup
from constructions.spgan.objectives import Alpha, Objective, Relativistic
from constructions.spgan.training import Game, Schedule, Training
from experiments._lab.seeds import numpy_generator
from experiments._spgan_data import load
from experiments._spgan_game import one_thread
from experiments._spgan_judge import judge, measured, turned

SAMPLES = 1000
SHOWN = 30  # three of each class
LEVELS = 15  # of a shown pixel


@dataclass(frozen=True)
class Structure:
    """Groups of the two players, and whether the generator has the Haar layer."""

    generator: ImageGroup = C1
    turning: bool = False
    critic: ImageGroup = C1


# The sixth arm of the paper has eight rotations, which are not exact on pixels; half the group is.
ARMS = {
    "none": Structure(),
    "generator": Structure(C4, True),
    "critic": Structure(critic=C4),
    "incomplete": Structure(C4, False, C4),
    "half": Structure(C2, True, C2),
    "both": Structure(C4, True, C4),
}


@dataclass(frozen=True)
class Digit:
    """One arm on n turned images of a data set."""

    data: str
    arm: str
    n: int
    replicate: int
    steps: int
    batch: int
    width: int
    loss: str


def chosen(task: Digit, count: int) -> tuple[Tensor, torch.Generator]:
    """Numbers of the n training images, and the stream that turns them.

    They depend on data, n and replicate only, so that the arms of a replicate are paired.
    """
    stream = torch.Generator().manual_seed(1_000_003 * task.replicate + task.n)
    return torch.randperm(count, generator=stream)[: task.n], stream


def trained(task: Digit, rng: Random) -> dict[str, Any]:
    """Train the arm, sample it, let the reader judge it."""
    with one_thread():
        by = judge(task.data)
        data = load(task.data)
        which, turning = chosen(task, len(data.x))
        x, y = turned(data.x[which], turning)[0], data.y[which]
        stream = torch.Generator().manual_seed(rng.getrandbits(63))
        game = players(task, x, y, rng)
        Training(game, _schedule(task), stream).run()
        labels = torch.arange(SAMPLES) % 10
        G: Any = game.generator.eval()
        with torch.no_grad():
            samples = G.sample(labels, stream)
        found = measured(by, samples, labels, numpy_generator(rng))
        own = measured(by, turned(samples, stream)[0], labels, numpy_generator(rng))
    return {
        **asdict(task),
        **found,
        "fid_turned": own["fid"],
        "w1_turned": own["w1"],
        "reader": by.told,
        "real": _picture(_three_each(x, y)),
        "shown": _picture(samples[:SHOWN]) if task.replicate == 0 else [],
    }


def _schedule(task: Digit) -> Schedule:
    """Rates of the released code, times five: networks and number of steps are much smaller."""
    ra = task.loss == "ra"
    return Schedule(
        steps=task.steps,
        batch=task.batch,
        rate_generator=5e-4,
        rate_critic=2e-3,
        penalty=0.0 if ra else 10.0,
        r1=0.1 if ra else 0.0,
    )


def players(task: Digit, x: Tensor, y: Tensor, rng: Random) -> Game:
    """The game of an arm on images x (n, 1, side, side) with labels y."""
    arm, plan = ARMS[task.arm], Plan(x.shape[-1], width=task.width)
    G = ImageGenerator(plan, arm.generator, arm.turning, rng.getrandbits(63))
    D = ImageCritic(plan, arm.critic, rng.getrandbits(63))

    def real(batch: int, drawn: torch.Generator) -> tuple[Tensor, Tensor]:
        some = torch.randint(len(x), (batch,), generator=drawn)
        return x[some], y[some]

    def fake(labels: Tensor | None, _: int, drawn: torch.Generator) -> Tensor:
        return G.sample(_given(labels), drawn)

    objective: Objective = Relativistic() if task.loss == "ra" else Alpha()
    return Game(G, D, objective, real, fake, lambda points, labels: D(points, labels))


def _given(labels: Tensor | None) -> Tensor:
    if labels is None:
        raise ValueError("labels: must be given, the generator is conditional")
    return labels


def _three_each(x: Tensor, y: Tensor) -> Tensor:
    """Up to three images of every class, in the order of the shown samples; blank where there are none."""
    found = torch.full((SHOWN, *x.shape[1:]), -1.0)
    for label in range(10):
        some = x[y == label][: SHOWN // 10]
        found[label : 10 * len(some) : 10] = some
    return found


def _picture(x: Tensor) -> list[list[list[int]]]:
    """Images as whole numbers from 0 to 15."""
    return ((x[:, 0].clamp(-1, 1) + 1) / 2 * LEVELS).round().int().tolist()
