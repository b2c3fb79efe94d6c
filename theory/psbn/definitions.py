r"""D1 and P2: five notions of a collapsed channel, and the region of parameters that cannot be trained.

A *situation* is one channel with its parameters and a few batches; everything in it is rational, and
normalised values are compared on squares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from random import Random
from typing import Any

from theory import (
    DEFINITION,
    EXACT,
    PROPERTY,
    THEOREM,
    Claim,
    Derived,
    Outcome,
    Paper,
    established,
    refuted,
    undecided,
)
from theory._core.search import search
from theory.psbn._batches import (
    Statistics,
    batch_statistics,
    batches,
    is_active,
    is_constant,
    signed_square,
)

NOTIONS = ("batch_dead", "data_dead", "ratio_collapsed", "norm_collapsed", "certified")
IMPLIED = (("certified", "batch_dead"), ("certified", "data_dead"), ("data_dead", "batch_dead"))

D1 = Claim(
    id="psbn.D1",
    kind=DEFINITION,
    title="Five notions of a collapsed channel, not to be mixed",
    statement=r"*Batch-dead*: $z_i \le 0$ on one batch (ReLU). *Data-dead*: on all batches of a "
    r"data set, the source of the statistics stated. *Ratio-collapsed*: r < -c. "
    r"*Norm-collapsed*: the filter norm is below a share of the layer's median. *Certified "
    r"dead*: proved for every batch, here $r \le -\sqrt{n-1}$ (T2). With batch statistics "
    r"certified implies data-dead, data-dead implies batch-dead on each of its batches, and no "
    r"other implication among the five holds.",
    constants={
        "implications": IMPLIED,
        "c": Fraction(3),
        "share": Fraction(1, 100),
        "statistics": "batch",
    },
    source=Derived("the words of the literature, told apart by witnesses"),
    needs=("psbn.T2",),
)


@dataclass(frozen=True)
class Situation:
    """A channel: ratio r, filter norm over the layer's median, batches; the first is the batch looked at."""

    name: str
    r: Fraction
    norm: Fraction
    batches: tuple[tuple[int, ...], ...]

    def notions(self, claim: Claim) -> dict[str, bool]:
        """Which of the five hold."""
        dead = [not any(self._active(batch, claim)) for batch in self.batches]
        n = min(len(batch) for batch in self.batches)
        return {
            "batch_dead": dead[0],
            "data_dead": all(dead),
            "ratio_collapsed": self.r < -claim["c"],
            "norm_collapsed": self.norm < claim["share"],
            "certified": self.r < 0 and self.r**2 >= max(map(len, self.batches)) - 1 and n >= 2,
        }

    def _active(self, batch: tuple[int, ...], claim: Claim) -> list[bool]:
        numbers = [Fraction(x) for x in batch]
        own = claim["statistics"] == "batch"
        by = batch_statistics(numbers) if own else Statistics(Fraction(0), Fraction(1))
        return is_active(numbers, by, signed_square(self.r))


def situations() -> Iterator[Situation]:
    """Witnesses that tell the notions apart, and random channels."""
    whole, small = Fraction(1), Fraction(1, 1000)
    spike, even = (0, 0, 0, 0, 5), (-1, 1)  # largest normalised values 2 and 1
    far = (*[0] * 16, 17)  # largest normalised value 4
    yield Situation("healthy", Fraction(0), whole, (even,))
    yield Situation("dead on one batch", Fraction(-3, 2), whole, (even, spike))
    yield Situation("dead on its data", Fraction(-3, 2), whole, (even, (0, 0, 5, 5)))
    yield Situation("certified", Fraction(-2), whole, (spike, (0, 7, 7, 7, 7)))
    yield Situation("beyond c, alive", Fraction(-7, 2), whole, (far,))
    yield Situation("beyond c, dead on one batch", Fraction(-7, 2), whole, (even, far))
    yield Situation("beyond c, certified", Fraction(-4), whole, (far,))
    yield Situation("small filter, alive", Fraction(0), small, (even,))
    yield Situation("small filter, certified", Fraction(-2), small, (spike,))
    rng = Random("psbn.D1")
    for k in range(200):
        made = tuple(
            tuple(rng.sample(range(-9, 10), rng.randint(2, 9))) for _ in range(rng.randint(1, 3))
        )
        r, norm = Fraction(rng.randint(-12, 4), 3), Fraction(rng.choice((1, 1000)), 1000)
        yield Situation(f"random {k}", r, norm, made)


@D1.check(EXACT, scope="nine witnesses and 200 random channels with batches of 2 to 17 integers")
def implications(claim: Claim) -> Outcome:
    """A claimed implication has no counterexample, every other one has."""
    found = [(one, one.notions(claim)) for one in situations()]
    for pair in permutations(NOTIONS, 2):
        against = [one.name for one, holds in found if holds[pair[0]] and not holds[pair[1]]]
        if pair in claim["implications"] and against:
            return refuted({"does not imply": pair, "witness": against[0]})
        if pair not in claim["implications"] and not against:
            return undecided(f"no witness against {pair[0]} => {pair[1]}")
    return established(cases=len(found))


