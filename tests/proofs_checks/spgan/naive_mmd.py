"""Second checker of ``spgan.mmd``: both sides by products of matrices."""

from __future__ import annotations

from random import Random

from naive import keys, number
from spgan.consistent import times
from spgan.plain_kernel import averaged, kernel, product, transposed
from spgan.plain_problem import averaging, numbers, spread

from proofs_checks.spgan.mmd import CLAIMS

#: Steps that the referee could have left out (``forgery/breaks.py``).
BREAKS = (
    ("check", "right != v", "right < 0"),
    ("check", "left != v", "left < 0"),
    ("spgan.metric:read_probability", "sum(tops) != bottom", "False"),
    ("spgan.similarity:read_similarity", "k[x][y] != k[y][x]", "False"),
)


def genuine(statement, evidence):
    if not keys(statement, "claim", "kernel", "average", "structure", "Q", "P", "value"):
        return False
    if statement["claim"] not in CLAIMS or evidence is not None:
        return False
    k, v = kernel(statement["kernel"]), number(statement["value"])
    K = averaging(statement["structure"], len(k))
    Q, P = (numbers(statement[name], len(k)) for name in ("Q", "P"))
    if any(min(R) < 0 or sum(R) != 1 for R in (Q, P)):
        return False
    sides = (spread(Q, K), spread(P, K), k), (Q, P, averaged(k, statement))
    return all(squared(*side) == v for side in sides)


def squared(Q, P, k):
    w = [[q - p for q, p in zip(Q, P, strict=True)]]
    return product(product(w, k), transposed(w))[0][0]


def originals():
    """An invariant kernel with one and two averages, one that is not, and a matrix."""
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.mmd import Similarity, mmd_certificate, rational_kernel
    from constructions.spgan.spaces import random_instance

    rng = Random(6)
    made = []
    for group, m in ((cyclic(4), 2), (dihedral(4), 3)):
        one = random_instance(group, m, rng)
        sides = one.Q, one.P
        for weights, average in (((1, 1), "both"), ((1, 1), "one"), ((1, 9), "both")):
            k = rational_kernel(m, weights)
            made.append(mmd_certificate("spgan.T3", k, one.action, sides, average=average))
    one = random_instance(cyclic(1), 2, rng)
    plain = Similarity(rational_kernel(2).rows)
    return [*made, mmd_certificate("spgan.T3", plain, one.action, (one.Q, one.P), average="none")]


def impostors():
    """One of the two sides, where they differ; masses that do not sum to 1; a kernel that is not symmetric.

    What is added to it is antisymmetric, so that neither side changes.
    """
    from constructions.spgan.groups import cyclic, dihedral
    from constructions.spgan.mmd import mmd_certificate, mmd_squared, one_sided, rational_kernel
    from constructions.spgan.spaces import random_instance
    from constructions.spgan.statements import shown

    made = []
    for group, m in ((cyclic(4), 3), (dihedral(4), 3)):
        one = random_instance(group, m, Random(m))
        sides, k, skew = (one.Q, one.P), rational_kernel(m), rational_kernel(m, (1, 9))
        left = mmd_certificate("spgan.T3", skew, one.action, sides, average="one")
        right = str(mmd_squared(one_sided(skew.rows, one.action), *sides))
        none = mmd_certificate("spgan.T3", k, one.action, sides, average="none")
        whole = str(mmd_squared(k.rows, *sides))
        made += [left, none]
        made += [sealed(a["statement"] | {"value": v}) for a, v in ((left, right), (none, whole))]
        true = mmd_certificate("spgan.T3", k, one.action, sides)["statement"]
        twice = {name: times(true[name], 2) for name in "QP"} | {"value": times(true["value"], 4)}
        rows = [list(row) for row in k.rows]
        rows[0][1], rows[1][0] = rows[0][1] + 1, rows[1][0] - 1
        made += [sealed(true | twice), sealed(true | {"kernel": {"matrix": [*map(shown, rows)]}})]
    return made


def sealed(statement):
    from proofs_checks.certificate import seal

    return seal("spgan.mmd", statement, None)
