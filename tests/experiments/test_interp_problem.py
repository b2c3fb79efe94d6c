"""Reading N, b, delta and c: exact, in the safe direction, and never as code."""

from fractions import Fraction

import pytest

from experiments._interp_problem import bits, parse_delta, parse_number, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2**-64", Fraction(1, 18446744073709551616)),
        ("2^-3", Fraction(1, 8)),
        ("10^-2", Fraction(1, 100)),
        ("1e-9", Fraction(1, 1000000000)),
        ("2.5E-1", Fraction(1, 4)),
        ("0.1", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("3/8", Fraction(3, 8)),
        (" 1/3 ", Fraction(1, 3)),
    ],
)
def test_delta_is_read_as_the_exact_rational_that_was_written(text, value):
    assert parse_delta(text) == value


@pytest.mark.parametrize("text", ["0", "1", "-0.5", "2", "2**64", "2**0", "7/7", "-1/2", "0e5"])
def test_delta_outside_the_open_unit_interval_is_refused_by_name_value_and_rule(text):
    with pytest.raises(ValueError, match=r"delta: must lie strictly between 0 and 1, got '.+'"):
        parse_delta(text)


@pytest.mark.parametrize(
    "text",
    [
        *("nan", "inf", "-inf", "", "1/0", "2**", "one half", "1_000", "0x10", "1e", "1/2/3"),
        *("__import__('os')", "2**-64+0", "(1/2)", "\N{ARABIC-INDIC DIGIT ONE}/2", "1" * 5000),
    ],
)
def test_what_is_not_a_finite_number_is_refused_and_never_evaluated(text):
    with pytest.raises(ValueError, match="delta: must be a finite number"):
        parse_delta(text)


@pytest.mark.parametrize("text", ["1e-999999999", "2**-999999999", "2^999999999", "1e99999999"])
def test_huge_exponents_are_refused_before_they_are_computed(text):
    with pytest.raises(ValueError, match="x: must lie between"):
        parse_number("x", text)


def test_zero_to_a_negative_power_is_no_number():
    with pytest.raises(ValueError, match="x: must be a finite number"):
        parse_number("x", "0**-1")


@pytest.mark.parametrize(
    ("delta", "b"),
    [
        (Fraction(1, 8), 3),
        (Fraction(1, 8) + Fraction(1, 10**30), 2),  # 2^-3 would be smaller than delta
        (Fraction(1, 8) - Fraction(1, 10**30), 3),
        (Fraction(9, 10), 0),
        (Fraction(1, 10**9), 29),
    ],
)
def test_b_is_the_largest_exponent_whose_separation_is_still_at_least_delta(delta, b):
    assert bits(delta) == b
    assert Fraction(1, 2**b) >= delta > Fraction(1, 2 ** (b + 1))


def test_the_three_ways_to_give_the_separation_agree():
    by_b, by_delta = resolve(64, 1, 32, None, None), resolve(64, 1, None, "2^-32", None)
    by_c, default = resolve(64, 1, None, None, "1/2"), resolve(64, 1, None, None, None)
    assert by_b.b == by_delta.b == by_c.b == 32
    assert default.b == 64
    assert resolve(10, 1, None, None, "0.7").b == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 1, None, None, None), "N: must be at least 2, got 1"),
        ((-5, 1, None, None, None), "N: must be at least 2, got -5"),
        ((10**9, 1, None, None, None), "N: must be at most 4096 here"),
        ((64, 0, None, None, None), "d: must be at least 1, got 0"),
        ((64, 10**9, None, None, None), "d: must be at most 2048 here"),
        (
            (64, 1, 5, None, None),
            "b: must be at least log2 N = 6, or 64 separated points do not fit",
        ),
        ((100, 1, 6, None, None), "b: must be at least log2 N = 6.6"),
        ((64, 1, -1, None, None), "b: must be at least"),
        ((64, 1, 10**9, None, None), "b: must be at most 65536 here"),
        ((4096, 1, 65536, None, None), "N, b: must have N.2 b <= 2.36"),
        ((64, 1, None, "0.9", None), r"got 0 \(delta = 0.9, b = floor\(log2\(1/delta\)\)\)"),
        ((64, 1, None, None, "0"), "c: must be positive, got '0'"),
        ((64, 1, None, None, "-1"), "c: must be positive, got '-1'"),
        ((64, 1, None, None, "nan"), "c: must be a finite number"),
        ((64, 1, 64, "1e-9", None), "b, delta, c: give at most one of them, got b = 64 and delta"),
        ((64, 1, 64, None, "1"), "b, delta, c: give at most one"),
        ((64, 1, None, "1e-9", "1"), "b, delta, c: give at most one"),
    ],
)
def test_problems_that_do_not_exist_are_refused_by_name_value_and_rule(arguments, message):
    with pytest.raises(ValueError, match=message):
        resolve(*arguments)


@pytest.mark.parametrize("N", [2, 3, 4, 5, 64, 65])
def test_the_least_b_that_fits_is_accepted(N):
    least = next(b for b in range(20) if 2**b >= N)
    assert resolve(N, 1, least, None, None).b == least
    with pytest.raises(ValueError, match="do not fit"):
        resolve(N, 1, least - 1, None, None)


@pytest.mark.parametrize(
    ("N", "b", "regime"),
    [
        (64, 24, "polynomial"),
        (64, 25, "exponential"),
        (4096, 48, "polynomial"),
        (4096, 49, "intermediate"),
        (4096, 1023, "intermediate"),
        (4096, 1024, "exponential"),
    ],
)
def test_the_regimes_change_where_their_definition_says(N, b, regime):
    assert resolve(N, 1, b, None, None).regime == regime
