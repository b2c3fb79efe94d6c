"""One step of SGD on one channel, against autograd and by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from constructions.psbn.one_step import (
    active,
    gradients,
    path,
    ratio,
    ratio_change,
    relative,
    step,
)

HALF = Fraction(1, 2)


def test_the_ratio_uses_the_size_of_gamma():
    assert ratio(Fraction(-2), Fraction(3)) == Fraction(3, 2)
    with pytest.raises(ValueError, match="gamma: must not be 0"):
        ratio(0, 1)


def test_a_step_by_hand():
    """x = (-1, 2), z = (-1/2, 5/2): the second is active; g = (4, 6)."""
    x, g, state = [Fraction(-1), Fraction(2)], [Fraction(4), Fraction(6)], (Fraction(1), HALF)
    assert active(x, state) == [False, True]
    assert gradients(x, g, state, Fraction(0)) == (6, 3)
    assert gradients(x, g, state, Fraction(1, 4)) == (Fraction(11, 2), Fraction(7, 2))
    assert step(state, (Fraction(6), Fraction(3)), Fraction(1, 10)) == (
        Fraction(2, 5),
        Fraction(1, 5),
    )


def test_a_value_that_is_exactly_zero_is_inactive():
    assert active([Fraction(-1)], (Fraction(1), Fraction(1))) == [False]


def test_gradients_agree_with_autograd():
    import torch

    draw = torch.Generator().manual_seed(1)
    x, g = (torch.randn(9, dtype=torch.float64, generator=draw) for _ in range(2))
    for gamma, beta, a in ((1.3, -0.4, 0.0), (-0.7, 0.2, 0.1)):
        parameters = torch.tensor([gamma, beta], dtype=torch.float64, requires_grad=True)
        z = parameters[0] * x + parameters[1]
        (torch.nn.functional.leaky_relu(z, a) * g).mean().backward()
        found = gradients(x.tolist(), g.tolist(), (gamma, beta), a)
        assert found == pytest.approx(tuple(parameters.grad.tolist()), abs=1e-15)


@pytest.mark.parametrize("gamma", [Fraction(3, 2), Fraction(-3, 2)])
@pytest.mark.parametrize("G", [(1, 2), (-4, 5), (30, 1), (0, 3), (5, 0)])
def test_the_change_of_the_ratio_is_that_of_the_step(gamma, G):
    state, gradient, eta = (gamma, Fraction(-2, 3)), tuple(map(Fraction, G)), Fraction(1, 7)
    after = step(state, gradient, eta)
    u, v = relative(state, gradient, eta)
    r = ratio(*state)
    assert ratio_change(r, u, v) == ratio(*after) - r


def test_what_has_no_value_is_refused():
    with pytest.raises(ValueError, match="v: must not be 1"):
        ratio_change(HALF, HALF, Fraction(1))
    with pytest.raises(ValueError, match="gamma: must not be 0"):
        relative((0, 1), (1, 1), HALF)


def test_a_path_without_batches_is_its_start():
    assert path(HALF, (Fraction(2), Fraction(1)), [], Fraction(0)) == [HALF]


def test_a_path_ends_where_gamma_vanishes():
    batch = ([Fraction(1)], [Fraction(1)])
    assert path(Fraction(1), (Fraction(1), Fraction(1)), [batch] * 3, Fraction(0)) == [1]


def test_the_noise_may_depend_on_the_parameters():
    batch = ([Fraction(1)], [Fraction(1)])
    plain = path(HALF, (Fraction(2), Fraction(1)), [batch], Fraction(0))
    halved = path(
        HALF, (Fraction(2), Fraction(1)), [batch], Fraction(0), upstream=lambda g, s: g / s[0]
    )
    assert plain == [HALF, Fraction(1, 3)]
    assert halved == [HALF, Fraction(3, 7)]
