"""The edges of the referee of tail exponents, on the flat wedge: its exponent is 2 for 45 degrees."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx

from proofs_checks.certificate import Rejected
from proofs_checks.psbn import tail_exponent
from proofs_checks.psbn.gauss import Gauss
from proofs_checks.psbn.linear_ode import steps
from proofs_checks.psbn.tail_exponent import check, shoot

STATEMENT = {
    "claim": "psbn.T7c",
    "diffusion": {"Phi": ["2", "0", "2"], "phi": []},
    "drift": {"Phi": ["0", "2"], "phi": []},
    "potential": {"Phi": ["2"], "phi": []},
    "c": "1",
    "R": "0",
    "low": "19/10",
    "high": "21/10",
}
EVIDENCE = {"steps": 8, "order": 10, "bits": 60}


def refused(statement=None, evidence=None):
    with pytest.raises(Rejected) as caught:
        check({**STATEMENT, **(statement or {})}, {**EVIDENCE, **(evidence or {})})
    return str(caught.value)


def test_the_wedge_is_accepted_and_the_summary_says_in_how_many_pieces():
    said = check(STATEMENT, EVIDENCE)
    assert said.startswith("c=1 R=0: p* in [1.9, 2.1]; ")
    assert said.endswith(" pieces")
    assert tail_exponent.CLAIMS == ("psbn.T7c",)
    assert (tail_exponent.MOST_PIECES, tail_exponent.LARGEST) == (2000, 64)


def test_entries_are_refused_by_name():
    assert refused({"more": 1}) == "statement: unknown key 'more'"
    assert refused({"claim": "psbn.T7"}).startswith("statement.claim: must be one of psbn.T7c")
    assert refused(None, {"steps": 0}) == "evidence.steps: must be at least 1, got 0"
    for key in ("diffusion", "drift", "potential"):
        assert refused({key: 1}) == f"statement.{key}: must be an object, got 1"
    for key in ("c", "R", "low", "high"):
        assert refused({key: 1}) == f"statement.{key}: must be a string, got 1"


@pytest.mark.parametrize(
    ("c", "R", "good"),
    [
        ("1", "-1", False), ("1", "-2", False), ("50", "50", True), ("101/2", "1", False),
        ("1", "101/2", False), ("-50", "50", False), ("-49", "50", True), ("50", "-49", True),
        ("-50", "51", False), ("51", "-50", False),
    ],
)  # fmt: skip
def test_ends_are_in_order_and_not_far_out(c, R, good):
    reason = refused({"c": c, "R": R}, {"steps": 0})
    place = "statement.R: must be above -c, both at most 50"
    assert reason == ("evidence.steps: must be at least 1, got 0" if good else place)


@pytest.mark.parametrize(
    ("low", "high", "good"),
    [
        ("1", "2", False), ("1/2", "2", False), ("101/100", "2", True), ("2", "2", True),
        ("3", "2", False), ("2", "64", True), ("2", "65", False), ("64", "64", True),
    ],
)  # fmt: skip
def test_exponents_lie_between_one_and_sixty_four(low, high, good):
    reason = refused({"low": low, "high": high}, {"steps": 0})
    place = "statement.low: must satisfy 1 < low <= high <= 64"
    assert reason == ("evidence.steps: must be at least 1, got 0" if good else place)


def test_both_signs_have_to_be_proved():
    assert refused({"high": "39/20"}) == "statement.high: D(high) < 0 is not proved"
    assert refused({"low": "2", "high": "2"}) == "statement.high: D(high) < 0 is not proved"
    with pytest.raises(
        Rejected, match=r"^statement.low: D > 0 is not proved near p = (1\.9999|2\.0)"
    ):
        check({**STATEMENT, "low": "41/20"}, EVIDENCE)


def test_d_is_that_of_the_cosine():
    """D(p) = (1 + 1)^(p/2) cos(p pi / 4) up to the factor at r = 0, which is 1; Phi cancels."""
    with ctx.workprec(90):
        A, b, V = (Gauss(tuple(map(Fraction, q)), ()) for q in ((2, 0, 2), (0, 2), (2,)))
        way = steps([(b, A), (V, A)], (Fraction(0), Fraction(-1)), 16, 14)
        for p in (arb(1), arb(1.5), arb(3), arb(5)):
            expected = arb(2) ** (p / 2) * (p * arb.pi() / 4).cos()
            found = shoot(p, way)
            assert found.overlaps(expected)
            assert found.rad() < 1e-9


def below(where, calls):
    """A sign of D that is proved only on narrow intervals left of ``where``."""

    def positive(p, way):
        calls.append(p)
        return bool(p < where) and bool(p.rad() < 0.26)

    return positive


def test_the_interval_is_halved_until_the_sign_is_proved(monkeypatch):
    """[1, 3] in halves and quarters: seven balls, from left to right."""
    calls = []
    monkeypatch.setattr(tail_exponent, "_positive", below(4, calls))
    assert tail_exponent._demand_positive(Fraction(3), []) == 7
    middles = [float(p.mid()) for p in calls]
    assert middles == pytest.approx([2, 1.5, 1.25, 1.75, 2.5, 2.25, 2.75])
    monkeypatch.setattr(tail_exponent, "MOST_PIECES", 7)
    assert tail_exponent._demand_positive(Fraction(3), []) == 7
    monkeypatch.setattr(tail_exponent, "MOST_PIECES", 6)
    with pytest.raises(Rejected, match=r"^statement.low: D > 0 is not proved near p = 2.5$"):
        tail_exponent._demand_positive(Fraction(3), [])


def test_halving_ends_at_a_width_of_two_to_the_minus_forty(monkeypatch):
    calls = []
    monkeypatch.setattr(tail_exponent, "_positive", lambda p, way: bool(calls.append(p)))
    with pytest.raises(Rejected, match=r"^statement.low: D > 0 is not proved near p = 1$"):
        tail_exponent._demand_positive(Fraction(2), [])
    assert len(calls) == 42  # widths 1, 1/2, .., 2^-40, and 2^-41 is too narrow to halve


def test_a_ball_that_is_too_wide_for_an_enclosure_is_not_positive(monkeypatch):
    def fail(p, way):
        raise Rejected("too wide")

    assert tail_exponent._positive(arb(1), []) is True
    monkeypatch.setattr(tail_exponent, "shoot", fail)
    assert tail_exponent._positive(arb(1), []) is False
    monkeypatch.setattr(tail_exponent, "shoot", lambda p, way: arb(0))
    assert tail_exponent._positive(arb(1), []) is False
