"""Rationals as text: ``"3"``, ``"-7/2"``. One number has exactly one spelling.

The spelling is lowest terms, positive denominator, no spaces, no plus sign, no leading zeros, no
``"-0"`` and no ``"/1"``, so equal certificates have equal digests and nothing hides in a spelling.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import gcd

#: Longest numerator or denominator that is read or shown, in decimal digits. Weights of deep
#: networks that store N labels of b bits are this long; anything longer is refused, not computed.
MAX_DIGITS = 1_000_000
#: The same for numbers that are not integers, because lowest terms cost a greatest common divisor.
MAX_FRACTION_DIGITS = 20_000

_SPELLING = re.compile(r"(-?)(0|[1-9][0-9]*)(?:/([1-9][0-9]*))?")
_INTERPRETER_DIGITS = 600  # below the least value that sys.set_int_max_str_digits accepts


def parse_rational(text: str) -> Fraction:
    """Read one canonically spelled rational.

    Raises ``ValueError`` for anything that is not a string, is spelled in another way or has more
    than :data:`MAX_DIGITS` digits (p/q: :data:`MAX_FRACTION_DIGITS` in p or in q).
    """
    if not isinstance(text, str):
        raise ValueError(f"rational: must be a string 'p/q', got {type(text).__name__}")
    if len(text) > 2 * MAX_DIGITS + 2:
        raise ValueError(f"rational: more than {MAX_DIGITS} digits in 'p/q'")
    match = _SPELLING.fullmatch(text)
    if match is None:
        raise ValueError(f"rational: must be spelled 'p' or 'p/q', got {text[:40]!r}")
    sign, top, bottom = match.groups()
    if bottom is not None:
        _demand_short(top, bottom)
    numerator, denominator = _integer(top), _integer(bottom or "1")
    if (bottom == "1") or (sign and not numerator) or gcd(numerator, denominator) != 1:
        raise ValueError(f"rational: must be in lowest terms, got {text[:40]!r}")
    return Fraction(-numerator if sign else numerator, denominator)


def show_rational(value: Fraction | int) -> str:
    """Spell ``value`` so that :func:`parse_rational` reads it back; same limit on its digits."""
    if isinstance(value, bool) or not isinstance(value, (Fraction, int)):
        raise ValueError(f"rational: must be an int or a Fraction, got {type(value).__name__}")
    top = _digits(value.numerator)
    if value.denominator == 1:
        return top
    bottom = _digits(value.denominator)
    _demand_short(top.removeprefix("-"), bottom)
    return f"{top}/{bottom}"


def _demand_short(top: str, bottom: str) -> None:
    if max(len(top), len(bottom)) > MAX_FRACTION_DIGITS:
        raise ValueError(f"rational: more than {MAX_FRACTION_DIGITS} digits in p or q of 'p/q'")


def _integer(digits: str) -> int:
    if len(digits) <= _INTERPRETER_DIGITS:
        return int(digits)
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"rational: more than {MAX_DIGITS} digits in 'p/q'")
    # flint reads long decimals fast and outside the interpreter's limit, which stays as it is.
    from flint import fmpz

    return int(fmpz(digits))


def _digits(value: int) -> str:
    if value.bit_length() < 3 * _INTERPRETER_DIGITS:
        return str(value)
    from flint import fmpz

    # Four bits a digit: what is refused here unspelled is certainly too long.
    text = str(fmpz(value)) if value.bit_length() <= 4 * MAX_DIGITS else ""
    if not text or len(text.lstrip("-")) > MAX_DIGITS:
        raise ValueError(f"rational: more than {MAX_DIGITS} digits in 'p/q'")
    return text
