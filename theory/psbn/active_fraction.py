r"""T3: how much of a batch can be active at r < 0, and the gradients that are left.

Symbols: p the active fraction, g upstream gradients, G_beta = mean(g w), G_gamma = mean(g w xhat); a
channel is compared on squares (xhat |xhat| against r |r|), so everything is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from theory import (
    EXACT,
    PROPERTY,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    established,
    refuted,
)
from theory._core.search import search
from theory.psbn._batches import (
    Statistics,
    active_fraction,
    batch_statistics,
    batches,
    is_active,
    is_constant,
)

T3 = Claim(
    id="psbn.T3",
    kind=THEOREM,
    title="At most 1/(1 + r^2) of a batch is active",
    statement=r"For r < 0 and batch statistics the active fraction of any batch is at most "
    r"$1/(1+r^2)$ (the supremum); hence $|G_\beta| \le \mathrm{rms}(g)/\sqrt{1+r^2}$, and "
    r"$|G_\gamma| \le \mathrm{rms}(g)$. If g is pure noise, independent of independent xhat: "
    r"$\mathrm{Var}\,G_\beta = s^2 E[w^2]/n$, $\mathrm{Var}\,G_\gamma = s^2 E[w^2 \hat x^2]/n$, "
    r"covariance $s^2 E[w^2 \hat x]/n$, and a whole batch is inactive with probability $P(\hat x "
    r"\le -r)^n$.",
    hypotheses={
        "negative_ratio": "r < 0",
        "batch_statistics": "mean and variance are those of the batch itself",
        "independent_noise": "g_i independent of xhat and of each other, mean 0, variance s^2",
    },
    constants={
        "factor": Fraction(1),
        "scaling": 1,
    },  # 1/(1 + factor r^2); variances like n^-scaling
    source=Derived("Cantelli's inequality; Cauchy-Schwarz; independence"),
    needs=("psbn.T1",),
)


@T3.check(
    PROPERTY, scope="batches of 2..8 integers up to 50; ratios k/8 and thresholds of the batch"
)
def fraction_of_any_batch(claim: Claim) -> Outcome:
    """Search for a batch with more active values than 1/(1 + r^2) of them."""
    from hypothesis import strategies as st

    negative = claim.assumes("negative_ratio")
    ratios = st.integers(-32, -1 if negative else 32).map(lambda k: Fraction(k, 8))

    def violates(example: tuple[list[Fraction], Fraction]) -> Any:
        batch, r = example
        inside = claim.assumes("batch_statistics")
        by = batch_statistics(batch) if inside else Statistics(Fraction(0), Fraction(1))
        p = active_fraction(batch, by, r * abs(r))
        over = p * (1 + claim["factor"] * r * r) > 1
        return {"batch": batch, "r": r, "active": p} if over else None

    return search(
        st.tuples(batches(), ratios),
        violates,
        meets=lambda example: not is_constant(example[0]),
        examples=200,
    )


@T3.check(
    EXACT,
    scope="k equal large values among n <= 40, all k, just above the threshold: the bound is approached",
    part=True,
)
def two_point_batches(claim: Claim) -> Outcome:
    """At r^2 slightly below (n-k)/k exactly k of n are active: the bound holds and is approached."""
    cases, near = 0, Fraction(1, 10**6)
    for n in range(2, 41):
        for k in range(1, n):
            r_square = Fraction(n - k, k) * (1 - near)
            batch = [Fraction(1)] * k + [Fraction(0)] * (n - k)
            p = active_fraction(batch, batch_statistics(batch), -r_square)
            cases += 1
            filled = p * (1 + claim["factor"] * r_square)
            if filled > 1 or filled < 1 - 2 * near:
                return refuted(
                    {"n": n, "k": k, "r^2": r_square, "active": p, "of the bound": filled}
                )
    return established(cases=cases)


@T3.check(
    PROPERTY,
    scope="batches of 2..8 integers, integer g up to 9 or aligned with w, ratios -4..0 by 1/8",
)
def gradients_of_any_batch(claim: Claim) -> Outcome:
    """Search for |G_beta| or |G_gamma| above its bound, on squares."""
    from hypothesis import strategies as st

    def violates(example: tuple[list[Fraction], int, list[int], bool]) -> Any:
        batch, eighths, noise, aligned = example
        r, n, by = Fraction(-eighths, 8), len(batch), batch_statistics(batch)
        on = is_active(batch, by, -r * r)
        g = [Fraction(int(w)) for w in on] if aligned else [Fraction(x) for x in noise[:n]]
        mean_square = sum(x * x for x in g) / n
        G_beta = sum(x for x, w in zip(g, on, strict=True) if w) / n
        scaled = sum(x * (y - by.mean) for x, y, w in zip(g, batch, on, strict=True) if w) / n
        if G_beta**2 * (1 + claim["factor"] * r * r) > mean_square:
            return {"batch": batch, "r": r, "g": g, "G_beta": G_beta}
        if scaled**2 > mean_square * by.variance:
            return {"batch": batch, "r": r, "g": g, "G_gamma sigma": scaled}
        return None

    noise = st.lists(st.integers(-9, 9), min_size=8, max_size=8)
    strategy = st.tuples(batches(), st.integers(1, 32), noise, st.booleans())
    return search(strategy, violates, meets=lambda e: not is_constant(e[0]), examples=200)


#: A law of xhat: (value, probability); mean 0, variance 1.
LAWS = (
    ((Fraction(-1), Fraction(1, 2)), (Fraction(1), Fraction(1, 2))),
    ((Fraction(-1, 2), Fraction(4, 5)), (Fraction(2), Fraction(1, 5))),
    ((Fraction(-2), Fraction(1, 8)), (Fraction(0), Fraction(3, 4)), (Fraction(2), Fraction(1, 8))),
)


@T3.check(
    EXACT,
    scope="three laws of xhat, signs g, n = 1, 2, 3, slopes 0 and 1/3, four ratios, enumerated",
    part=True,
)
def enumerated_laws(claim: Claim) -> Outcome:
    """All batches and all signs of small laws: variances, covariance, probability of a dead batch."""
    cases = 0
    for law, n, a in product(LAWS, (1, 2, 3), (Fraction(0), Fraction(1, 3))):
        for r in (Fraction(-3, 2), Fraction(-1, 2), Fraction(0), Fraction(1)):
            cases += 1
            found = _enumerated(law, n, r, a, independent=claim.assumes("independent_noise"))
            stated = _stated(claim, law, n, r, a)
            if found != stated:
                return refuted(
                    {"law": law, "n": n, "r": r, "a": a, "found": found, "stated": stated}
                )
    return established(cases=cases)


def _slope(x: Fraction, r: Fraction, a: Fraction) -> Fraction:
    return Fraction(1) if x > -r else a


def _stated(
    claim: Claim, law: tuple[Any, ...], n: int, r: Fraction, a: Fraction
) -> tuple[Fraction, ...]:
    """Var G_beta, Var G_gamma, covariance (s = 1), probability of a dead batch."""
    moments = [sum(p * _slope(x, r, a) ** 2 * x**k for x, p in law) for k in (0, 2, 1)]
    inactive = sum((p for x, p in law if x <= -r), Fraction(0))
    return (*(m / n ** claim["scaling"] for m in moments), inactive**n)


def _enumerated(
    law: tuple[Any, ...], n: int, r: Fraction, a: Fraction, *, independent: bool
) -> tuple[Fraction, ...]:
    total = [Fraction(0)] * 4
    for batch, chance in _draws(law, n):
        dead = all(x <= -r for x in batch)
        total[3] += chance if dead else 0
        for signs in product((1, -1), repeat=n):
            # Dependent noise keeps mean 0 and variance 1: its size is that of xhat.
            g = signs if independent else [s * x for s, x in zip(signs, batch, strict=True)]
            felt = [gi * _slope(x, r, a) for gi, x in zip(g, batch, strict=True)]
            beta = sum(felt, Fraction(0)) / n
            gamma = sum((f * x for f, x in zip(felt, batch, strict=True)), Fraction(0)) / n
            weight = chance / 2**n
            total[0] += weight * beta * beta
            total[1] += weight * gamma * gamma
            total[2] += weight * beta * gamma
    return tuple(total)


def _draws(law: tuple[Any, ...], n: int) -> Iterator[tuple[list[Fraction], Fraction]]:
    for chosen in product(law, repeat=n):
        chance = Fraction(1)
        for _, p in chosen:
            chance *= p
        yield [x for x, _ in chosen], chance


T3.falsifier(
    "1/(1 + 2 r^2)",
    constants={"factor": Fraction(2)},
    by=("fraction_of_any_batch", "two_point_batches", "gradients_of_any_batch"),
    because="k equal large values of n are active up to r^2 = (n-k)/k",
)
T3.falsifier(
    "1/(1 + (1.01) r^2)",
    constants={"factor": Fraction(101, 100)},
    by="two_point_batches",
    because="the bound is the supremum",
)
T3.falsifier(
    "1/(1 + (0.99) r^2) as the supremum",
    constants={"factor": Fraction(99, 100)},
    by="two_point_batches",
    because="no batch comes near it",
)
T3.falsifier(
    "positive ratios too",
    drop="negative_ratio",
    by="fraction_of_any_batch",
    because="at r > 0 everything may be active",
)
T3.falsifier(
    "running statistics",
    drop="batch_statistics",
    by="fraction_of_any_batch",
    because="in eval mode all values may be far out",
)
T3.falsifier(
    "noise that depends on xhat",
    drop="independent_noise",
    by="enumerated_laws",
    because="g = +-xhat has variance 1 and E[g^2 w^2] = E[w^2 xhat^2]",
)
T3.falsifier(
    "variances like 1/n^2",
    constants={"scaling": 2},
    by="enumerated_laws",
    because="a mean of n independent terms",
)


@T3.inhabitant
def one_spike(_: Claim) -> dict[str, bool]:
    """0, 0, 0, 0, 5 (mean 1, variance 4) at r = -1, g independent signs."""
    batch = [Fraction(x) for x in (0, 0, 0, 0, 5)]
    by, r = batch_statistics(batch), Fraction(-1)
    signs = list(product((1, -1), repeat=2))
    return {
        "negative_ratio": r < 0,
        "batch_statistics": (by.mean, by.variance) == (1, 4),
        "independent_noise": sum(a * b for a, b in signs) == sum(a for a, _ in signs) == 0,
    }


@T3.boundary("r = 0: half of a symmetric batch, and never more than the bound 1")
def at_zero(claim: Claim) -> Outcome:
    """Of -1, 1 one value is active; of a spike upside down all but one."""
    found = []
    for batch in ([-1, 1], [0, 0, 0, -5]):
        numbers = [Fraction(x) for x in batch]
        found.append(active_fraction(numbers, batch_statistics(numbers), Fraction(0)))
    right = found == [Fraction(1, 2), Fraction(3, 4)]
    return established(cases=2) if right else refuted({"active": found})
