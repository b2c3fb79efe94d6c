r"""Two hidden layers of two units realise every labelling with at most six changes, at any points.

| symbol | meaning |
|---|---|
| c_1 < .. < c_6 | cuts: where the label changes, 0 on the left of c_1 |
| t_1 < t_2 | breakpoints of the first layer, h_1 = relu(x - t_1), h_2 = relu(t_2 - x) |
| z_1, z_2 | pre-activations of the second layer; f = c - relu(z_1) - relu(z_2), label 1{f > 0} |

Left of t_1, between and right of t_2, the slopes are u, -1, -u-1 of z_1 and -v, w, v + w of z_2. Values
z_2(c_1) = z_1(c_2) = z_1(c_3) = z_2(c_6) = c, and z_1 + z_2 = c at c_4 and c_5, give

    u = (c_3 - t_1) / (t_1 - c_2),    v = r w,    r = (c_6 - t_1) / (t_1 + t_2 - c_1 - c_6),
    w = ((u + 1)(c_5 - t_2) + t_2 - c_4) / ((1 + r)(c_5 - t_2) + t_2 - c_4),
    c = c_4 - c_3 + v (t_1 - c_1) - w (c_4 - t_1).

f has its six zeros there, on six pieces of slopes v, -u, 1, 1 - w, u + 1 - v - w, -v - w, if

    c_2 < t_1 < c_3,  c_4 < t_2 < c_5,  r > 0,  w > 1,  0 < c < min(u, v) (c_2 - c_1),
    c_5 < g < c_6 where g = t_2 + (c - t_2 + c_3) / (u + 1) is the right zero of z_1.

(z_1 is positive between its zeros c_2 - c/u > c_1 and g; z_2 is negative between c_1 + c/v < c_2 and
c_4 - (c_4 - c_3)/w > c_3.) Put t_1 = c_2 + e (c_3 - c_2), t_2 = c_5 - e (c_5 - c_4) and let e -> 0: u grows
without bound, w -> 2, v -> 2r, r -> r_0 = (c_6 - c_2)/(c_2 - c_1 - c_6 + c_5). With a = c_2 - c_1,
b = c_5 - c_2, q = c_6 - c_5 and a > q, r_0 a - b = (b + q) a / (a - q) - b = q (a + b)/(a - q) > 0. So
c -> (c_4 - c_3) + 2 (r_0 a - c_4 + c_2) > c_4 - c_3 + 2 (c_5 - c_4), below 2 r_0 a, and (u + 1)(g - c_5)
-> c - c_5 + c_3 - (c_5 - c_4) > 0 while g -> c_5: all conditions hold for small e. If a < q the mirror
image x -> -x does it; a = q is avoided by moving a cut within its gap between two points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count, pairwise, product
from typing import Any

from constructions.interp.network import Affine, ExactNet
from constructions.interp.tiny_two_layer_changes import bound_evidence
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational

CUTS = 6  #: most label changes of two layers of two units


def six_changes_at(cuts: Sequence[Fraction | int]) -> ExactNet:
    """The network of widths (2, 2) whose label is 0 left of the first cut and changes at each cut.

    Raises ``ValueError`` unless there are six increasing exact cuts, the first two not as far apart
    as the last two.
    """
    c = _exact(cuts, "cuts")
    if len(c) != CUTS:
        raise ValueError(f"cuts: must be {CUTS}, got {len(c)}")
    first, last = c[1] - c[0], c[5] - c[4]
    if first == last:
        raise ValueError("cuts: the first two must not be as far apart as the last two")
    if first < last:
        mirrored = [-x for x in reversed(c)]
        return next(filter(None, (_attempt(mirrored, Fraction(1, 1 << i), -1) for i in _steps())))
    return next(filter(None, (_attempt(c, Fraction(1, 1 << i), 1) for i in _steps())))


def realise(points: Sequence[Fraction | int], labels: str) -> ExactNet:
    """A network of widths (2, 2) that is positive at label 1 and negative at label 0.

    Raises ``ValueError`` for points that are not exact and increasing, labels that are not as many
    characters 0 and 1, and labels that change more than six times.
    """
    p = _exact(points, "points")
    if len(labels) != len(p) or set(labels) - {"0", "1"} or not p:
        raise ValueError(
            f"labels: must be {len(p)} characters 0 or 1, at least one, got {labels!r}"
        )
    gaps = [(p[i], p[i + 1]) for i in range(len(p) - 1) if labels[i] != labels[i + 1]]
    if len(gaps) > CUTS:
        raise ValueError(f"labels: must change at most {CUTS} times, got {len(gaps)}")
    # Cuts that are not needed lie to the right of all points.
    gaps += [(p[-1] + i, p[-1] + i + 1) for i in range(CUTS - len(gaps))]
    cuts = [(left + right) / 2 for left, right in gaps]
    if cuts[1] - cuts[0] == cuts[5] - cuts[4]:
        cuts[0] = (gaps[0][0] + cuts[0]) / 2
    net = six_changes_at(cuts)
    return net if labels[0] == "0" else negated(net)


def realisable(M: int) -> list[str]:
    """All labellings of M points that change at most six times, sorted."""
    every = map("".join, product("01", repeat=M))
    return [y for y in every if sum(one != two for one, two in pairwise(y)) <= CUTS]


def enumerate_dichotomies(points: Sequence[Fraction | int], claim: str) -> dict[str, Any]:
    """A certificate of all labellings of ``points`` that widths (2, 2) realise.

    Raises ``ValueError`` as :func:`realise` does.
    """
    p = _exact(points, "points")
    listed = realisable(len(p))
    statement = {
        "claim": claim,
        "widths": [2, 2],
        "points": [show_rational(x) for x in p],
        "realisable": listed,
    }
    networks = [realise(p, labels).to_json() for labels in listed]
    evidence = {"networks": networks, **bound_evidence((2, 2), "pieces")}
    return seal("interp.two_layer_dichotomies", statement, evidence)


def _steps() -> Iterator[int]:
    """1, 2, 4, ...: close cuts ask for an e of as many bits."""
    return (1 << i for i in count())


def _attempt(c: Sequence[Fraction], e: Fraction, side: int) -> ExactNet | None:
    """The network for this e if it meets all conditions; ``side`` -1 turns x into -x."""
    c1, c2, c3, c4, c5, c6 = c
    t1, t2 = c2 + e * (c3 - c2), c5 - e * (c5 - c4)
    if t1 + t2 <= c1 + c6:
        return None
    u, r = (c3 - t1) / (t1 - c2), (c6 - t1) / (t1 + t2 - c1 - c6)
    w = ((u + 1) * (c5 - t2) + t2 - c4) / ((1 + r) * (c5 - t2) + t2 - c4)
    v = r * w
    c0 = c4 - c3 + v * (t1 - c1) - w * (c4 - t1)
    g = t2 + (c0 - t2 + c3) / (u + 1)
    if not (w > 1 and 0 < c0 < min(u, v) * (c2 - c1) and c5 < g < c6):
        return None
    z1 = c0 + (u + 1) * (c3 - t1) + u * (t2 - c3)
    return ExactNet(
        (
            Affine.dense([[side], [-side]], [-t1, t2]),
            Affine.dense([[-u - 1, -u], [v + w, v]], [z1, c0 - v * (t2 - c1)]),
            Affine.dense([[-1, -1]], [c0]),
        )
    )


def negated(net: ExactNet) -> ExactNet:
    """-f."""
    *hidden, last = net.layers
    rows = tuple(tuple((j, -x) for j, x in row) for row in last.rows)
    return ExactNet((*hidden, Affine(rows, tuple(-x for x in last.bias), last.columns)))


def _exact(values: Sequence[Fraction | int], name: str) -> list[Fraction]:
    for i, x in enumerate(values):
        if isinstance(x, bool) or not isinstance(x, (Fraction, int)):
            raise ValueError(f"{name}[{i}]: must be exact (int or Fraction), got {x!r}")
    if any(left >= right for left, right in pairwise(values)):
        raise ValueError(f"{name}: must be strictly increasing")
    return [Fraction(x) for x in values]
