"""The diffusion limit: known constants, and two roads to the mean."""

import itertools
import math

import numpy as np
import pytest

from experiments._psbn_diffusion import Strip, mean_time, survival


@pytest.mark.parametrize(
    ("model", "c", "constant"),
    [
        ("frozen", 1.5, 12.98275577019045),
        ("frozen", 2.0, 28.37147501157094),
        ("frozen", 3.0, 206.6589373023332),
        ("held", 1.5, 3.1289362550),
        ("held", 3.0, 7.2797490575),
    ],
)
def test_mean_times_are_the_verified_constants(model, c, constant):
    assert mean_time(model, Strip(c, 1.0)) == pytest.approx(constant, rel=1e-9)


def test_the_mean_is_the_area_under_the_survival_curve():
    for model, strip in (("frozen", Strip(1.5, 1.0)), ("held", Strip(2.0, 1.0, r0=-0.5))):
        t = np.linspace(0, 400, 40_001)
        area = np.trapezoid(survival(model, strip, t.tolist()), t)
        assert area == pytest.approx(mean_time(model, strip), rel=1e-3)


def test_survival_starts_at_one_and_never_rises():
    curve = survival("held", Strip(3.0, 1.0), [0, 0.5, 1, 2, 5, 10, 50, 1000])
    assert curve[0] == 1
    assert curve[-1] == pytest.approx(0, abs=1e-12)
    assert all(b <= a + 1e-9 for a, b in itertools.pairwise(curve))


def test_a_channel_at_its_threshold_has_no_time_left():
    assert mean_time("frozen", Strip(1.5, 1.0, r0=-1.5)) == pytest.approx(0, abs=1e-9)


def test_a_restoring_gradient_makes_the_time_grow_faster_than_any_power():
    times = [mean_time("frozen", Strip(1.5, 1.0), 0.1 / h) / h**2 for h in (0.4, 0.2, 0.1)]
    first, second = (math.log2(b / a) for a, b in itertools.pairwise(times))
    assert first > 4
    assert second > 1.5 * first
