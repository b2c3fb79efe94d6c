"""Base-2 logarithms of positive integers and of products, enclosed from both sides.

Everything is an integer in units of ``2**-bits``: ``floor_log2(x, bits) <= 2**bits * log2(x) <=
ceil_log2(x, bits)``. The digits come from repeated squaring of the mantissa; the lower bound rounds
every step down, the upper bound every step up, so no error analysis is needed for soundness.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

#: Extra mantissa bits; they make the enclosure narrow (about 1 unit), not sound.
GUARD = 8

#: A product of powers: pairs (base >= 1, exponent), exponents may be negative.
Powers = Iterable[tuple[int, int]]


def floor_log2(x: int, bits: int) -> int:
    """Largest proved integer ``<= 2**bits * log2(x)``; ``x >= 1``."""
    exponent, width = _exponent(x), bits + GUARD
    mantissa = x >> (exponent - width) if exponent >= width else x << (width - exponent)
    return (exponent << bits) + _floor_digits(mantissa, bits)


def ceil_log2(x: int, bits: int) -> int:
    """Smallest proved integer ``>= 2**bits * log2(x)``; ``x >= 1``."""
    exponent, width = _exponent(x), bits + GUARD
    mantissa = -(-x >> (exponent - width)) if exponent >= width else x << (width - exponent)
    return (exponent << bits) + _ceil_digits(mantissa, bits)


# Kept by the mantissa, which is short; x may have a million digits.


@lru_cache(maxsize=1 << 16)
def _floor_digits(mantissa: int, bits: int) -> int:
    width, digits = bits + GUARD, 0
    for _ in range(bits):
        mantissa = (mantissa * mantissa) >> width
        bit = mantissa >> (width + 1)
        digits = 2 * digits + bit
        mantissa >>= bit
    return digits


@lru_cache(maxsize=1 << 16)
def _ceil_digits(mantissa: int, bits: int) -> int:
    width, digits = bits + GUARD, 0
    for _ in range(bits):
        mantissa = -((-mantissa * mantissa) >> width)
        bit = 1 if mantissa >= 2 << width else 0
        digits = 2 * digits + bit
        mantissa = -(-mantissa >> bit)
    # mantissa <= 2 * 2**width, so the digits not computed are worth at most one unit.
    return digits + (1 if mantissa > 1 << width else 0)


def forget() -> None:
    """Empty the caches, so that a timing starts from nothing."""
    _floor_digits.cache_clear()
    _ceil_digits.cache_clear()


def floor_log2_product(powers: Powers, bits: int) -> int:
    """Proved lower bound of ``2**bits * log2(prod base**exponent)``."""
    return sum(e * (floor_log2 if e > 0 else ceil_log2)(x, bits) for x, e in powers)


def ceil_log2_product(powers: Powers, bits: int) -> int:
    """Proved upper bound of ``2**bits * log2(prod base**exponent)``."""
    return sum(e * (ceil_log2 if e > 0 else floor_log2)(x, bits) for x, e in powers)


def _exponent(x: int) -> int:
    if x < 1:
        raise ValueError(f"x: a logarithm needs x >= 1, got {x}")
    return x.bit_length() - 1
