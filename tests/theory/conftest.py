"""A throwaway folder of wings, run by a pytest of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from theory._core import plugin

HEAD = """
from fractions import Fraction
from theory import *

def honest(claim):
    for n in range(1, 9):
        if sum(range(1, 2 * n, 2)) != n ** claim["power"]:
            return refuted({"n": n})
    return established(cases=8)

def claim(id, **more):
    given = dict(kind=LEMMA, title="Odd numbers", statement="1 + 3 + ... = n^2",
                 source=Derived("induction"), constants={"power": 2}, module=__name__)
    return Claim(id=id, **{**given, **more})

def sound(id, **more):
    made = claim(id, **more)
    made.check(EXACT, scope="n <= 8")(honest)
    made.falsifier("power + 1", constants={"power": 3})
    return made
"""


class Wings:
    """Writes modules of claims and runs the collector on them."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.root = pytester.path / "wings"

    def write(self, body: str, at: str = "demo/family.py", head: str = HEAD) -> Path:
        """Put ``body``, after some helpers, into a module of a wing."""
        path = self.root / at
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + body, encoding="utf-8")
        return path

    def run(self, *options: str) -> pytest.RunResult:
        """Run pytest on the folder, in this process."""
        return self.run_only(str(self.root), *options)

    def run_only(self, *options: str) -> pytest.RunResult:
        """Run pytest on what the options name."""
        return self.pytester.runpytest_inprocess(*self.arguments, *options)

    def run_outside(self, *options: str) -> pytest.RunResult:
        """Run pytest on the folder, in a process of its own."""
        return self.pytester.runpytest_subprocess(*self.arguments, str(self.root), *options)

    @property
    def arguments(self) -> list[str]:
        """What any user with claims elsewhere has to say."""
        quick = ["-p", "no:hypothesispytest", "-p", "no:typeguard"]  # they import a lot at the end
        return ["-p", plugin.__name__, "--claims-root", str(self.root), "--tb=short", "-ra", *quick]

    def report(self, *options: str) -> dict:
        """Run, and read the claims report."""
        target = self.pytester.path / "report.json"
        self.run("--claims-report", str(target), *options)
        return json.loads(target.read_text(encoding="utf-8"))


@pytest.fixture
def wings(pytester: pytest.Pytester) -> Wings:
    """An empty folder of wings."""
    return Wings(pytester)
