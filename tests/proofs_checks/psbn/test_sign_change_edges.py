"""The edges of the referee of one zero: signs on pieces, and tails in closed form."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx

from proofs_checks.certificate import Rejected
from proofs_checks.psbn import sign_change
from proofs_checks.psbn.gauss import Gauss, density, distribution
from proofs_checks.psbn.sign_change import check

#: r Phi, with the zero 0.
STATEMENT = {
    "claim": "psbn.T5",
    "function": {"Phi": ["0", "1"], "phi": []},
    "low": "-1/10",
    "high": "1/10",
}
EVIDENCE = {"beyond": "2", "bits": 60}


def refused(statement=None, evidence=None):
    with pytest.raises(Rejected) as caught:
        check({**STATEMENT, **(statement or {})}, {**EVIDENCE, **(evidence or {})})
    return str(caught.value)


def gauss(P, Q=()):
    return Gauss(tuple(map(Fraction, P)), tuple(map(Fraction, Q)))


def test_the_summary_names_the_place_and_its_width():
    said = check(STATEMENT, EVIDENCE)
    assert said.startswith("one zero, in (-0.1, 0.1) of width 2.0e-01; ")
    assert sign_change.CLAIMS == ("psbn.T5",)
    assert (sign_change.DEEPEST, sign_change.MOST_PIECES) == (60, 20_000)


def test_entries_are_refused_by_name():
    assert refused({"more": 1}) == "statement: unknown key 'more'"
    assert refused({"claim": "psbn.T7"}).startswith("statement.claim: must be one of psbn.T5")
    assert refused(None, {"more": 1}) == "evidence: unknown key 'more'"
    assert refused({"function": 1}) == "statement.function: must be an object, got 1"
    for key in ("low", "high"):
        assert refused({key: 1}) == f"statement.{key}: must be a string, got 1"
    assert refused(None, {"beyond": 1}) == "evidence.beyond: must be a string, got 1"
    for bits, rule in ((52, "least 53, got 52"), (2001, "most 2000, got 2001")):
        assert refused(None, {"bits": bits}) == f"evidence.bits: must be at {rule}"
    assert check(STATEMENT, {**EVIDENCE, "bits": 53})
    assert check(STATEMENT, {**EVIDENCE, "bits": 2000})


@pytest.mark.parametrize(
    ("low", "high", "beyond"),
    [
        ("-2", "1/10", "2"), ("-1/10", "2", "2"), ("-3", "1/10", "2"), ("-1/10", "3", "2"),
        ("1/10", "1/10", "2"), ("1/10", "-1/10", "2"), ("-1/10", "1/10", "1/10"),
        ("-1/10", "1/10", "-2"),
    ],
)  # fmt: skip
def test_the_place_lies_inside_of_the_tails(low, high, beyond):
    reason = "statement.low: must satisfy -beyond < low < high < beyond"
    assert refused({"low": low, "high": high}, {"beyond": beyond}) == reason


def test_the_tails_begin_where_their_bounds_hold():
    """B >= 1, and B^2 at least the length of Q: r^k phi falls beyond sqrt(k)."""
    rule = "evidence.beyond: must be at least 1, and its square the length of phi's part"
    assert refused(None, {"beyond": "99/100"}) == rule
    five = {"Phi": ["0", "1"], "phi": ["0"] * 5}
    assert refused({"function": five}, {"beyond": "2"}) == rule
    four = {"Phi": ["0", "1"], "phi": ["0", "0", "0", "1"]}
    assert check({**STATEMENT, "function": four}, EVIDENCE)
    for length in (0, 1):
        zeros = {"Phi": ["0", "1"], "phi": ["0"] * length}
        assert check({**STATEMENT, "function": zeros}, {"beyond": "1", "bits": 60})


def test_each_of_the_five_proofs_can_fail():
    wrong = {
        "function: f < 0 is not proved towards -infinity": ["1"],
        "function: f > 0 is not proved towards +infinity": ["0", "0", "-1"],
        "function: f' > 0 is not proved on [low, high]": ["0", "-1", "0", "1"],
    }
    for reason, function in wrong.items():
        assert refused({"function": {"Phi": function, "phi": []}}) == reason
    left = refused({"low": "1/20"})
    assert left.startswith("function: its sign is not proved near r = ")
    right = refused({"high": "-1/20"})
    assert right.startswith("function: its sign is not proved near r = ")


def test_pieces_are_halved_until_the_sign_is_proved_and_counted():
    """r Phi is below 0 on [-2, -1/10] and above 0 on [1/10, 2]; each is one piece or a few."""
    f = gauss((0, 1))
    with ctx.workprec(60):
        for interval, sign in (((-2, Fraction(-1, 10)), -1), ((Fraction(1, 10), 2), 1)):
            ends = tuple(map(Fraction, interval))
            assert sign_change._demand_sign(f, ends, sign) >= 1
            with pytest.raises(Rejected, match="its sign is not proved near r ="):
                sign_change._demand_sign(f, ends, -sign)


def test_the_pieces_of_both_sides_are_added():
    left, right = (Fraction(-2), Fraction(-1, 10)), (Fraction(1, 10), Fraction(2))
    with ctx.workprec(60):
        counted = [
            sign_change._demand_sign(gauss((0, 1)), *side) for side in ((left, -1), (right, 1))
        ]
    assert check(STATEMENT, EVIDENCE).endswith(f"; {sum(counted)} pieces")
    assert min(counted) >= 1


def test_another_zero_to_the_left_or_far_to_the_right_is_found():
    """r (r + 1) (r + 3/2) Phi; then r (1 - r/4) Phi, whose second zero lies beyond the pieces."""
    three = {"Phi": ["0", "3/2", "5/2", "1"], "phi": []}
    assert "sign is not proved near" in refused({"function": three}, {"beyond": "4"})
    far = {"Phi": ["0", "1", "-1/4"], "phi": []}
    assert (
        refused({"function": far}, {"beyond": "3"})
        == "function: f > 0 is not proved towards +infinity"
    )


def test_a_long_part_of_phi_asks_for_a_large_beyond():
    """The square of 3 is 9: nine coefficients are enough, ten are too many."""
    for length, enough in ((9, True), (10, False)):
        f = {"Phi": ["0", "1"], "phi": ["0"] * (length - 1) + ["-1/1000"]}
        if enough:
            assert check({**STATEMENT, "function": f}, {**EVIDENCE, "beyond": "3"})
        else:
            assert "must be at least 1" in refused({"function": f}, {"beyond": "3"})


def test_phi_on_the_right_is_weighed_against_the_leading_power():
    """r Phi - 20 phi has its zero near 1.77; beyond 2 the second part is at most 10 phi(2) = 0.54."""
    f = {"Phi": ["0", "1"], "phi": ["-20"]}
    assert check({**STATEMENT, "function": f, "low": "17/10", "high": "9/5"}, EVIDENCE)


def test_a_falling_function_is_not_judged_at_the_ends():
    """-r Phi falls through 0 on [-1/2, 1/2]: neither sign holds, though it does at one end."""
    for sign in (1, -1):
        with pytest.raises(Rejected, match="sign is not proved"):
            sign_change._demand_sign(gauss((0, -1)), (Fraction(-1, 2), Fraction(1, 2)), sign)


def test_halvings_are_counted_to_the_left_as_well(monkeypatch):
    """-(r^2 + 1/1000) Phi on [0, 2] needs small pieces near 0 only."""
    f, ends = gauss((Fraction(-1, 1000), 0, -1)), (Fraction(0), Fraction(2))
    assert sign_change._demand_sign(f, ends, -1) > 8
    monkeypatch.setattr(sign_change, "DEEPEST", 3)
    with pytest.raises(Rejected, match="sign is not proved"):
        sign_change._demand_sign(f, ends, -1)


class Steps:
    """A function whose sign is proved on balls of radius at most 1/4 only, and whose slope is not."""

    def __init__(self, sign):
        self.sign, self.asked = sign, []

    def derivative(self):
        return Steps(0)

    def at(self, r):
        self.asked.append((float(r.mid()), float(r.rad())))
        return arb(self.sign) if r.rad() < 0.26 else arb(0)


@pytest.mark.parametrize("sign", [1, -1])
def test_each_piece_is_looked_at_once_from_the_right(sign, monkeypatch):
    """[0, 2] in halves and quarters: seven pieces."""
    f = Steps(sign)
    assert sign_change._demand_sign(f, (Fraction(0), Fraction(2)), sign) == 7
    middles = [m for m, _ in f.asked]
    assert middles == pytest.approx([1, 1.5, 1.75, 1.25, 0.5, 0.75, 0.25])
    monkeypatch.setattr(sign_change, "MOST_PIECES", 7)
    assert sign_change._demand_sign(Steps(sign), (Fraction(0), Fraction(2)), sign) == 7
    monkeypatch.setattr(sign_change, "MOST_PIECES", 6)
    with pytest.raises(Rejected, match=r"^function: its sign is not proved near r = 0$"):
        sign_change._demand_sign(Steps(sign), (Fraction(0), Fraction(2)), sign)


@pytest.mark.parametrize("deepest", [0, 1, 2])
def test_a_piece_is_halved_at_most_so_often(deepest, monkeypatch):
    monkeypatch.setattr(sign_change, "DEEPEST", deepest)
    if deepest == 2:
        assert sign_change._demand_sign(Steps(1), (Fraction(0), Fraction(2)), 1) == 7
    else:
        with pytest.raises(Rejected, match="its sign is not proved"):
            sign_change._demand_sign(Steps(1), (Fraction(0), Fraction(2)), 1)


class Rising:
    """Slope 1 everywhere; the sign is proved only at the end ``where``."""

    def __init__(self, where, sign):
        self.where, self.sign = where, sign

    def derivative(self):
        return Steps(1) if self.sign is None else Constant(1)

    def at(self, r):
        return arb(self.sign) if r == self.where else arb(0)


class Constant:
    def __init__(self, value):
        self.value = value

    def at(self, r):
        return arb(self.value)


def test_a_rising_function_is_decided_at_the_end_where_it_comes_next_to_zero():
    ends = (Fraction(1), Fraction(2))
    assert sign_change._demand_sign(Rising(1, 1), ends, 1) == 1
    assert sign_change._demand_sign(Rising(2, -1), ends, -1) == 1
    for other in (Rising(2, 1), Rising(1, -1)):
        with pytest.raises(Rejected):
            sign_change._demand_sign(other, ends, other.sign)


FORMS = [
    gauss((0, 1)),
    gauss((1,)),
    gauss((), (1,)),
    gauss((), (0, 2, -1)),
    gauss((1, -2, 3)),
    gauss((1, -2), (4, 0, 5, 1)),
    gauss((0, 0, 0, 1), (2,)),
    gauss((0, 0, 1, 1)),
    gauss(()),
]


@pytest.mark.parametrize("f", FORMS)
@pytest.mark.parametrize("beyond", [2, 3, 5])
def test_the_tails_hold_the_scaled_values_beyond(f, beyond):
    """f / (phi |r|^d) on the left and f / r^deg P on the right, at points beyond, and not far off."""
    d, degree = max(len(f.P) - 2, len(f.Q) - 1, 0), max(len(f.P) - 1, 0)
    with ctx.workprec(100):
        left, right = (
            tail(f, Fraction(beyond)) for tail in (sign_change._left_tail, sign_change._right_tail)
        )
        for more in (0, 1, 7, 20):
            r = arb(beyond + more)
            assert left.overlaps(f.at(-r) / (density(r) * r**d))
            assert right.overlaps(f.at(r) / r**degree)
        size = sum(abs(float(c)) for c in (*f.P, *f.Q)) + 1e-9
        assert left.rad() < size
        assert right.rad() < size


def test_tails_in_closed_form():
    """r Phi: -m on the left, m in [1/(1 + 1/B^2), 1]; Phi on the right. phi: 1 and [0, phi(B)]."""
    with ctx.workprec(100):
        left = sign_change._left_tail(gauss((0, 1)), Fraction(2))
        assert left.overlaps(arb(-1))
        assert left.overlaps(arb(-4) / 5)
        assert left.rad() < 0.2
        right = sign_change._right_tail(gauss((0, 1)), Fraction(2))
        assert abs(right.mid() - (1 + distribution(arb(2))) / 2) < 1e-6
        assert abs(right.rad() - (1 - distribution(arb(2))) / 2) < 1e-6
        assert sign_change._left_tail(gauss((), (1,)), Fraction(2)) == 1
        right = sign_change._right_tail(gauss((), (0, 0, 3)), Fraction(2))
        assert abs(right.mid() - 6 * density(arb(2))) < 1e-6
        assert abs(right.rad() - 6 * density(arb(2))) < 1e-6
        right = sign_change._right_tail(gauss((1, 1)), Fraction(2))  # (1 + s) Phi, s in [0, 1/2]
        assert right.overlaps(distribution(arb(2)))
        assert right.overlaps(arb(3) / 2)
