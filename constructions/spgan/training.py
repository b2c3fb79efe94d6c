"""Training of a GAN: seeded, step by step, stopped and resumed without changing a bit.

A game is a generator and a critic (any modules) and how batches are made. One step is
``critic_steps`` updates of the critic and one of the generator. All random numbers come from one
``torch.Generator``, whose state is saved with weights and optimisers; a checkpoint is read with
``weights_only=True`` and refused if it belongs to another game.

Defaults are those of the released code where it has them: Adam with beta1 = 0, beta2 = .9, eps = 1e-7,
two critic updates a step, penalty weight 10. (torch's Adam needs both betas to be floats.)
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from constructions.spgan.objectives import Objective
from constructions.spgan.penalties import one_sided, r1

__all__ = ["Game", "Schedule", "Training"]

Labels = Tensor | None
Batch = tuple[Tensor, Labels]
FORMAT = "spgan-training/1"


@dataclass(frozen=True)
class Schedule:
    """Rates and numbers; ``steps`` counts updates of the generator. ``ValueError`` for what cannot be."""

    steps: int = 1500
    batch: int = 64
    critic_steps: int = 2
    rate_generator: float = 1e-3
    rate_critic: float = 2e-3
    penalty: float = 10.0
    """Weight of the one-sided penalty on interpolates."""
    r1: float = 0.0
    """Weight of half the R1 penalty; the released RA-GAN has 0.1 here and no other penalty."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "critic_steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1, got {getattr(self, name)}")
        for name in ("rate_generator", "rate_critic"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name}: must be above 0, got {getattr(self, name)}")
        for name in ("penalty", "r1"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name}: must be at least 0, got {getattr(self, name)}")


@dataclass(frozen=True, eq=False)
class Game:
    """The players, and where points come from.

    ``real(batch, stream)`` draws data (..., B, *event) with their labels (or ``None``);
    ``fake(labels, batch, stream)`` draws as many samples with gradient; ``score(points, labels)`` gives
    (..., B). Leading axes are games side by side: their losses are added.
    """

    generator: nn.Module
    critic: nn.Module
    objective: Objective
    real: Callable[[int, torch.Generator], Batch]
    fake: Callable[[Labels, int, torch.Generator], Tensor]
    score: Callable[[Tensor, Labels], Tensor]


@dataclass(eq=False)
class Training:
    """A game under way: ``step`` updates of the generator are done."""

    game: Game
    schedule: Schedule
    stream: torch.Generator
    step: int = 0
    optimisers: tuple[torch.optim.Adam, torch.optim.Adam] = field(init=False)

    def __post_init__(self) -> None:
        pairs = (
            (self.game.generator, self.schedule.rate_generator),
            (self.game.critic, self.schedule.rate_critic),
        )
        generator, critic = (
            torch.optim.Adam(one.parameters(), rate, betas=(0.0, 0.9), eps=1e-7)
            for one, rate in pairs
        )
        self.optimisers = (generator, critic)

    def run(
        self, until: int | None = None, checkpoint: Path | None = None, every: int = 500
    ) -> None:
        """Play up to step ``until`` (all, if not given), writing ``checkpoint`` now and then.

        A checkpoint that is there is resumed first. Raises ``ValueError`` if it is of another game.
        """
        if checkpoint is not None and checkpoint.exists():
            self.load(checkpoint)
        last = self.schedule.steps if until is None else min(until, self.schedule.steps)
        while self.step < last:
            for _ in range(self.schedule.critic_steps):
                self.improve_critic()
            self.improve_generator()
            self.step += 1
            if checkpoint is not None and (self.step % every == 0 or self.step == last):
                self.save(checkpoint)

    def critic_loss(self) -> Tensor:
        """Of fresh batches, with the penalties; summed over games side by side."""
        game, plan = self.game, self.schedule
        x, labels = game.real(plan.batch, self.stream)
        with torch.no_grad():
            y = game.fake(labels, plan.batch, self.stream)

        def score(points: Tensor) -> Tensor:
            return game.score(points, labels)

        scores = score(x)
        loss = game.objective.critic(scores, score(y))
        if plan.penalty:
            u = torch.rand(scores.shape, generator=self.stream)
            loss = loss + plan.penalty * one_sided(score, x, y, u)
        if plan.r1:
            loss = loss + plan.r1 / 2 * r1(score, x)
        return loss.sum()

    def improve_critic(self) -> None:
        """One update of the critic."""
        _update(self.optimisers[1], self.critic_loss(), self.game.critic)

    def improve_generator(self) -> None:
        """One update of the generator."""
        game, batch = self.game, self.schedule.batch
        x, labels = game.real(batch, self.stream)
        y = game.fake(labels, batch, self.stream)
        with torch.no_grad():
            real = game.score(x, labels)
        loss = game.objective.generator(real, game.score(y, labels))
        _update(self.optimisers[0], loss.sum(), game.generator)

    def state(self) -> dict[str, Any]:
        """All that the next step depends on, but for the data."""
        return {
            "format": FORMAT,
            "schedule": asdict(self.schedule),
            "step": self.step,
            "stream": self.stream.get_state(),
            "generator": self.game.generator.state_dict(),
            "critic": self.game.critic.state_dict(),
            "optimisers": [one.state_dict() for one in self.optimisers],
        }

    def save(self, path: Path) -> None:
        """Write the state: whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        torch.save(self.state(), part)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Continue from a file of :meth:`save`. ``ValueError`` if it is of another game or format."""
        state = torch.load(path, weights_only=True)
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise ValueError(f"checkpoint: {path} is not of format {FORMAT}")
        mine, theirs = asdict(self.schedule), state["schedule"]
        if {**mine, "steps": 0} != {**theirs, "steps": 0}:  # one may go on for longer
            raise ValueError(f"checkpoint: {path} is of another schedule, {theirs}, not {mine}")
        for name in ("generator", "critic"):
            _same_shapes(getattr(self.game, name), state[name], path)
        self.game.generator.load_state_dict(state["generator"])
        self.game.critic.load_state_dict(state["critic"])
        for one, kept in zip(self.optimisers, state["optimisers"], strict=True):
            one.load_state_dict(kept)
        self.stream.set_state(state["stream"])
        self.step = state["step"]


def _update(optimiser: torch.optim.Adam, loss: Tensor, player: nn.Module) -> None:
    """Gradients of this player's parameters only."""
    optimiser.zero_grad()
    loss.backward(inputs=list(player.parameters()))
    optimiser.step()


def _same_shapes(player: nn.Module, kept: dict[str, Tensor], path: Path) -> None:
    mine, theirs = (
        {name: tuple(one.shape) for name, one in state.items()}
        for state in (player.state_dict(), kept)
    )
    if mine != theirs:
        raise ValueError(f"checkpoint: {path} is of another network, with parameters {theirs}")
