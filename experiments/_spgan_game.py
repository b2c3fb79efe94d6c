r"""Toy GANs on invariant laws: arms, training side by side, and what is measured on each.

| symbol | meaning |
|---|---|
| Q, Q_n | the law; n training points of it |
| P_g | law of the generator |
| R | seeds, trained side by side: each has its own data, weights and noise |
| k, Sigma | order of the group whose structure is built in; the group |

The networks of brief section 5: generator 4-64-64-d, critic d-64-64-1, D_2^L with the one-sided penalty,
1500 steps of batch 64. All arms of a task have the same training points and the same test points.

A *judge* is a fresh critic trained against a frozen generator and fresh data: an invariant one gives the
reduced loss D^{Gamma_inv}(Q || P_g), a plain one the full loss D^Gamma(Q || P_g), both from below and with
the soft penalty, as the players of the game see them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from torch import Tensor

from constructions.spgan.haar import Action, LinearAction, embedded, haar, plane
from constructions.spgan.metrics import counts_off_uniform, occupancy, quotient_w1, w1
from constructions.spgan.objectives import Alpha, Objective, Wasserstein
from constructions.spgan.penalties import one_sided
from constructions.spgan.plane import Mixture, isometry, mixture
from constructions.spgan.toy_networks import Critic, Generator, mlp
from constructions.spgan.training import Game, Schedule, Training

LATENT, HIDDEN = 4, 64
TEST = 1000  # fresh points on each side of a distance
COUNTED = 4000  # samples whose modes are counted: a share of 1/4 has standard error .007
CAP = 10.0  # bounded distance for laws without a mean; above the diameter of the modes, 6.33
DIMENSION = 12
JUDGED = 2000  # points on which a judge is read off
SHOWN = 150


@dataclass(frozen=True)
class Arm:
    """What is structured, and what is turned by random elements before the critic sees it."""

    structured: bool = False
    invariant: bool = False
    turn_data: bool = False
    turn_samples: bool = False


@dataclass(frozen=True)
class Play:
    """One law, one size, some seeds; every arm in turn."""

    law: str
    """A group, then perhaps " R12" (laid into R^12) or " t" (Student noise with half a degree)."""
    structure: str
    """The group that is built in; the law's, or another one as a control."""
    n: int
    seeds: int
    steps: int
    judge: int = 0
    """Steps for which judges are trained; 0: none."""
    objective: str = "alpha"
    """alpha: D_2^L; ipm: the difference of means."""


