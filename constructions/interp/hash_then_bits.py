r"""0/1 labels (or classes) of any points by 20 b + O(sqrt(N log N)) parameters: hash, then look up.

1. A projection turns the points into distinct integer keys K of B bits (:mod:`.projection`).
2. The top b bits of K are read, one layer each, and for the set ones random integers rho_i are
   added: h = sum rho_i bit_i. b is the least number for which the top b bits tell the keys apart.
3. h has O(log N + log b) bits and goes to :mod:`.keyed_bits`.

*The ramps.* What is left of a key after its top b bits is not read, so the remainders r are reals for
the step at T = 2^(B-1-i): it must be no wider than the least positive T - r over the data. eps is the
largest power of two that respects this; a wider one spoils a bit of the point that attains it.

*The draw.* Two different bit strings collide with probability at most 1/R for rho_i uniform in
[0, R). R = 2^r >= N^2 makes the expected number of collisions less than 1/2, so a draw succeeds with
probability at least 1/2 (R > N(N-1)/2 is what existence needs; N^2/4 is not enough). R is doubled
after every 20 failures; after 60, probability below 2^-60, rho_i = 2^(b-1-i) is taken, which is injective:
the loop ends for every stream of random numbers.

| symbol | meaning |
|---|---|
| N, d | points, dimension |
| B, b | bits of a key, bits that are read |
| rho_i, R | hash weights and their range |
| c | bits of a label |

A layer holds (r, h, step (2)): width 4, 20 parameters per bit. For b >= 3

    P = 20 b + 3 d - 20 + (P of keyed_bits)     (-18 for a single group)

as the affine maps of the two parts become one. FOLD (:mod:`.fold`) needs 6 parameters per bit where
this needs 20. Construction (f); the claim is `interp.D4`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from constructions.interp._reading import read_points, read_rational
from constructions.interp.builder import Builder
from constructions.interp.gadgets import dense, read_classes, step
from constructions.interp.keyed_bits import Keyed, keyed_net, plan_keyed
from constructions.interp.network import ExactNet
from constructions.interp.projection import Projection, project

DRAWS_PER_RANGE = 20
RANGES = 3


@dataclass(frozen=True)
class Hash:
    """h = sum of rho_i over the set bits among the top ``b`` bits of a key of ``B`` bits.

    ``draws`` counts the vectors rho that were tried.
    """

    B: int
    rho: tuple[int, ...]
    draws: int

    @property
    def b(self) -> int:
        """Bits that are read."""
        return len(self.rho)

    def __call__(self, key: int) -> int:
        """The hash of a key."""
        return sum(w for i, w in enumerate(self.rho) if key >> (self.B - 1 - i) & 1)


@dataclass(frozen=True)
class Parts:
    """Projection, hash with ramps of width ``eps``, and the stored table."""

    keyed: Projection
    hashed: Hash
    eps: Fraction
    table: Keyed

    @property
    def parameters(self) -> int:
        """P as an equality, from the sizes of the parts."""
        d, b = len(self.keyed.vector), self.hashed.b
        widths = [3, *[4] * (b - 2), 3] if b > 1 else [2]
        first = 3 if len(self.table.groups) > 1 else 4  # units that read h: as many units as it has
        joined = first * (widths[-1] - 1) - (widths[-1] + 1)
        return dense(widths, d) + self.table.parameters + joined

    @property
    def network(self) -> ExactNet:
        """The net x -> label."""
        return keyed_net(self.table).compose(hash_net(self.keyed, self.hashed, self.eps))


def hash_then_bits(
    points: Iterable[Any], labels: Iterable[Any], rng: Random, c: int = 1
) -> ExactNet:
    """A net with f(x_i) = y_i exactly; P is ``hash_parts(...).parameters``.

    ``points``: N distinct points of R^d, ``labels``: N integers of 0 .. 2^c - 1; ``rng`` draws the
    projection and the hash. Raises ``ValueError`` for bad points and other labels.
    """
    return hash_parts(points, labels, rng, c).network


def hash_parts(
    points: Iterable[Any], labels: Iterable[Any], rng: Random, c: int = 1, eps: Any = None
) -> Parts:
    """The parts of the net. ``eps``: width of the ramps; None takes the widest that is exact.

    A wider one builds a net that is wrong at some point: it is there to be caught.
    """
    exact = read_points(points)
    targets = read_classes(labels, len(exact), c)
    keyed = project(exact, rng)
    hashed = draw_hash(keyed.keys, rng)
    width = bit_ramp(keyed.keys, hashed) if eps is None else read_rational(eps, "eps")
    if width <= 0:
        raise ValueError(f"eps: must be positive, got {width}")
    table = plan_keyed([hashed(key) for key in keyed.keys], targets, c)
    return Parts(keyed, hashed, width, table)


def draw_hash(keys: Sequence[int], rng: Random) -> Hash:
    """A hash that is injective on ``keys`` (distinct integers >= 0), checked on all of them."""
    B = max(1, max(keys).bit_length())
    b = bits_needed(keys, B)
    reach = (len(keys) ** 2 - 1).bit_length()  # R = 2^reach >= N^2
    for attempt in range(DRAWS_PER_RANGE * RANGES):
        if attempt and attempt % DRAWS_PER_RANGE == 0:
            reach += 1
        found = Hash(B, tuple(rng.randrange(1 << reach) for _ in range(b)), attempt + 1)
        if len(set(map(found, keys))) == len(keys):
            return found
    powers = tuple(1 << i for i in reversed(range(b)))
    return Hash(B, powers, DRAWS_PER_RANGE * RANGES)


def bits_needed(keys: Sequence[int], B: int) -> int:
    """The least b >= 1 for which the top b of ``B`` bits tell the keys apart."""
    ordered = sorted(keys)
    shared = [B - (one ^ two).bit_length() for one, two in pairwise(ordered)]
    return max(shared, default=0) + 1


def bit_ramp(keys: Sequence[int], hashed: Hash) -> Fraction:
    """The widest ramp that is exact: a power of two in units of the keys, at most that of the last bit.

    A bit that is 0 leaves the remainder T - r > 0 away from its threshold T.
    """
    last = hashed.B - hashed.b
    tops = [1 << i for i in range(last, hashed.B)]
    below = (T - key % (2 * T) for key in keys for T in tops)
    least = min((distance for distance in below if distance > 0), default=tops[0])
    return Fraction(1 << min(least.bit_length() - 1, last))


def hash_net(keyed: Projection, hashed: Hash, eps: Fraction) -> ExactNet:
    """The net x -> h."""
    builder = Builder(len(keyed.vector))
    r, h = builder.constant(keyed.shift), builder.constant(0)
    for j, weight in keyed.row:
        r = r + weight * builder.inputs[j]
    for i, rho in enumerate(hashed.rho):
        T = 1 << (hashed.B - 1 - i)
        carried = [r] if i < hashed.b - 1 else []  # the last remainder is not needed
        carried += [h] if i else []
        up, down, *kept = builder.relu(*step(r, T, eps), *carried)
        bit = up - down
        h = (kept[-1] if i else builder.constant(0)) + rho * bit
        if carried and i < hashed.b - 1:
            r = kept[0] - T * bit
    return builder.build(h)
