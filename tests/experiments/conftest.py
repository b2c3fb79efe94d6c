"""What the tests of experiments share."""

from random import Random

import pytest


@pytest.fixture(scope="session")
def collected():
    """`collected(experiment, config, seed)`: every task in turn, one stream, nothing stored."""

    def run(experiment, config, seed=0):
        rng = Random(seed)
        results = [experiment.run(task, rng) for task in experiment.tasks(config)]
        return experiment.collect(config, results)

    return run
