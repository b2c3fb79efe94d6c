r"""0/1 labels of any points by O(log(1/delta)) + O(sqrt(N log N)) parameters: fold, then look up.

The default construction for small separation. FOLD (:mod:`.fold`) spreads the points over [0, 1];
then one of the codes stores the labels:

| code | parts | width | per bit of separation |
|---|---|---|---|
| ``runs`` (default) | run-coded lookup (:mod:`.runs`), no quantiser | 2 Gr - 1 | 6 |
| ``keys`` | quantiser, tent-coded lookup with all ramps in one layer (:mod:`.lookup`) | 2 Gr - 1 | 6 |
| ``narrow`` | the same with one layer per group boundary: constant width 6 | 6 | 6 |

| symbol | meaning |
|---|---|
| N, d | points, dimension |
| J | tents of the fold, b + 1 on [0, 1] |
| k | bits of the quantiser, 2^-k <= eta |
| Gr, g, e_0, e_1, kappa | see the codes |

    P(runs)   = 2 (d + 1) + 6 (J - 1) + 3 + 8 Gr + 12 g (e_0 + e_1) + 21 g + 12
    P(narrow) = 2 (d + 1) + 6 (J - 1) + 20 k - 14 + (lookup)      (-18 for keys with Gr > 1)

Equal labels give the constant net without hidden layers, P = d + 1. Claims `interp.D4A`,
`interp.FOLD`, `interp.LOOKUP`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from constructions.interp._reading import read_labels, read_points
from constructions.interp.fold import Fold, ceil_log2, fold, fold_parameters
from constructions.interp.lookup import Layout, layout, lookup
from constructions.interp.network import Affine, ExactNet
from constructions.interp.quantiser import quantise, quantiser, quantiser_parameters
from constructions.interp.runs import RunPlan, plan_runs, run_lookup

CODES = ("runs", "keys", "narrow")


@dataclass(frozen=True)
class RunParts:
    """A fold and a run-coded lookup of its images."""

    fold: Fold
    runs: RunPlan

    @property
    def parameters(self) -> int:
        """P as an equality, from the sizes of the parts."""
        return fold_parameters(len(self.fold.slope), self.fold.J) + self.runs.parameters - 2

    @property
    def network(self) -> ExactNet:
        """The net x -> label."""
        return run_lookup(self.runs).compose(self.fold.network)


@dataclass(frozen=True)
class KeyParts:
    """A fold, a quantiser of ``k`` bits and a lookup of the keys of the class ``stored``."""

    fold: Fold
    k: int
    layout: Layout
    stored: int

    @property
    def parameters(self) -> int:
        """P as an equality, from the sizes of the parts."""
        folded = fold_parameters(len(self.fold.slope), self.fold.J)
        # what the touching affine maps of fold, quantiser and lookup become
        joined = -4 + (2 if self.layout.wide and len(self.layout.groups) > 1 else 6)
        return folded + quantiser_parameters(self.k) + self.layout.parameters + joined

    @property
    def network(self) -> ExactNet:
        """The net x -> label."""
        table = lookup(self.layout).compose(quantiser(self.fold.values, self.k))
        whole = table.compose(self.fold.network)
        return whole if self.stored else _complement(whole)


def fold_lookup(
    points: Iterable[Any],
    labels: Iterable[Any],
    rng: Random,
    code: str = "runs",
    separation: Any = None,
) -> ExactNet:
    """A net with f(x_i) = y_i exactly for labels 0 and 1.

    ``points``: N distinct points of R^d; ``labels``: N of 0 and 1; ``separation``: see ``fold``.
    Raises ``ValueError`` for bad points, labels other than 0 and 1, and a code not in CODES.
    """
    if code not in CODES:
        raise ValueError(f"code: must be one of {', '.join(CODES)}, got {code!r}")
    exact = read_points(points)
    targets = _bits(labels, len(exact))
    if len(set(targets)) == 1:
        return ExactNet((Affine(((),), (targets[0],), len(exact[0])),))
    if code == "runs":
        return run_parts(exact, targets, rng, separation).network
    return key_parts(exact, targets, rng, code == "keys", separation).network


def run_parts(
    points: Iterable[Any], labels: Iterable[Any], rng: Random, separation: Any = None
) -> RunParts:
    """The parts of the default net; arguments and errors as :func:`fold_lookup`."""
    exact = read_points(points)
    targets = _bits(labels, len(exact))
    folded = fold(exact, rng, separation)
    return RunParts(folded, plan_runs(folded.values, targets))


def key_parts(
    points: Iterable[Any],
    labels: Iterable[Any],
    rng: Random,
    wide: bool = False,
    separation: Any = None,
) -> KeyParts:
    """The parts of the key-coded net. ``ValueError`` also for labels that are all equal."""
    exact = read_points(points)
    targets = _bits(labels, len(exact))
    if len(set(targets)) == 1:
        raise ValueError("labels: must not all be equal (no key would be stored)")
    folded = fold(exact, rng, separation)
    k = ceil_log2(1 / folded.eta)
    stored = int(2 * sum(targets) <= len(targets))  # the minority class
    keys = stored_keys(folded.values, targets, stored, k)
    return KeyParts(folded, k, layout(keys, k, wide), stored)


def stored_keys(
    values: Sequence[Fraction], labels: Sequence[int], stored: int, k: int
) -> list[int]:
    """Quantised values of the class ``stored``."""
    return [quantise(z, k) for z, y in zip(values, labels, strict=True) if y == stored]


def _bits(labels: Iterable[Any], count: int) -> list[int]:
    targets = read_labels(labels, count)
    for i, y in enumerate(targets):
        if y not in (0, 1):
            raise ValueError(f"labels[{i}]: must be 0 or 1, got {y}")
    return [int(y) for y in targets]


def _complement(net: ExactNet) -> ExactNet:
    return ExactNet((Affine((((0, -1),),), (1,), 1),)).compose(net)
