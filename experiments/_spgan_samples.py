r"""Distances between two samples of one invariant law, on quotients; the exact mean on the line.

| symbol | meaning |
|---|---|
| P_n, Q_n | two independent samples of n points |
| m | order of the rotation group C_m |
| A | diag(1, 3): conjugates rotations into maps that are no isometries |

On [0, 1], W1(P_n, Q_n) is the integral of |F_n - G_n|, and n F_n(t), n G_n(t) are independent
binomial(n, t), so E W1 = sum over i, j of |i - j| C(n, i) C(n, j) / (n (2n + 1) C(2n, i + j)).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, sqrt
from random import Random
from typing import TYPE_CHECKING, Any

from experiments._spgan_statistics import interval

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

DRAWS = 2000
CERTAIN = 3.29  # standard errors: a two-sided 99.9 % interval


def uniform_disc(n: int, rng: Generator) -> NDArray[Any]:
    """(n, 2): uniform on the unit disc."""
    import numpy as np

    radius, angle = np.sqrt(rng.random(n)), 2 * np.pi * rng.random(n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def disc(n: int, groups: Sequence[int], trials: int, rng: Random) -> dict[str, Any]:
    """Quotient W1 of each pair, by group; the same pairs for all groups."""
    from constructions.spgan.haar import plane
    from constructions.spgan.metrics import quotient_w1
    from experiments._lab.seeds import numpy_generator

    draw, actions = numpy_generator(rng), {m: plane(f"C{m}") for m in groups}
    found: dict[str, list[float]] = {str(m): [] for m in groups}
    for _ in range(trials):
        x, y = uniform_disc(n, draw), uniform_disc(n, draw)
        for m, action in actions.items():
            found[str(m)].append(quotient_w1(x, y, action))
    return {"kind": "disc", "n": n, "by_group": found}


def line(n: int, trials: int, rng: Random) -> dict[str, Any]:
    """W1 on [-1, 1] and between absolute values: means and standard errors."""
    import numpy as np

    from experiments._lab.seeds import numpy_generator

    x, y = numpy_generator(rng).uniform(-1, 1, (2, trials, n))
    whole, half = (
        np.abs(np.sort(a, 1) - np.sort(b, 1)).mean(1) for a, b in ((x, y), (np.abs(x), np.abs(y)))
    )
    errors = [float(v.std(ddof=1)) / sqrt(trials) for v in (whole, half)]
    r = float(half.mean() / whole.mean())
    spread = float((half - r * whole).std(ddof=1)) / sqrt(trials) / float(whole.mean())
    return {
        **{"kind": "line", "n": n, "mean": float(whole.mean()), "error": errors[0]},
        **{"ratio": r, "low": r - CERTAIN * spread, "high": r + CERTAIN * spread},
    }


def exact_mean(n: int) -> Fraction:
    """E W1(P_n, Q_n) on [-1, 1]: twice that on [0, 1]."""
    row = [comb(n, i) for i in range(n + 1)]
    total = Fraction(0)
    for s in range(2 * n + 1):  # s = i + j
        inner = sum(
            abs(2 * i - s) * row[i] * row[s - i] for i in range(max(0, s - n), min(n, s) + 1)
        )
        total += Fraction(inner, comb(2 * n, s))
    return 2 * total / (n * (2 * n + 1))


def shortcut(n: int, trials: int, rng: Random) -> dict[str, Any]:
    """Largest gap of the quotient cost to W1 of the symmetrised samples: C4, and A C4 A^-1."""
    import numpy as np
    import torch

    from constructions.spgan.haar import LinearAction, plane
    from constructions.spgan.metrics import quotient_w1, w1
    from experiments._lab.seeds import numpy_generator

    draw, turns = numpy_generator(rng), plane("C4")
    A = torch.diag(torch.tensor([1.0, 3.0], dtype=torch.float64))
    skew = LinearAction("askew", A @ turns.matrices @ torch.linalg.inv(A))
    gaps = {"rotations": 0.0, "askew": 0.0}
    for _ in range(trials):
        x, y = uniform_disc(n, draw), uniform_disc(n, draw)
        for name, action, stretch in (("rotations", turns, np.eye(2)), ("askew", skew, A.numpy())):
            a, b = x @ stretch, y @ stretch  # on the ellipse the askew action keeps the law
            whole = [action.orbit(torch.as_tensor(v)).reshape(-1, 2).numpy() for v in (a, b)]
            gap = abs(w1(whole[0], whole[1]) - quotient_w1(a, b, action))
            gaps[name] = max(gaps[name], gap)
    return {"kind": "shortcut", "n": n, **gaps}


def summary(groups: Sequence[int], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Rows by group and n; slopes and ratios at the largest n, resampling the pairs of samples."""
    import numpy as np
    from numpy.random import default_rng

    discs = [one for one in results if one["kind"] == "disc"]
    n = [one["n"] for one in discs]
    values = {m: [np.asarray(one["by_group"][str(m)]) for one in discs] for m in groups}
    rng = default_rng(0)

    def slope(*samples: NDArray[Any]) -> float:
        return float(np.polyfit(np.log(n), np.log([one.mean() for one in samples]), 1)[0])

    def ratio(pairs: NDArray[Any]) -> float:
        return float(pairs[:, 1].mean() / pairs[:, 0].mean())

    rows = [
        {"m": m, "n": n[i], "mean": float(v.mean()), "low": low, "high": high}
        for m in groups
        for i, v in enumerate(values[m])
        for low, high in [interval([v], lambda x: float(x.mean()), rng, DRAWS)]
    ]
    slopes, ratios = [], []
    for m in groups:
        low, high = interval(values[m], slope, rng, DRAWS)
        slopes.append({"m": m, "slope": slope(*values[m]), "low": low, "high": high})
        if m > 1:
            pairs = np.stack([values[1][-1], values[m][-1]], 1)
            low, high = interval([pairs], ratio, rng, DRAWS)
            ratios.append({"m": m, "n": n[-1], "ratio": ratio(pairs), "low": low, "high": high})
    lines = []
    for one in results:
        if one["kind"] == "line":
            exact = float(exact_mean(one["n"]))
            lines.append({**one, "exact": exact, "z": (one["mean"] - exact) / one["error"]})
    (control,) = (one for one in results if one["kind"] == "shortcut")
    trials = len(values[groups[0]][0])
    return {
        **{"rows": rows, "slopes": slopes, "ratios": ratios, "line": lines},
        **{"shortcut": control, "trials": trials},
    }
