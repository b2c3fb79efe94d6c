r"""T2, T2f: from where on a channel is dead for every batch, in real and in float arithmetic.

Symbols: n batch size, d_i deviations from the batch mean, sigma^2 = mean d_i^2 (+ eps), xhat_i = d_i / sigma;
active: xhat_i > -r. Comparisons with sigma are made on squares, so they are exact.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from constructions.psbn.samuelson import extremal_deviations, samuelson_certificate
from theory import (
    CERTIFIED,
    EXACT,
    PROPERTY,
    REMARK,
    SYMBOLIC,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    not_run,
    refuted,
    undecided,
)
from theory._core.referee import ask
from theory._core.search import search
from theory.psbn._batches import (
    Statistics,
    batch_statistics,
    batches,
    is_active,
    is_constant,
    normalised_squares,
)
from theory.psbn._forms import plus, polynomial, product

T2 = Claim(
    id="psbn.T2",
    kind=THEOREM,
    title="Below -sqrt(n - 1) the channel is dead for every batch",
    statement=r"With batch statistics, $n \ge 2$ and $\epsilon \ge 0$: $\max_i \hat x_i \le "
    r"\sqrt{n-1}$, with equality iff $\epsilon = 0$ and the other n - 1 values are equal, not "
    r"all n. So $r \le -\sqrt{n-1}$ makes a ReLU channel inactive on every batch of size n, and "
    r"the constant is the best possible. (Real arithmetic; for floats see T2f.)",
    hypotheses={"batch_statistics": "mean and variance are those of the batch itself"},
    constants={"offset": Fraction(-1)},  # the largest square is n + offset
    source=Derived("Samuelson's inequality as a sum of squares, constructions/psbn/samuelson.py"),
)


@T2.check(SYMBOLIC, scope="every n >= 2")
def all_sizes_at_once(claim: Claim) -> Outcome:
    """With d_1 = -(d_2 + ...) the form k sum d^2 - n d_1^2 is N = k I + (k - n) J, and N^2 = k N.

    Polynomials in m = n - 1, with J^2 = m J. For k > 0 this makes N = N^2 / k a sum of squares, with a
    kernel: the bound k holds and is attained.
    """
    m = polynomial((0, 1))
    k = polynomial((1 + claim["offset"], 1))  # n + offset
    on_ones = polynomial((claim["offset"],))  # k - n
    # (k I + y J)^2 - k (k I + y J) = (k y + y^2 m) J
    residual = plus(product(k, on_ones), product(product(on_ones, on_ones), m))
    if residual:
        # The eigenvalue on the vector of ones, where all but one value are equal, divided by n.
        return refuted({"n": "any", "eigenvalue / n at the extremal batch": claim["offset"] + 1})
    return established(residual=len(residual), identities=1)


@T2.check(
    CERTIFIED,
    scope="n = 2, ..., 12: explicit squares over the rationals, and the batch attaining it",
)
def sums_of_squares(claim: Claim) -> Outcome:
    """Certificates of the largest square, accepted by the referee."""
    digests = []
    for n in range(2, 13):
        answer = ask(samuelson_certificate(claim.id, n, n + claim["offset"]), claim.id)
        if not answer.accepted:
            batch = extremal_deviations(n)
            square = max(normalised_squares(batch, batch_statistics(batch)))
            return refuted({"n": n, "largest square": square, "referee": answer.reason})
        digests.append(answer.digest)
    return established(certificates=digests)


@T2.check(
    PROPERTY, scope="batches of 2..8 integers up to 50, eps in 0, 1/100, 3; ratios at the threshold"
)
def no_active_value(claim: Claim) -> Outcome:
    """Search for a batch with an active value at r = -sqrt(n + offset), on squares."""
    from hypothesis import strategies as st

    eps = st.sampled_from([Fraction(0), Fraction(1, 100), Fraction(3)])

    def violates(example: tuple[list[Fraction], Fraction]) -> Any:
        batch, e = example
        inside = claim.assumes("batch_statistics")
        by = batch_statistics(batch, e) if inside else Statistics(Fraction(0), 1 + e)
        on = is_active(batch, by, -(len(batch) + claim["offset"]))
        return {"batch": batch, "eps": e} if any(on) else None

    def meets(example: tuple[list[Fraction], Fraction]) -> bool:
        return not is_constant(example[0]) or example[1] > 0

    return search(st.tuples(batches(), eps), violates, meets=meets, examples=200)


@T2.check(EXACT, scope="n = 3 and 4, all real batches (SMT over the reals)", tier="slow")
def no_counterexample_over_the_reals(claim: Claim) -> Outcome:
    """z3 on: deviations with sum 0 and sum of squares n, and d_1^2 > n + offset."""
    try:
        import z3
    except ImportError:
        return not_run("z3-solver")
    for n in (3, 4):
        d: list[Any] = z3.Reals(" ".join(f"d{i}" for i in range(n)))
        solver, k = z3.Solver(), n + claim["offset"]
        solver.add(z3.Sum(d) == 0, z3.Sum([x * x for x in d]) == n)
        solver.add(d[0] * d[0] * k.denominator > k.numerator)
        answer = solver.check()
        if answer == z3.sat:
            return refuted({"n": n, "model": str(solver.model())})
        if answer != z3.unsat:
            return undecided(f"z3 says {answer} at n = {n}")
    return established(cases=2)


T2.falsifier(
    "sqrt(n - 2)", constants={"offset": Fraction(-2)}, because="a single spike reaches sqrt(n - 1)"
)
T2.falsifier(
    "sqrt(n - 11/10)",
    constants={"offset": Fraction(-11, 10)},
    because="a single spike reaches sqrt(n - 1)",
)
T2.falsifier(
    "sqrt(n - 9/10) as the best constant",
    constants={"offset": Fraction(-9, 10)},
    by=("all_sizes_at_once", "sums_of_squares"),
    because="no batch attains it",
)
T2.falsifier(
    "running statistics",
    drop="batch_statistics",
    by="no_active_value",
    because="in eval mode one far value is enough",
)


@T2.inhabitant
def one_spike(_: Claim) -> dict[str, bool]:
    """Four values 0 and one 5, normalised by their own mean 1 and variance 4: the spike is at 2."""
    batch = [Fraction(x) for x in (0, 0, 0, 0, 5)]
    by = batch_statistics(batch)
    met = (by.mean, by.variance) == (1, 4) and max(normalised_squares(batch, by)) == 4
    return {"batch_statistics": met}


@T2.boundary("n = 2: xhat is +1 and -1 whatever the batch")
def two_values(claim: Claim) -> Outcome:
    """Both squares are 1 = n - 1, for near and far values."""
    for gap in (Fraction(1, 10**9), Fraction(1), Fraction(10**9)):
        batch = [Fraction(7), 7 + gap]
        if normalised_squares(batch, batch_statistics(batch)) != [-1, 1]:
            return refuted({"gap": gap})
    return established(cases=3)


@T2.boundary("a constant batch with eps > 0: xhat = 0, inactive for r <= 0, active for r > 0")
def constant_batch(claim: Claim) -> Outcome:
    """All deviations are 0."""
    batch = [Fraction(3)] * 4
    by = batch_statistics(batch, Fraction(1, 10))
    on = [any(is_active(batch, by, Fraction(r))) for r in (-1, 0, 1)]
    return established(cases=3) if on == [False, False, True] else refuted({"active": on})


# -- floats ---------------------------------------------------------------------------------------

T2f = Claim(
    id="psbn.T2f",
    kind=REMARK,
    title="A certificate for float32 needs a margin that depends on the offset",
    statement=r"In float32 (mean, then deviations, then their mean square) a single spike of "
    r"size 1 over a constant has $\max_i \hat x_i > (1 + \delta)\sqrt{n-1}$ for some n < 200: "
    r"$\delta = 0.002$ at the constant $10^5$, $\delta = 0.4$ at $1.6 \cdot 10^7$; at the "
    r"constant 0, $\delta < 10^{-6}$. So $r \le -\sqrt{n-1}$ certifies no float layer, and no "
    r"fixed margin does for all inputs.",
    constants={"excess": ((1e5, 2e-3), (1.6e7, 0.4)), "calm": 1e-6},
    source=Derived("the mean is rounded to 2^-24 of the constant; measured here"),
    needs=("psbn.T2",),
)

SIZES = range(2, 200)


def _float32_excess(n: int, offset: float) -> float:
    """max xhat / sqrt(n - 1) - 1 of one spike of size 1 over ``offset``, two-pass, in float32."""
    import numpy as np

    x = np.full(n, offset, dtype=np.float32)
    x[0] += np.float32(1)
    d = x - x.mean(dtype=np.float32)
    top = d.max() / np.sqrt((d * d).mean(dtype=np.float32), dtype=np.float32)
    return float(top) / (n - 1) ** 0.5 - 1


@T2f.check(EXACT, scope="one spike among n = 2..199 values, IEEE float32 as numpy evaluates it")
def float32_batches(claim: Claim) -> Outcome:
    """Evaluate the extremal batch with and without an offset."""
    for offset, excess in claim["excess"]:
        found = max(_float32_excess(n, offset) for n in SIZES)
        if found <= excess:
            return refuted({"constant": offset, "largest excess": found})
    calm = max(abs(_float32_excess(n, 0.0)) for n in SIZES)
    if calm >= claim["calm"]:
        return refuted({"constant": 0, "largest error": calm})
    return established(cases=(len(claim["excess"]) + 1) * len(SIZES))


T2f.falsifier(
    "the same excess over the constant 10^4",
    constants={"excess": ((1e4, 2e-3),)},
    because="the mean is then rounded to 2^-11 of the spike",
)
T2f.falsifier(
    "no error above 10^-7 over the constant 0",
    constants={"calm": 1e-7},
    because="division and square root are rounded",
)
