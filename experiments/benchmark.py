"""Side-by-side timings: our part and a reference doing the same work, interleaved in one run.

``python -m experiments.benchmark`` lists the benchmarks, ``python -m experiments.benchmark interp`` runs
one. A benchmark is a module ``experiments/_bench_<name>.py`` with a function ``races()``. Figures are medians
of wall times; the ratio (reference / ours) is the median of the ratios of neighbouring runs, with
its range. A reference that is not there is shown as "not run", never as a number.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from proofs_checks.output import command


@dataclass(frozen=True)
class Race:
    """The same work done twice. ``reference`` is ``None`` when it cannot be run, and ``note`` says why."""

    name: str
    ours: Callable[[], object]
    reference: Callable[[], object] | None
    note: str
    runs: int = 5
    same_answer: bool = True


@dataclass(frozen=True)
class Timing:
    """Seconds of every run, in order; ``agrees`` says whether both gave the same answer."""

    ours: tuple[float, ...]
    reference: tuple[float, ...]
    agrees: bool

    @property
    def ratios(self) -> tuple[float, ...]:
        """reference / ours for neighbouring runs: above 1 we are faster."""
        return tuple(r / o for r, o in zip(self.reference, self.ours, strict=False))


def run(race: Race) -> Timing:
    """Time a race: ours, reference, ours, reference, ... in this process."""
    ours, reference, agrees = [], [], True
    for _ in range(race.runs):
        seconds, answer = _clock(race.ours)
        ours.append(seconds)
        if race.reference is not None:
            seconds, other = _clock(race.reference)
            reference.append(seconds)
            agrees = agrees and (answer == other or not race.same_answer)
    return Timing(tuple(ours), tuple(reference), agrees)


def row(race: Race, timing: Timing) -> str:
    """One line of the table."""
    ours = f"{median(timing.ours):10.4f}"
    if not timing.reference:
        return f"{race.name:36}{ours}{'not run':>12}{'':>26}  {race.note}"
    low, middle, high = min(timing.ratios), median(timing.ratios), max(timing.ratios)
    spread = f"{middle:.2f} ({low:.2f}-{high:.2f})"
    verdict = "" if timing.agrees else "  ANSWERS DIFFER"
    return f"{race.name:36}{ours}{median(timing.reference):12.4f}{spread:>26}  {race.note}{verdict}"


def names() -> list[str]:
    """Benchmarks found beside this file."""
    return sorted(p.stem.removeprefix("_bench_") for p in Path(__file__).parent.glob("_bench_*.py"))


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 done, 1 when two answers differ, 2 usage."""
    parser = argparse.ArgumentParser("python -m experiments.benchmark", description=__doc__)
    parser.add_argument("name", nargs="?", choices=names(), help="which one; without it, a list")
    chosen = parser.parse_args(arguments).name
    if chosen is None:
        sys.stdout.write("".join(f"{name}\n" for name in names()))
        return 0
    load = Path("/proc/loadavg")
    load_text = load.read_text().split()[0] if load.exists() else "unknown"
    sys.stdout.write(f"load average at start: {load_text}\n")
    sys.stdout.write(f"{'':36}{'ours [s]':>10}{'ref. [s]':>12}{'ratio (range)':>26}\n")
    failed = False
    for race in importlib.import_module(f"experiments._bench_{chosen}").races():
        timing = run(race)
        failed = failed or not timing.agrees
        sys.stdout.write(row(race, timing) + "\n")
        sys.stdout.flush()
    return 1 if failed else 0


def _clock(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


if __name__ == "__main__":
    sys.exit(command(main, "python -m experiments.benchmark"))
