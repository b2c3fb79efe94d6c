r"""D6: real labels take a parameter each, after one is removed for every unit.

Symbols: N points, W width, L hidden layers, P parameters and u = WL units of Class(1; W, L); J the
Jacobian of the N values in the P parameters, exact at integer parameters and integer points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from random import Random

from constructions.interp.network import Affine, ExactNet, random_net
from theory import EXACT, THEOREM, Claim, Derived, Outcome, established, refuted, undecided

Shape = tuple[int, int]
Row = tuple[int, ...]

#: Parameters, unit by unit (incoming weights, bias), at which the rank is P - U; found by climbing.
ATTAINED: dict[Shape, Row] = {
    (1, 1): (1, 0, 1, 0),
    (2, 1): (1, 10, -1, 10, 1, 1, 0),
    (3, 1): (1, 10, -1, 10, 1, -3, 1, 1, 1, 0),
    (5, 1): (1, 10, -1, 10, 1, -3, 1, -20, 1, -30, 1, 1, 1, 1, 1, 0),
    (2, 2): (-2, 13, 9, 42, -4, 2, 98, 6, 1, -129, 8, -5, 108),
    (2, 3): (8, -54, -5, 0, 5, -3, 148, 7, 1, -57, 2, -7, 159, -6, 9, -20, -7, 1, -46),
    (2, 4): (-1, 40, 4, 57, -1, 7, 98, 6, -3, 132, 7, -3, 130, -6, 9, 121, -9, 3, 2, 4, -6, 53, -7,
             -6, 54),
    (3, 2): (7, -55, -1, 2, 5, 1, 8, -9, 8, 116, -8, -5, -2, 150, 8, -3, -7, 149, -9, 6, 1, 80),
    (3, 3): (6, -55, -3, 2, 5, 6, 8, -1, -7, 116, 9, -5, 7, 192, -9, -6, 6, 112, 8, 3, -8, 178, -2,
             7, 8, 28, -9, -6, 9, 78, 3, 1, 2, 173),
    (4, 2): (9, -42, 6, 16, 4, 26, -1, 18, 6, -3, -7, -4, 178, 3, -9, 5, 2, 163, 6, -6, 2, -5, 149,
             -6, 8, -7, -4, 150, 3, -7, 6, -1, -51),
}  # fmt: skip
POINTS = tuple(range(-60, 61))

D6 = Claim(
    id="interp.D6",
    kind=THEOREM,
    title="An open set of real labels needs P - U >= N",
    statement=r"If the values of Class(1; W, L) at N fixed points contain an open set of $\mathbb R^N$, "
    r"then $P - U \ge N$: where $\theta \mapsto (f_\theta(x_i))_i$ is differentiable its rank is at "
    r"most $P - U$. (It is attained for the ten (W, L) of the check, up to (4, 2) and (3, 3).)",
    hypotheses={"open_set": "the values at the N points contain an open set of label vectors"},
    constants={"per_unit": 1, "spare": 0},
    source=Derived("scaling of every unit, and a smooth image of too few dimensions is a null set"),
)


@dataclass(frozen=True)
class Draw:
    """A network, points at which no unit is at its kink, and the Jacobian there."""

    net: ExactNet
    points: tuple[int, ...]
    jacobian: tuple[Row, ...]

    @property
    def scalings(self) -> list[Row]:
        """For every unit, the direction that scales what enters it up and what leaves it down."""
        return [
            _scaling(self.net, l, i)
            for l, layer in enumerate(self.net.layers[:-1])
            for i in range(layer.units)
        ]


def claimed_rank(claim: Claim, net: ExactNet) -> int:
    """P - u with the constants of the claim."""
    return net.parameters - claim["per_unit"] * sum(net.widths) + claim["spare"]


@D6.check(EXACT, scope="ten (W, L) up to P = 34, ten networks each, 121 points: exact ranks over Q")
def rank_between_scalings_and_search(claim: Claim) -> Outcome:
    """The scalings lie in the kernel of J and are independent; the rank left over is attained."""
    cases = 0
    for W, L in ATTAINED:
        best = 0
        for draw in draws(W, L):
            cases += 1
            rank, scalings = _rank(draw.jacobian), draw.scalings
            if stray := [v for v in scalings if any(_dot(row, v) for row in draw.jacobian)]:
                raise ArithmeticError(f"a scaling changes the values: {stray[0]}")
            least_kernel = _rank(scalings)
            if least_kernel != sum(draw.net.widths):
                raise ArithmeticError(f"only {least_kernel} scalings are independent")
            if claimed_rank(claim, draw.net) + least_kernel > draw.net.parameters:
                return refuted({"W": W, "L": L, "kernel at least": least_kernel})
            if rank > claimed_rank(claim, draw.net):
                return refuted({"W": W, "L": L, "rank": rank, "net": draw.net.to_json()})
            best = max(best, rank)
        if best != claimed_rank(claim, _net(W, L, ATTAINED[W, L])):
            return undecided(f"rank {best} is the largest found for {W, L}")
    return established(cases=cases)


@D6.check(EXACT, scope="the same networks, every N up to P + 2: label vectors around theirs")
def open_sets_of_labels(claim: Claim) -> Outcome:
    """Rank N at N points: all labels near the values are attained, so the claim must allow N."""
    cases = 0
    for W, L in ATTAINED:
        for draw in draws(W, L):
            for N in range(1, draw.net.parameters + 3):
                # Without an open set: the network interpolates its own N values.
                if claim.assumes("open_set") and _rank(draw.jacobian[:N]) < N:
                    break
                cases += 1
                if N > claimed_rank(claim, draw.net):
                    return refuted({"W": W, "L": L, "N": N, "points": draw.points[:N]})
    return established(cases=cases)


D6.falsifier(
    "rank P can be reached",
    constants={"per_unit": 0},
    by="rank_between_scalings_and_search",
    because="scaling a unit changes no value",
)
D6.falsifier(
    "P - U + 1",
    constants={"spare": 1},
    by="rank_between_scalings_and_search",
    because="each of the U scalings is a direction of its own",
)
D6.falsifier("P - 2U", constants={"per_unit": 2}, because="a hinge keeps two of three parameters")
D6.falsifier("P - U - 1", constants={"spare": -1}, because="P - U is attained")
D6.falsifier(
    "one label vector",
    drop="open_set",
    by="open_sets_of_labels",
    because="a network fits its own values at any number of points",
)


@D6.inhabitant
def three_points_of_one_unit(_: Claim) -> dict[str, bool]:
    """sigma(x) at -1, 1, 2: the Jacobian in (w, b, a, c) has rank 3."""
    net = ExactNet((Affine.dense([[1]], [0]), Affine.dense([[1]], [0])))
    return {"open_set": _rank([_gradient(net, x) for x in (-1, 1, 2)]) == 3}


@D6.boundary("all units off: only the output bias moves the values")
def all_units_off(claim: Claim) -> Outcome:
    """The bound is far from the rank at such parameters, which are differentiable too."""
    net = ExactNet((Affine.dense([[1], [1]], [-9, -9]), Affine.dense([[1, 1]], [0])))
    rank = _rank([_gradient(net, x) for x in range(5)])
    fits = rank == 1 <= claimed_rank(claim, net)
    return established(cases=1) if fits else refuted({"rank": rank})


@D6.boundary("U1 interpolates all real labels: P - U = 2N - 1")
def shallow_networks(claim: Claim) -> Outcome:
    """N - 1 hinges interpolate every real label vector, so the bound must allow them."""
    for N in range(2, 30):
        net = random_net((N - 1,), Random(N), 3)
        if claimed_rank(claim, net) < N or net.parameters != 3 * N - 2:
            return refuted({"N": N, "P": net.parameters})
    return established(cases=28)


@lru_cache(maxsize=16)
def draws(W: int, L: int) -> tuple[Draw, ...]:
    """The stored network and nine random ones; each Jacobian was tried by differences."""
    rng = Random(f"interp.D6 {W} {L}")
    drawn = (tuple(map(rng.randint, *_ranges(W, L))) for _ in range(9))
    return tuple(_draw(_net(W, L, theta), rng) for theta in (ATTAINED[W, L], *drawn))


def _ranges(W: int, L: int) -> tuple[list[int], list[int]]:
    """Weights 1..9 and biases up to 60 in size: no weight is 0, so that all scalings count."""
    low = [*[1, -60] * W, *[*[1] * W, -60] * (W * (L - 1) + 1)]
    return low, [9 if least == 1 else 60 for least in low]


def _net(W: int, L: int, theta: Row) -> ExactNet:
    left, layers = list(theta), []
    for units, fan in ((W, 1), *[(W, W)] * (L - 1), (1, W)):
        rows = [[left.pop(0) for _ in range(fan + 1)] for _ in range(units)]
        layers.append(Affine.dense([row[:-1] for row in rows], [row[-1] for row in rows]))
    return ExactNet(tuple(layers))


def _draw(net: ExactNet, rng: Random) -> Draw:
    rows = {x: row for x in rng.sample(POINTS, len(POINTS)) if (row := _gradient(net, x))}
    _try_differences(net, rows, rng)
    return Draw(net, tuple(rows), tuple(rows.values()))


def _gradient(net: ExactNet, x: int) -> Row:
    """d f(x) / d parameters, layer by layer, (weights, bias) of each unit; () at a kink."""
    inputs, gates = [[x]], []
    for layer in net.layers[:-1]:
        z = [
            _dot(row, inputs[-1]) + int(c)
            for row, c in zip(_matrix(layer), layer.bias, strict=True)
        ]
        if 0 in z:
            return ()
        gates.append([int(value > 0) for value in z])
        inputs.append([max(value, 0) for value in z])
    back, blocks = [1], []
    for l in reversed(range(len(net.layers))):
        blocks.append([[*(d * h for h in inputs[l]), d] for d in back])
        if l:
            columns = zip(*_matrix(net.layers[l]), strict=True)
            back = [_dot(col, back) * on for col, on in zip(columns, gates[l - 1], strict=True)]
    return tuple(chain.from_iterable(chain.from_iterable(reversed(blocks))))


def _try_differences(net: ExactNet, rows: dict[int, Row], rng: Random) -> None:
    """f is affine in each single parameter near theta: differences equal the gradient, exactly."""
    step = Fraction(1, 10**9)
    for x, row in rng.sample(sorted(rows.items()), min(2, len(rows))):
        at = rng.randrange(len(row))
        if _moved(net, at, step)(x)[0] - net(x)[0] != step * row[at]:
            raise ArithmeticError(f"gradient at x = {x}, parameter {at}: {row[at]}")


def _moved(net: ExactNet, at: int, step: Fraction) -> ExactNet:
    layers, start = [], 0
    for layer in net.layers:
        rows = [[*row, c] for row, c in zip(_matrix(layer), layer.bias, strict=True)]
        for row in rows:
            if start <= at < start + len(row):
                row[at - start] += step
            start += len(row)
        layers.append(Affine.dense([row[:-1] for row in rows], [row[-1] for row in rows]))
    return ExactNet(tuple(layers))


def _scaling(net: ExactNet, l: int, i: int) -> Row:
    """Unit i of hidden layer l (from 0): its row and bias grow, its outgoing weights shrink."""
    return tuple(chain.from_iterable(_block(net, m, l, i) for m in range(len(net.layers))))


def _block(net: ExactNet, m: int, l: int, i: int) -> Iterator[int]:
    layer = net.layers[m]
    for r, (row, c) in enumerate(zip(_matrix(layer), layer.bias, strict=True)):
        grows = m == l and r == i
        yield from (w if grows else -w if m == l + 1 and j == i else 0 for j, w in enumerate(row))
        yield int(c) if grows else 0


def _matrix(layer: Affine) -> list[list[int]]:
    return [[int(dict(row).get(j, 0)) for j in range(layer.columns)] for row in layer.rows]


def _dot(one: Row | list[int], two: Row | list[int]) -> int:
    return sum(a * b for a, b in zip(one, two, strict=True))


def _rank(rows: list[Row] | tuple[Row, ...]) -> int:
    """Exact rank over Q."""
    from flint import fmpz_mat

    return int(fmpz_mat([list(row) for row in rows]).rank()) if rows else 0
