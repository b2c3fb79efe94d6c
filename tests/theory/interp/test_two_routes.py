"""The helper of the construction claims: two evaluations, and what happens when they disagree."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from constructions.interp.network import Affine, ExactNet, random_net
from constructions.interp.shallow import shallow_any
from proofs_checks.certificate import Rejected, check
from theory.interp import _two_routes
from theory.interp._two_routes import certificate, exported, first_wrong, on_line

STEP = ExactNet((Affine.dense([[1], [1]], [0, -1]), Affine.dense([[1, -1]], [0])))


def test_no_points_are_all_right():
    assert first_wrong(STEP, [], []) is None


def test_the_first_wrong_point_is_named_wherever_it_is():
    points, labels = on_line([3, 0, 1, 2, -5]), [1, 0, 1, 1, 0]
    assert first_wrong(STEP, points, labels) is None
    for i in range(5):
        wrong = [y if j < i else 1 - y for j, y in enumerate(labels)]
        assert first_wrong(STEP, points, wrong) == i


def test_a_label_missed_by_the_least_fraction_is_wrong():
    labels = [Fraction(0), 1 - Fraction(1, 10**50)]
    assert first_wrong(STEP, on_line([0, 1]), labels) == 1


def test_two_evaluations_that_disagree_are_an_error_and_no_verdict(monkeypatch):
    monkeypatch.setattr(_two_routes, "wrong", lambda *_: [1])
    with pytest.raises(ArithmeticError, match=r"wrong at \[1\], and at \[\]"):
        first_wrong(STEP, on_line([0, 1]), [0, 1])


def test_export_is_text_that_gives_the_same_network():
    net = random_net((3, 2), Random(1), 9, inputs=2)
    assert ExactNet.from_json(exported(net)) == net


def test_a_certificate_of_the_right_network_is_accepted_and_of_a_wrong_one_rejected():
    points, labels = on_line([0, Fraction(1, 3), 2]), [Fraction(1, 2), Fraction(-5), Fraction(7)]
    net = shallow_any(points, labels, Random(0))
    assert check(certificate("interp.U1", net, points, labels), claim="interp.U1")
    labels[2] += 1
    with pytest.raises(Rejected, match="at point 2"):
        check(certificate("interp.U1", net, points, labels))
