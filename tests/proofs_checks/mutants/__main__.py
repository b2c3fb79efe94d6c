"""Mutation tests of the referees: which changes of ``proofs_checks`` do its tests not notice?

    python tests/proofs_checks/mutants                      # all modules: first about two hours
    python tests/proofs_checks/mutants rational interp.sparse
    python tests/proofs_checks/mutants --list rational      # the mutants, nothing is run
    python tests/proofs_checks/mutants --survivors          # unexplained ones, ready for survivors.toml
    python tests/proofs_checks/mutants --write              # renew summary.txt beside this program

Every operator of cosmic-ray (https://cosmic-ray.readthedocs.io) that needs no arguments is applied at
every place, and those of ``operators.py``, which drop statements, conditions, operands and elements,
fix answers, and exchange roundings. A mutant dies when a test about its module that runs the changed
statement fails, or takes more than four times its time (and a second), or all memory. Tests about a
module are those in ``test_<module>.py`` and ``test_<module>_edges.py`` and, up to ``--others`` seconds,
in files that import it by name. They run in forked processes: what cosmic-ray's own runner does in a
process per mutant and test run of half a minute takes a fraction of a second here.

For each module a line says how many mutants there are, were killed, were stopped and live. Then come
the survivors, each under its explanation from ``survivors.toml`` or as unexplained.

Results are kept in ``--store`` (runs/mutants) as JSON lines; a run that was stopped goes on where it
was, and what has not changed is not run again unless ``--fresh``. Only results for which the module
or the tests changed are renewed: after a change of another module ask for ``--fresh``.

Exit code 0: at least 95 % die and every survivor is explained in ``survivors.toml``, where nothing else
is listed; 1: not so; 2: usage, or the tests cannot be run; 130: interrupted.

Needs the extras ``test`` and ``mutants``.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import reach as reaches
import running
import tree as trees
from mutations import Mutant, mutants_of
from results import Fate, Store, fate_of, judged

HEADING = f"{'module':42}" + "".join(
    f"{word:>8}" for word in ("mutants", "killed", "stopped", "alive", "died")
)
SUMMARY = Path(__file__).with_name("summary.txt")
HEAD = (
    "Mutants of the referees, written by `python tests/proofs_checks/mutants --write`.",
    "Every one that lives is explained in survivors.toml.",
    "",
)


def main(arguments: list[str]) -> int:
    """Run the mutants of the named modules and judge the survivors."""
    options = _parser().parse_args(arguments)
    with trees.copied_tree() as tree:
        known = {name.removeprefix("proofs_checks."): name for name in trees.modules(tree)}
        unknown = [name for name in options.modules if name not in known]
        if unknown:
            print(f"MODULE: must be one of {', '.join(known)}, got {unknown[0]}", file=sys.stderr)
            return 2
        if options.write and options.modules:
            print("--write: must come without MODULE, got", *options.modules, file=sys.stderr)
            return 2
        chosen = [known[name] for name in options.modules or known]
        if options.list:
            for module in chosen:
                for mutant in _mutants(tree, module):
                    print(f"{mutant.operator}: {mutant}")
            return 0
        options.store = options.store.resolve()
        options.store.mkdir(parents=True, exist_ok=True)
        fates = running.inside_pytest(tree, lambda session: _all(session, tree, chosen, options))
    return _said(fates, chosen, options)


def _mutants(tree: Path, module: str) -> list[Mutant]:
    return mutants_of(module, trees.source_of(tree, module).read_text(encoding="utf-8"))


def _all(
    session: pytest.Session, tree: Path, chosen: list[str], options: argparse.Namespace
) -> dict[Mutant, Fate]:
    file = options.store / "results.jsonl"
    if options.fresh:
        file.unlink(missing_ok=True)
    reach = reaches.measured(session, tree, options.store / "reach.json")
    for name in reach.failing:
        print(f"left out, because it fails without a mutation: {name}", file=sys.stderr)
    store, fates = Store(file, tree, options.others), {}
    print(HEADING, flush=True)
    for module in chosen:
        fates |= _decided(session, _mutants(tree, module), reach, store)
    return fates


def _decided(
    session: pytest.Session, mutants: list[Mutant], reach: reaches.Reach, store: Store
) -> dict[Mutant, Fate]:
    """The fates of one module's mutants, and a line about them."""
    fates: dict[Mutant, Fate] = {}
    kills: Counter[str] = Counter()
    start = time.monotonic()
    for i, mutant in enumerate(mutants):
        fate = store.recall(mutant)
        if fate is None:
            fate = fate_of(session, mutant, reach, store, kills)
            store.keep(mutant, fate)
        kills[fate.by] += fate.dead
        fates[mutant] = fate
        if sys.stderr.isatty():
            alive = sum(not one.dead for one in fates.values())
            end = "\r" if i + 1 < len(mutants) else "\n"
            note = f"{mutant.module}: {i + 1} of {len(mutants)}, {alive} alive"
            print(f"{note:79}", end=end, file=sys.stderr, flush=True)
    if mutants:
        print(_row(mutants[0].module, Counter(f.outcome for f in fates.values())), end="")
        print(f"{time.monotonic() - start:8.0f} s", flush=True)
    return fates


