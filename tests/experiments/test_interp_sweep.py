"""The sweep and its figure: every point earned, nothing drawn that was not verified."""

from random import Random

import pytest

from experiments import _interp_sweep, interp_lower_bound
from experiments._interp_figure import draw, fitted
from experiments._interp_sweep import FIT_FROM, LAWS, SIZES, grid

SMALL = SIZES[:9]


def sweep(d, rng):
    return [_interp_sweep.row(law, N, b, d, rng) for law, N, b in grid()]


@pytest.fixture(scope="module")
def rows():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_interp_sweep, "SIZES", SMALL)
        return sweep(1, Random(0))


def test_the_grid_holds_every_law_and_size_once(rows):
    assert SIZES[0] == 16
    assert SIZES[-1] == interp_lower_bound.LARGEST
    assert SMALL[-1] == 256 < SIZES[-1]
    assert [(row["law"], row["N"]) for row in rows] == [(law, N) for law in LAWS for N in SMALL]


def test_the_laws_are_what_their_names_say():
    assert [LAWS["2 log2 N"](N) for N in (16, 24, 32, 256)] == [8, 10, 10, 16]
    assert [LAWS["64"](N) for N in SIZES] == [64] * len(SIZES)
    assert LAWS["N"](48) == 48
    assert LAWS["4 N"](48) == 192


def test_the_table_agrees_with_the_full_integer_search(rows):
    known = {(32, 32): 25, (64, 64): 43, (64, 256): 46, (128, 128): 76, (256, 64): 103}
    known |= {(256, 256): 145, (256, 1024): 166}
    found = {(row["N"], row["b"]): row["lower"] for row in rows}
    assert {at: found[at] for at in known} == known


def test_every_upper_point_is_a_verified_net_of_one_to_two_parameters_a_point(rows):
    assert all(row["verified"] for row in rows)
    for row in rows:
        N, root = row["N"], row["N"] ** 0.5
        assert N + 4 * root < row["upper"] <= 2 * N + 4 * root + 9
        assert row["lower"] <= row["upper"] < 3 * N - 2


def test_in_the_exponential_regime_the_bound_is_linear_and_below_it_is_not(rows):
    by_law = {law: fitted([r for r in rows if r["law"] == law], "lower") for law in LAWS}
    assert by_law["N"].low > 0.75
    assert by_law["4 N"].low > 0.75
    assert by_law["2 log2 N"].high < 0.5
    assert by_law["64"].value < by_law["N"].value - 0.15
    exponential = [row for row in rows if row["law"] in ("N", "4 N")]
    assert all(row["lower"] > row["N"] / 2 for row in exponential), "above the predicted N/2"


def test_slopes_use_no_point_below_the_declared_start():
    rows = [{"N": N, "lower": N if N >= FIT_FROM else 10**6} for N in SIZES]
    assert fitted(rows, "lower").value == pytest.approx(1)


def test_the_figure_shows_all_points_slopes_with_intervals_and_dashed_predictions(rows):
    figure, data = draw(rows, 1)
    (axes,) = figure.axes
    assert data == rows
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sum("slope" in label and "[" in label for label in labels) == len(LAWS) + 1
    dashed = [line for line in axes.lines if line.is_dashed()]
    assert len(dashed) == sum("predicted" in label for label in labels) == 3
    drawn = [list(line.get_ydata()) for line in axes.lines]
    for law in LAWS:
        assert [row["lower"] for row in rows if row["law"] == law] in drawn
    assert "parameters" in axes.get_ylabel()
    assert "points" in axes.get_xlabel()


def test_on_a_diameter_of_a_ball_the_uniform_widths_are_drawn_as_well(monkeypatch):
    monkeypatch.setattr(_interp_sweep, "SIZES", (64, 96, 128))
    rows = sweep(3, Random(0))
    assert all(row["upper"] < 3 * row["N"] + 2 for row in rows)
    assert all(row["uniform_upper"] >= row["lower"] for row in rows)
    figure, _ = draw(rows, 3)
    assert any("uniform" in text.get_text() for text in figure.legends[0].get_texts())
