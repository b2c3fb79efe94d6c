"""The integral equation of mean collapse times: a count by hand, the limit, and the numbers stated."""

from __future__ import annotations

from fractions import Fraction
from math import log, log2, sqrt

import numpy as np
import pytest

from constructions.psbn import simulate
from constructions.psbn.hazard import Place, collapse_constant, discrete_place
from theory.psbn import _chain, hazard, regimes, scaling
from theory.psbn._chain import mean_steps


def place(c, r0=0):
    return Place(Fraction(r0), Fraction(str(c)), Fraction(1))


def local_slope(h, H, restore=0.0):
    """Of the rate of the frozen model from h to H."""
    times = [mean_steps("frozen", place(1.5), x, restore) for x in (h, H)]
    return log(times[0] / times[1]) / log(H / h)


def test_a_step_of_a_thousand_collapses_at_once():
    # Reflected or not, it ends below -c unless it falls into a strip of 5 / 1000.
    assert mean_steps("frozen", place(1.5, 1), 1000.0) == pytest.approx(1.0, abs=0.003)


@pytest.mark.parametrize("model", ["frozen", "held"])
def test_the_equation_agrees_with_a_walk_between_cells(model):
    """A Markov chain on 40 cells whose transition probabilities are counted from drawn steps."""
    h, cells, rng = 0.8, 40, np.random.default_rng(5)
    edges = np.linspace(-1.5, 1.0, cells + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    matrix = np.zeros((cells, cells))
    for i, r in enumerate(middle):
        G_beta, G_gamma = simulate.gaussian_gradients(np.full(40_000, r), rng)
        new = r - h * G_beta
        if model == "held":
            new = new / np.abs(1 - h * G_gamma)
        new = np.where(new > 1, 2 - new, new)
        matrix[i] = np.histogram(new, edges)[0] / 40_000
    times = np.linalg.solve(np.eye(cells) - matrix, np.ones(cells))
    walked = float(np.interp(0.0, middle, times))
    assert mean_steps(model, place(1.5), h) == pytest.approx(walked, rel=0.01)


def test_a_restoring_gradient_is_that_of_the_simulator():
    rule, trials = simulate.Optimiser(restore=0.3), 4000
    walk = simulate.Walk(1.5, 1.0)
    found = simulate.frozen_times(
        simulate.Channel(0.8), walk, trials, np.random.default_rng(2), rule
    )
    exact = mean_steps("frozen", place(1.5), 0.8, 0.3)
    assert abs(found.mean() - exact) < 4 * found.std() / sqrt(trials)
    assert exact > 1.5 * mean_steps("frozen", place(1.5), 0.8)


@pytest.mark.parametrize("h", [0.05, 1.0])
def test_the_ratio_of_two_normals_has_a_density(h):
    r = np.array([[-1.4], [0.0], [0.9]])
    # tan maps the line to an interval: the tails of the density fall like 1 / y^2.
    angle = ((np.arange(4000) + 0.5) / 4000 - 0.5) * np.pi
    y = np.tan(angle)
    total = (_chain._ratio_density(r, y, h) * (1 + y * y)).sum(axis=1) * np.pi / 4000
    assert total == pytest.approx(np.ones(3), abs=1e-9)


@pytest.mark.parametrize("model", ["frozen", "held"])
def test_small_steps_approach_the_diffusion_limit(model):
    limit = collapse_constant(model, place(1.5))
    off = [mean_steps(model, place(1.5), h) * h * h / limit - 1 for h in (0.2, 0.1, 0.05)]
    assert off[0] > off[1] > off[2] > 0
    assert off[1] / off[2] == pytest.approx(2, abs=0.2)  # the overshoot is proportional to h


def test_more_nodes_change_nothing(monkeypatch):
    before = mean_steps("held", place(3), 0.1)
    monkeypatch.setattr(_chain, "FINENESS", 4.0)
    assert mean_steps("held", place(3), 0.1) == pytest.approx(before, rel=1e-6)


def corrected(model, h):
    """kappa E[T] over C with the overshoot of T7."""
    size = collapse_constant(model, discrete_place(model, place(1.5), h))
    return mean_steps(model, place(1.5), h) * h * h / size


def test_the_overshoot_is_off_by_less_than_the_bands_of_the_checks_allow():
    assert abs(corrected("frozen", hazard.H) - 1) < hazard.FROZEN_MEAN.near
    assert abs(corrected("held", hazard.H) - 1) < hazard.HELD_MEAN.near
    x = np.log(scaling.GRID) - np.mean(np.log(scaling.GRID))
    bend = x @ np.log([corrected("frozen", h) for h in scaling.GRID]) / (x @ x)
    assert 0.005 < abs(bend) < scaling.BAND.near
    two = log(corrected("frozen", 0.4) / corrected("frozen", 0.1)) / log(4)
    assert abs(two) < regimes.TIME.near


def test_the_slopes_that_the_claims_state_are_those_of_the_equation():
    for low, high, stated in scaling.T7s["slopes"]:
        assert local_slope(low, high) == pytest.approx(stated, abs=5e-5)
    restored = [mean_steps("frozen", place(1.5), h, 0.1) for h in (0.4, 0.8)]
    assert log2(restored[0] / restored[1]) == pytest.approx(regimes.X4["slope"], abs=5e-4)
    grid = scaling.GRID
    x = np.log(grid) - np.mean(np.log(grid))
    slope = -x @ np.log([mean_steps("frozen", place(1.5), h) for h in grid]) / (x @ x)
    assert slope == pytest.approx(1.9685, abs=5e-5)
    assert 2 - scaling.slope_of_overshoot(grid) == pytest.approx(1.9617, abs=5e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tilted", 0.1), "model: must be one of frozen, held, got 'tilted'"),
        (("frozen", 0.0), "h: must be positive, got 0.0"),
        (("held", 0.1, 0.2), "restore: only the frozen model has one, got 0.2 for 'held'"),
        (("frozen", 0.001), "h: steps of 0.00026 at -c need 24181 nodes, at most 2000"),
    ],
)
def test_bad_input_names_the_argument(arguments, message):
    model, *rest = arguments
    with pytest.raises(ValueError, match=f"^{message.replace('(', '.').replace(')', '.')}"):
        mean_steps(model, place(1.5), *rest)
