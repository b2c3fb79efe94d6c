r"""Kind ``spgan.positive_semidefinite``: a kernel, or its average over a structure, is positive semidefinite.

Statement: ``claim``; ``kernel`` k, ``structure`` and ``average`` (:mod:`proofs_checks.spgan.similarity`).
Accepted is: the averaged kernel k' is a symmetric matrix with sum w(x) k'(x, y) w(y) >= 0 for all w.
Evidence: ``lower``, rows of a lower triangular matrix M (row i has i + 1 entries), and ``diagonal``, numbers
D_i >= 0, with k' = M diag(D) M^T.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from proofs_checks.reading import Rejected, claim_among, mapping, rationals, sequence
from proofs_checks.spelling import rounded
from proofs_checks.spgan.similarity import averaged, matrix, read_similarity
from proofs_checks.spgan.structure import read_structure

CLAIMS = ("spgan.T3", "spgan.T2")
MOST_BITS = 1 << 14  #: of a numerator or denominator


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` naming what fails."""
    mapping(statement, "statement", ("claim", "kernel", "structure", "average"))
    claim_among(statement, CLAIMS)
    k = read_similarity(statement["kernel"])
    n = len(k)
    structure = read_structure(statement["structure"], n)
    wanted = matrix(averaged(k, structure, statement["average"]))
    parts = mapping(evidence, "evidence", ("lower", "diagonal"))
    rows = [
        [*rationals(row, f"evidence.lower[{i}]", i + 1), *[Fraction(0)] * (n - i - 1)]
        for i, row in enumerate(sequence(parts["lower"], "evidence.lower", n))
    ]
    diagonal = rationals(parts["diagonal"], "evidence.diagonal", n)
    numbers = [x for row in (*rows, diagonal) for x in row]
    if max(m.bit_length() for x in numbers for m in (x.numerator, x.denominator)) > MOST_BITS:
        raise Rejected(f"evidence.lower: must have at most {MOST_BITS} bits in p and q of p/q")
    for i, entry in enumerate(diagonal):
        if entry < 0:
            raise Rejected(
                f"evidence.diagonal[{i}]: must not be negative, got {rounded(entry, '.15g')}"
            )
    M = matrix(rows)
    scaled = matrix([[x * d for x, d in zip(row, diagonal, strict=True)] for row in rows])
    if scaled * M.transpose() != wanted:
        raise Rejected("evidence.lower: the product is not the kernel")
    rank = sum(1 for entry in diagonal if entry)
    described = f"{n} points, {len(structure.blocks)} blocks, {statement['average']}"
    return f"{described}: positive semidefinite of rank {rank}"
