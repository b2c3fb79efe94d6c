"""Tiny classes: the known numbers of dichotomies, at regular and irregular points, exactly."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from constructions.interp.tiny import (
    Realised,
    Refuted,
    decide,
    enumerate_dichotomies,
    most_changes,
)
from proofs_checks.certificate import check

F = Fraction
CLOSE = (F(0), F(1, 2**50), F(1, 3), F(1), F(3), F(7, 2))
NEGATIVE = (F(-(10**30)), F(-1), F(-1, 2), F(1, 7**40), F(1, 7**39), F(10**9))
SETS = {"integers": tuple(range(6)), "nearly equal points": CLOSE, "very uneven": NEGATIVE}

#: (units, M) -> number of labellings: 2M for one unit, 2 (1 + (M-1) + C(M-1, 2)) for two; for three
#: all but the two alternating ones at M = 6, since Kmax(3, 1) = 4.
KNOWN = {
    (1, 1): 2, (1, 2): 4, (1, 3): 6, (1, 4): 8, (1, 5): 10, (1, 6): 12,
    (2, 1): 2, (2, 2): 4, (2, 3): 8, (2, 4): 14, (2, 5): 22, (2, 6): 32,
    (3, 3): 8, (3, 4): 16, (3, 5): 32, (3, 6): 62,
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("units", "M"), KNOWN)
def test_the_known_numbers_are_found_and_certified_at_any_points(units, M, name):
    certificate = enumerate_dichotomies(units, SETS[name][:M])
    assert len(certificate["statement"]["realisable"]) == KNOWN[units, M]
    assert f"exactly {KNOWN[units, M]} of {2**M}" in check(certificate, "interp.W1").summary


@pytest.mark.parametrize("name", SETS)
def test_the_most_changes_do_not_depend_on_the_points(name):
    for units, most in ((1, 1), (2, 2), (3, 4)):
        certificate = most_changes(units, SETS[name])
        assert certificate["statement"]["changes"] == most
        check(certificate, "interp.K")


def test_fewer_points_than_changes_are_alternated_fully():
    for units, M in ((1, 1), (1, 2), (2, 3), (3, 5)):
        assert most_changes(units, range(M))["statement"]["changes"] == M - 1


def test_random_integer_networks_realise_nothing_that_was_refuted():
    """A search that knows no cells: small integer weights, ties of breakpoints and points included."""
    rng = Random(2)
    for units, M in ((1, 4), (2, 4), (2, 6), (3, 6)):
        listed = set(enumerate_dichotomies(units, range(M))["statement"]["realisable"])
        seen = set()
        for _ in range(4000):
            layer = [(rng.choice((1, -1)), rng.randint(-2, 2 * M), rng.randint(-6, 6))
                     for _ in range(units)]  # fmt: skip
            values = [sum(v * max(s * (2 * x - t), 0) for s, t, v in layer) for x in range(M)]
            for threshold in {*values, min(values) - 1}:
                seen.add("".join("01"[value > threshold] for value in values))
        assert seen <= listed
        assert len(seen) > 0.8 * len(listed)


def test_floating_point_linear_programs_agree_for_two_units_on_four_points():
    """The same question put to HiGHS, in the weights and thresholds themselves (margin 1)."""
    import numpy as np
    from scipy.optimize import linprog

    points = [0.0, 1.0, 2.5, 4.0]
    ends = [-np.inf, *points, np.inf]

    def feasible(labels, units):
        y = np.array([1.0 if c == "1" else -1.0 for c in labels])
        rows, below = [], []
        columns = [np.ones(4)]  # c, then (u, q) of each unit: u x - q where active
        for i, (s, j) in enumerate(units):
            active = np.array([float(k >= j) if s == 1 else float(k < j) for k in range(4)])
            columns += [active * points, -active]
            sign = np.zeros(1 + 2 * len(units))
            for end, direction in ((ends[j], 1.0), (ends[j + 1], -1.0)):
                if np.isfinite(end):  # v >= 0: s u end <= s q etc.; the sign of v is tried below
                    row = sign.copy()
                    row[1 + 2 * i], row[2 + 2 * i] = direction * end, -direction
                    rows.append((i, row))
                    below.append(0.0)
        A = -(y[:, None] * np.stack(columns, axis=1))
        for flips in product((1, -1), repeat=len(units)):
            bounds = [flips[i] * row for i, row in rows]
            result = linprog(
                np.zeros(A.shape[1]), A_ub=np.vstack([A, *bounds]), b_ub=[-1.0] * 4 + below,
                bounds=(None, None), method="highs",
            )  # fmt: skip
            if result.status == 0:
                return True
        return False

    kinds = list(product((1, -1), range(5)))
    for labels in ("0101", "1010", "0110", "1001", "0100"):
        cells = [(a, b) for i, a in enumerate(kinds) for b in kinds[i:]]
        expected = any(feasible(labels, cell) for cell in cells)
        found = decide(2, [F(p) for p in points], labels)
        assert isinstance(found, Realised) == expected


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.fractions(-3, 3, max_denominator=50), min_size=2, max_size=5, unique=True),
    st.integers(1, 2),
    st.data(),
)
def test_a_labelling_is_realised_exactly_if_it_has_few_enough_changes(points, units, data):
    points.sort()
    labels = data.draw(st.text("01", min_size=len(points), max_size=len(points)))
    found = decide(units, points, labels)
    few = sum(a != b for a, b in pairwise(labels)) <= units
    assert isinstance(found, Realised if few else Refuted)


def test_certificates_are_the_same_every_time_and_small():
    first, again = (enumerate_dichotomies(2, CLOSE) for _ in range(2))
    assert first == again
    assert sum(len(part["multipliers"]) for part in first["evidence"]["refuted"]) <= 100
    assert all(len(part["subset"]) == 4 for part in first["evidence"]["refuted"])


@pytest.mark.parametrize(
    ("units", "points", "reason"),
    [
        (0, (0, 1), "units: must be an integer, at least 1, got 0"),
        (-1, (0, 1), "units"),
        (True, (0, 1), "units"),
        (1.0, (0, 1), "units"),
        (1, (), "points: must hold at least one point"),
        (1, (0, 0), "points: must be strictly increasing, got 0 and 1 equal"),
        (1, (0, 2, 1), "points: must be strictly increasing, got 1 and 2 out of order"),
        (1, (0, 0.5), r"points\[1\]: must be exact"),
        (1, (0, float("nan")), r"points\[1\]: must be exact"),
        (1, (0, "1"), r"points\[1\]: must be exact"),
        (1, range(13), "points: at most 12, got 13"),
        (40, range(6), "units: .* cells, more than"),
    ],
)
def test_bad_problems_are_refused_by_name(units, points, reason):
    for call in (enumerate_dichotomies, most_changes, lambda k, p: decide(k, p, "0" * len(p))):
        with pytest.raises(ValueError, match=reason):
            call(units, points)


@pytest.mark.parametrize("labels", ["", "0", "000", "0x", "0٠"])
def test_bad_labels_are_refused(labels):
    with pytest.raises(ValueError, match="labels: must be 2 characters"):
        decide(1, (0, 1), labels)
