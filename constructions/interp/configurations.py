"""Point sets with labels: the adversarial pairs and the configurations it is compared with.

| symbol | meaning |
|---|---|
| N, b | points; two points are at least 1/(2^b - 1) > 2^-b apart (`dyadic` excepted) |
| g_0 < ... | the grid of 2^b equispaced points i/(2^b - 1) of [0, 1] |
| pair j | the neighbours (g_2j, g_2j+1), j < m = 2^(b-1) |
| d | for d > 1 a point t becomes (2t - 1) e_1 on a diameter of the unit ball; distances double |

N separated points exist iff 2^b >= N. A configuration is found by name in :data:`CONFIGURATIONS`; to
add one, write a function of (N, b, rng, d) and register it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random

from constructions.interp._reading import Point, read_integer


@dataclass(frozen=True)
class Configuration:
    """N labelled points.

    ``points`` (N, d) exact, increasing along the first axis; ``labels`` (N,) of 0 and 1;
    ``separation`` the least distance, exact (0 for a single point: no two are apart).
    """

    name: str
    points: tuple[Point, ...]
    labels: tuple[int, ...]
    separation: Fraction

    @property
    def N(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def d(self) -> int:
        """Dimension."""
        return len(self.points[0])


Maker = Callable[..., Configuration]
CONFIGURATIONS: dict[str, Maker] = {}  #: name -> function (N, b, rng, d=1)


def configuration(maker: Maker) -> Maker:
    """Register a maker of configurations under its own name (decorator)."""
    CONFIGURATIONS[maker.__name__] = maker
    return maker


@configuration
def paired(N: int, b: int, rng: Random, d: int = 1) -> Configuration:
    """The adversarial draw: floor(N/2) of the m pairs, uniformly, labelled (0, 1) each.

    N odd: one further grid point, uniformly among the others, labelled 0.
    """
    N, b, d = feasible(N, b, d)
    n = N // 2
    numbers = sorted(sample(2 ** (b - 1), n, rng)) if n else []
    labelled = {2 * j + bit: bit for j in numbers for bit in (0, 1)}
    if N % 2:
        labelled[_another(2**b, labelled, rng)] = 0
    return _on_grid("paired", labelled, b, d)


@configuration
def equispaced(N: int, b: int, rng: Random, d: int = 1) -> Configuration:
    """i/(N - 1), i < N, with random labels."""
    N, b, d = feasible(N, b, d)
    return _placed("equispaced", [Fraction(i, max(N - 1, 1)) for i in range(N)], _bits(N, rng), d)


@configuration
def uniform_random(N: int, b: int, rng: Random, d: int = 1) -> Configuration:
    """N of the 2^b grid points, uniformly without replacement, with random labels."""
    N, b, d = feasible(N, b, d)
    chosen = sorted(sample(2**b, N, rng))
    labels = _bits(N, rng)
    return _on_grid("uniform_random", dict(zip(chosen, labels, strict=True)), b, d)


@configuration
def dyadic(N: int, b: int, rng: Random, d: int = 1) -> Configuration:
    """2^-i, i < N, with random labels; the separation is 2^-(N-1) whatever b is.

    Tiny separation without irregularity: bit extraction works here with one parameter.
    """
    N, b, d = feasible(N, b, d)
    return _placed("dyadic", [Fraction(1, 2**i) for i in reversed(range(N))], _bits(N, rng), d)


@configuration
def clustered(N: int, b: int, rng: Random, d: int = 1) -> Configuration:
    """About sqrt N runs of about sqrt N consecutive grid points, at random places, random labels."""
    N, b, d = feasible(N, b, d)
    s = 1 << ((N.bit_length() - 1) // 2)  # a power of two, so that blocks of s tile the grid
    starts = sorted(sample(2**b // s, -(-N // s), rng))
    chosen = [block * s + i for block in starts for i in range(s)][:N]
    return _on_grid("clustered", dict(zip(chosen, _bits(N, rng), strict=True)), b, d)


def feasible(N: int, b: int, d: int = 1) -> tuple[int, int, int]:
    """N, b, d, once it is checked that N points 2^-b apart fit; ``ValueError`` otherwise."""
    N, b, d = read_integer(N, "N", 1), read_integer(b, "b", 1), read_integer(d, "d", 1)
    if b < (N - 1).bit_length():
        raise ValueError(f"b: must be at least log2 N = log2 {N} (2^b >= N points fit), got {b}")
    return N, b, d


def sample(size: int, count: int, rng: Random) -> list[int]:
    """``count`` distinct integers of 0..size-1, uniformly; ``size`` may have thousands of bits."""
    if count > size:
        raise ValueError(f"count: must be at most size = {size}, got {count}")
    if 2 * count > size:
        return rng.sample(range(size), count)
    chosen: set[int] = set()
    while len(chosen) < count:  # at least half of all draws are new
        chosen.add(rng.randrange(size))
    return list(chosen)


def _another(size: int, taken: dict[int, int], rng: Random) -> int:
    if 2 * len(taken) > size:
        return rng.choice([i for i in range(size) if i not in taken])
    while True:  # at least half of all draws are free
        i = rng.randrange(size)
        if i not in taken:
            return i


def _bits(count: int, rng: Random) -> list[int]:
    return [rng.randrange(2) for _ in range(count)]


def _on_grid(name: str, labelled: dict[int, int], b: int, d: int) -> Configuration:
    chosen = sorted(labelled)
    ts = [Fraction(i, 2**b - 1) for i in chosen]
    return _placed(name, ts, [labelled[i] for i in chosen], d)


def _placed(name: str, ts: Sequence[Fraction], labels: Sequence[int], d: int) -> Configuration:
    """The increasing numbers ``ts`` of [0, 1] as points of R^d."""
    axis = list(ts) if d == 1 else [2 * t - 1 for t in ts]
    separation = min((two - one for one, two in pairwise(axis)), default=Fraction(0))
    rest = (Fraction(0),) * (d - 1)
    return Configuration(name, tuple((x, *rest) for x in axis), tuple(labels), separation)
