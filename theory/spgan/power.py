r"""X11: for which L the Lipschitz constraint binds, and a check of T1 has power.

Symbols: the fixed instance with |x| + 3|y|, which C_4 does not keep; "full" D_KL^{L Lip}(S Q || S P),
"reduced" the supremum over invariant functions at (Q, P); "plain" D_KL(S Q || S P), over all functions.
"""

from __future__ import annotations

from fractions import Fraction

from constructions.spgan.spaces import fixed_instance
from theory import CERTIFIED, REMARK, SLOW, Claim, Derived, Outcome, established, refuted
from theory.spgan._certified import divergence_bounds

Row = tuple[Fraction, Fraction, Fraction]


def row(L: str, full: str, reduced: str) -> Row:
    """From decimals."""
    return Fraction(L), Fraction(full), Fraction(reduced)


TABLE = (
    row("0.05", "0.025303", "0.014308"),
    row("0.1", "0.043475", "0.027086"),
    row("0.2", "0.063046", "0.048385"),
    row("0.5", "0.082341", "0.081654"),
    row("1", "0.083028", "0.083028"),
)

X11 = Claim(
    id="spgan.X11",
    kind=REMARK,
    title="At L = 1 on the grid the Lipschitz constraint is not active, and nothing is tested",
    statement=r"Fixed instance, $|x| + 3|y|$, KL: full and reduced values are .025303 and .014308 at L = "
    r".05, .043475 and .027086 at .1, .063046 and .048385 at .2, .082341 and .081654 at .5; at L = 1 both "
    r"are the "
    r"plain divergence .083028, although $S_\Sigma$ does not keep the class. L <= 0.2 is small enough.",
    constants={"table": TABLE, "weights": (1, 3)},
    source=Derived("certified brackets"),
    needs=("spgan.T1",),
)


@X11.check(CERTIFIED, tier=SLOW, scope="one instance, KL, five values of L, six decimals")
def full_and_reduced(claim: Claim) -> Outcome:
    """Both brackets at every L."""
    instance, digests = fixed_instance(claim["weights"]), []
    for L, *values in claim["table"]:
        for averaged, value in zip(("QP", ""), values, strict=True):
            low, high, digest = divergence_bounds(
                "spgan.T1", "KL", L, instance, averaged, invariant=not averaged
            )
            digests.append(digest)
            if max(abs(low - value), abs(high - value)) > Fraction(1, 10**6):
                return refuted({"L": L, "averaged": averaged, "bracket": (low, high)})
    return established(certificates=digests)


X11.falsifier(
    "they differ at L = 1 too",
    constants={"table": (row("1", "0.083028", "0.081654"),)},
    because="both are the plain divergence",
)
X11.falsifier(
    "they agree at L = 0.5",
    constants={"table": (row("0.5", "0.082341", "0.082341"),)},
    because="the steep y-direction still binds a little",
)
X11.falsifier(
    "with |x| + |y|", constants={"weights": (1, 1)}, because="C_4 keeps it: both are .014308 at .05"
)
