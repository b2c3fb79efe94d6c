"""Second checker of ``spgan.positive_semidefinite``: the kernel as a sum of squares, square by square."""

from __future__ import annotations

from fractions import Fraction

from naive import altered, keys
from spgan.plain_kernel import averaged, kernel
from spgan.plain_problem import numbers

from proofs_checks.spgan.positive_semidefinite import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "entry < 0", "entry < -100"),
    ("check", "scaled * M.transpose() != wanted", "False"),
    ("spgan.similarity:read_similarity", "k[x][y] != k[y][x]", "False"),
    ("check", 'averaged(k, structure, statement["average"])', "k"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "kernel", "structure", "average"):
        return False
    if statement["claim"] not in CLAIMS or not keys(evidence, "lower", "diagonal"):
        return False
    k = averaged(kernel(statement["kernel"]), statement)
    n = len(k)
    rows = [numbers(row, i + 1) for i, row in enumerate(evidence["lower"])]
    D = numbers(evidence["diagonal"], n)
    if len(rows) != n or min(D) < 0:
        return False
    rest = [list(row) for row in k]
    for l, weight in enumerate(D):
        column = [row[l] if l < len(row) else Fraction(0) for row in rows]
        for i in range(n):
            for j in range(n):
                rest[i][j] -= weight * column[i] * column[j]
    return not any(map(any, rest))


def originals():
    """Kernels of small grids: as they are, with one and with two averages."""
    from constructions.spgan.actions import grid_action
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.mmd import Similarity, positive_certificate, rational_kernel

    made = []
    for group, m in ((cyclic(4), 2), (dihedral(4), 3), (cyclic(2), 2)):
        action = grid_action(group, m)
        for weights, average in (((1, 1), "one"), ((1, 1), "none"), ((1, 9), "both")):
            k = rational_kernel(m, weights)
            made.append(positive_certificate("spgan.T3", k, action, average=average))
    k = Similarity(rational_kernel(2).rows)
    return [*made, positive_certificate("spgan.T3", k, grid_action(cyclic(1), 2))]


def impostors():
    """Kernels that are not positive semidefinite, averages that are not symmetric, and k for its average.

    The averages of a kernel that is not symmetric can be: C4 on four points leaves the mean of all entries.
    """
    from constructions.spgan.actions import grid_action, trivial_action
    from constructions.spgan.groups import cyclic
    from constructions.spgan.mmd import Similarity, positive_certificate, rational_kernel

    made = []
    for a, b, c in ((1, 2, 1), (1, 1, Fraction(9, 10)), (-1, 0, 1), (2, -3, 4), (0, 1, 0)):
        rows = ((Fraction(a), Fraction(b)), (Fraction(b), Fraction(c)))
        made.append(
            positive_certificate("spgan.T3", Similarity(rows), trivial_action(2), average="none")
        )
    for m in (2, 3):
        action, skew = grid_action(cyclic(4), m), rational_kernel(m, (1, 9))
        none, one, both = (
            positive_certificate("spgan.T3", skew, action, average=average)
            for average in ("none", "one", "both")
        )
        made += [altered(none, {"average": "both"}, {}), altered(both, {"average": "none"}, {})]
        if m == 3:
            made.append(one)
    rows = [[str(4 * x + y) for y in range(4)] for x in range(4)]
    same = {"lower": [["1"], ["1", "1"], ["1", "0", "1"], ["1", "0", "0", "1"]]}
    same["diagonal"] = ["15/2", "0", "0", "0"]
    four = {"structure": {"generators": [[1, 2, 3, 0]]}, "average": "both"}
    return [*made, altered(none, four | {"kernel": {"matrix": rows}}, same)]
