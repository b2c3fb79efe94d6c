"""The diffusion limit: survival curves with the known means below them."""

import itertools

import numpy as np
import pytest

from experiments._psbn_diffusion import Strip, limit, survival


@pytest.mark.parametrize(
    ("model", "c", "constant"),
    [
        ("frozen", 1.5, 12.98275577019045),
        ("frozen", 3.0, 206.6589373023332),
        ("held", 1.5, 3.1289362550),
        ("held", 3.0, 7.2797490575),
    ],
)
def test_the_area_under_a_survival_curve_is_the_verified_mean(model, c, constant):
    t = np.linspace(0, 30 * constant, 20_001)
    area = np.trapezoid(survival(model, Strip(c, 1.0), t.tolist()), t)
    assert area == pytest.approx(constant, rel=1e-4)


def test_the_generator_gives_the_verified_mean():
    found = limit("frozen", Strip(2.0, 1.0))
    mean = found.at_start @ np.linalg.solve(found.L, -np.ones(len(found.L)))
    assert mean == pytest.approx(28.37147501157094, rel=1e-9)


def test_survival_starts_at_one_and_never_rises():
    curve = survival("held", Strip(3.0, 1.0), [0, 0.5, 1, 2, 5, 10, 50, 1000])
    assert curve[0] == 1
    assert curve[-1] == pytest.approx(0, abs=1e-12)
    assert all(b <= a + 1e-9 for a, b in itertools.pairwise(curve))


def test_a_channel_at_its_threshold_has_no_time_left():
    assert survival("frozen", Strip(1.5, 1.0, r0=-1.5), [0.1, 1.0]) == pytest.approx(
        [0, 0], abs=1e-9
    )
