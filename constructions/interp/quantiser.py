r"""Top-bit quantiser: z in [0, 1] becomes the integer h = min(floor(2^k z), 2^k - 1), exactly.

One layer of width 4 per bit: (r, h, two ramp units). With T = 2^(k-i) the bit is 1{r >= T},

    bit = ( sigma(r - T + eps) - sigma(r - T) ) / eps,   r <- r - T bit,   h <- h + T bit,

exact on the data when no remainder r lies strictly between T - eps and T. eps is a power of two, at
most the least distance from a remainder below some T up to it; a wider ramp spoils the bit of the
point that attains it. Values that differ by at least 2^-k keep different integers.

The first layer needs no h and the last no remainder (3 units each): P = 6 + 16 + 20 (k - 3) + 15 + 4
= 20 k - 19 for k >= 3, 22 and 7 for k = 2 and 1.

Cheaper: q = (2^k z - tent^k(z)) / 2 costs 12 per bit (z is carried beside the tents), but it is an
integer only where the last fold rises; where it falls it is an integer minus tent^k(z). A lookup of
*boundaries* (:mod:`.runs`) needs no integers at all, so the default construction has no quantiser.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from constructions.interp._reading import read_integer, read_rational
from constructions.interp.builder import Builder
from constructions.interp.network import ExactNet


def quantise(value: Fraction, k: int) -> int:
    """min(floor(2^k value), 2^k - 1): what the network computes."""
    return min(value.numerator * 2**k // value.denominator, 2**k - 1)


def ramp_width(values: Iterable[Any], k: int) -> Fraction:
    """The largest power of two, at most 1, that no remainder is nearer below a threshold than."""
    read_integer(k, "k", 1)
    least = Fraction(1)
    for i, value in enumerate(values):
        r = read_rational(value, f"values[{i}]") * 2**k
        if not 0 <= r <= 2**k:
            raise ValueError(f"values[{i}]: must be in [0, 1], got {r / 2**k}")
        for T in (2**j for j in reversed(range(k))):
            if r >= T:
                r -= T
            else:
                least = min(least, T - r)
    below = -(-least.denominator // least.numerator)
    return Fraction(1, 1 << (below - 1).bit_length())


def quantiser(values: Iterable[Any], k: int, eps: Any = None) -> ExactNet:
    """The net z -> :func:`quantise` (z, k), exact at ``values``; P = :func:`quantiser_parameters`.

    ``values``: rationals in [0, 1]; ``eps``: the ramp width, None takes :func:`ramp_width`. A
    wider one builds a net that is wrong somewhere on the values: it is there to be caught.
    Raises ``ValueError`` for k < 1, values outside [0, 1] and eps <= 0.
    """
    width = ramp_width(values, k) if eps is None else read_rational(eps, "eps")
    if width <= 0:
        raise ValueError(f"eps: must be positive, got {width}")
    steep = 1 / width
    builder = Builder(1)
    r, h = builder.inputs[0] * 2**k, builder.constant(0)
    for i, T in enumerate(2**j for j in reversed(range(k))):
        ramp = (steep * (r - T) + 1, steep * (r - T))
        carried = (r,) if i == 0 else (r, h)
        if i == k - 1:  # the last remainder is not needed
            carried = carried[1:]
        *kept, up, down = builder.relu(*carried, *ramp)
        bit = T * (up - down)
        if i == k - 1:
            return builder.build((kept[0] if kept else builder.constant(0)) + bit)
        r, h = kept[0] - bit, (kept[1] if i else builder.constant(0)) + bit
    raise ValueError(f"k: must be at least 1, got {k}")


def quantiser_parameters(k: int) -> int:
    """P of :func:`quantiser`: 20 k - 19 for k >= 3, 22 and 7 for k = 2 and 1."""
    return {1: 7, 2: 22}.get(read_integer(k, "k", 1), 20 * k - 19)
