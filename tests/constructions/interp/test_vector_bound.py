"""The sharper minima: known values, their certificates, and refusal of bad input."""

from __future__ import annotations

import pytest

from constructions.interp import vector_bound
from constructions.interp.lower_bound import certified_minimum
from constructions.interp.vector_bound import exclusion, sharpest_minimum
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp.direct import vector_parameters

# Measured with two independent prototypes on full integers.
UNIFORM = {
    (16, 64): (22, (3,) * 2),
    (32, 32): (25, (2,) * 4),
    (64, 13): (31, (2,) * 5),
    (64, 32): (34, (3,) * 3),
    (64, 64): (43, (2,) * 7),
    (64, 128): (46, (3,) * 4),
    (64, 1024): (46, (3,) * 4),
    (128, 128): (76, (5,) * 3),
    (256, 17): (49, (2,) * 8),
    (256, 64): (103, (2,) * 17),
    (256, 128): (130, (3,) * 11),
    (256, 256): (145, (6,) * 4),
    (256, 1024): (166, (3,) * 14),
    (1024, 32): (109, (2,) * 18),
    (1024, 64): (181, (2,) * 30),
    (1024, 128): (295, (2,) * 49),
    (1024, 1024): (562, (11,) * 5),
}
GENERAL = {(16, 64): 20, (32, 32): 25, (64, 13): 30, (64, 32): 33, (64, 64): 39, (64, 128): 41}


@pytest.mark.parametrize(("N", "b"), UNIFORM)
def test_known_uniform_minima(N, b):
    bound = sharpest_minimum(N, b)
    assert (bound.parameters, bound.survivor) == UNIFORM[N, b]
    assert bound.parameters >= certified_minimum(N, b).parameters
    assert check(bound.certificate(), claim="interp.DIR")


@pytest.mark.parametrize(("N", "b"), GENERAL)
def test_known_general_minima(N, b):
    bound = sharpest_minimum(N, b, widths="general")
    assert bound.parameters == GENERAL[N, b] == vector_parameters(1, bound.survivor)
    assert check(bound.certificate()).summary.startswith(f"N={N} b={b} d=1: at least")


def test_the_number_of_vectors_below_39_parameters_at_64_64():
    bound = sharpest_minimum(64, 64, widths="general")
    assert "13956 classes" in check(bound.certificate()).summary


@pytest.mark.parametrize("widths", ["uniform", "general"])
def test_one_parameter_more_is_rejected(widths):
    found = sharpest_minimum(32, 32, widths=widths).certificate()
    more = {**found["statement"], "parameters": found["statement"]["parameters"] + 1}
    with pytest.raises(Rejected, match="pass every test"):
        check(seal(found["kind"], more, found["evidence"]))


def test_a_wider_class_of_nets_has_a_smaller_minimum():
    for N, b in GENERAL:
        assert GENERAL[N, b] <= sharpest_minimum(N, b).parameters


def test_classes_that_interpolate_are_never_excluded():
    for N in (2, 3, 5, 8, 20):
        for b in (N.bit_length(), 64, 500):
            assert exclusion(N, b, (N - 1,)) is None
            assert exclusion(N, b, (3,) * (N - 1)) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths": "sparse"}, "statement.widths"),
        ({"N": 1}, "statement.N"),
        ({"b": 5}, "do not fit"),
        ({"claim": "interp.D1"}, "statement.claim"),
        ({"parameters": True}, "statement.parameters"),
    ],
)
def test_statements_outside_the_rules_are_rejected_by_name(change, message):
    found = sharpest_minimum(64, 64).certificate()
    with pytest.raises(Rejected, match=message):
        check(seal(found["kind"], {**found["statement"], **change}, found["evidence"]))


def test_precision_is_bounded():
    found = sharpest_minimum(16, 64).certificate()
    for precision in (7, 257, "32", None):
        with pytest.raises(Rejected, match="precision"):
            check(seal(found["kind"], found["statement"], {"precision": precision}))


def test_too_many_vectors_are_refused_and_not_searched(monkeypatch):
    monkeypatch.setattr(vector_bound, "MOST_CLASSES", 1000)
    with pytest.raises(ValueError, match="general widths are gone through up to 1000 classes"):
        sharpest_minimum(64, 64, widths="general")


def test_other_widths_are_refused():
    with pytest.raises(ValueError, match="widths: must be uniform or general, got 'sparse'"):
        sharpest_minimum(64, 64, widths="sparse")