for _pair, _because in (
    (("batch_dead", "data_dead"), "another batch may have a spike"),
    (("ratio_collapsed", "data_dead"), "a batch of 17 reaches 4"),
    (("certified", "ratio_collapsed"), "for small batches -sqrt(n-1) is above -3"),
    (("data_dead", "certified"), "the data may lack spikes"),
    (("norm_collapsed", "batch_dead"), "normalisation undoes the filter's norm"),
):
    D1.falsifier(
        f"{_pair[0]} implies {_pair[1]}",
        constants={"implications": (*IMPLIED, _pair)},
        because=_because,
    )
D1.falsifier(
    "the same with running statistics",
    constants={"statistics": "running"},
    because="T2 needs the batch's own statistics",
)
del _pair, _because


@D1.boundary("r = -c exactly: not ratio-collapsed; r = -sqrt(n - 1) exactly: certified")
def on_the_edge(claim: Claim) -> Outcome:
    """n = 10 and r = -3."""
    holds = Situation("edge", Fraction(-3), Fraction(1), ((*[0] * 9, 1),)).notions(claim)
    right = (holds["ratio_collapsed"], holds["certified"], holds["data_dead"]) == (
        False,
        True,
        True,
    )
    return established(cases=1) if right else refuted(holds)


# -- the region -----------------------------------------------------------------------------------------

P2 = Claim(
    id="psbn.P2",
    kind=THEOREM,
    title="Normalisation creates a region that cannot be trained",
    statement=r"Normalisation creates a non-trainable region in the space of BN parameters, and "
    r"capacity is lost. (Made exact here: for ReLU and batch statistics, $r \le -\sqrt{n-1}$ "
    r"gives zero output and zero gradient in gamma, beta and the inputs on every batch of n "
    r"values; without normalisation no such region exists.)",
    hypotheses={
        "relu": "slope 0 off the active part",
        "normalised": "the inputs are normalised by the batch",
    },
    constants={"offset": Fraction(-1)},
    source=Paper("abstract of arXiv:2001.11216; the region's bound is ours (T2)"),
    needs=("psbn.T2",),
    proof_needs=("psbn.T2",),
)


@P2.check(
    PROPERTY,
    scope="batches of 2..8 integers up to 50, integer upstream gradients, ratios at and below",
)
def nothing_comes_through(claim: Claim) -> Outcome:
    """Search for a batch with an output, or a gradient in beta, in gamma sigma or in some value."""
    from hypothesis import strategies as st

    def violates(example: tuple[list[Fraction], list[int], Fraction]) -> Any:
        batch, noise, depth = example
        n = len(batch)
        g = noise[:n]
        own = batch_statistics(batch)
        by = own if claim.assumes("normalised") else Statistics(Fraction(0), Fraction(1))
        edge = (n + claim["offset"]) * depth**2  # r^2
        on = is_active(batch, by, -edge)
        a = Fraction(0) if claim.assumes("relu") else Fraction(1, 100)
        w = [Fraction(1) if one else a for one in on]
        felt = [p * q for p, q in zip(g, w, strict=True)]
        scaled = [p * (x - by.mean) for p, x in zip(felt, batch, strict=True)]
        shown = {"batch": batch, "g": g, "r^2": edge}
        if any(w):
            return {**shown, "slopes": w, "n G_beta": sum(felt), "n G_gamma sigma": sum(scaled)}
        return None

    noise = st.lists(st.integers(-9, 9), min_size=8, max_size=8)
    depths = st.sampled_from([Fraction(1), Fraction(11, 10), Fraction(5)])
    return search(
        st.tuples(batches(), noise, depths),
        violates,
        meets=lambda example: not is_constant(example[0]),
        examples=150,
    )


P2.falsifier(
    "already below -sqrt(n - 2)",
    constants={"offset": Fraction(-2)},
    because="a single spike is still active",
)
P2.falsifier("leaky ReLU", drop="relu", because="its slope lets every gradient through (T12)")
P2.falsifier(
    "without normalisation", drop="normalised", because="an input can be as far out as it likes"
)


@P2.inhabitant
def spike(_: Claim) -> dict[str, bool]:
    """0, 0, 0, 0, 5: normalised by mean 1 and variance 4; slopes 0 below."""
    by = batch_statistics([Fraction(x) for x in (0, 0, 0, 0, 5)])
    return {
        "relu": max(Fraction(-1), Fraction(0)) == 0,
        "normalised": (by.mean, by.variance) == (1, 4),
    }


@P2.boundary("n = 2: every ratio up to -1 is in the region")
def two_values(claim: Claim) -> Outcome:
    """xhat is -1 and 1."""
    batch = [Fraction(0), Fraction(1)]
    on = [
        any(is_active(batch, batch_statistics(batch), -signed_square(r)))
        for r in (Fraction(1), Fraction(9, 10))
    ]
    return established(cases=2) if on == [False, True] else refuted({"active": on})
