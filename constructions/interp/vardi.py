r"""The block layout of Vardi, Yehudai and Shamir for comparison: width 12, depth O~(sqrt N).

After Lemmas B.6-B.10 of Kim, Moon and Yun (2025), which restate theirs, as far as their sizes are known
to us; weights and the order inside a block are ours, and depths are at most the ones stated there.

| block | stated | here |
|---|---|---|
| indicator of [a, e] | width 2, depth 2 | sigma(a - x), sigma(x - e), then sigma(1 - sum) |
| selector | width 4 for one code, depth 3 N1 + 2 | width 5 for two codes, depth 2 N1 |
| extractor of a bit | width 5, depth 3 | width 5, depth 2 |
| matcher of n members | width 12, depth 3 n max(rho, c) + 2 n + 2 | width 12, depth 2 n max(rho, c) + 2 n |

*Extractor* (Telgarsky's triangles). For an integer code u of M bits follow two tent orbits, of
(u + 1/4)/2^M and (u + 3/4)/2^M. tent^i is affine between them, rising iff bit i of u from the top is
0; so sigma(first - second) is the bit times 2^(i-1-M). Two orbits and the number read so far: 5
units. Keys and labels have codes of their own that are read side by side: 5 + 5 + x + out = 12.

| symbol | meaning |
|---|---|
| N | keys |
| n, N1 | members per group, ceil(N/n) groups; N1 is near sqrt(N log2 N), as in the source |
| rho, c | bits of a key, of a label |

Every layer of a kind has the same width, units that are still 0 included. For c = 1 < rho

    P = 49 N1 + (199 rho + 197) n - 43

(:func:`vardi_parameters` in general), against 20 N1 + 42 rho n for :mod:`.keyed_bits`.
Construction (g); the published claim is `interp.V1`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

from constructions.interp._reading import read_integer
from constructions.interp.builder import Builder, Expr
from constructions.interp.gadgets import dense, groups_of, near, read_classes, read_keys
from constructions.interp.keyed_bits import Member
from constructions.interp.network import ExactNet


@dataclass(frozen=True)
class Vardi:
    """Groups of n members (key, label), keys of ``rho`` bits, labels of ``c`` bits."""

    rho: int
    c: int
    groups: tuple[tuple[Member, ...], ...]

    @property
    def n(self) -> int:
        """Members per group."""
        return len(self.groups[0])

    @property
    def parameters(self) -> int:
        """P of the net that stores it."""
        return vardi_parameters(len(self.groups), self.n, self.rho, self.c)


@dataclass(frozen=True)
class _Code:
    """Two orbits of a code with ``left`` bits to go, and the number read so far."""

    a: Expr
    b: Expr
    number: Expr
    left: int


def vardi_reference(keys: Iterable[Any], labels: Iterable[Any], c: int = 1) -> ExactNet:
    """The net key -> label, exact at every key; arguments and errors as ``keyed_bits``."""
    return vardi_net(plan_vardi(keys, labels, c))


def plan_vardi(
    keys: Iterable[Any], labels: Iterable[Any], c: int = 1, n: int | None = None
) -> Vardi:
    """The groups; ``n`` None makes their number about sqrt(N log2 N)."""
    read = read_keys(keys)
    targets = read_classes(labels, len(read), c)
    N = len(read)
    size = -(-N // isqrt(N * N.bit_length())) if n is None else n
    groups = tuple(tuple(group) for group in groups_of(size, read, targets))
    return Vardi(max(1, max(read).bit_length()), c, groups)


def vardi_widths(N1: int, n: int, rho: int, c: int) -> tuple[int, ...]:
    """Widths of the hidden layers: selector, then bits and match of every member."""
    for name, value in (("N1", N1), ("n", n), ("rho", rho), ("c", c)):
        read_integer(value, name, 1)
    both, single = min(rho, c), abs(rho - c)
    member = [12, 10] * both + [10, 9] * single + [9, 7]
    return (*([5, 4] * N1), *(member * n))


def vardi_parameters(N1: int, n: int, rho: int, c: int = 1) -> int:
    """P of :func:`vardi_net`."""
    return dense(vardi_widths(N1, n, rho, c))


def vardi_net(plan: Vardi) -> ExactNet:
    """The net of a plan; depth 2 N1 + n (2 max(rho, c) + 2)."""
    builder = Builder(1)
    x, key, value = _select(builder, plan)
    out = builder.constant(0)
    for _ in range(plan.n):
        for i in range(max(plan.rho, plan.c)):
            reading = (i < plan.rho, i < plan.c)
            (x, out), (key, value) = _bits(builder, (x, out), (key, value), reading)
        x, out, key, value = _match(builder, plan, (x, out), (key, value))
    return builder.build(out)


def _select(builder: Builder, plan: Vardi) -> tuple[Expr, _Code, _Code]:
    """x and the codes of the group whose keys x is among (0 for none), ready to be read."""
    x, U, V = builder.inputs[0], builder.constant(0), builder.constant(0)
    for group in plan.groups:
        first, last = group[0][0], group[-1][0]
        x, U, V, below, above = builder.relu(x, U, V, first - x, x - last)
        x, U, V, inside = builder.relu(x, U, V, 1 - below - above)
        U = U + _concatenated([q for q, _ in group], plan.rho) * inside
        V = V + _concatenated([y for _, y in group], plan.c) * inside
    return x, _start(builder, U, plan.n * plan.rho), _start(builder, V, plan.n * plan.c)


def _concatenated(numbers: Iterable[int], bits: int) -> int:
    code = 0
    for number in numbers:
        code = code << bits | number
    return code


def _start(builder: Builder, code: Expr, M: int) -> _Code:
    unit = Fraction(1, 1 << M)
    low, high = (code * unit + part * unit for part in (Fraction(1, 4), Fraction(3, 4)))
    return _Code(low, high, builder.constant(0), M)


def _bits(
    builder: Builder,
    carried: tuple[Expr, Expr],
    codes: tuple[_Code, _Code],
    reading: tuple[bool, bool],
) -> tuple[tuple[Expr, ...], tuple[_Code, ...]]:
    """Two layers: one bit of each code that is being read, the other one is carried."""
    tents: list[Expr] = []
    for code, active in zip(codes, reading, strict=True):
        orbits = (code.a, 2 * code.a - 1, code.b, 2 * code.b - 1) if active else (code.a, code.b)
        tents += [*orbits, code.number]
    units = iter(builder.relu(*carried, *tents))
    kept = [next(units), next(units)]
    differences: list[Expr] = []
    for active in reading:
        if active:
            a, b = (2 * next(units) - 2 * next(units) for _ in range(2))
            differences += [a, b, next(units), a - b]
        else:
            differences += [next(units) for _ in range(3)]
    units = iter(builder.relu(*kept, *differences))
    after = (next(units), next(units))
    read = tuple(_after(code, active, units) for code, active in zip(codes, reading, strict=True))
    return after, read


def _after(code: _Code, active: bool, units: Iterable[Expr]) -> _Code:
    found = iter(units)
    a, b, number = next(found), next(found), next(found)
    if not active:
        return _Code(a, b, number, code.left)
    return _Code(a, b, 2 * number + (1 << code.left) * next(found), code.left - 1)


def _match(
    builder: Builder, plan: Vardi, carried: tuple[Expr, Expr], codes: tuple[_Code, _Code]
) -> tuple[Expr, Expr, _Code, _Code]:
    """Two layers: the label is added to the output where x is the key."""
    key, value = codes
    x, out, *orbits, label, above, below = builder.relu(
        *carried, key.a, key.b, value.a, value.b, value.number, *near(carried[0] - key.number)
    )
    x, out, a, b, c, d, found = builder.relu(
        x, out, *orbits, label - (1 << plan.c) * (above + below)
    )
    zero = builder.constant(0)
    return x, out + found, _Code(a, b, zero, key.left), _Code(c, d, zero, value.left)
