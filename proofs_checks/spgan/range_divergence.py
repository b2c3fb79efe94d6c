r"""Kind ``spgan.range_divergence``: a kernel on the functions, or on the measures, of an f-divergence.

Statement: ``claim``; ``kernel``, rows K_x of a stochastic matrix; ``Q``, ``P``; ``f``
(:mod:`proofs_checks.spgan.entropies`); ``side``; ``low``, ``high``. Accepted is low <= D <= high for

    side "functions":  D = sup { E_Q g - inf_nu (nu + E_P f*(g - nu)) : g = S_K h for any h },
    side "measures":   D = D_f(S^K Q || S^K P).

Evidence: ``potential``, the h, or g itself on the second side; ``eta``, probabilities with S^K eta = S^K Q,
or S^K Q itself; ``bits``. Such an eta has E_eta g = E_Q g for all g = S_K h, so D <= D_f(eta || P). For a
proper K the two sides are equal; for an idempotent one they need not be. Adding constants stays within the
range, because K 1 = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import ctx

from proofs_checks.reading import (
    Rejected,
    claim_among,
    integer,
    mapping,
    rational,
    rationals,
    sequence,
)
from proofs_checks.spelling import rounded
from proofs_checks.spgan.entropies import at_least, at_most, read_entropy
from proofs_checks.spgan.metric import common, read_probability

CLAIMS = ("spgan.T6", "spgan.T1")
MOST_POINTS, MOST_BITS = 64, 2000


def check(statement: dict[str, Any], evidence: Any) -> str:
    """Accept, or raise :class:`Rejected` naming what fails."""
    mapping(statement, "statement", ("claim", "kernel", "Q", "P", "f", "side", "low", "high"))
    claim_among(statement, CLAIMS)
    lines = sequence(statement["kernel"], "statement.kernel")
    n = len(lines)
    if not 1 <= n <= MOST_POINTS:
        raise Rejected(f"statement.kernel: must have 1 to {MOST_POINTS} rows, got {n}")
    K = [read_probability(row, f"statement.kernel[{x}]", n) for x, row in enumerate(lines)]
    Q, P = (read_probability(statement[key], f"statement.{key}", n) for key in ("Q", "P"))
    f = read_entropy(statement["f"])
    low, high = (rational(statement[key], f"statement.{key}") for key in ("low", "high"))
    parts = mapping(evidence, "evidence", ("potential", "eta", "bits"))
    g = rationals(parts["potential"], "evidence.potential", n)
    eta = read_probability(parts["eta"], "evidence.eta", n)
    goal = after(K, Q)
    if statement["side"] == "functions":
        g = tuple(sum((k * v for k, v in zip(row, g, strict=True)), Fraction(0)) for row in K)
        if after(K, eta) != goal:
            raise Rejected("evidence.eta: has other expectations than Q")
    elif statement["side"] == "measures":
        Q, P = goal, after(K, P)
        if eta != goal:
            raise Rejected("evidence.eta: must be the measure that the kernel makes of Q")
    else:
        raise Rejected('statement.side: must be "functions" or "measures"')
    common(g, "evidence.potential")
    with ctx.workprec(integer(parts["bits"], "evidence.bits", 53, MOST_BITS)):
        if not at_least(f.below(g, Q, P), low):
            raise Rejected(f"evidence.potential: does not prove {rounded(low, '.17g')}")
        if not at_most(f.above(eta, P), high):
            raise Rejected(f"evidence.eta: does not prove {rounded(high, '.17g')}")
    bounds = f"[{rounded(low, '.15g')}, {rounded(high, '.15g')}]"
    return f"{n} points, {f.name} over {statement['side']}: in {bounds}"


def after(K: Sequence[Sequence[Fraction]], P: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """S^K P: one step of the kernel from P."""
    return tuple(
        sum((p * k for p, k in zip(P, column, strict=True)), Fraction(0))
        for column in zip(*K, strict=True)
    )
