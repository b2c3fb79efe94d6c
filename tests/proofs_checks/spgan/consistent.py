"""Changes that keep a certificate consistent: partitions for groups, and transport costs with one flaw."""

from __future__ import annotations

from fractions import Fraction

from naive import altered
from spgan.plain_problem import cost, flow, reached


def by_blocks(certificate, *, even=True):
    """The same with the orbits of its group as a partition, which is as true for an even reference.

    With nothing to symmetrise it is so for any other one.
    """
    generators = certificate["statement"]["structure"]["generators"]
    n = len(generators[0])
    near = reached(generators, n)
    blocks = sorted({tuple(y for y in range(n) if row[y]) for row in near})
    partition = {
        "blocks": [list(block) for block in blocks],
        "reference": [str(2 if even else 1 + x) for x in range(n)],
    }
    return altered(certificate, {"structure": partition}, {})


def times(value, factor):
    """The numbers of the data, multiplied; points of a flow stay what they are."""
    if isinstance(value, list):
        return [times(one, factor) for one in value]
    return str(Fraction(value) * factor) if isinstance(value, str) else value


def scaled(certificate, *names, factor):
    """The certificate with these fields of statement and evidence multiplied."""
    halves = (certificate["statement"], certificate["evidence"])
    return altered(
        certificate, *({k: times(h[k], factor) for k in names if k in h} for h in halves)
    )


def wrong_couplings(certificate, d, Q, P):
    """Five of a certificate whose plan couples ``Q`` and ``P`` at distances ``d`` with a cost that is not 0.

    A potential too steep that is worth as much as the independent coupling; half of everything, so that
    the plan moves half of the mass; masses that sum to 2; a plan with negative masses, cheaper by half;
    half of the potential only.
    """
    w = Fraction(certificate["statement"]["value"])
    n = range(len(d))
    independent = [[x, y, str(Q[x] * P[y])] for x in n for y in n if Q[x] * P[y]]
    steep = cost(flow(independent, len(d)), d) / w
    x, y = next((x, y) for x in n for y in n if d[x][y])
    m = w / (4 * d[x][y])
    turned = [[x, x, str(m)], [y, y, str(m)], [x, y, str(-m)], [y, x, str(-m)]]
    half = scaled(certificate, "potential", "value", factor=Fraction(1, 2))
    return [
        altered(scaled(certificate, "potential", "value", factor=steep), {}, {"plan": independent}),
        scaled(certificate, "potential", "value", "plan", factor=Fraction(1, 2)),
        scaled(certificate, "Q", "P", "value", "plan", factor=2),
        altered(half, {}, {"plan": half["evidence"]["plan"] + turned}),
        half,
    ]
