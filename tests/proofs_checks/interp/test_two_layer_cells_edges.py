"""The edges of the cells: how many are looked at, and that each of their rows is asked about."""

from __future__ import annotations

import pytest

from proofs_checks.certificate import Rejected
from proofs_checks.interp import two_layer_cells
from proofs_checks.interp.two_layer_cells import (
    one_layer_changes,
    open_cells,
    open_orientations,
    read_refuted,
)


def nothing(rows, new):
    """Nothing is refuted."""
    return False


def test_the_limits_are_these():
    assert (two_layer_cells.MAX_UNITS, two_layer_cells.MAX_STATES) == (6, 50_000)


def test_six_units_are_the_most():
    assert one_layer_changes(6, lambda rows, new: True) == 6
    assert list(open_cells(6, 6, 1, lambda rows, new: True)) == []
    for call in (lambda: one_layer_changes(7, nothing), lambda: list(open_cells(1, 7, 1, nothing))):
        with pytest.raises(Rejected, match=r"^widths: at most 6, got 7"):
            call()


def test_each_beginning_is_counted_once(monkeypatch):
    """One unit after one unit with one zero has 28 beginnings.

    Eight choices of orientation, sign and activity, each before and after the breakpoint of the first
    layer: 16. The zero lies before it (e = -1, four choices, before and after: 8) or behind it (e = 1: 4).
    """
    monkeypatch.setattr(two_layer_cells, "MAX_STATES", 28)
    found = list(open_cells(1, 1, 1, nothing))
    assert len(found) == 8
    monkeypatch.setattr(two_layer_cells, "MAX_STATES", 27)
    with pytest.raises(Rejected, match=r"^widths: more than 27 beginnings of cells"):
        list(open_cells(1, 1, 1, nothing))


@pytest.mark.parametrize(("w1", "w2", "zeros"), [(1, 1, 1), (1, 2, 1), (2, 2, 1)])
def test_a_cell_with_a_refuted_row_is_closed_wherever_the_row_stands(w1, w2, zeros):
    every = list(open_cells(w1, w2, zeros, nothing))
    for row in frozenset().union(*every):
        found = list(open_cells(w1, w2, zeros, lambda rows, new, row=row: new == row))
        assert found == [rows for rows in every if row not in rows]


def test_an_orientation_with_a_refuted_row_is_closed():
    every = list(open_orientations(3, nothing))
    assert len(every) == 8
    for row in frozenset().union(*every):
        found = list(open_orientations(3, lambda rows, new, row=row: new == row))
        assert found == [rows for rows in every if row not in rows]


def test_refutations_are_refused_by_name():
    good = {"rows": [[1, 0], [-1, 0]], "multipliers": ["1", "1"]}
    assert read_refuted([good], "r") == {
        (1, 0): [frozenset({(1, 0), (-1, 0)})],
        (-1, 0): [frozenset({(1, 0), (-1, 0)})],
    }
    for wrong, reason in (
        ({"rows": [[2, 0], [-1, 0]]}, "r[1].rows: must be at most 1, got 2"),
        ({"rows": [[1, 0], [-2, 0]]}, "r[1].rows: must be at least -1, got -2"),
        ({"rows": [[1, 0], 0]}, "r[1].rows: must be an array, got 0"),
        ({"rows": 0}, "r[1].rows: must be an array, got 0"),
        ({"multipliers": ["1"]}, "r[1].multipliers: must have 2 entries, got 1"),
        ({"more": 1}, "r[1]: unknown key 'more'"),
    ):
        with pytest.raises(Rejected) as caught:
            read_refuted([good, {**good, **wrong}], "r")
        assert str(caught.value) == reason
