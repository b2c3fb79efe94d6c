"""Second checker of ``spgan.positive_semidefinite``: the kernel as a sum of squares, square by square."""

from __future__ import annotations

from fractions import Fraction

from spgan.plain_kernel import averaged, kernel
from spgan.plain_problem import keys, numbers

from proofs_checks.spgan.positive_semidefinite import CLAIMS


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
