"""Rationals for people: in summaries and reasons, never in certificates.

Whatever a certificate holds can be spelled: numbers beyond the range of a float, and integers longer than
the interpreter spells.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction

SHORT = 10**20  #: numerators and denominators below this are shown as they are
_CONTEXT = Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN)
_AS_A_FLOAT = Context(prec=15, Emax=MAX_EMAX, Emin=MIN_EMIN)


def rounded(x: Fraction | int, spec: str = ".12g") -> str:
    """``x`` formatted as a float is, also where no float is large enough."""
    try:
        return format(float(x), spec)
    except OverflowError:
        # All digits of a long integer cost the square of their number: 128 leading bits are enough.
        (above, zeros), (below, more) = _leading(abs(x.numerator)), _leading(x.denominator)
        power = _CONTEXT.power(2, zeros - more)
        size = _CONTEXT.divide(_CONTEXT.multiply(above, power), below)
        size = size.normalize(_AS_A_FLOAT)
        return format(size if x > 0 else -size, spec)


def _leading(n: int) -> tuple[Decimal, int]:
    """The leading bits of n > 0, and how many are left out behind them."""
    zeros = max(n.bit_length() - 128, 0)
    return Decimal(n >> zeros), zeros


def brief(x: Fraction | int) -> str:
    """``x`` exactly if that is short, else rounded."""
    if max(abs(x.numerator), x.denominator) < SHORT:
        return str(x)
    return f"about {rounded(x)}"
