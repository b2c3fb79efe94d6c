"""What became of the mutants: kept line by line, so that a killed run goes on where it was, and judged.

A line is written when a mutant's fate is known. It counts later as long as the mutated source is the
same and, for one that died, the test that killed it and what it names in its file, for one that lived,
all tests about its module and what test files share.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import running
import tree as trees
from mutations import Mutant
from naming import needed
from reach import Reach, files_about, own_files

KILLED, STOPPED, SURVIVED, UNREACHED = "killed", "stopped", "survived", "unreached"
EXPLAINED = Path(__file__).with_name("survivors.toml")
SHARE = 0.95  #: of the mutants that have to die


@dataclass(frozen=True)
class Fate:
    """An outcome, and the test (or signal) that brought it about."""

    outcome: str
    by: str = ""
    seconds: float = 0.0

    @property
    def dead(self) -> bool:
        """Whether the tests noticed."""
        return self.outcome in (KILLED, STOPPED)


class Store:
    """The fates in a file of JSON lines. A line that was cut off is dropped.

    ``others``: seconds of tests that a mutant meets from other files than the module's own.
    """

    def __init__(self, path: Path, tree: Path, others: float) -> None:
        self.path, self.tree, self.others = path, tree, others
        self.known: dict[str, dict[str, Any]] = {}
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        if lines and not lines[-1].endswith(b"\n"):
            lines.pop()
            path.write_bytes(b"".join(lines))
        for line in lines:
            record = json.loads(line)
            self.known[record["mutant"]] = record

    def recall(self, mutant: Mutant) -> Fate | None:
        """The fate known of a mutant, if it still counts."""
        record = self.known.get(str(mutant))
        if record is None or record["source"] != _short(mutant.source):
            return None
        fate = Fate(record["outcome"], record["by"], record["seconds"])
        return fate if record["tests"] == self._tests(mutant, fate) else None

    def killer(self, mutant: Mutant) -> str | None:
        """The test that killed it before, whatever has changed since."""
        return self.known.get(str(mutant), {}).get("by")

    def keep(self, mutant: Mutant, fate: Fate) -> None:
        """Append one line."""
        record = {"mutant": str(mutant), "operator": mutant.operator, "outcome": fate.outcome}
        record |= {"by": fate.by, "seconds": round(fate.seconds, 3)}
        record |= {"source": _short(mutant.source), "tests": self._tests(mutant, fate)}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        self.known[str(mutant)] = record

    def _tests(self, mutant: Mutant, fate: Fate) -> str:
        """A digest of the tests on which the fate rests."""
        if not fate.dead:
            return f"{_digest_about(self.tree, mutant.module)} {self.others:g}"
        file, _, test = fate.by.removeprefix("importing ").partition("::")
        return digest_of_test(self.tree / file, test.partition("[")[0])


@lru_cache(maxsize=1 << 12)
def digest_of_test(path: Path, test: str) -> str:
    """A digest of a test and of what it names in its file; of the whole file without a ``test``."""
    if not path.is_file():
        return "nothing"
    text = path.read_text(encoding="utf-8")
    return _short(needed(text, test) if test else text)


@lru_cache
def _digest_about(tree: Path, module: str) -> str:
    files = sorted(tree / name for name in files_about(tree, module) if (tree / name).is_file())
    return trees.digest(*files, *trees.shared(tree))


def _short(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def fate_of(
    session: pytest.Session, mutant: Mutant, reach: Reach, store: Store, kills: dict[str, int]
) -> Fate:
    """Run the tests about its module that meet a mutant: its own file, then the shortest of others.

    First comes what killed it before, and what has killed many of its module for little.
    """
    about = files_about(store.tree, mutant.module)
    tests = [name for name in reach.tests_of(mutant) if name.partition("::")[0] in about]
    if not tests:
        return Fate(UNREACHED)
    before, own = store.killer(mutant), own_files(mutant.module)
    tests.sort(key=lambda name: (name != before, reach.usual[name] / (1 + kills.get(name, 0))))
    mine = [name for name in tests if name.partition("::")[0] in own]
    spent = list(accumulate(reach.usual[name] for name in tests if name not in set(mine)))
    others = [name for name in tests if name not in set(mine)][: bisect_right(spent, store.others)]
    seconds = 0.0
    with trees.mutated(store.tree, mutant.module, mutant.source):
        for group in filter(None, (mine, others)):
            files = sorted({name.partition("::")[0] for name in group})
            ended = running.run(session, files, group, reach.usual)
            seconds += sum(ended.seconds.values())
            if ended.failed or ended.code != 0:
                return _death(ended, seconds, store.tree)
    return Fate(SURVIVED, "", seconds)


def _death(ended: running.Ended, seconds: float, tree: Path) -> Fate:
    if ended.failed:
        return Fate(KILLED, ended.failed[0], seconds)
    if ended.code is None:  # out of processor time, of memory in a library, or of patience
        return Fate(STOPPED, ended.last, seconds)
    said = (tree / running.LOG).read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"pytest ended with code {ended.code} and no failure:\n{said[-2000:]}")


# -- the verdict ----------------------------------------------------------------------------------


def explanations() -> dict[str, str]:
    """Mutant -> why no test can tell it from the original, from ``survivors.toml``."""
    groups = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["equivalent"]
    return {mutant: group["because"] for group in groups for mutant in group["mutants"]}


@dataclass(frozen=True)
class Verdict:
    """Of some mutants: how many there are and died, and what is wrong with the rest."""

    mutants: int
    dead: int
    explained: dict[str, list[Mutant]]  #: why -> those that survived
    unexplained: list[Mutant]
    refuted: list[str]  #: explained as equivalent, and killed
    gone: list[str]  #: explained, and no mutant any more

    @property
    def good(self) -> bool:
        """At least :data:`SHARE` died, and every survivor, and nothing else, is explained."""
        enough = self.dead >= SHARE * self.mutants
        return enough and not (self.unexplained or self.refuted or self.gone)


def judged(fates: dict[Mutant, Fate], modules: Iterable[str]) -> Verdict:
    """Compare the survivors of some modules with the explained ones."""
    explained, alive = explanations(), [m for m, fate in fates.items() if not fate.dead]
    reasons: dict[str, list[Mutant]] = {}
    for mutant in alive:
        if str(mutant) in explained:
            reasons.setdefault(explained[str(mutant)], []).append(mutant)
    named = {str(mutant): fate for mutant, fate in fates.items()}
    ours = [name for name in explained if name.split(" in ")[0] in set(modules)]
    return Verdict(
        len(fates),
        len(fates) - len(alive),
        reasons,
        [mutant for mutant in alive if str(mutant) not in explained],
        [name for name in ours if name in named and named[name].dead],
        [name for name in ours if name not in named],
    )
