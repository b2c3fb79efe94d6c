"""What the trainings on mixtures amount to: the paired test, the collapse, the shifts, the reduced loss."""

from __future__ import annotations

from statistics import median
from typing import Any

from experiments._spgan_statistics import flips, mean, pairs_needed, reaches

Metrics = dict[str, Any]
LEVEL, EFFECT, DECIDED = (
    0.01,
    2.0,
    16,
)  # of "both" against "none", and at which n: declared before the runs
COLLAPSED = 2.0  # W1 above which a generator has collapsed; one mode of four is worth 3.82


def summary(rows: list[Metrics], seeds: int) -> Metrics:
    """Of the tasks in order; ``test`` is ``None`` if C4 at n = 16 is not among them."""
    judged = [one for one in rows if one["n"] == DECIDED and one["law"] == "C4"]
    main = next((one for one in judged if one["structure"] == "C4"), None)
    found: Metrics = {"seeds": seeds, "rows": rows, "test": None, "shifts": shifts(rows)}
    if main is None:
        return found
    control = next(one for one in judged if one["structure"] == "C1")
    return found | {
        "test": {**compared(main, "none", "both"), "needed": pairs_needed(LEVEL)},
        "second": compared(main, "generator", "both"),
        "control": compared(control, "none", "both"),
        "collapse": collapse(main),
        "structured_off": max(
            abs(share - 1 / main["modes"])
            for name in ("generator", "both")
            for one in main["arms"][name]["occupancy"]
            for share in one
        ),
    }


def compared(row: Metrics, worse: str, better: str) -> Metrics:
    """W1 of two arms, seed by seed: means, their ratio, p-values of sign flips for a gain and for a loss."""
    a, b = (row["arms"][name]["w1"] for name in (worse, better))
    gaps = [x - y for x, y in zip(a, b, strict=True)]
    return {
        **{"worse": mean(a), "better": mean(b), "ratio": mean(a) / mean(b)},
        **{"p": flips(gaps), "p_loss": flips([-gap for gap in gaps])},
    }


def collapse(row: Metrics) -> Metrics:
    """The arm with an invariant critic and a free generator, beside the structured one's losses."""
    arm, both, none = (row["arms"][name] for name in ("critic", "both", "none"))
    return {
        "one_mode": sum(max(one) > 0.95 for one in arm["occupancy"]),
        "of": len(arm["occupancy"]),
        "median_w1": median(arm["w1"]),
        "median_turned": median(arm["w1_turned"]),
        "median_turned_both": median(both["w1_turned"]),
        "median_reduced": median(arm["judged"]["reduced"]),
        "median_full": median(arm["judged"]["full"]),
        "both_reduced": median(both["judged"]["reduced"]),
        "both_full": median(both["judged"]["full"]),
        "none_reduced": median(none["judged"]["reduced"]),
        "none_full": median(none["judged"]["full"]),
    }


def shifts(rows: list[Metrics]) -> list[Metrics]:
    """For each law: how many times the data *none* needs for the mean W1 that *both* has at the least n."""
    found = []
    kinds = dict.fromkeys((one["law"], one["structure"], one["objective"]) for one in rows)
    for law, structure, objective in kinds:
        group = [one for one in rows if (one["law"], one["structure"]) == (law, structure)]
        group = sorted((r for r in group if r["objective"] == objective), key=lambda r: r["n"])
        if len(group) < 2:
            continue
        n = [one["n"] for one in group]
        free, both = ([mean(one["arms"][name]["w1"]) for one in group] for name in ("none", "both"))
        met = reaches(n, free, both[0])
        found.append(
            {
                **{"law": law, "objective": objective, "order": group[0]["order"], "n": n[0]},
                **{"target": both[0], "times": met and met / n[0], "most": n[-1] / n[0]},
            }
        )
    return found
