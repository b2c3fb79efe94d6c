"""Recovery of a dead channel: the formula, the integers, plain floats, and torch's optimisers."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.psbn.recovery import (
    DeadChannel,
    gamma_at_recovery,
    recovery_step,
    simulated_recovery,
)


def channel(*numbers):
    return DeadChannel(*map(Fraction, numbers))


FIRST = channel("0.1", "0.005", "0.1", "-3", "0.5", "3")


def by_floats(one, most):
    """The same in floats, parameter by parameter."""
    beta, gamma = float(one.beta0), float(one.gamma0)
    for k in range(most + 1):
        if (beta + float(one.alpha)) / abs(gamma) >= -float(one.c):
            return k
        beta -= float(one.eta) * float(one.decay) * beta
        gamma -= float(one.eta) * float(one.decay) * gamma
    return None


def test_the_listed_case():
    assert recovery_step(FIRST) == simulated_recovery(FIRST, 6000) == by_floats(FIRST, 6000) == 5415


def test_a_tenth_of_the_decay_takes_ten_times_as_long():
    one = channel("0.1", "0.0005", "0.1", "-3", "0.5", "3")
    assert recovery_step(one) == by_floats(one, 60_000) == 54160


def test_random_channels_agree_with_floats_up_to_rounding():
    rng = Random(1)
    for _ in range(60):
        one = DeadChannel(
            Fraction(rng.randint(1, 20), 100),
            Fraction(rng.randint(1, 30), 10),
            Fraction(rng.randint(1, 30), 100),
            Fraction(-rng.randint(1, 600), 100),
            Fraction(rng.choice((-1, 1)) * rng.randint(1, 100), 100),
            Fraction(rng.randint(1, 40), 10),
        )
        found = recovery_step(one)
        assert found == simulated_recovery(one, 8000)
        assert abs(found - by_floats(one, 8000)) <= 1


@pytest.mark.parametrize("j", range(60))
def test_where_the_quotient_is_an_integer_it_is_exact(j):
    """q = (9/10)^-j: a ceiling in floats is off by one at five of these."""
    rho = Fraction(9, 10)
    beta0 = -(Fraction(1, 10) * rho**-j + Fraction(3, 2))
    one = DeadChannel(
        Fraction(1, 10), Fraction(1), Fraction(1, 10), beta0, Fraction(1, 2), Fraction(3)
    )
    assert recovery_step(one) == simulated_recovery(one, 100) == j


@pytest.mark.parametrize(
    "numbers",
    [
        ("0.1", "0", "0.1", "-3", "0.5", "3"),
        ("0.1", "1", "0", "-3", "0.5", "3"),
        ("0.1", "1", "-0.1", "-3", "0.5", "3"),
    ],
)
def test_without_decay_or_shift_it_never_comes_back(numbers):
    assert recovery_step(channel(*numbers)) is None
    assert simulated_recovery(channel(*numbers), 500) is None


@pytest.mark.parametrize("beta0", ["1", "0", "-1.5", "-1.6"])
def test_a_channel_above_the_threshold_is_back_at_once(beta0):
    one = channel("0.1", "1", "0.1", beta0, "-0.5", "3")
    assert recovery_step(one) == simulated_recovery(one, 0) == 0


def test_the_scale_at_recovery_lies_between_two_steps():
    gamma = abs(FIRST.gamma0) * FIRST.rho**5415
    assert gamma <= gamma_at_recovery(FIRST) < gamma / FIRST.rho
    assert gamma_at_recovery(FIRST) == Fraction(1, 30)
    with pytest.raises(ValueError, match="beta0"):
        gamma_at_recovery(channel("0.1", "1", "0.1", "-1", "0.5", "3"))


def test_a_decay_too_small_for_floats_is_no_trouble():
    one = DeadChannel(
        Fraction(1),
        Fraction(1, 10**18),
        Fraction(1),
        Fraction(-3) - Fraction(1, 10**17),
        Fraction(1),
        Fraction(2),
    )
    assert recovery_step(one) == 10


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        (("0.1", "1", "0.1", "-3", "0", "3"), "gamma0"),
        (("0.1", "10", "0.1", "-3", "1", "3"), "decay"),
        (("0.1", "-1", "0.1", "-3", "1", "3"), "decay"),
        (("0.1", "1", "0.1", "-3", "1", "0"), "c"),
    ],
)
def test_impossible_channels_are_refused(numbers, name):
    with pytest.raises(ValueError, match=f"{name}: "):
        channel(*numbers)


def test_floats_are_refused():
    with pytest.raises(ValueError, match="alpha: must be exact"):
        DeadChannel(Fraction(1, 10), Fraction(1), 0.1, Fraction(-3), Fraction(1), Fraction(3))


@pytest.mark.parametrize("name", ["SGD", "AdamW"])
def test_torch_takes_as_many_steps(name):
    """AdamW's decay multiplies as well: 541 steps for rho = 0.995."""
    import torch

    parameters = torch.tensor([-3.0, 0.5], dtype=torch.float64, requires_grad=True)
    rule = getattr(torch.optim, name)([parameters], lr=0.01, weight_decay=0.5)
    k = 0
    while (parameters[0] + 0.1) / parameters[1] < -3:
        parameters.grad = torch.zeros_like(parameters)
        rule.step()
        k += 1
    assert k == recovery_step(channel("0.01", "0.5", "0.1", "-3", "0.5", "3")) == 541


def test_the_logarithms_propose_no_step_too_many():
    """q next to 1 in large numbers: their logarithms, subtracted, are off by thousands of steps."""
    rho, k = 1 - Fraction(1, 10**18), 40
    for scale in range(3, 60, 7):
        q = Fraction(scale * 10**18 * 10**3 + 1, scale * 10**18 * 10**3) * rho**-k
        one = DeadChannel(1, Fraction(1, 10**18), Fraction(1), -q - 1, Fraction(1, 3), Fraction(3))
        assert recovery_step(one) == simulated_recovery(one, 100) == k + 1


def test_a_decay_that_takes_all_but_a_little_is_no_trouble():
    rho = Fraction(1, 10**20)
    one = DeadChannel(
        Fraction(1), 1 - rho, Fraction(1), Fraction(-(10**50)), Fraction(1), Fraction(3)
    )
    assert recovery_step(one) == simulated_recovery(one, 5) == 3
