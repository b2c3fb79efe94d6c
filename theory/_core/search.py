"""A Hypothesis search as an outcome: what the property checks of the claims are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from theory._core.outcome import Outcome, established, refuted, undecided

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


class _Found(Exception):
    """An example violates the claim."""


def search(
    strategy: SearchStrategy[T],
    violates: Callable[[T], Any],
    *,
    meets: Callable[[T], bool] | None = None,
    examples: int = 200,
) -> Outcome:
    """Look for an example that meets the hypotheses and violates the conclusion.

    ``violates(example)`` returns a witness, or None when the example agrees with the claim.
    ``meets(example)`` decides the hypotheses; what does not meet them is counted as rejected, and
    the runner turns a search that rejected nearly everything into ``undecided``.

    Deterministic (no random seed, no database, no deadline). Refuted with the witness of the
    shrunk example. An exception of either function passes through: it is an error, not a verdict.
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Unsatisfiable

    if examples < 1:
        raise ValueError(f"examples: must be at least 1, got {examples}")
    counted = {True: 0, False: 0}
    witness: list[Any] = [None]

    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    settled = settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=[*slow, HealthCheck.filter_too_much],
    )

    @settled
    @given(strategy)
    def probe(example: T) -> None:
        met = meets is None or meets(example)
        counted[met] += 1
        if met:
            # Hypothesis replays the shrunk example last, so that is the witness that stays.
            witness[0] = violates(example)
            if witness[0] is not None:
                raise _Found

    try:
        probe()
    except _Found:
        return refuted(witness[0], examples=counted[True], rejected=counted[False])
    except Unsatisfiable:
        return undecided("the strategy generated no example at all")
    return established(examples=counted[True], rejected=counted[False])
