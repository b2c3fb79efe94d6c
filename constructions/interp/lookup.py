r"""Tent-coded lookup: is the integer h one of the stored keys?

Sort the keys q and cut them into groups of at most g at gaps of kappa bits or less. A group is one
rational r in [0, 1], the digits of its first key and of the successive gaps,

    r_(i-1) = (2 q_i + r_i) / 2^(e_i),   e_1 = k + 1,   e_i = kappa + 1,   last remainder 0,

and tent^e(r_(i-1)) = tri(2 q_i + r_i) = r_i, so q_i = (2^e r_(i-1) - r_i)/2 is an affine function of
r before and after e tents: no bit gadget. The net holds three units (r in two, dist in one) with

    dist = B + h - q_1 - ... - q_i,   carried through a field as dist - 2^(e-1) r + 2^(e-1) >= 0.

After each key, eq(dist, B) = s(dist - B + 1) - 2 s(dist - B) + s(dist - B - 1) adds 4 B to dist on a
match. Then dist stays above 3 B, no second match occurs, and unmatched dist stays below 2 B. Gaps of
the padding are 0: a padded group repeats its last key, and after a match nothing matches again.

| symbol | meaning |
|---|---|
| k, B | keys and inputs are integers of [0, B), B = 2^k |
| N1 | keys |
| g, Gr | largest group, number of groups |
| kappa | bits of the longest gap inside a group, at least 1 |

Selection of the group, r as a step function of h: *narrow*, one layer (h, acc, two ramp units) per
boundary, 20 parameters each, width 4 (6 in all); *wide*, all ramps in one layer, 8 each.

    narrow: P = 20 (Gr - 1) + 12 (k + 1 + (g - 1)(kappa + 1)) + 21 (g - 1) + 11
    wide:   P =  8 (Gr - 1) + 12 (k + 1 + (g - 1)(kappa + 1)) + 21 (g - 1) + 31

(kappa >= 1; 32 for 11 when narrow and Gr = 2; 20 for both when Gr = 1). Claim `interp.LOOKUP`,
on integers h only: between them it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from constructions.interp._reading import read_integer
from constructions.interp.builder import Builder, Expr
from constructions.interp.network import ExactNet, Number


@dataclass(frozen=True)
class Layout:
    """Sorted keys cut into groups: at most ``g`` keys, gaps inside a group below 2^``kappa``."""

    k: int
    g: int
    kappa: int
    groups: tuple[tuple[int, ...], ...]
    wide: bool

    @property
    def parameters(self) -> int:
        """P of the net that stores it."""
        return lookup_parameters(len(self.groups), self.k, self.g, self.kappa, self.wide)


def lookup_parameters(Gr: int, k: int, g: int, kappa: int, wide: bool) -> int:
    """P of :func:`lookup` as an equality: selection + fields + the last check (26)."""
    fields = 12 * (k + (g - 1) * (kappa + 1)) + 21 * (g - 1)  # after the first tent
    if Gr == 1:
        return 6 + fields + 26
    if wide:
        return 8 * (Gr - 1) + 8 + 9 + fields + 26
    return 20 * (Gr - 1) + (-14 + 12 if Gr == 2 else -18 + 15) + fields + 26


def layout(keys: Iterable[int], k: int, wide: bool = False) -> Layout:
    """The cheapest layout: every kappa, every g up to where it cannot pay any more.

    Raises ``ValueError`` for no keys, repeated keys and keys outside [0, 2^k).
    """
    ordered = _read_keys(keys, k)
    gaps = [two - one for one, two in pairwise(ordered)]
    choices = []
    for kappa in sorted({gap.bit_length() for gap in gaps} | {1}):
        runs = _run_lengths(gaps, kappa)
        for g in range(1, max(runs) + 1):
            Gr = sum(-(-run // g) for run in runs)
            choices.append((lookup_parameters(Gr, k, g, kappa, wide), g, kappa))
            if (12 * kappa + 33) * g > min(choices)[0]:
                break  # the fields alone cost more from here on
    _, g, kappa = min(choices)
    return Layout(k, g, kappa, _cut(ordered, gaps, g, kappa), wide)


def lookup(plan: Layout) -> ExactNet:
    """The net h -> 1 for stored h, 0 for other integers of [0, 2^k); P = ``plan.parameters``."""
    builder = Builder(1)
    B = 2**plan.k
    lengths = (plan.k + 1, *[plan.kappa + 1] * (plan.g - 1))
    scale = 2 ** sum(lengths)  # integers up to the last boundary: no denominators in deep layers
    codes = [int(_code(group, lengths) * scale) for group in plan.groups]
    firsts = [group[0] for group in plan.groups]
    select = _select_wide if plan.wide else _select_narrow
    h, r = select(builder, firsts, codes)
    r, dist = r * Fraction(1, scale), h + B
    for i, e in enumerate(lengths):
        dist, r = _field(builder, dist, r, e, B if i else 0)
    final = builder.relu(dist - 2 * B, dist - 2 * B - 1, *_equal(dist, B))
    return builder.build(final[0] - final[1] + final[2] - 2 * final[3] + final[4])


def _read_keys(keys: Iterable[int], k: int) -> list[int]:
    top = 2 ** read_integer(k, "k", 1)
    ordered = sorted(read_integer(q, f"keys[{i}]", 0) for i, q in enumerate(keys))
    if not ordered:
        raise ValueError("keys: must hold at least one key, got none")
    if ordered[-1] >= top:
        raise ValueError(f"keys: must be below 2^k = {top}, got {ordered[-1]}")
    for one, two in pairwise(ordered):
        if one == two:
            raise ValueError(f"keys: must be distinct, got {one} twice")
    return ordered


def _run_lengths(gaps: Sequence[int], kappa: int) -> list[int]:
    """Lengths of the runs of keys whose gaps have at most ``kappa`` bits."""
    lengths = [1]
    for gap in gaps:
        if gap >> kappa:
            lengths.append(1)
        else:
            lengths[-1] += 1
    return lengths


def _cut(
    keys: Sequence[int], gaps: Sequence[int], g: int, kappa: int
) -> tuple[tuple[int, ...], ...]:
    groups = [[keys[0]]]
    for key, gap in zip(keys[1:], gaps, strict=True):
        if gap >> kappa or len(groups[-1]) == g:
            groups.append([])
        groups[-1].append(key)
    return tuple(tuple(group) for group in groups)


def _code(group: Sequence[int], lengths: Sequence[int]) -> Fraction:
    """The rational r of a group, padded with gaps 0 to one digit per entry of ``lengths``."""
    digits = [group[0], *(two - one for one, two in pairwise(group))]
    digits += [0] * (len(lengths) - len(digits))
    r = Fraction(0)
    for q, e in zip(reversed(digits), reversed(lengths), strict=True):
        r = (2 * q + r) / 2**e
    return r


def _select_narrow(
    builder: Builder, firsts: Sequence[int], codes: Sequence[int]
) -> tuple[Expr, Expr]:
    """(h, code of the last group that starts at or below h), one layer per boundary."""
    h, r = builder.inputs[0], builder.constant(codes[0])
    for i, (first, (one, two)) in enumerate(zip(firsts[1:], pairwise(codes), strict=True)):
        carried = (h, r) if i else (h,)
        *kept, up, down = builder.relu(*carried, h - first + 1, h - first)
        h = kept[0]
        r = (kept[1] if i else builder.constant(codes[0])) + (two - one) * (up - down)
    return h, r


def _select_wide(
    builder: Builder, firsts: Sequence[int], codes: Sequence[int]
) -> tuple[Expr, Expr]:
    """The same with all ramps in one layer, between layers of width 1 and 2."""
    if len(codes) == 1:
        return builder.inputs[0], builder.constant(codes[0])
    (h,) = builder.relu(builder.inputs[0])
    ramps = [h - first + up for first in firsts[1:] for up in (1, 0)]
    h, *units = builder.relu(h, *ramps)
    steps = [two - one for one, two in pairwise(codes)]
    weights = [sign * step for step in steps for sign in (1, -1)]
    r = combination(units, weights, codes[0])
    h, r = builder.relu(h, r)
    return h, r


def combination(units: Sequence[Expr], weights: Sequence[Number], constant: Number) -> Expr:
    """constant + sum of weights * units, without building the partial sums as expressions."""
    terms: dict[int, Number] = {}
    for unit, weight in zip(units, weights, strict=True):
        for index, coefficient in unit.terms.items():
            terms[index] = terms.get(index, 0) + weight * coefficient
    return Expr(units[0].layer, MappingProxyType(terms), constant)


def _equal(dist: Expr, B: int) -> tuple[Expr, Expr, Expr]:
    """Pre-activations of the three units of eq(dist, B)."""
    return dist - B + 1, dist - B, dist - B - 1


def _field(builder: Builder, dist: Expr, r: Expr, e: int, pending: int) -> tuple[Expr, Expr]:
    """Read one digit by ``e`` tents and subtract it; ``pending`` = B first checks the key before."""
    half = 2 ** (e - 1)
    checks = _equal(dist, pending) if pending else ()
    for i in range(e):
        carried = dist - half * r + half if i == 0 else dist
        one, two, dist, *eq = builder.relu(r, 2 * r - 1, carried, *checks)
        if eq:
            dist = dist + 4 * pending * (eq[0] - 2 * eq[1] + eq[2])
        r, checks = 2 * one - 2 * two, ()
    return dist - half + r * Fraction(1, 2), r
