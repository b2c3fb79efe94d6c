r"""E1-E3, F1, F2: what abstracts and released code report of training and of sample sizes; and F1d, a line.

| symbol | here |
|---|---|
| P_n, Q_n | two independent samples of n points of one law, uniform |
| F | its distribution function; W1(P_n, Q_n) is the integral of the difference of the empirical ones |
| \|B - B'\| | B, B' binomial (n, F(x)), independent: its mean is a polynomial in F(x) |
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

from theory import (
    EXACT,
    OPEN,
    THEOREM,
    Claim,
    Derived,
    Implementation,
    LaterPaper,
    Outcome,
    Paper,
    established,
    refuted,
)

E1 = Claim(
    id="spgan.E1",
    kind=OPEN,
    title="Both players structured beat one, and one beats none",
    statement=r"Sample quality is best with a structured generator and an invariant discriminator, then "
    r"with one of them, then with none; most at small n, where FID improves by almost an order of "
    r"magnitude. (The tables "
    r"of the paper were not readable. T8 says that the invariant discriminator alone may lose modes, so that "
    r"'one of them' cannot mean either one.)",
    source=Paper("abstract of arXiv:2202.01129"),
    needs=("spgan.T1", "spgan.T7", "spgan.T8"),
)

E2 = Claim(
    id="spgan.E2",
    kind=OPEN,
    title="The same order on rotated digits and medical images, for two losses",
    statement=r"The order of E1 holds on RotMNIST at several sample sizes with the relativistic average "
    r"loss and with the Lipschitz-alpha loss, and on ANHIR (5 classes) and LYSTO (3 classes). (The data "
    r"sets were not "
    r"obtainable; nothing here supports or contradicts it.)",
    source=Implementation(
        "README of mrzw731/Structure-preserving-GAN at d297ea5: the runs it lists"
    ),
    needs=("spgan.E1",),
)

E3 = Claim(
    id="spgan.E3",
    kind=OPEN,
    title="Heavy tails: the Lipschitz-alpha loss works where WGAN-GP fails",
    statement=r"For mixtures of Student-t laws (0.5 degrees of freedom, no mean) with C_4 symmetry, "
    r"embedded in $R^{12}$, the GAN of $D_2^L$ learns and WGAN with gradient penalty fails.",
    source=Paper("recalled from arXiv:2202.01129; not re-read"),
)

F1 = Claim(
    id="spgan.F1",
    kind=OPEN,
    title="Sample-size savings proportional to the group",
    statement=r"For finite Sigma the number of samples that $W_1$ and Lipschitz-regularised "
    r"alpha-divergences need falls in proportion to $|\Sigma|$; for MMD the gain depends on the kernel as "
    r"well; for compact Lie groups "
    r"the exponent of the rate improves. (An upper bound in this form; on a line the saving is larger, F1d.)",
    source=LaterPaper("abstract of arXiv:2302.01915"),
    needs=("spgan.T5",),
)

F2 = Claim(
    id="spgan.F2",
    kind=OPEN,
    title="Error of group-invariant GANs; augmentation is not enough",
    statement=r"The expected $W_1$ error of a group-invariant GAN is of order $(|\Sigma| n)^{-1/d}$, and "
    r"$(|\Sigma| n)^{-1/d^*}$ on a support of dimension $d^*$; augmenting the training data alone does not "
    r"give "
    r"the whole gain. (For exact suprema the second half is T1e: both players have to be augmented.)",
    source=LaterPaper("abstract of arXiv:2305.13517"),
    needs=("spgan.T1e",),
)

F1d = Claim(
    id="spgan.F1d",
    kind=THEOREM,
    title="On an interval a reflection halves the expected W1 of samples",
    statement=r"For the uniform law on [-1, 1] and the reflection at 0, the expected $W_1$ between two "
    r"samples of n points is on the quotient exactly 1/2 of what it is on [-1, 1], for every n: not "
    r"$2^{-1/2}$, although both "
    r"fall like $n^{-1/2}$. So $|\Sigma| n$ is a bound on the saving and no equality.",
    hypotheses={"uniform": "the law is uniform on the interval"},
    constants={"ratio": Fraction(1, 2)},
    source=Derived("the quotient is [0, 1]; W1 scales with the interval"),
    needs=("spgan.F1", "spgan.T5"),
)

Polynomial = list[Fraction]


def difference(n: int) -> Polynomial:
    """E |B - B'| / n as a polynomial in p, B and B' binomial (n, p), lowest degree first."""
    made = [Fraction(0)] * (2 * n + 1)
    for i, j in product(range(n + 1), repeat=2):
        weight = Fraction(comb(n, i) * comb(n, j) * abs(i - j), n)
        k = 2 * n - i - j  # p^(i + j) (1 - p)^k
        for m in range(k + 1):
            made[i + j + m] += weight * comb(k, m) * (-1) ** m
    return made


def expected_w1(n: int, ends: tuple[int, int], power: int = 1) -> Fraction:
    """E W1(P_n, Q_n) on an interval [a, b], with F(x) = ((x - a)/(b - a))^power."""
    a, b = ends
    # x = a + (b - a) t: the integral over x is (b - a) times that of difference(F) over t.
    return (b - a) * sum((c / (power * k + 1) for k, c in enumerate(difference(n))), Fraction(0))


def by_order_statistics(n: int, ends: tuple[int, int]) -> Fraction:
    """The same for the uniform law, over the 2n sorted points: gaps have the mean (b - a)/(2n + 1)."""
    total, count = 0, 0
    for labels in product((1, -1), repeat=2 * n):
        if sum(labels) == 0:
            heights = [abs(sum(labels[: k + 1])) for k in range(2 * n)]
            total, count = total + sum(heights), count + 1
    return Fraction((ends[1] - ends[0]) * total, count * n * (2 * n + 1))


@F1d.check(EXACT, scope="n = 1 ... 12; by order statistics as well for n <= 5")
def quotient_of_an_interval(claim: Claim) -> Outcome:
    """E W1 on [-1, 1] and on the quotient [0, 1], as fractions."""
    # Without the hypothesis: |x| has the density 2 r, as for the uniform law on a disc.
    power = 1 if claim.assumes("uniform") else 2
    for n in range(1, 13):
        whole, quotient = expected_w1(n, (-1, 1)), expected_w1(n, (0, 1), power)
        if quotient != claim["ratio"] * whole:
            return refuted({"n": n, "on [-1, 1]": whole, "on the quotient": quotient})
        if n <= 5 and whole != by_order_statistics(n, (-1, 1)):
            return refuted({"n": n, "by order statistics": by_order_statistics(n, (-1, 1))})
    return established(cases=12)


F1d.falsifier(
    "the ratio 7/10, nearly 2^(-1/2)",
    constants={"ratio": Fraction(7, 10)},
    because="the quotient is the same law on half of the length",
)
F1d.falsifier(
    "another law of the quotient", drop="uniform", because="then the two are no copies of one law"
)


@F1d.inhabitant
def uniform_interval(_: Claim) -> dict[str, bool]:
    """E |U - V| = 2/3 for two points of [-1, 1]."""
    return {"uniform": expected_w1(1, (-1, 1)) == Fraction(2, 3)}


@F1d.boundary("one point each: E |U - V| = 1/3 on [0, 1]")
def one_point(claim: Claim) -> Outcome:
    """1/3 and 2/3."""
    found = expected_w1(1, (0, 1)), expected_w1(1, (-1, 1))
    held = found == (Fraction(1, 3), Fraction(2, 3)) and found[0] == claim["ratio"] * found[1]
    return established(cases=1) if held else refuted({"E W1": found})