@contextmanager
def one_thread() -> Iterator[None]:
    """These tensors are too small to share, and sums of floats depend on the number of threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def law_of(name: str, stream: torch.Generator) -> Mixture:
    """The law that a :class:`Play` names; the isometry into R^12 is drawn."""
    group, *rest = name.split()
    V = isometry(DIMENSION, stream) if "R12" in rest else None
    return mixture(group, df=0.5 if "t" in rest else None, V=V)


def action_of(play: Play, law: Mixture) -> LinearAction:
    """The structure that is built in, on the space of the law."""
    flat = plane(play.structure)
    return flat if law.V is None else embedded(flat, law.V)


def play(task: Play, arms: dict[str, Arm], rng: Random) -> dict[str, Any]:
    """Every arm on the same data; per seed distances, shares of the modes, judged losses."""
    stream = torch.Generator().manual_seed(rng.getrandbits(63))
    law = law_of(task.law, stream)
    action = action_of(task, law)
    data = law.sample((task.seeds, task.n), stream)
    test, again = (law.sample((task.seeds, TEST), stream) for _ in range(2))
    seeds = {name: rng.getrandbits(63) for name in arms}
    with one_thread():
        found = {
            name: _arm(task, arm, _Board(law, action, data, test), seeds[name])
            for name, arm in arms.items()
        }
    floor = [w1(a, b, CAP) for a, b in zip(test, again, strict=True)]
    return {
        **{"law": task.law, "structure": task.structure, "n": task.n, "steps": task.steps},
        **{"objective": task.objective, "order": action.order, "floor": floor},
        "modes": len(law.modes),
        "arms": found,
        "shown": _thinned(law, test[0]),
    }


@dataclass(frozen=True, eq=False)
class _Board:
    """What the arms of a task share: data (R, n, d), test points (R, TEST, d)."""

    law: Mixture
    action: LinearAction
    data: Tensor
    test: Tensor

    def batch(self, size: int, stream: torch.Generator) -> Tensor:
        """(R, size, d) of the data, with replacement."""
        R, n, d = self.data.shape
        which = torch.randint(n, (R, size), generator=stream)
        return self.data.gather(1, which.unsqueeze(-1).expand(R, size, d))


def turned(action: Action, x: Tensor, stream: torch.Generator) -> Tensor:
    """Every point of x (R, B, d) moved by its own uniform element."""
    return action(x, haar(action, x.shape[:-1], stream))


def game(task: Play, arm: Arm, board: _Board, stream: torch.Generator) -> Game:
    """The players of an arm, with fresh weights."""
    action, R, d = board.action, task.seeds, board.law.dimension
    sizes = (LATENT, HIDDEN, HIDDEN, d)
    G = Generator(mlp(R, sizes, 0.0, stream), LATENT, action if arm.structured else None)
    D = critic(R, d, action if arm.invariant else None, stream)

    def real(batch: int, drawn: torch.Generator) -> tuple[Tensor, None]:
        x = board.batch(batch, drawn)
        return (turned(action, x, drawn) if arm.turn_data else x), None

    def fake(_: Tensor | None, batch: int, drawn: torch.Generator) -> Tensor:
        y = G.sample((R, batch), drawn)
        return turned(action, y, drawn) if arm.turn_samples else y

    objective: Objective = Alpha() if task.objective == "alpha" else Wasserstein()
    return Game(G, D, objective, real, fake, lambda points, _: D(points))


def critic(R: int, d: int, action: Action | None, stream: torch.Generator) -> Critic:
    """Fresh weights; invariant with an action."""
    return Critic(mlp(R, (d, HIDDEN, HIDDEN, 1), 0.2, stream), action)


def _arm(task: Play, arm: Arm, board: _Board, seed: int) -> dict[str, Any]:
    """Train, then measure each seed on its own test points."""
    stream, law = torch.Generator().manual_seed(seed), board.law
    made = Training(game(task, arm, board, stream), Schedule(steps=task.steps), stream)
    made.run()
    G: Any = made.game.generator
    with torch.no_grad():
        many = G.sample((task.seeds, COUNTED), stream)
        samples = many[:, :TEST]
        moved = turned(board.action, samples, stream)
    shares = [occupancy(law.nearest(one), len(law.modes)) for one in many]
    return {
        **distances(board, samples, moved),
        "occupancy": shares,
        "off_uniform": [counts_off_uniform(one) for one in shares],
        "judged": _judged(task, G, board, stream) if task.judge else {},
        "shown": _thinned(law, samples[0]),
    }


def distances(board: _Board, samples: Tensor, moved: Tensor) -> dict[str, Any]:
    """Per seed: W1 to fresh data, the same after turning the samples, and on the quotient."""
    pairs = list(zip(samples, board.test, strict=True))
    return {
        "w1": [_least(y, x) for y, x in pairs],
        "w1_turned": [_least(y, x) for y, x in zip(moved, board.test, strict=True)],
        "w1_quotient": [
            quotient_w1(y, x, board.action, CAP) if torch.isfinite(y).all() else CAP
            for y, x in pairs
        ],
    }


def _least(y: Tensor, x: Tensor) -> float:
    """W1, or the cap where a training has left the finite numbers."""
    return w1(y, x, CAP) if torch.isfinite(y).all() else CAP


def _judged(task: Play, G: Generator, board: _Board, stream: torch.Generator) -> dict[str, Any]:
    """Reduced and full loss of a frozen generator, per seed, on fresh points."""
    return {
        name: _loss(task, G, board, critic(task.seeds, board.law.dimension, action, stream), stream)
        for name, action in (("reduced", board.action), ("full", None))
    }


def _loss(
    task: Play, G: Generator, board: _Board, judge: Critic, stream: torch.Generator
) -> list[float]:
    R = task.seeds

    def fresh(batch: int, drawn: torch.Generator) -> tuple[Tensor, None]:
        return board.law.sample((R, batch), drawn), None

    def fake(_: Tensor | None, batch: int, drawn: torch.Generator) -> Tensor:
        return G.sample((R, batch), drawn)

    against = Game(G, judge, Alpha(), fresh, fake, lambda points, _: judge(points))
    made = Training(against, Schedule(batch=128), stream)
    for _ in range(task.judge):
        made.improve_critic()
    with torch.no_grad():
        x, y = fresh(JUDGED, stream)[0], fake(None, JUDGED, stream)
        value = against.objective.generator(judge(x), judge(y))
    u = torch.rand((R, JUDGED), generator=stream)
    slope = one_sided(judge, x, y, u).detach()
    # The critic may always play the constant 1, which is worth 0.
    return (value - made.schedule.penalty * slope).clamp_min(0).tolist()


def _thinned(law: Mixture, points: Tensor) -> list[list[float]]:
    """Some points for a picture, on the plane, to three figures."""
    flat = points[:SHOWN].double() @ law.V if law.V is not None else points[:SHOWN]
    inside = flat.clamp(-2 * CAP, 2 * CAP).nan_to_num(2 * CAP)
    return [[_short(x), _short(y)] for x, y in inside.tolist()]


def _short(x: float) -> float:
    return float(f"{x:.3g}") if math.isfinite(x) else 0.0
