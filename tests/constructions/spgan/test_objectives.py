"""The losses: conjugates by brute force, optimal critics in closed form, the clip, the order of Q and P."""

import math

import pytest
import torch

from constructions.spgan.objectives import (
    Alpha,
    Relativistic,
    Wasserstein,
    conjugate,
    lipschitz_alpha,
)


@pytest.mark.parametrize("alpha", [1.5, 2.0, 3.0])
@pytest.mark.parametrize("y", [-2.0, 0.0, 0.7, 3.0])
def test_the_conjugate_is_the_supremum_over_nonnegative_x(alpha, y):
    x = torch.linspace(0, 60, 600_001, dtype=torch.float64)
    brute = (x * y - (x**alpha - 1) / (alpha * (alpha - 1))).max()
    found = conjugate(torch.tensor(y, dtype=torch.float64), alpha)
    assert found.item() == pytest.approx(brute.item(), abs=1e-6)


def test_for_two_it_is_half_the_clipped_square_and_a_half():
    y = torch.tensor([-3.0, 0.0, 1.0, 2.0])
    assert conjugate(y).tolist() == [0.5, 0.5, 1.0, 2.5]


def test_the_optimal_critic_gives_the_plain_divergence():
    # Q = (3/4, 1/4), P = (1/4, 3/4): f_2 divergence = sum q^2 / p / 2 - 1/2 = 2/3; critic g = q / p.
    g = torch.tensor([3.0, 1 / 3])
    data, samples = g[[0, 0, 0, 1]], g[[0, 1, 1, 1]]
    assert lipschitz_alpha(data, samples).item() == pytest.approx(2 / 3)
    worse = g + torch.tensor([0.1, -0.1])
    assert lipschitz_alpha(worse[[0, 0, 0, 1]], worse[[0, 1, 1, 1]]) < 2 / 3


def test_without_the_clip_the_affine_class_would_give_less():
    # X = {0, 1, 2}, P uniform, Q at 2; g(x) = 3 (x - 1) is optimal: 1 with the clip.
    g = torch.tensor([-3.0, 0.0, 3.0], dtype=torch.float64)
    assert lipschitz_alpha(g[2:], g).item() == pytest.approx(1.0, abs=1e-12)
    a, b = torch.meshgrid(
        torch.linspace(-6, 6, 241, dtype=torch.float64),
        torch.linspace(-6, 6, 241, dtype=torch.float64),
        indexing="ij",
    )
    lines = a[..., None] + b[..., None] * torch.arange(3, dtype=torch.float64)  # (241, 241, 3)
    assert lipschitz_alpha(lines[..., 2:], lines).max().item() <= 1 + 1e-12
    unclipped = lines[..., 2] - (lines.square() / 2 + 0.5).mean(-1)
    assert unclipped.max().item() == pytest.approx(0.75, abs=1e-12)


def test_data_have_the_linear_term_unless_reversed():
    data, samples = torch.tensor([2.0, 4.0]), torch.tensor([-1.0, 3.0])
    assert lipschitz_alpha(data, samples).item() == 3 - (0.5 + 5) / 2
    assert lipschitz_alpha(data, samples, reverse=True).item() == 1 - (2.5 + 8.5) / 2
    assert Alpha(reverse=True).generator(data, samples).item() == -4.5
    assert Alpha().critic(data, samples).item() == -0.25
    assert Wasserstein().critic(data, samples).item() == -2.0


def test_relativistic_losses_by_hand():
    data, samples = torch.tensor([1.0, 3.0]), torch.tensor([0.0])
    sig = [1 / (1 + math.exp(-v)) for v in (1, 3, -2)]
    critic = -(math.log(sig[0]) + math.log(sig[1])) / 2 - math.log(1 - sig[2])
    generator = -math.log(sig[2]) - (math.log(1 - sig[0]) + math.log(1 - sig[1])) / 2
    assert Relativistic().critic(data, samples).item() == pytest.approx(critic, abs=1e-5)
    assert Relativistic().generator(data, samples).item() == pytest.approx(generator, abs=1e-4)


def test_relativistic_losses_stay_finite_far_out():
    far = torch.tensor([1e4]), torch.tensor([-1e4])
    assert torch.isfinite(Relativistic().generator(*far))
    assert Relativistic().critic(*far).item() == pytest.approx(0, abs=1e-5)


def test_games_side_by_side_are_kept_apart():
    data, samples = torch.randn(3, 5, generator=torch.Generator().manual_seed(0)), torch.ones(3, 4)
    for one in (Alpha(), Wasserstein(), Relativistic()):
        together = one.critic(data, samples)
        alone = [one.critic(data[r], samples[r]) for r in range(3)]
        torch.testing.assert_close(together, torch.stack(alone))


@pytest.mark.parametrize("alpha", [1.0, 0.5, math.inf, math.nan])
def test_alpha_must_be_above_one(alpha):
    with pytest.raises(ValueError, match="alpha: must be above 1 and finite"):
        Alpha(alpha)
