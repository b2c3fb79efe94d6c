"""Random streams: fixed by the task, different for every task."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

import numpy as np

from experiments._lab.keys import identities
from experiments._lab.seeds import numpy_generator, task_rng, torch_generator


@dataclass(frozen=True)
class Task:
    N: int


def first(task, experiment="e", seed=0, code="c", replicate=0):
    return task_rng(
        identities(experiment, [task] * (replicate + 1), seed, code)[replicate]
    ).random()


def test_a_stream_is_random_seeded_by_seed_sequence():
    (identity,) = identities("e", [Task(3)], 5, "c")
    words = np.random.SeedSequence(int(identity.stream, 16)).generate_state(8)
    entropy = sum(int(word) << (32 * i) for i, word in enumerate(words))
    assert task_rng(identity).random() == Random(entropy).random()


def test_every_task_experiment_seed_and_replicate_has_its_own_stream():
    drawn = [first(Task(N), seed=seed) for N in range(20) for seed in range(20)]
    drawn += [first(Task(0), experiment="f"), first(Task(0), replicate=1)]
    assert len(set(drawn)) == len(drawn)


def test_the_code_version_does_not_change_the_stream():
    assert first(Task(1), code="c") == first(Task(1), code="d")


def test_the_other_kinds_of_generators_are_fixed_by_the_first_and_differ_from_one_another():
    def drawn(seed):
        rng = Random(seed)
        one, two = numpy_generator(rng), numpy_generator(rng)
        import torch

        three = torch.rand(1, generator=torch_generator(rng), dtype=torch.float64)
        return [one.random(), two.random(), float(three), rng.random()]

    assert drawn(1) == drawn(1)
    assert len({*drawn(1), *drawn(2)}) == 8


def test_streams_of_neighbouring_tasks_look_independent():
    first_bits = [task_rng(identity).getrandbits(1) for identity in
                  identities("e", [Task(N) for N in range(4000)], 0, "c")]  # fmt: skip
    # Fixed numbers, no sampling error: 4000 fair bits are within 5 standard deviations of 2000.
    assert abs(sum(first_bits) - 2000) < 5 * 31.7
    changes = sum(a != b for a, b in pairwise(first_bits))
    assert abs(changes - 2000) < 5 * 31.7
