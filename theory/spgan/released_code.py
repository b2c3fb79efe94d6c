r"""X1-X3: where the released code leaves the hypotheses of the theorems.

| symbol | here |
|---|---|
| n | side of the square images |
| F(h, x), h in C_4 | feature maps; (r F)(h, x) = F(r^-1 h, r^-1 x) |
| C_4 layer | filter (r w)(x) = w(r^-1 x); W[g; h] = the filter of g^-1 h, turned by g |

The exact runs use integer weights and inputs and the slope 1/4 for 0.2, so that float64 holds every number.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import isqrt
from random import Random
from typing import Any

from theory import ERRATUM, EXACT, Claim, Implementation, Outcome, established, refuted
from theory._core.torch_threads import one_thread

CODE = "mrzw731/Structure-preserving-GAN at d297ea5"

X1 = Claim(
    id="spgan.X1",
    kind=ERRATUM,
    title="The released C4 discriminator for 28 x 28 images is not C4-invariant",
    statement=r"Three C_4-convolutions, each followed by a 2 x 2 average pooling that drops what is left "
    r"over, the maximum over orientations and a global mean are C_4-invariant for images of side n iff 8 "
    r"divides n: "
    r"at 28 the sides are 28, 14, 7, 3, and the last pooling drops a row and a column. (The released "
    r"generator, 7 to 14 to 28 by repetition, is exactly equivariant.)",
    hypotheses={"floor": "the pooling drops the last row and column of an odd side"},
    constants={"divisor": 8},
    source=Implementation(
        f"p4_rotmnist in src/discriminators.py of {CODE}, 28 x 28 images; layers rebuilt in plain torch"
    ),
    needs=("spgan.T2",),
)

SIDES = (8, 12, 16, 20, 24, 28, 32)


def weights(rng: Random) -> list[Any]:
    """Integer 3 x 3 filters of three layers of two fields: [out, in, orientation, 3, 3]."""
    import torch

    def layer(inputs: int, orientations: int) -> Any:
        values = [rng.randint(-2, 2) for _ in range(2 * inputs * orientations * 9)]
        return torch.tensor(values, dtype=torch.float64).reshape(2, inputs, orientations, 3, 3)

    return [layer(1, 1), layer(2, 4), layer(2, 4)]


def expanded(w: Any) -> Any:
    """The plain filter [out, 4, in, orientations, 3, 3] of a C4 layer."""
    import torch

    rows = []
    for g in range(4):
        moved = torch.roll(w, g, dims=2) if w.shape[2] == 4 else w  # at h: the filter of g^-1 h
        rows.append(torch.rot90(moved, g, (-2, -1)))
    return torch.stack(rows, dim=1)


def discriminator(image: Any, layers: list[Any], *, floor: bool) -> Any:
    """The score of an image [n, n] before the linear head: a vector of two fields."""
    from torch.nn import functional

    x = image[None, None]
    for w in layers:
        full = expanded(w)
        x = functional.conv2d(x, full.reshape(full.shape[0] * 4, -1, 3, 3), padding=1)
        x = functional.leaky_relu(x, 0.25)
        if floor or x.shape[-1] % 2 == 0:
            x = functional.avg_pool2d(x, 2)
        else:  # windows that lie symmetrically; 8 for 9, so that float64 holds the numbers
            x = functional.avg_pool2d(x, 3, 2, divisor_override=8)
    fields = x.reshape(2, 4, *x.shape[-2:]).amax(dim=1)
    return fields.sum(dim=(-2, -1))  # the global mean times the number of pixels


@X1.check(
    EXACT, scope="n = 8 ... 32 (7 sides), 2 fields, integer weights: all float64 operations exact"
)
def turned_images(claim: Claim) -> Outcome:
    """The score of an image and of its three turns, compared without tolerance."""
    import torch

    rng = Random("spgan.X1")
    layers = weights(rng)
    for n in SIDES:
        pixels = [rng.randint(0, 15) for _ in range(n * n)]
        image = torch.tensor(pixels, dtype=torch.float64).reshape(n, n)
        with one_thread():
            scores = [
                discriminator(torch.rot90(image, k, (0, 1)), layers, floor=claim.assumes("floor"))
                for k in range(4)
            ]
        invariant = all(torch.equal(score, scores[0]) for score in scores)
        if invariant != (n % claim["divisor"] == 0):
            return refuted({"n": n, "invariant": invariant, "scores": [s.tolist() for s in scores]})
    return established(cases=len(SIDES))


def generator(source: Any, layers: list[Any]) -> Any:
    """The released scheme: C4 layer, doubled by repetition, C4 layer, doubled, C4 layer, maximum."""
    from torch.nn import functional

    x = source[None, None]
    for i, w in enumerate(layers):
        full = expanded(w)
        x = functional.conv2d(x, full.reshape(full.shape[0] * 4, -1, 3, 3), padding=1).relu()
        x = x if i == 2 else x.repeat_interleave(2, -1).repeat_interleave(2, -2)
    return x.reshape(2, 4, *x.shape[-2:]).amax(dim=1)


@X1.boundary("the generator, 7 to 28: exactly equivariant")
def turned_sources(_: Claim) -> Outcome:
    """The image of a turned 7 x 7 source is the turned image."""
    import torch

    rng = Random("spgan.X1 generator")
    layers, values = weights(rng), [rng.randint(-9, 9) for _ in range(49)]
    source = torch.tensor(values, dtype=torch.float64).reshape(7, 7)
    image = generator(source, layers)
    for k in range(1, 4):
        turned = generator(torch.rot90(source, k, (0, 1)), layers)
        if not torch.equal(turned, torch.rot90(image, k, (-2, -1))) or image.shape[-1] != 28:
            return refuted({"turns": k})
    return established(cases=3)


X1.falsifier("whenever 4 divides n", constants={"divisor": 4}, because="4 divides 28, and 7 is odd")
X1.falsifier(
    "only when 16 divides n",
    constants={"divisor": 16},
    because="24 is halved three times: 12, 6, 3",
)
X1.falsifier(
    "pooling that keeps the rest",
    drop="floor",
    because="its last window is smaller, and still last",
)


@X1.inhabitant
def pooling_of_a_ramp(_: Claim) -> dict[str, bool]:
    """0 ... 48 as 7 x 7 becomes 3 x 3: the last row, 42 ... 48, is in no mean."""
    import torch
    from torch.nn import functional

    ramp = torch.arange(49, dtype=torch.float64).reshape(1, 1, 7, 7)
    pooled = functional.avg_pool2d(ramp, 2)
    return {"floor": pooled.shape[-2:] == (3, 3) and float(pooled.max()) == (32 + 33 + 39 + 40) / 4}


X2 = Claim(
    id="spgan.X2",
    kind=ERRATUM,
    title="The eight rotations of the released code are no group action on pixels",
    statement=r"The turn by 45 degrees with nearest-neighbour interpolation of a 7 x 7 grid, corners cut "
    r"off, is no bijection of the disc, and two of them are not the turn by 90 degrees. So T7 holds only "
    r"approximately "
    r"for the 8-rotation generator. (Turns by 90 degrees are exact.)",
    constants={"side": 7, "eighths": 1, "pixels lost": 4},
    source=Implementation(
        f"SE2_symmetrize in src/blocks_se2.py of {CODE}, called with 8 rotations"
    ),
    needs=("spgan.T7",),
)


def _rounded(numerator: int) -> int:
    """numerator / sqrt 2, rounded to the nearest integer; exact, and ties do not occur."""
    doubled = isqrt(2 * numerator * numerator)  # floor of |2 numerator / sqrt 2|
    nearest = (doubled + 1) // 2
    return nearest if numerator >= 0 else -nearest


def turn(point: tuple[int, int], eighths: int) -> tuple[int, int]:
    """The pixel that is read for ``point``: its turn by -45 degrees times ``eighths``, rounded once."""
    x, y = point
    for _ in range(eighths // 2):
        x, y = y, -x
    return (_rounded(x + y), _rounded(y - x)) if eighths % 2 else (x, y)


def disc(side: int) -> set[tuple[int, int]]:
    """The pixels of the inscribed disc, centred; ``side`` is odd."""
    half = side // 2
    line = range(-half, half + 1)
    return {(x, y) for x, y in product(line, line) if 4 * (x * x + y * y) <= side * side}


@X2.check(EXACT, scope="7 x 7 grid, all pixels of the inscribed disc; rounding by integer roots")
def pixels_read(claim: Claim) -> Outcome:
    """How many pixels of the disc are read by none, and the double turn at every pixel."""
    pixels = disc(claim["side"])
    k = claim["eighths"]
    lost = len(pixels - {turn(point, k) for point in pixels})
    twice = sum(turn(turn(point, k), k) != turn(point, 2 * k) for point in pixels)
    found = {"pixels": len(pixels), "lost": lost, "double turn differs at": twice}
    if lost != claim["pixels lost"] or not lost or not twice:
        return refuted(found)
    return established(cases=len(pixels), **found)


X2.falsifier("turns by 90 degrees", constants={"eighths": 2}, because="they permute the pixels")
X2.falsifier("nothing is lost", constants={"pixels lost": 0}, because="it is no bijection")
X2.falsifier(
    "on a 3 x 3 grid", constants={"side": 3}, because="there 45 degrees shift the eight neighbours"
)

X3 = Claim(
    id="spgan.X3",
    kind=ERRATUM,
    title="6000 training images of the released code are about 5710 different ones",
    statement=r"The subset is drawn with replacement by an unseeded generator: of N = 60000 images, n = "
    r"6000 draws give $N(1 - (1 - 1/N)^n) = 5709.80$ different ones on average, 4.8 per cent fewer, and "
    r"another set in "
    r"every run.",
    constants={"N": 60_000, "n": 6_000, "distinct": Fraction("5709.80"), "replace": True},
    source=Implementation(f"npy_loader in src/utils/data_utils.py of {CODE}: rng.choice(N, n)"),
)


def distinct(N: int, n: int, *, replace: bool) -> Fraction:
    """The expected number of different images among n draws from N."""
    return N * (1 - (1 - Fraction(1, N)) ** n) if replace else Fraction(n)


def distinct_by_counting(N: int, n: int) -> Fraction:
    """The same over all N^n sequences."""
    return Fraction(sum(len(set(draws)) for draws in product(range(N), repeat=n)), N**n)


@X3.check(
    EXACT, scope="N = 60000, n = 6000 to two decimals; the formula on all sequences for N, n <= 5"
)
def expected_number(claim: Claim) -> Outcome:
    """The formula against enumeration, then at the sizes of the code."""
    for N, n in product(range(1, 6), repeat=2):
        if distinct_by_counting(N, n) != distinct(N, n, replace=True):
            return refuted({"N": N, "n": n, "counted": distinct_by_counting(N, n)})
    value = distinct(claim["N"], claim["n"], replace=claim["replace"])
    if abs(value - claim["distinct"]) > Fraction(1, 200):
        return refuted({"expected number": float(value), "claimed": claim["distinct"]})
    return established(cases=26)


X3.falsifier("without replacement", constants={"replace": False}, because="then 6000 are 6000")
X3.falsifier(
    "one hundredth more",
    constants={"distinct": Fraction("5709.81")},
    because="the number is exact to two decimals",
)
X3.falsifier("from 59000 images", constants={"N": 59_000}, because="then it is 5705")


@X3.boundary("one draw; one image")
def no_repetition_possible(_: Claim) -> Outcome:
    """n = 1 gives 1, N = 1 gives 1."""
    found = (distinct(9, 1, replace=True), distinct(1, 9, replace=True))
    return established(cases=2) if found == (1, 1) else refuted({"expected": found})
