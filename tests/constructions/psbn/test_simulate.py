"""The simulators against plain loops, exact identities and the theory of the diffusion."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from constructions.psbn import simulate
from constructions.psbn.hazard import Place, collapse_constant
from constructions.psbn.simulate import (
    Channel,
    Optimiser,
    Walk,
    collapse_times,
    direction,
    frozen_times,
    gaussian_gradients,
    held_times,
    mask_level_changes,
    skewed_noise,
    trained_times,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_times_and_compaction_agree_with_a_plain_loop():
    """A walk with steps -1 and +2 down a table of fixed moves, one column per trial."""
    moves = rng(3).choice([-1.0, 2.0], size=(40, 50), p=[0.7, 0.3])
    plain = []
    for column in moves.T:
        below = np.nonzero(np.cumsum(column) < -4)[0]
        plain.append(below[0] + 1 if len(below) else 41)
    index = np.arange(50)
    state = [np.zeros(50), index.astype(float)]

    def step(state, k):
        state[0] += moves[k - 1, state[1].astype(int)]
        return state[0]

    found = collapse_times(state, step, Walk(4, 9, 40))
    assert found.tolist() == plain
    assert 41 in plain


def test_no_trials_and_no_steps():
    assert len(frozen_times(Channel(0.1), Walk(1, 1), 0, rng())) == 0
    assert frozen_times(Channel(0.1), Walk(1, 1, 0), 3, rng()).tolist() == [1, 1, 1]


@pytest.mark.parametrize("run", [frozen_times, held_times, trained_times])
def test_the_same_stream_gives_the_same_times(run):
    args = Channel(0.5), Walk(1, 1, 500), 50
    assert np.array_equal(run(*args, rng(1)), run(*args, rng(1)))
    assert not np.array_equal(run(*args, rng(1)), run(*args, rng(2)))


@pytest.mark.parametrize("run", [frozen_times, held_times, trained_times])
def test_similar_channels_have_the_same_times(run):
    """(4 eta, 4 gamma, 4 beta) with the same numbers; s^2/n enters through h only."""
    walk = Walk(1.5, 1, 2000)
    first = run(Channel(0.25, 1.0, -0.25), walk, 200, rng(4))
    assert np.array_equal(first, run(Channel(1.0, 4.0, -1.0), walk, 200, rng(4)))
    assert np.array_equal(first, run(Channel(0.25, 1.0, -0.25, 2.0, 4), walk, 200, rng(4)))
    assert not np.array_equal(first, run(Channel(1.0, 1.0, -0.25), walk, 200, rng(4)))


@pytest.mark.parametrize("run", [frozen_times, held_times])
def test_mean_times_are_near_the_constants_of_the_diffusion(run):
    model = "frozen" if run is frozen_times else "held"
    found = run(Channel(0.05), Walk(1.0, 1.0), 4000, rng(7)) * 0.05**2
    constant = collapse_constant(model, Place(0, 1, 1))
    assert abs(found.mean() / constant - 1) < 5 * found.std() / found.mean() / sqrt(4000) + 0.05


@pytest.mark.parametrize("r", [-1.0, 0.5])
def test_gradients_have_the_stated_covariance_and_those_of_masks_as_well(r):
    from scipy.integrate import quad

    def moment(k):
        return quad(lambda x: x**k * np.exp(-x * x / 2) / np.sqrt(2 * np.pi), -r, np.inf)[0]

    stated = np.array([[moment(0), moment(1)], [moment(1), moment(2)]])
    drawn = np.cov(gaussian_gradients(np.full(200_000, r), rng(1)))
    assert np.allclose(drawn, stated, atol=0.012)
    x, g = rng(2).standard_normal((2, 20_000, 16))
    felt = np.where(x > -r, g, 0)
    masks = np.stack((felt.mean(1), (felt * x).mean(1))) * 4
    assert np.allclose(np.cov(masks), stated, atol=0.04)


def test_far_below_nothing_is_drawn_and_nothing_breaks():
    with np.errstate(all="raise", under="ignore"):
        beta, gamma = gaussian_gradients(np.array([-60.0, -1e9, 40.0]), rng())
    assert abs(beta[:2]).max() < 1e-90
    assert np.isfinite(gamma).all()


def test_trained_times_with_a_negative_scale_are_those_of_the_positive_one():
    walk = Walk(1.5, 1, 2000)
    first = trained_times(Channel(0.25, 2.0, 0.5), walk, 100, rng(4))
    assert np.array_equal(first, trained_times(Channel(0.25, -2.0, 0.5), walk, 100, rng(4)))


def test_a_reflected_walk_stays_below_the_upper_end():
    seen = []
    walk = Walk(50, 0.5, 200)
    original = simulate.collapse_times

    def watched(state, step, walk):
        def noted(state, k):
            r = step(state, k)
            seen.append(r.max())
            return r

        return original(state, noted, walk)

    simulate.collapse_times = watched
    try:
        for run in (frozen_times, held_times, trained_times):
            run(Channel(0.2), walk, 50, rng(1))
    finally:
        simulate.collapse_times = original
    assert max(seen) <= 0.5


@pytest.mark.parametrize("run", [frozen_times, held_times, trained_times])
def test_reflection_mirrors_and_does_not_clamp(run):
    """One step from r = R = 0: whatever goes up comes down as far."""
    h, same = 0.5, rng(6)
    if run is frozen_times:
        r = -h * sqrt(0.5) * same.standard_normal(500)
    else:
        G_beta, G_gamma = gaussian_gradients(np.zeros(500), same)
        r = -h * G_beta / np.abs(1 - h * G_gamma)
    found = run(Channel(h), Walk(0.3, 0.0, 1), 500, rng(6))
    assert np.array_equal(found == 1, np.abs(r) > 0.3)


def test_a_restoring_gradient_holds_the_channel_back():
    walk = Walk(1.0, 1.0, 2000)
    ended = [
        (frozen_times(Channel(0.2), walk, 200, rng(2), Optimiser(restore=one)) <= 2000).mean()
        for one in (0.0, 1.0)
    ]
    assert ended[0] > 0.9
    assert ended[1] < 0.2


def test_adam_and_momentum_are_those_of_torch():
    import torch

    g = rng(5).standard_normal(30)
    for rule, made in (
        (Optimiser(adam=True), lambda p: torch.optim.Adam([p], lr=0.1)),
        (Optimiser(mu=0.9), lambda p: torch.optim.SGD([p], lr=0.1, momentum=0.9)),
        (Optimiser(), lambda p: torch.optim.SGD([p], lr=0.1)),
    ):
        p = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        torch_rule, state, value = made(p), [np.zeros(1) for _ in range(3)], 0.0
        for k, one in enumerate(g, 1):
            p.grad = torch.tensor([one])
            torch_rule.step()
            value -= 0.1 * float(direction(rule, state, np.array([one]), k)[0])
            assert value == pytest.approx(p.item(), abs=1e-12)


def test_masks_are_antithetic_and_dead_batches_do_not_move():
    found = mask_level_changes(Channel(0.01, 1.0, -3.0, 1.0, 8), 4000, rng(1))
    assert np.array_equal(found.plus[found.dead], np.zeros(found.dead.sum()))
    moved = ~found.dead
    assert np.array_equal(found.plus[moved] > 0, found.minus[moved] < 0)
    assert 0.9 < found.dead.mean() < 1


@pytest.mark.parametrize("gamma", [2.0, -2.0])
def test_masks_agree_with_single_exact_steps(gamma):
    from constructions.psbn.one_step import gradients, ratio, step

    channel = Channel(0.3, gamma, -0.5, 1.0, 5)
    found = mask_level_changes(channel, 20, rng(8), a=0.1)
    same = rng(8)
    x, g = same.standard_normal((20, 5)), same.standard_normal((20, 5))
    for k in range(20):
        state = (gamma, -0.5)
        after = step(state, gradients(x[k].tolist(), g[k].tolist(), state, 0.1), 0.3)
        assert found.plus[k] == pytest.approx(ratio(*after) - ratio(*state), abs=1e-12)


def test_skewed_noise_has_mean_zero_variance_one_and_third_moment_two():
    g = skewed_noise(rng(1), (1000, 1000))
    assert g.mean() == pytest.approx(0, abs=0.01)
    assert g.var() == pytest.approx(1, abs=0.01)
    assert (g**3).mean() == pytest.approx(2, abs=0.1)


def test_skewed_noise_leaves_a_third_order_term():
    """(eta/gamma)^3 (E g^3 / n^2) E[1{x > -r} (r x - 1) x^2] on top of the drift."""
    from scipy.integrate import quad

    r, n, eta = 0.5, 4, 0.4
    found = mask_level_changes(Channel(eta, 1.0, r, 1.0, n), 400_000, rng(2), noise=skewed_noise)
    odd = (found.plus - found.minus) / 2  # the even orders cancel
    near = np.abs(odd) < 10
    third = quad(
        lambda x: (r * x - 1) * x * x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi), -r, np.inf
    )[0]
    stated = eta**3 * 2 / n**2 * third
    error = odd[near].std() / sqrt(near.sum())
    assert stated < 0
    assert abs(odd[near].mean() - stated) < 5 * error + 0.3 * abs(stated)


@pytest.mark.parametrize(
    ("bad", "name"),
    [({"eta": 0.0}, "eta"), ({"eta": 1.0, "gamma": 0.0}, "gamma"), ({"eta": 1.0, "s": -1.0}, "s"),
     ({"eta": 1.0, "n": 0}, "n")],
)  # fmt: skip
def test_impossible_channels_are_refused(bad, name):
    with pytest.raises(ValueError, match=f"{name}: must be"):
        Channel(**bad)


def test_the_step_scale():
    assert Channel(0.2, -4.0, 0.0, 3.0, 9).h == pytest.approx(0.05)
    assert Channel(0.2, 4.0).kappa == pytest.approx(0.0025)
