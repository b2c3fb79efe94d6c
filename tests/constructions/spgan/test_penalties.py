"""Gradient penalties of critics whose gradients are known."""

import pytest
import torch

from constructions.spgan.penalties import one_sided, r1, squared_slopes


def paraboloid(points):
    """g(x) = |x|^2 / 2 over the last axis: gradient x."""
    return points.square().sum(-1) / 2


def test_the_squared_slope_of_a_paraboloid_is_the_squared_norm():
    x = torch.tensor([[3.0, 4.0], [0.0, 0.5]])
    assert squared_slopes(paraboloid, x).tolist() == [25.0, 0.25]


def test_the_penalty_is_one_sided_and_squared():
    # Between (0, 0) and (0, 4) at u = 1/4 from the samples: slope 1; at (3, 0): 9 - 1; at 1/2: nothing.
    real = torch.tensor([[0.0, 4.0], [3.0, 0.0], [0.5, 0.0]])
    fake = torch.tensor([[0.0, 0.0], [3.0, 0.0], [0.5, 0.0]])
    u = torch.tensor([0.25, 0.9, 0.1])
    assert one_sided(paraboloid, real, fake, u).item() == pytest.approx(8 / 3)
    assert one_sided(paraboloid, real, fake, torch.tensor([0.5, 0.9, 0.1])).item() == (
        pytest.approx((3 + 8) / 3)
    )


def test_u_weighs_the_data():
    real, fake = torch.full((1, 2), 5.0), torch.zeros(1, 2)
    assert one_sided(paraboloid, real, fake, torch.ones(1)).item() == pytest.approx(49)
    assert one_sided(paraboloid, real, fake, torch.zeros(1)).item() == 0


def test_a_linear_critic_pays_its_squared_slope_less_one_everywhere():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    stream = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 7, 2, generator=stream)
    loss = one_sided(lambda x: x @ w, real, fake, torch.rand(7, generator=stream))
    assert loss.item() == pytest.approx(4)
    loss.backward()  # |w|^2 - 1 has gradient 2 w
    assert w.grad is not None
    torch.testing.assert_close(w.grad, 2 * w.detach())


def test_r1_is_the_mean_squared_slope_of_the_data():
    assert r1(paraboloid, torch.tensor([[1.0, 0.0], [0.0, 3.0]])).item() == 5.0


def test_images_and_games_side_by_side():
    def total(images):  # (..., C, H, W): every pixel has slope 1
        return images.sum((-3, -2, -1))

    images = torch.zeros(4, 1, 3, 3)
    assert one_sided(total, images, images, torch.zeros(4)).item() == 8.0
    points = torch.zeros(2, 5, 2)  # two games
    assert one_sided(paraboloid, points, points, torch.zeros(2, 5)).tolist() == [0.0, 0.0]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="real, fake, u: must be"):
        one_sided(paraboloid, torch.zeros(3, 2), torch.zeros(4, 2), torch.zeros(3))
    with pytest.raises(ValueError, match="real, fake, u: must be"):
        one_sided(paraboloid, torch.zeros(3, 2), torch.zeros(3, 2), torch.zeros(4))