def _row(name: str, outcomes: Counter[str]) -> str:
    dead, total = outcomes["killed"] + outcomes["stopped"], sum(outcomes.values())
    columns = (total, outcomes["killed"], outcomes["stopped"], total - dead)
    return f"{name:42}" + "".join(f"{n:8}" for n in columns) + f"{100 * dead / total:8.1f} %"


def _table(fates: dict[Mutant, Fate]) -> Iterator[str]:
    """A line for every module, and one for all."""
    yield HEADING
    modules: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, fate in fates.items():
        modules[mutant.module][fate.outcome] += 1
    yield from (_row(name, outcomes) for name, outcomes in sorted(modules.items()))
    yield _row("all", sum(modules.values(), Counter()))


def _said(fates: dict[Mutant, Fate], modules: list[str], options: argparse.Namespace) -> int:
    if not fates:
        print("no mutants")
        return 0
    verdict = judged(fates, modules)
    if options.survivors:
        print(*(f"    {json.dumps(str(mutant))}," for mutant in verdict.unexplained), sep="\n")
        return 0 if verdict.good else 1
    table = list(_table(fates))
    print("", *table, "", sep="\n")
    for why, mutants in verdict.explained.items():
        print(why, *(f"    {mutant}" for mutant in mutants), sep="\n")
    for mutant in verdict.unexplained:
        print(f"not explained: {mutant}")
    for name in verdict.refuted:
        print(f"explained as equivalent, but killed: {name}")
    for name in verdict.gone:
        print(f"explained, but no mutant: {name}")
    alive = verdict.mutants - verdict.dead
    print(
        f"{verdict.dead} of {verdict.mutants} mutants died ({verdict.dead / verdict.mutants:.2%}); "
        f"{alive} survived, {len(verdict.unexplained)} of them without an explanation"
    )
    if options.write:
        SUMMARY.write_text("\n".join([*HEAD, *table, ""]), encoding="utf-8")
    return 0 if verdict.good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python tests/proofs_checks/mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="like rational, interp.sparse")
    parser.add_argument(
        "--store", type=Path, default=trees.ROOT / "runs" / "mutants", metavar="DIR"
    )
    parser.add_argument(
        "--others", type=float, default=2.0, metavar="S", help="seconds of tests from other files"
    )
    parser.add_argument("--list", action="store_true", help="list the mutants")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument(
        "--survivors",
        action="store_true",
        help="print unexplained survivors as TOML strings, no more",
    )
    parser.add_argument("--write", action="store_true", help="write the table to summary.txt")
    return parser


if __name__ == "__main__":
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # also in the background, where the first is ignored
        signal.signal(number, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
