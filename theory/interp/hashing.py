r"""HASH: random integers for the set bits of keys keep the keys apart.

Symbols: N keys of B bits, the top b of which tell them apart; rho_i uniform in [0, R), h = sum of rho_i
over the set ones of these b bits; d inputs, P dense parameters of the network x -> h.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from random import Random

from constructions.interp.configurations import CONFIGURATIONS
from constructions.interp.hash_then_bits import Hash, bit_ramp, draw_hash, hash_net
from constructions.interp.projection import project
from theory import EXACT, LEMMA, Claim, Derived, Outcome, established, refuted
from theory.interp._two_routes import first_wrong

HASH = Claim(
    id="interp.HASH",
    kind=LEMMA,
    title="A random sum of bits keeps keys apart",
    statement=r"For distinct keys of b bits and $\rho_i$ uniform in $\{0, \dots, R - 1\}$ some two of the "
    r"N sums $h = \sum_i \rho_i \mathrm{bit}_i$ agree with probability at most $\tfrac12 N(N-1)/R$: "
    r"for $R \ge N^2/2$ a good draw exists, for $R \ge N^2$ at least every second one is good. A "
    r"network of width 4 with $P = 20b + 3d - 22$ ($b \ge 3$) has the value h at all points when no "
    r"remainder lies in a ramp.",
    hypotheses={"distinct": "the b bits of the keys are distinct"},
    constants={
        "pairs": Fraction(1, 2),
        "exists": Fraction(1, 2),
        "half": 1,
        "draws": 20,
        "per_bit": 20,
        "rest": -22,
        "ramp": 1,
    },
    source=Derived(
        "two bit strings differ in a bit, and its rho_i hits one value in R; ramps: ours"
    ),
)


@HASH.check(EXACT, scope="all sets of 2, 3, 4 keys of 2 or 3 bits, R <= 16 or R <= 5: every draw")
def all_draws(claim: Claim) -> Outcome:
    """Count the draws that are not injective."""
    cases = 0
    for keys, b, R in _small_sets(claim):
        cases += 1
        N, draws = len(keys), R**b
        good = sum(_injective(rho, keys) for rho in product(range(R), repeat=b))
        at = {"keys": keys, "b": b, "R": R, "injective draws": good, "of": draws}
        if draws - good > claim["pairs"] * N * (N - 1) * Fraction(draws, R):
            return refuted(at)
        if R >= claim["exists"] * N * N and not good:
            return refuted(at)
        if R >= claim["half"] * N * N and 2 * good < draws:
            return refuted(at)
    return established(cases=cases)


def _small_sets(claim: Claim) -> Iterator[tuple[tuple[int, ...], int, int]]:
    for b, most in ((2, 16), (3, 5)):
        for N in (2, 3, 4):
            for keys in combinations(range(2**b), N):
                yield from ((keys, b, R) for R in range(1, most + 1))
    if not claim.assumes("distinct"):
        yield (1, 1), 2, 16


def _injective(rho: Sequence[int], keys: Sequence[int]) -> bool:
    """By the definition of the sums, bit by bit."""
    sums = {sum(w for i, w in enumerate(reversed(rho)) if key >> i & 1) for key in keys}
    return len(sums) == len(keys)


@HASH.check(EXACT, scope="N = 2, 8, 30 keys of 4, 10, 40 bits, 100 seeds each: at most 20 draws")
def drawn_hashes(claim: Claim) -> Outcome:
    """What the construction draws from R >= N^2 and accepts is injective, and soon found."""
    for seed in range(100):
        for N, bits in ((2, 4), (8, 10), (30, 40)):
            keys = Random(seed).sample(range(2**bits), N)
            hashed = draw_hash(keys, Random(seed))
            if len({by_digits(hashed, key) for key in keys}) < N or hashed.draws > claim["draws"]:
                return refuted({"keys": keys, "rho": hashed.rho, "draws": hashed.draws})
    return established(cases=300)


@HASH.check(
    EXACT, scope="five configurations in d = 1, 2; remainders that are no integers of b bits"
)
def ramps_and_sums(claim: Claim) -> Outcome:
    """Build with ramps of the claimed width, evaluate by two routes, count as an equality."""
    cases = 0
    for points in _point_sets():
        cases += 1
        keyed = project(points, Random(1))
        hashed = draw_hash(keyed.keys, Random(2))
        net = hash_net(keyed, hashed, claim["ramp"] * bit_ramp(keyed.keys, hashed))
        sums = [by_digits(hashed, key) for key in keyed.keys]
        at = {"N": len(points), "d": len(points[0]), "b": hashed.b}
        if (i := first_wrong(net, points, sums)) is not None:
            return refuted({**at, "point": i, "h": sums[i], "value": net(points[i])[0]})
        P = claim["per_bit"] * hashed.b + 3 * len(points[0]) + claim["rest"]
        if net.parameters != P or net.width != 4:
            return refuted({**at, "P": net.parameters, "claimed": P, "width": net.width})
    return established(cases=cases)


def by_digits(hashed: Hash, key: int) -> int:
    """The hash of a key, from its binary digits as text."""
    digits = f"{key:0{hashed.B}b}"
    return sum(w for w, digit in zip(hashed.rho, digits, strict=False) if digit == "1")


def _point_sets() -> Iterator[tuple[tuple[Fraction, ...], ...]]:
    for make in CONFIGURATIONS.values():
        for N, b, d in ((12, 20, 1), (9, 12, 2)):
            yield make(N, b, Random(N), d).points
    rng = Random("interp.HASH")
    yield tuple(
        (x,) for x in {Fraction(rng.randrange(97), rng.randint(97, 200)) for _ in range(25)}
    )


HASH.falsifier(
    "half the union bound",
    constants={"pairs": Fraction(1, 4)},
    by="all_draws",
    because="two keys that differ in one bit meet with probability 1/R",
)
HASH.falsifier(
    "R = N^2/4 suffices",
    constants={"exists": Fraction(1, 4)},
    by="all_draws",
    because="R = 1 allows rho = 0 only; R > N(N - 1)/2 is needed for a proof",
)
HASH.falsifier(
    "R = N^2/2 for every second draw",
    constants={"half": Fraction(1, 2)},
    by="all_draws",
    because="R = 5 keeps the keys 0, 1, 2 apart in 12 of 25 draws",
)
HASH.falsifier(
    "the first draw is good",
    constants={"draws": 1},
    by="drawn_hashes",
    because="collisions are rare, not excluded",
)
HASH.falsifier(
    "equal keys",
    drop="distinct",
    by="all_draws",
    because="equal keys have equal sums in every draw",
)
HASH.falsifier(
    "ramps twice as wide",
    constants={"ramp": 2},
    by="ramps_and_sums",
    because="the nearest remainder below a threshold gets a part of the bit",
)
HASH.falsifier(
    "19 parameters per bit",
    constants={"per_bit": 19},
    by="ramps_and_sums",
    because="a layer of width 4 after one of width 4 has 20",
)
HASH.falsifier(
    "one parameter less",
    constants={"rest": -23},
    by="ramps_and_sums",
    because="the count is an equality",
)


@HASH.inhabitant
def three_keys(_: Claim) -> dict[str, bool]:
    """Keys 0, 1, 2^40 of 41 bits."""
    return {"distinct": len({0, 1, 2**40}) == 3}


@HASH.boundary("one key needs one bit and any rho")
def one_key(claim: Claim) -> Outcome:
    """N = 1: R = 1, and the first draw is good."""
    found = draw_hash([6], Random(0))
    good = (found.b, found.rho, found.draws) == (1, (0,), 1)
    return established(cases=1) if good else refuted({"rho": found.rho, "draws": found.draws})
