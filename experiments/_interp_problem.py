"""Which problem is meant: N points in dimension d whose separation is 2^-b.

The separation is given as b, as delta, or as c with b = floor(cN). Everything is exact: delta is
read as a rational and b = floor(log2(1/delta)) is computed with integers. Rounding b *down* is the safe
direction for a lower bound: then 2^-b >= delta, so 2^-b-separated points are delta-separated, and
who serves every delta-separated set serves every 2^-b-separated one.

| symbol | meaning |
|---|---|
| N, d | number and dimension of the points |
| delta, b | their separation, and log2(1/delta) rounded down |
| c | b / N |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

# Building and evaluating nets exactly costs about N^2 operations on b-bit integers, so these
# sizes keep a run to minutes; the certified bound itself goes further (certified_minimum).
MAX_N = 4096
MAX_B = 1 << 16
MAX_WORK = 1 << 36  # N^2 b
MAX_COORDINATES = 1 << 17  # N d
MAX_TEXT = 1000  # characters of a number

_POWER = re.compile(r"(\d+)(?:\*\*|\^)([+-]?\d+)")
_RATIO = re.compile(r"[+-]?\d+/\d+")
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?")


@dataclass(frozen=True)
class Problem:
    """N points, 2^-b separated, in dimension d; ``given`` says how b was asked for."""

    N: int
    b: int
    d: int
    given: str

    @property
    def delta(self) -> str:
        """The separation, for people."""
        return f"2^-{self.b}"

    @property
    def regime(self) -> str:
        """``polynomial``: b <= 4 log2 N; ``exponential``: b >= N/4; else ``intermediate``.

        For small N both hold at once, and the first one named wins.
        """
        if 1 << self.b <= self.N**4:
            return "polynomial"
        return "exponential" if 4 * self.b >= self.N else "intermediate"


def resolve(N: int, d: int, b: int | None, delta: str | None, c: str | None) -> Problem:
    """The problem asked for; b = N when none of b, delta and c is given.

    ``ValueError`` for N < 2, d < 1, more than one of b, delta and c, a delta outside (0, 1), a c that is
    not positive, points that do not fit (2^b < N), or sizes whose exact evaluation would take
    hours.
    """
    _within("N", N, 2, MAX_N)
    _within("d", d, 1, MAX_COORDINATES // N)
    given = [f"{k} = {v}" for k, v in (("b", b), ("delta", delta), ("c", c)) if v is not None]
    if len(given) > 1:
        raise ValueError(f"b, delta, c: give at most one of them, got {' and '.join(given)}")
    if delta is not None:
        b, source = bits(parse_delta(delta)), f"{given[0]}, b = floor(log2(1/delta))"
    elif c is not None:
        b, source = _product(c, N), f"{given[0]}, b = floor(c N)"
    elif b is not None:
        source = given[0]
    else:
        b, source = N, "b = N, as none of b, delta and c was given"
    origin = f" ({source})" if source != f"b = {b}" else ""
    if b < 1 or 1 << min(b, MAX_B) < N:
        raise ValueError(
            f"b: must be at least log2 N = {_log2(N)}, or {N} separated points do not fit, got {b}"
            + origin
        )
    _within("b", b, 1, MAX_B, origin)
    if N * N * b > MAX_WORK:
        raise ValueError(
            f"N, b: must have N^2 b <= 2^36 for exact evaluation, got N = {N}, b = {b}"
        )
    return Problem(N, b, d, source)


def parse_delta(text: str) -> Fraction:
    """An exact rational strictly between 0 and 1 from ``2**-64``, ``2^-64``, ``1e-9``, ``p/q``.

    ``ValueError`` names the rule that was broken.
    """
    value = parse_number("delta", text)
    if not 0 < value < 1:
        raise ValueError(f"delta: must lie strictly between 0 and 1, got {text!r}")
    return value


def parse_number(name: str, text: str) -> Fraction:
    """An exact rational from text, without evaluating it as code; ``ValueError`` names ``name``."""
    text = text.strip()
    wrong = ValueError(
        f"{name}: must be a finite number such as 2**-64, 2^-64, 1e-9, 0.25 or 3/8, "
        f"got {text[:40]!r}"
    )
    if len(text) > MAX_TEXT or not text.isascii():
        raise wrong
    if power := _POWER.fullmatch(text):
        return _power(name, int(power[1]), int(power[2]), text)
    if _RATIO.fullmatch(text):
        above, below = map(int, text.split("/"))
        if below == 0:
            raise wrong
        return Fraction(above, below)
    if decimal := _DECIMAL.fullmatch(text):
        mantissa = Fraction(re.split("[eE]", text)[0])
        return mantissa * _power(name, 10, int(decimal[1] or 0), text)
    raise wrong


def bits(delta: Fraction) -> int:
    """The largest b with 2^-b >= delta, for 0 < delta < 1."""
    return (delta.denominator // delta.numerator).bit_length() - 1


def _power(name: str, base: int, exponent: int, text: str) -> Fraction:
    if abs(exponent) * base.bit_length() > 2 * MAX_B:  # before 10**-999999999 is computed
        raise ValueError(f"{name}: must lie between 2^-{MAX_B} and 2^{MAX_B}, got {text[:40]!r}")
    if base == 0 and exponent < 0:
        raise ValueError(f"{name}: must be a finite number, got {text[:40]!r}")
    return Fraction(base) ** exponent


def _product(c: str, N: int) -> int:
    value = parse_number("c", c)
    if value <= 0:
        raise ValueError(f"c: must be positive, got {c!r}")
    return int(value * N)


def demand_sweepable(d: int, largest: int) -> None:
    """``ValueError`` if point sets of up to ``largest`` points in dimension d are too much work."""
    most = MAX_COORDINATES // largest
    if d > most:
        raise ValueError(f"d: must be at most {most} for a sweep up to N = {largest}, got {d}")


def _within(name: str, value: int, least: int, most: int, origin: str = "") -> None:
    if value < least:
        raise ValueError(f"{name}: must be at least {least}, got {value}{origin}")
    if value > most:
        rule = f"must be at most {most} here (exact evaluation)"
        raise ValueError(f"{name}: {rule}, got {value}{origin}")


def _log2(N: int) -> str:
    exact = N.bit_length() - 1
    return str(exact) if N == 1 << exact else f"{exact}.{_tenth(N, exact)}"


def _tenth(N: int, exact: int) -> int:
    """First digit after the point of log2 N, rounded down."""
    return next(k for k in range(9, -1, -1) if N**10 >= 1 << (10 * exact + k))
