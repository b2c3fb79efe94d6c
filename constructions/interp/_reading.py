"""Reading points, labels and sizes. Every complaint names the argument, the value and the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import isfinite
from numbers import Integral, Rational, Real
from typing import Any

Point = tuple[Fraction, ...]


def read_rational(value: Any, name: str) -> Fraction:
    """The exact value of an int, a Fraction or a finite float (the dyadic rational that it is).

    Floats of other widths (numpy's) are not rounded to Python's. An array or tensor without
    dimensions is the number that it holds.
    """
    value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(
            f"{name}: must be an int, Fraction or finite float, got {_short(value, repr)}"
        )
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if not isfinite(value):
        raise ValueError(f"{name}: must be finite, got {_short(value, repr)}")
    exact: Any = value
    return Fraction(*map(int, exact.as_integer_ratio()))


def read_integer(value: Any, name: str, least: int) -> int:
    """An integer of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ValueError(f"{name}: must be an integer, got {_short(value, repr)}")
    if value < least:
        raise ValueError(f"{name}: must be at least {least}, got {value}")
    return int(value)


def read_point(point: Any, d: int, name: str = "point") -> Point:
    """One point of ``d`` coordinates; for d = 1 a bare number will do."""
    point = _plain(point)
    if isinstance(point, Real):
        point = (point,)
    if isinstance(point, str) or not isinstance(point, Iterable):
        raise ValueError(f"{name}: must be a sequence of {d} numbers, got {_short(point, repr)}")
    coordinates = tuple(read_rational(x, f"{name}[{i}]") for i, x in enumerate(point))
    if len(coordinates) != d:
        raise ValueError(f"{name}: must have {d} coordinates, got {len(coordinates)}")
    return coordinates


def read_points(points: Any, name: str = "points") -> tuple[Point, ...]:
    """N >= 1 distinct points of equal dimension d >= 1, exactly.

    Rows of numbers, bare numbers for d = 1, or an array or tensor of either. Raises ``ValueError`` for no
    points, ragged or non-numeric rows, NaN, infinities, duplicates.
    """
    points = _plain(points)
    if isinstance(points, str) or not isinstance(points, Iterable):
        raise ValueError(f"{name}: must be a sequence of points, got {_short(points, repr)}")
    rows = [_plain(point) for point in points]
    if not rows:
        raise ValueError(f"{name}: must hold at least one point, got none")
    first = rows[0]
    d = len(first) if not isinstance(first, str) and hasattr(first, "__len__") else 1
    if d == 0:
        raise ValueError(f"{name}[0]: must have at least one coordinate, got none")
    exact = tuple(read_point(row, d, f"{name}[{i}]") for i, row in enumerate(rows))
    seen: dict[Point, int] = {}
    for i, point in enumerate(exact):
        if point in seen:
            shown = _short(rows[i])
            raise ValueError(
                f"{name}: must be distinct, but {seen[point]} and {i} are both {shown}"
            )
        seen[point] = i
    return exact


def read_labels(labels: Any, count: int, name: str = "labels") -> tuple[Fraction, ...]:
    """One rational label per point."""
    labels = _plain(labels)
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise ValueError(f"{name}: must be a sequence of numbers, got {_short(labels, repr)}")
    exact = tuple(read_rational(y, f"{name}[{i}]") for i, y in enumerate(labels))
    if len(exact) != count:
        raise ValueError(f"{name}: must be one per point ({count}), got {len(exact)}")
    return exact


def read_sizes(values: Sequence[int], name: str) -> tuple[int, ...]:
    """A nonempty sequence of integers >= 1, such as the widths of the hidden layers."""
    sizes = tuple(read_integer(w, f"{name}[{i}]", 1) for i, w in enumerate(values))
    if not sizes:
        raise ValueError(f"{name}: must hold at least one size, got none")
    return sizes


def _plain(values: Any) -> Any:
    """Arrays and tensors, of any library, as the lists of numbers that they hold."""
    return values.tolist() if hasattr(values, "tolist") else values


def _short(value: Any, spell: Callable[[Any], str] = str, length: int = 60) -> str:
    try:
        text = spell(value)
    except ValueError:  # the interpreter does not spell integers of thousands of digits
        text = f"a number of type {type(value).__name__} with very many digits"
    return text if len(text) <= length else f"{text[:length]}..."
