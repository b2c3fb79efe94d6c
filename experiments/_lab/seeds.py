"""Random streams: each task has its own, and it depends on nothing but the task.

A stream is fixed by (experiment, type and fields of the task, seed, replicate), spread by NumPy's
``SeedSequence``: not by the order of the tasks, the executor, the code version, or what else is run.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from experiments._lab.keys import Identity

if TYPE_CHECKING:
    import numpy
    import torch


def task_rng(identity: Identity) -> Random:
    """The generator handed to ``run``; 256 bits of state come from the task's stream."""
    from numpy.random import SeedSequence

    words = SeedSequence(int(identity.stream, 16)).generate_state(8)  # 8 words of 32 bits
    return Random(int.from_bytes(words.astype("<u4").tobytes(), "little"))


def numpy_generator(rng: Random) -> numpy.random.Generator:
    """A NumPy generator of its own, fixed by the state of ``rng`` (which moves on)."""
    from numpy.random import SeedSequence, default_rng

    return default_rng(SeedSequence(rng.getrandbits(128)))


def torch_generator(rng: Random, device: str = "cpu") -> torch.Generator:
    """A torch generator of its own, fixed by the state of ``rng`` (which moves on)."""
    import torch

    return torch.Generator(device).manual_seed(rng.getrandbits(63))
