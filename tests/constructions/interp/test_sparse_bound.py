"""Bounds on nonzero parameters: certificates, monotonicity, refusal of bad input."""

from __future__ import annotations

from random import Random

import pytest

from constructions.interp.configurations import paired
from constructions.interp.narrow import narrow_any
from constructions.interp.shallow import shallow_any
from constructions.interp.sparse_bound import sparse_minimum
from constructions.interp.vector_bound import sharpest_minimum
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp.sparse import possible_entries


@pytest.mark.parametrize(("N", "b"), [(2, 1), (3, 2), (16, 64), (64, 64)])
def test_certificates_are_accepted_and_one_more_is_rejected(N, b):
    bound = sparse_minimum(N, b)
    found = bound.certificate()
    assert check(found, claim="interp.DIRS").summary.startswith(f"N={N} b={b} d=1: at least")
    more = {**found["statement"], "nonzeros": bound.nonzeros + 1}
    with pytest.raises(Rejected, match="passes the test"):
        check(seal(found["kind"], more, found["evidence"]))


def test_a_dense_class_has_at_least_as_many_nonzeros_as_the_sparse_bound():
    for N, b in ((16, 64), (64, 64), (128, 128)):
        assert sparse_minimum(N, b).nonzeros <= sharpest_minimum(N, b).parameters


def test_built_networks_are_above_the_bound():
    for N in (2, 5, 16, 40):
        hard = paired(N, 64, Random(N))
        least = sparse_minimum(N, 64).nonzeros
        for build in (shallow_any, narrow_any):
            assert build(hard.points, hard.labels, Random(0)).nonzeros >= least


def test_the_bound_grows_with_closeness():
    values = [sparse_minimum(32, b).nonzeros for b in (6, 16, 64, 400)]
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_entries_of_small_graphs():
    """U = 0: a bias and a weight. U = 1: bias and input for both heads, and the unit's output."""
    assert [possible_entries(U) for U in (0, 1, 2)] == [2, 5, 9]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((1, 5), "N: must be"), ((1001, 64), "N: must be at most 1000"), ((8, 2), "b: N = 8 points")],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        sparse_minimum(*arguments)
