"""Slopes against hand calculation and another library; figures as reproducible files."""

import math
import random
from typing import Any

import pytest

from experiments._lab.figure import SUFFIXES, csv_bytes, figure_bytes, fit_slope, styled


@pytest.mark.parametrize(("power", "factor"), [(0.5, 3.0), (1.0, 2.0), (-2.0, 0.1), (0.0, 7.0)])
def test_an_exact_power_law_has_its_exponent_and_an_interval_of_no_width(power, factor):
    x = [1, 2, 8, 50]
    slope = fit_slope(x, [factor * t**power for t in x])
    assert slope.value == pytest.approx(power, abs=1e-12)
    assert slope.high - slope.low == pytest.approx(0, abs=1e-10)
    assert 2**slope.intercept == pytest.approx(factor)


def test_three_points_by_hand():
    # log2: (0,0), (1,1), (2,1): slope 1/2, residuals -1/6, 1/3, -1/6, error sqrt(1/6 / 2), t = 12.7062
    slope = fit_slope([1, 2, 4], [1, 2, 2])
    reach = 12.706204736 * math.sqrt(1 / 12)
    assert slope.value == pytest.approx(0.5)
    assert (slope.low, slope.high) == pytest.approx((0.5 - reach, 0.5 + reach))
    assert str(slope) == "0.50 [-3.17, 4.17]"


def test_the_interval_is_that_of_an_independent_regression():
    from scipy import stats

    rng = random.Random(5)
    x = [2**k for k in range(9)]
    y = [t**0.7 * rng.uniform(0.5, 2) for t in x]
    other: Any = stats.linregress([math.log2(t) for t in x], [math.log2(t) for t in y])
    reach = stats.t.ppf(0.975, 7) * other.stderr
    ours = fit_slope(x, y)
    assert (ours.low, ours.value, ours.high) == pytest.approx(
        (other.slope - reach, other.slope, other.slope + reach)
    )


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2], [1, 2], "at least 3"),
        ([1, 2, 3], [1, 2], "at least 3"),
        ([1, 2, 3], [1, 0, 2], "positive"),
        ([-1, 2, 3], [1, 1, 2], "positive"),
        ([2, 2, 2], [1, 2, 3], "two different"),
    ],
)
def test_a_slope_that_cannot_be_fitted_is_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        fit_slope(x, y)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_figure_is_the_same_bytes_every_time(suffix):
    def once():
        from matplotlib.figure import Figure

        with styled():
            figure = Figure()
            figure.add_subplot().plot([1, 2, 4], label="$P$")
        return figure_bytes(figure, suffix)

    first = once()
    assert first == once()
    assert first.startswith({".svg": b"<?xml", ".pdf": b"%PDF", ".png": b"\x89PNG"}[suffix])


def test_the_style_ends_with_its_block():
    import matplotlib

    before = matplotlib.rcParams["axes.grid"]
    with styled():
        assert matplotlib.rcParams["axes.grid"] is True
    assert matplotlib.rcParams["axes.grid"] is before


def test_the_data_are_one_line_a_row():
    assert csv_bytes([{"N": 1, "law": "a, b"}, {"N": 2, "law": ""}]) == b'N,law\n1,"a, b"\n2,\n'
