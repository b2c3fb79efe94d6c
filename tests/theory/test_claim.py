"""Declarations that make no sense are refused, and a variant cannot be told from its claim."""

import pytest

from theory import EXACT, LEMMA, STATISTICAL, Claim, Derived, established


def claim(**more):
    given = {"hypotheses": {"positive": "n > 0"}, "constants": {"power": 2}, **more}
    return Claim("demo.SUM", LEMMA, "Odd numbers", "1 + 3 = 4", Derived("induction"), **given)


@pytest.mark.parametrize("name", ["", "SUM", "demo.", ".SUM", "demo.S.M", "de mo.SUM", "demo.1"])
def test_an_id_reads_wing_dot_name(name):
    with pytest.raises(ValueError, match=r"id: must read wing\.NAME"):
        Claim(name, LEMMA, "t", "s", Derived("d"))


def test_one_name_is_not_both_a_hypothesis_and_a_constant():
    with pytest.raises(ValueError, match="'n' is both"):
        claim(hypotheses={"n": "n > 0"}, constants={"n": 1})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"constants": {"powr": 3}}, "names unknown powr"),
        ({"drop": "negative"}, "names unknown negative"),
        ({"constants": {"power": 2}}, "changes nothing"),
        ({}, "changes nothing"),
    ],
)
def test_a_falsifier_changes_something_that_is_there(change, complaint):
    with pytest.raises(ValueError, match=complaint):
        claim().falsifier("near miss", **change)


def test_names_are_given_once():
    one = claim()
    one.falsifier("cube", constants={"power": 3})
    with pytest.raises(ValueError, match="a second falsifier named 'cube'"):
        one.falsifier("cube", constants={"power": 4})


def test_error_rates_belong_to_statistical_checks_and_only_there():
    with pytest.raises(ValueError, match="declared by statistical checks"):
        claim().check(STATISTICAL, scope="dice")
    with pytest.raises(ValueError, match="declared by statistical checks"):
        claim().check(EXACT, scope="n <= 8", rates=object())


def test_a_tier_is_one_of_three():
    with pytest.raises(ValueError, match="tier must be one of"):
        claim().check(EXACT, scope="n <= 8", tier="quick")


def test_a_variant_differs_from_what_a_check_is_handed_in_the_one_thing_only():
    one = claim()
    one.check(EXACT, scope="n <= 8")(lambda claim: established(cases=1))
    cube = one.falsifier("cube", constants={"power": 3})
    free = one.falsifier("n free", drop="positive")
    handed = vars(one.handed())
    assert handed["checks"] == [], "a list of checks would tell the claim from its variants"
    for variant, changed in ((one.variant(cube), "constants"), (one.variant(free), "hypotheses")):
        seen = vars(variant)
        assert {name for name in handed if seen[name] != handed[name]} == {changed}
    assert one.variant(cube)["power"] == 3
    assert not one.variant(free).assumes("positive")
    assert (one["power"], one.assumes("positive")) == (2, True)


def test_constants_cannot_be_changed_by_a_check():
    with pytest.raises(TypeError):
        claim().constants["power"] = 3
