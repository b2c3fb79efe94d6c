r"""Kind ``spgan.mmd``: symmetrising the probabilities is averaging the kernel, in exact numbers.

Statement: ``claim``; ``kernel`` k and ``average`` (:mod:`proofs_checks.spgan.similarity`); ``structure``;
``Q``, ``P``; ``value`` v. With k' the averaged kernel and MMD_k^2(Q, P) = sum (Q - P)(x) k(x, y) (Q - P)(y),
accepted is

    MMD_k^2(S Q, S P) = MMD_{k'}^2(Q, P) = v.

Evidence: none (null); both sides are worked out. With "one" it holds if k(T_s x, T_s y) = k(x, y).
"""

from __future__ import annotations

from typing import Any

from proofs_checks.reading import Rejected, claim_among, mapping, rational, shown
from proofs_checks.spelling import rounded
from proofs_checks.spgan.metric import common, read_probability
from proofs_checks.spgan.similarity import averaged, quadratic, read_similarity
from proofs_checks.spgan.structure import read_structure

CLAIMS = ("spgan.T3", "spgan.T2", "spgan.T1")


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` naming the side that differs."""
    mapping(statement, "statement", ("claim", "kernel", "average", "structure", "Q", "P", "value"))
    claim_among(statement, CLAIMS)
    if evidence is not None:
        raise Rejected(f"evidence: must be null, got {shown(evidence)}")
    k = read_similarity(statement["kernel"])
    structure = read_structure(statement["structure"], len(k))
    Q, P = (read_probability(statement[key], f"statement.{key}", len(k)) for key in ("Q", "P"))
    v = rational(statement["value"], "statement.value")
    difference = [q - p for q, p in zip(Q, P, strict=True)]
    common(difference, "statement.Q, statement.P")
    left = quadratic(k, structure.average(difference))
    if left != v:
        raise Rejected(
            f"statement.value: symmetrised probabilities give {rounded(left, '.15g')}, not it"
        )
    right = quadratic(averaged(k, structure, statement["average"]), difference)
    if right != v:
        raise Rejected(
            f"statement.average: the averaged kernel gives {rounded(right, '.15g')}, not the value"
        )
    about = f"{len(k)} points, {len(structure.blocks)} blocks, {statement['average']}"
    return f"{about}: MMD^2 = {rounded(v, '.15g')}"
