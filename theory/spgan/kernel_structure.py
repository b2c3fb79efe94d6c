r"""T6, T6b, T6c: structure given by a probability kernel instead of a group.

| symbol | here |
|---|---|
| K_x(y), S_K, S^K | :class:`constructions.spgan.kernels.Kernel` |
| A | the sigma-algebra that x -> K_x generates; "proper": K_x lives on the block of x |
| D_{f_2} over the range of S_K | the g with B' diag(P) B c = B' Q, g = B c >= 0, B a basis of the range |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from random import Random

from constructions.spgan.kernels import Kernel, averaging, identity, partition_kernel
from constructions.spgan.spaces import FiniteMetric, probability, random_probability
from constructions.spgan.statements import shown, shown_flow, state_metric, state_partition
from constructions.spgan.transport import transport_on_cells, wasserstein
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational
from theory import (
    CERTIFIED,
    EXACT,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
    undecided,
)
from theory._core.referee import ask
from theory.spgan._finite_classes import divergence, gain_f2, plain_f2
from theory.spgan._spaces import Numbers, expectation, function, small
from theory.spgan.projection import conditional_expectation

T6 = Claim(
    id="spgan.T6",
    kind=THEOREM,
    title="Reduction for a sub-sigma-algebra given by a proper kernel",
    statement=r"Let K be a proper regular conditional probability for a sub-sigma-algebra A. Then $S_K = "
    r"E_P[\cdot \mid A]$ for every P with $S^K P = P$, and if $S_K[\Gamma] \subset \Gamma$, $D_f^\Gamma(S^K "
    r"Q \| S^K P) = "
    r"D_f^{S_K[\Gamma]}(Q \| P)$ for all P, Q. (Groups: $K_x$ the law of $T_s x$, A the invariant sets.)",
    hypotheses={
        "proper": r"$K_x(A') = 1_{A'}(x)$ for A' in A, and $x \mapsto K_x(B)$ is A-measurable",
        "closed": r"$S_K[\Gamma] \subset \Gamma$",
        "fixed": r"$S^K P = P$ in the first statement",
    },
    source=Derived(
        "recalled as the paper's; Jensen conditionally on A, and f* of A-measurable is so"
    ),
    needs=("spgan.L1b",),
)


def random_kernel(size: int, rng: Random) -> Kernel:
    """Conditional probability given a random partition into at most three blocks."""
    labels = [rng.randrange(3) for _ in range(size)]
    blocks = [[x for x in range(size) if labels[x] == k] for k in sorted(set(labels))]
    return partition_kernel(blocks, [rng.randint(1, 5) for _ in range(size)])


def with_transient(K: Kernel, rng: Random) -> Kernel:
    """One more point, from which the next step leaves for the others: idempotent if K is, not proper."""
    start = random_probability(K.size, 4, rng)
    rows = [(*row, Fraction(0)) for row in K.rows]
    return Kernel((*rows, (*K.on_measure(start), Fraction(0))))


def _kernels(claim: Claim) -> Iterator[Kernel]:
    rng = Random("spgan.T6")
    if not claim.assumes("proper"):
        yield from (with_transient(random_kernel(size, rng), rng) for size in (2, 3, 4, 5) * 3)
    yield identity(3)
    yield from map(averaging, small().values())
    yield from (random_kernel(size, rng) for size in (1, 2, 3, 4, 6, 8) * 5)


@T6.check(
    EXACT, scope="43 kernels on 1-9 points: identity, orbit laws, partitions; Gamma = M_b, f_2"
)
def all_bounded_functions(claim: Claim) -> Outcome:
    """D_{f_2} of the averaged pair against the supremum over the range of S_K, by normal equations."""
    rng, cases, left_out = Random("spgan.T6 pairs"), 0, 0
    for K in _kernels(claim):
        Q, P = (probability([rng.randint(1, 9) for _ in range(K.size)]) for _ in "QP")
        left, right = plain_f2(K.on_measure(Q), K.on_measure(P)), range_value(K, Q, P)
        left_out += right is None
        cases += right is not None
        if right is not None and left != right:
            return refuted({"K": K.rows, "Q": Q, "P": P, "left": left, "right": right})
    return established(cases=cases) if not left_out else undecided(f"{left_out} not solved")


def range_value(K: Kernel, Q: Numbers, P: Numbers) -> Fraction | None:
    """sup over g = S_K h of E_Q g - E_P f_2*(g); None if the stationary g is negative somewhere.

    P must be positive. Where g >= 0 the clip of f_2* is not active, and a concave function is largest where
    it is stationary.
    """
    from flint import fmpq, fmpq_mat

    columns = _independent_columns(K)
    if any(p <= 0 for p in P):
        raise ValueError("P: must be positive")
    gram = [
        [sum(p * a * b for p, a, b in zip(P, u, v, strict=True)) for v in columns] for u in columns
    ]
    right = [expectation(Q, u) for u in columns]
    A, b = (
        fmpq_mat(
            len(rows), len(rows[0]), [fmpq(x.numerator, x.denominator) for row in rows for x in row]
        )
        for rows in (gram, [[value] for value in right])
    )
    c = [Fraction(int(x.p), int(x.q)) for x in A.solve(b).entries()]
    g = [
        sum((a * u[x] for a, u in zip(c, columns, strict=True)), Fraction(0)) for x in range(K.size)
    ]
    if min(g) < 0:
        return None
    return expectation(Q, tuple(g)) - expectation(P, tuple(v * v / 2 + Fraction(1, 2) for v in g))


def _independent_columns(K: Kernel) -> list[Numbers]:
    """A basis of the range: the columns at the pivots of the reduced echelon form."""
    from flint import fmpq, fmpq_mat

    entries = [fmpq(x.numerator, x.denominator) for row in K.rows for x in row]
    reduced, rank = fmpq_mat(K.size, K.size, entries).rref()
    pivots = [next(j for j in range(K.size) if reduced[i, j] != 0) for i in range(rank)]
    return [tuple(row[j] for row in K.rows) for j in pivots]


@T6.check(EXACT, scope="the same kernels; 4 finite classes each, f_2 with the infimum over nu")
def finite_classes(claim: Claim) -> Outcome:
    """Four functions, and their averages if the class is to be closed."""
    rng, cases = Random("spgan.T6 classes"), 0
    for K in _kernels(claim):
        for _ in range(4):
            Q, P = (random_probability(K.size, 9, rng) for _ in "QP")
            drawn = [function(K.size, rng, 3) for _ in range(4)]
            averages = [K.on_function(g) for g in drawn]
            Gamma = [*drawn, *averages] if claim.assumes("closed") else drawn
            left = divergence(gain_f2, K.on_measure(Q), K.on_measure(P), Gamma)
            right = divergence(gain_f2, Q, P, averages)
            cases += 1
            if left != right:
                return refuted(
                    {"K": K.rows, "Q": Q, "P": P, "Gamma": Gamma, "values": (left, right)}
                )
    return established(cases=cases)


@T6.check(EXACT, scope="the same kernels; every indicator g, P drawn and averaged", part=True)
def conditional_expectations(claim: Claim) -> Outcome:
    """S_K g against E_P[g given the blocks], where P is not 0."""
    rng, cases = Random("spgan.T6 laws"), 0
    for K in _kernels(claim):
        P = random_probability(K.size, 9, rng)
        P = K.on_measure(P) if claim.assumes("fixed") else P
        for y in range(K.size):
            g = tuple(Fraction(x == y) for x in range(K.size))
            Sg, cases = K.on_function(g), cases + 1
            for x, value in conditional_expectation(K.blocks, P, g).items():
                if P[x] and Sg[x] != value:
                    return refuted({"K": K.rows, "P": P, "g": g, "at": x, "S g": Sg[x]})
    return established(cases=cases)


def layered(profiles: Sequence[Sequence[int]]) -> tuple[FiniteMetric, Kernel, list[list[int]]]:
    """Layers of equal size, 3 apart, points 1 apart within; K the profile of each layer."""
    size = len(profiles[0])
    points = [(b, i) for b in range(len(profiles)) for i in range(size)]
    rows = (tuple(3 * abs(b - c) + abs(i - j) for c, j in points) for b, i in points)
    blocks = [[b * size + i for i in range(size)] for b in range(len(profiles))]
    masses = [mass for profile in profiles for mass in profile]
    return FiniteMetric(tuple(rows)), partition_kernel(blocks, masses), blocks


def widest(K: Kernel, metric: FiniteMetric) -> Fraction:
    """The largest W1(K_x, K_y) / d(x, y): Lip_1 is closed under S_K iff it is at most 1."""
    pairs = [(x, y) for x in range(K.size) for y in range(x)]
    return max(
        wasserstein(K.rows[x], K.rows[y], metric).value / metric.distances[x][y] for x, y in pairs
    )


@T6.check(
    CERTIFIED,
    scope="Lip_1 on 3 and 4 layers of 3 points, partition kernels that are no group's; W1",
)
def lipschitz_on_layers(claim: Claim) -> Outcome:
    """W1(S^K Q, S^K P) and the supremum over functions of the layers, as one certificate."""
    rng, digests = Random("spgan.T6 layers"), []
    for count in (3, 4):
        profiles = [[1, 2, 3]] * count
        if not claim.assumes("closed"):
            profiles = [[1, 2, 3], [3, 2, 1]] * 2
        metric, K, blocks = layered(profiles)
        for _ in range(4):
            Q, P = (random_probability(K.size, 9, rng) for _ in "QP")
            full = wasserstein(K.on_measure(Q), K.on_measure(P), metric)
            reduced = transport_on_cells(Q, P, metric, blocks)
            if full.value != reduced.value:
                found = {"full": full.value, "reduced": reduced.value, "ratio": widest(K, metric)}
                return refuted({"profiles": profiles, "Q": Q, "P": P, **found})
            statement = {
                "claim": claim.id,
                "metric": state_metric(metric),
                "structure": state_partition(
                    blocks, [Fraction(m) for one in profiles for m in one]
                ),
                **{name: shown(R) for name, R in (("Q", Q), ("P", P))},
                "value": show_rational(full.value),
            }
            evidence = {"potential": shown(reduced.potential), "plan": shown_flow(full.flow)}
            answer = ask(seal("spgan.reduction", statement, evidence), claim.id)
            if not answer.accepted:
                return undecided(answer.reason)
            digests.append(answer.digest)
    return established(certificates=digests)


T6.falsifier(
    "idempotent, with a transient point",
    drop="proper",
    by=("all_bounded_functions", "finite_classes"),
    because="the range of S_K is then no algebra (T6c)",
)
T6.falsifier(
    "any class",
    drop="closed",
    by=("finite_classes", "lipschitz_on_layers"),
    because="averages need not be members: layers with the profiles (1,2,3), (3,2,1)",
)
T6.falsifier(
    "any P",
    drop="fixed",
    by="conditional_expectations",
    because="inside a block P need not be proportional to K_x",
)


@T6.inhabitant
def three_points_two_blocks(_: Claim) -> dict[str, bool]:
    """Blocks {0, 1} and {2}, reference (1, 2, 1), P = (1, 2, 5)/8."""
    K = partition_kernel([[0, 1], [2]], [1, 2, 1])
    P, g = probability([1, 2, 5]), (Fraction(3), Fraction(0), Fraction(1))
    Gamma = {g, K.on_function(g)}
    return {
        "proper": K.is_proper and K.blocks == ((0, 1), (2,)),
        "closed": {K.on_function(one) for one in Gamma} <= Gamma,
        "fixed": K.on_measure(P) == P,
    }


@T6.boundary("layers of one profile: the largest W1(K_x, K_y) / d(x, y) is 1; of two profiles more")
def closure_of_layers(_: Claim) -> Outcome:
    """The criterion of T2ii, for kernels."""
    ratios = [
        widest(K, d) for d, K, _ in (layered([[1, 2, 3]] * 3), layered([[1, 2, 3], [3, 2, 1]]))
    ]
    held = ratios[0] == 1 < ratios[1]
    return established(cases=2) if held else refuted({"ratios": ratios})


@T6.boundary("no structure, and nothing but structure")
def finest_and_coarsest(_: Claim) -> Outcome:
    """K = identity keeps the divergence; one block with the same law everywhere makes it 0."""
    Q, P = probability([1, 2, 3]), probability([3, 2, 1])
    one_block = partition_kernel([[0, 1, 2]], [1, 1, 2])
    found = (range_value(identity(3), Q, P), range_value(one_block, Q, P))
    same = found == (plain_f2(Q, P), 0)
    return established(cases=2) if same else refuted({"values": found})
