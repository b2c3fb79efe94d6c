r"""Small parts that the bit-extracting constructions share, and the dense count of a width vector.

| gadget | units | value |
|---|---|---|
| :func:`step` | sigma((r - T)/eps + 1), sigma((r - T)/eps) | difference: 1{r >= T} |
| :func:`equal` | sigma(v + 1), sigma(v), sigma(v - 1) | (1, -2, 1): 1 for v = 0, 0 for other integers |
| :func:`near` | sigma(v), sigma(-v) | the sum is 0 for v = 0, at least 1 for other integers |

On integers eps = 1 is right. On other reals a step is exact where no value lies strictly between T - eps
and T, so eps must be at most the least positive T - r of the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from constructions.interp._reading import read_integer, read_labels
from constructions.interp.builder import Expr
from constructions.interp.network import Number


def step(r: Expr, T: Number, eps: Number = 1) -> tuple[Expr, Expr]:
    """Pre-activations (up, down) with up - down = 1{r >= T} wherever r is not in (T - eps, T)."""
    steep = 1 if eps == 1 else Fraction(1) / eps
    return steep * (r - T) + 1, steep * (r - T)


def equal(v: Expr) -> tuple[Expr, Expr, Expr]:
    """Pre-activations of the three units with (1, -2, 1) . units = 1{v = 0} on integers."""
    return v + 1, v, v - 1


def near(v: Expr) -> tuple[Expr, Expr]:
    """Pre-activations of two units whose sum is |v|."""
    return v, -v


def dense(widths: Sequence[int], inputs: int = 1, outputs: int = 1) -> int:
    """P of a fully connected net with these hidden widths: every weight and every bias."""
    return sum(after * (before + 1) for before, after in pairwise((inputs, *widths, outputs)))


def read_classes(labels: Iterable[Any], count: int, c: int, name: str = "labels") -> list[int]:
    """``count`` labels that are integers of 0 .. 2^c - 1; ``ValueError`` names the first other."""
    top = 1 << read_integer(c, "c", 1)
    targets = read_labels(labels, count, name)
    for i, y in enumerate(targets):
        if y.denominator != 1 or not 0 <= y < top:
            raise ValueError(f"{name}[{i}]: must be an integer of 0..{top - 1}, got {y}")
    return [int(y) for y in targets]


def read_keys(keys: Iterable[Any], name: str = "keys") -> list[int]:
    """Distinct integers >= 0, at least one, in the order given."""
    read = [read_integer(key, f"{name}[{i}]", 0) for i, key in enumerate(keys)]
    if not read:
        raise ValueError(f"{name}: must hold at least one key, got none")
    seen: dict[int, int] = {}
    for i, key in enumerate(read):
        if key in seen:
            raise ValueError(f"{name}: must be distinct, but {seen[key]} and {i} are both {key}")
        seen[key] = i
    return read


def groups_of(g: int, keys: Sequence[int], labels: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Sorted (key, label) pairs in groups of g; the last is padded by its last key with label 0.

    A repeated key matches a second time, but then adds the label 0.
    """
    pairs = sorted(zip(keys, labels, strict=True))
    groups = [pairs[i : i + g] for i in range(0, len(pairs), read_integer(g, "g", 1))]
    groups[-1] += [(groups[-1][-1][0], 0)] * (g - len(groups[-1]))
    return groups
