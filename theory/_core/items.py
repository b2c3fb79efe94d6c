"""The pytest items of a claim. Data for the report travels on ``user_properties``."""

from __future__ import annotations

import inspect
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from theory._core.claim import FAST, NIGHTLY, SLOW
from theory._core.problems import Problem
from theory._core.registry import THEORY
from theory._core.runner import ERROR, NOT_RUN, Result
from theory._core.tasks import BOUNDARY, CHECK, FALSIFIER, VACUITY, Task, item_name

AUDIT = "audit"
ROLES = (CHECK, FALSIFIER, VACUITY, BOUNDARY, AUDIT)
#: Seconds an item may take; the limit is set only where pytest-timeout is installed.
LIMITS = {FAST: 10, SLOW: 120, NIGHTLY: 1800}


class Failure(Exception):
    """An item did not pass."""


class TaskItem(pytest.Item):
    """One thing that a claim declares."""

    def __init__(self, *, task: Task, **keywords: Any) -> None:
        super().__init__(name=task.name, **keywords)
        self.task = task
        self.user_properties.extend(_properties(task))
        for marker in (task.role, task.tier):
            self.add_marker(marker)
        if task.check:
            level = task.check.level.value
            self.add_marker(level)
            self.add_marker(pytest.mark.evidence(level=level))
        if self.config.pluginmanager.hasplugin("timeout"):
            self.add_marker(pytest.mark.timeout(LIMITS[task.tier]))

    def runtest(self) -> None:
        """Run the task, keep its result, and pass, skip (not_run) or fail."""
        result = self._result()
        self.user_properties.extend(
            [
                ("outcome", result.outcome),
                ("seconds", round(result.seconds, 6)),
                ("detail", result.detail),
                ("witness", result.witness or ""),
                ("payload", json.dumps(dict(result.payload))),
            ]
        )
        complaint = self.task.complaint(result)
        if result.outcome == NOT_RUN and self.config.getoption("strict_claims", False):
            complaint = f"not run, and --strict-claims was given: {result.detail}"
        if complaint:
            raise Failure(self._failure(complaint, result))
        if result.outcome == NOT_RUN and self.task.expect != NOT_RUN:
            raise pytest.skip.Exception(
                f"not run: missing {result.detail}", _use_item_location=True
            )

    def _result(self) -> Result:
        # pytest's own skip and xfail are not Exceptions: without this a check could leave by them.
        try:
            return self.task.run()
        except (pytest.skip.Exception, pytest.xfail.Exception) as left:
            return Result(
                ERROR, 0.0, detail=f"a check may not skip ({left}): return not_run(missing)"
            )

    def _failure(self, complaint: str, result: Result) -> str:
        claim, check = self.task.claim, self.task.check
        lines = [f"{self.name} {complaint}", "", f"  {claim.kind.value}: {claim.title}"]
        lines.append(f"  statement: {claim.statement}")
        if check:
            lines.append(f"  check: {check.name}, {check.level.value}, scope: {check.scope}")
        if self.task.role == FALSIFIER:
            lines.append(f"  falsifier: {self.task.subject}. {self.task.why}".rstrip())
        if result.witness is not None:
            lines.append(f"  witness: {result.witness}")
        if result.detail:
            lines.append("  " + result.detail.rstrip().replace("\n", "\n  "))
        return "\n".join([*lines, f"  replay: {self._replay()}"])

    def _replay(self) -> str:
        root = Path(self.path).resolve().parent.parent
        words = ["pytest", self.nodeid]
        words += [] if self.task.tier == FAST else ["--tier", self.task.tier]
        if root != THEORY:
            words += ["-p", "theory._core.plugin", "--claims-root", str(root)]
        return shlex.join(words)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text of a :class:`Failure`; anything else as pytest shows it."""
        return str(excinfo.value) if isinstance(excinfo.value, Failure) else super().repr_failure(
            excinfo, style
        )  # fmt: skip

    def reportinfo(self) -> tuple[Path, int, str]:
        """The check's place in the source, and a heading for its failure."""
        code = getattr(inspect.unwrap(self.task.function), "__code__", None)
        heading = f"{self.name} {self.task.claim.title}"
        return self.path, code.co_firstlineno - 1 if code else 0, heading


def _properties(task: Task) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [
        ("claim", task.claim.id),
        ("title", task.claim.title),
        ("statement", task.claim.statement),
        ("role", task.role),
        ("item", task.name),
    ]
    if task.check:
        found.append(("level", task.check.level.value))
        found.append(("scope", task.check.scope))
    return found


class AuditItem(pytest.Item):
    """A problem of the declarations: it always fails."""

    def __init__(self, *, problem: Problem, **keywords: Any) -> None:
        super().__init__(name=item_name(problem.claim, problem.label), **keywords)
        self.problem = problem
        self.user_properties.extend([("claim", problem.claim), ("role", AUDIT)])
        self.add_marker(AUDIT)

    def runtest(self) -> None:
        """Fail with the problem."""
        raise Failure(f"{self.problem.claim}: {self.problem.kind}: {self.problem.detail}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problem in one line."""
        return str(excinfo.value) if isinstance(excinfo.value, Failure) else super().repr_failure(
            excinfo, style
        )  # fmt: skip

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file it is reported at, and a heading."""
        return self.path, 0, f"{self.name} {self.problem.kind}"
