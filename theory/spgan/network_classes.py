r"""T2v, X4: classes of networks of fixed width are not closed under averaging.

| symbol | here |
|---|---|
| C_4 | (x, y) -> (-y, x) on R^2 |
| neuron (a, w, b) | x -> a relu(w . x + b) |
| kink line | {w . x + b = 0}: a sum of k neurons is affine off its at most k kink lines |

Kinks are found by values alone: f(x + v) + f(x - v) - 2 f(x) is not 0 across a kink line, and 0 elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random

from theory import EXACT, REMARK, Claim, Derived, Outcome, established, refuted

Point = tuple[Fraction, Fraction]
Neuron = tuple[int, tuple[int, int], int]  # a, w, b
Function = Callable[[Point], Fraction]


def network(neurons: Sequence[Neuron]) -> Function:
    """The sum of the neurons."""

    def value(x: Point) -> Fraction:
        sums = ((a, w[0] * x[0] + w[1] * x[1] + b) for a, w, b in neurons)
        return sum((a * z for a, z in sums if z > 0), Fraction(0))

    return value


def turned(x: Point, k: int) -> Point:
    """k quarter turns."""
    for _ in range(k):
        x = (-x[1], x[0])
    return x


def average(f: Function) -> Function:
    """S f."""
    return lambda x: sum((f(turned(x, k)) for k in range(4)), Fraction(0)) / 4


def turned_lines(neurons: Sequence[Neuron]) -> set[tuple[int, int, int]]:
    """The lines w . x + b = 0 of all neurons, and their turns: where S f could have kinks. Up to sign."""
    lines = set()
    for _, (p, q), b in neurons:
        for _ in range(4):
            p, q = -q, p
            lines.add(max((p, q, b), (-p, -q, -b)))
    return lines


def has_kink(
    f: Function, line: tuple[int, int, int], others: Sequence[tuple[int, int, int]]
) -> bool:
    """Whether f bends at ``line``, tested at a point of it that none of the others is near."""
    p, q, b = line
    norm = p * p + q * q
    for t in range(1, 60):
        x = Fraction(-b * p, norm) - Fraction(q * t, 7), Fraction(-b * q, norm) + Fraction(p * t, 7)
        distances = [abs(u * x[0] + v * x[1] + c) for u, v, c in others]
        if not distances or min(distances) > 0:
            reach = max((abs(u * p + v * q) for u, v, _ in others), default=1) or 1
            step = min(distances, default=Fraction(1)) / (2 * reach)
            right = f((x[0] + step * p, x[1] + step * q))
            left = f((x[0] - step * p, x[1] - step * q))
            return left + right != 2 * f(x)
    raise ArithmeticError(f"line: no point of {line} is off the other lines")


def kinks(f: Function, neurons: Sequence[Neuron]) -> int:
    """The number of kink lines of an average of these neurons."""
    lines = sorted(turned_lines(neurons))
    return sum(has_kink(f, one, [other for other in lines if other != one]) for one in lines)


T2v = Claim(
    id="spgan.T2v",
    kind=REMARK,
    title="Networks of fixed width are not closed under averaging",
    statement=r"For every k the sums of k ReLU neurons on the plane violate (C) under $C_4$: a sum of k "
    r"neurons has at most k kink lines, and $S_\Sigma g$ of a generic one has exactly 4k. The practical "
    r"class is the image of "
    r"$S_\Sigma$, or a group-equivariant network.",
    hypotheses={"generic": "no line passes through 0, no two are turns of each other"},
    constants={"lines": 4, "most": 1},
    source=Derived("kink lines are counted; relu(x_1) averages to (|x_1| + |x_2|)/4"),
    needs=("spgan.T2",),
)


def _draw(claim: Claim, rng: Random, k: int) -> list[Neuron]:
    """k neurons; without the hypothesis all lines pass through 0."""
    neurons: list[Neuron] = []
    while len(neurons) < k:
        w = (rng.randint(-4, 4), rng.randint(-4, 4))
        b = rng.choice((-3, -2, -1, 1, 2, 3)) if claim.assumes("generic") else 0
        drawn = [*neurons, (rng.choice((-2, -1, 1, 2)), w, b)]
        distinct = len({_direction(line) for line in turned_lines(drawn)})
        if any(w) and (distinct == 4 * len(drawn) or not b):
            neurons = drawn
    return neurons


def _direction(line: tuple[int, int, int]) -> tuple[Fraction, ...]:
    """The line up to a factor, by its first coefficient that is not 0."""
    lead = next(Fraction(one) for one in line if one)
    return tuple(one / lead for one in line)


@T2v.check(EXACT, scope="C_4 on the plane, sums of k = 1, 2, 3 integer neurons, 8 of each width")
def kink_lines(claim: Claim) -> Outcome:
    """The kinks of g and of S g, by second differences on every candidate line."""
    rng, cases = Random("spgan.T2v"), 0
    for k in (1, 2, 3):
        for _ in range(8):
            neurons = _draw(claim, rng, k)
            own = kinks(network(neurons), neurons)
            averaged = kinks(average(network(neurons)), neurons)
            cases += 1
            if own > claim["most"] * k or averaged != claim["lines"] * k or averaged <= own:
                return refuted({"neurons": neurons, "kinks": own, "kinks of S g": averaged})
    return established(cases=cases)


T2v.falsifier("lines through 0", drop="generic", because="opposite turns have the same line")
T2v.falsifier("two lines for each neuron", constants={"lines": 2}, because="four turns, four lines")
T2v.falsifier("three lines for each neuron", constants={"lines": 3}, because="likewise")


@T2v.inhabitant
def one_neuron(_: Claim) -> dict[str, bool]:
    """relu(x + 1): the lines x = -1, y = 1, x = 1, y = -1."""
    lines = turned_lines([(1, (1, 0), 1)])
    return {"generic": len(lines) == 4 and all(b for _, _, b in lines)}


@T2v.boundary("relu(x_1): (|x_1| + |x_2|)/4, two lines")
def coordinate(_: Claim) -> Outcome:
    """Values on a grid, and the two axes as kinks."""
    g: list[Neuron] = [(1, (1, 0), 0)]
    f = average(network(g))
    grid = [(Fraction(i, 2), Fraction(j, 3)) for i in range(-3, 4) for j in range(-3, 4)]
    right = all(f(x) == (abs(x[0]) + abs(x[1])) / 4 for x in grid) and kinks(f, g) == 2
    return established(cases=len(grid)) if right else refuted({"kinks": kinks(f, g)})


X4 = Claim(
    id="spgan.X4",
    kind=REMARK,
    title="Scope of T1: for one neuron the reduction fails",
    statement=r"T1 is about a class with (C), and bounds no approximation error. For the functions "
    r"$a\,\mathrm{relu}(w \cdot x + b) + c$ with $|a||w| \le 1$ and $C_4$ the invariant members are the "
    r"constants, so "
    r"$W^{\Gamma_{inv}} = 0$; for Q = $\delta_{(2,0)}$ and P = $\delta_0$, $W^\Gamma(S^\Sigma Q, S^\Sigma P) "
    r"\ge 1/2$.",
    constants={"neuron": (1, (1, 0), 0), "gain": Fraction(1, 2), "point": (2, 0)},
    source=Derived("a turned kink line is another one; relu(x_1) on the orbit of (2, 0) and at 0"),
    needs=("spgan.T1", "spgan.T2v"),
)


@X4.check(EXACT, scope="one pair of laws; invariance of the 720 neurons with |w_i|, |b| <= 4")
def one_neuron_classes(claim: Claim) -> Outcome:
    """The gain of the neuron on the averaged pair; every neuron with a kink is told from its turn."""
    x = tuple(map(Fraction, claim["point"]))
    f = network([claim["neuron"]])
    gain = average(f)((x[0], x[1])) - f((Fraction(0), Fraction(0)))
    a, w, _ = claim["neuron"]
    invariant = [
        (p, q, b)
        for p in range(-4, 5)
        for q in range(-4, 5)
        for b in range(-4, 5)
        if (p or q) and not _seen_turning((1, (p, q), b))
    ]
    if gain < claim["gain"] or a * a * (w[0] ** 2 + w[1] ** 2) > 1 or invariant:
        return refuted({"gain": gain, "invariant neurons": invariant[:3]})
    return established(cases=720)


def _seen_turning(neuron: Neuron) -> bool:
    """Whether far out in the direction w the neuron is not what it is after half a turn."""
    _, (p, q), b = neuron
    far = Fraction(p * (abs(b) + 1)), Fraction(q * (abs(b) + 1))
    f = network([neuron])
    return f(far) != f(turned(far, 2))


X4.falsifier(
    "a gain of 51/100",
    constants={"gain": Fraction(51, 100)},
    because="one of the four points has the value 2",
)
X4.falsifier(
    "a steeper neuron",
    constants={"neuron": (2, (1, 0), 0)},
    because="|a||w| = 2 is not in the class",
)
