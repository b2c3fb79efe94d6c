"""The pytest collector: every check, falsifier, stored object and boundary of a claim is an item.

    pytest theory                                        the fast tier
    pytest theory --tier slow -m exact -k interp.D1      more of it, one level, one claim
    pytest 'theory/interp/pairs.py::interp.PAIR'         one claim
    pytest theory --claims-report out.json               outcomes and kill matrix as data
    pytest theory --claims-certificates DIR              accepted certificates, to be checked again

Loaded by ``theory/conftest.py``; for claims elsewhere ``-p theory._core.plugin --claims-root DIR``.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from proofs_checks.output import output_path, write_whole
from theory._core.certificates import Keeper, certificate_folder
from theory._core.claim import FAST, TIERS
from theory._core.items import ROLES, AuditItem, TaskItem
from theory._core.outcome import CERTIFIED, Level
from theory._core.problems import Problem, find_problems
from theory._core.registry import THEORY, Registry, discover, is_claim_file
from theory._core.report import Collected, as_bytes, build, certificates_of, summary
from theory._core.runner import ESTABLISHED, NOT_RUN
from theory._core.tasks import CHECK, tasks_of


@dataclass
class State:
    """What one pytest session knows about the claims."""

    roots: list[Path]
    registries: dict[Path, tuple[Registry, list[Problem]]] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)  # roots of which a file was offered
    collected: Collected = field(default_factory=Collected)
    keeper: Keeper | None = None  # with --claims-certificates
    unsaved: str = ""  # why a certificate could not be saved
    error: str = ""

    def registry(self, root: Path) -> tuple[Registry, list[Problem]]:
        """The registry below ``root`` and its problems, found once."""
        if root not in self.registries:
            registry = discover(root)
            self.registries[root] = (registry, find_problems(registry))
        return self.registries[root]


STATE = pytest.StashKey[State]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--tier``, ``--claims-report`` and the other options of the claims."""
    group = parser.getgroup("claims", "claims of mathematics")
    group.addoption(
        "--tier", choices=TIERS, default=FAST,
        help="run the checks up to this tier (default: fast)",
    )  # fmt: skip
    group.addoption(
        "--claims-report", metavar="FILE", default=None,
        help="write outcomes, kill matrix, error-rate ledger and environment as JSON",
    )  # fmt: skip
    group.addoption(
        "--claims-certificates", metavar="DIR", default=None,
        help="save the certificates that established checks rest on, each as DIR/<digest>.json",
    )  # fmt: skip
    group.addoption(
        "--strict-claims", action="store_true", default=False,
        help="a check that could not run fails, instead of being reported as skipped",
    )  # fmt: skip
    group.addoption(
        "--claims-root", metavar="DIR", action="append", default=[],
        help="another folder of wings, DIR/<wing>/<name>.py (may be given repeatedly)",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and refuse paths that cannot be written."""
    for level in Level:
        config.addinivalue_line("markers", f"{level.value}: evidence level of a claim's check")
    config.addinivalue_line("markers", "evidence(level): the same, by keyword")
    for name in (*TIERS, *ROLES):
        config.addinivalue_line("markers", f"{name}: items of a claim")
    roots = [Path(given).resolve() for given in config.getoption("claims_root", []) or []]
    for root in roots:
        if not root.is_dir():
            raise pytest.UsageError(f"--claims-root: must be a directory, got {root}")
    config.stash[STATE] = State([THEORY, *roots])
    target = config.getoption("claims_report", None)
    if target is not None and not _is_worker(config):
        try:
            config.option.claims_report = str(output_path("--claims-report", target))
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None
    _keep_certificates(config)


def _keep_certificates(config: pytest.Config) -> None:
    name = config.getoption("claims_certificates", None)
    if name is None:
        return
    try:
        folder = certificate_folder("--claims-certificates", name)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    config.option.claims_certificates = str(folder)  # workers are told the resolved path
    keeper = config.stash[STATE].keeper = Keeper(folder)
    keeper.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop listening to the referee."""
    if STATE in config.stash and (keeper := config.stash[STATE].keeper):
        keeper.remove()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A module of claims, or a file that a problem is reported at."""
    state = parent.config.stash[STATE]
    path = file_path.resolve()
    for root in state.roots:
        if path.parent.parent == root:
            state.visited.add(str(root))
            if is_claim_file(root, path) or any(p.path == path for p in state.registry(root)[1]):
                return ClaimFile.from_parent(parent, path=file_path, root=root)
    return None


class ClaimFile(pytest.File):
    """One module of claims."""

    def __init__(self, *, root: Path, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.root = root

    def collect(self) -> Iterator[pytest.Item]:
        """Items of every claim declared in this file, then one for each problem of it."""
        registry, problems = self.config.stash[STATE].registry(self.root)
        here = self.path.resolve()
        for module in registry.modules:
            if module.path == here and module.failure:
                raise self.CollectError(module.failure)
        for claim in registry.claims.values():
            if registry.home[id(claim)].path == here:
                for task in tasks_of(claim):
                    yield TaskItem.from_parent(self, task=task)
        for problem in problems:
            if problem.path == here:
                yield AuditItem.from_parent(self, problem=problem)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what is dearer than the chosen tier."""
    last = TIERS.index(config.getoption("tier", FAST))
    dear = [i for i in items if isinstance(i, TaskItem) and TIERS.index(i.task.tier) > last]
    if dear:
        config.hook.pytest_deselected(items=dear)
        left_out = set(dear)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Save the certificates of an established check in the process that ran it."""
    keeper = item.config.stash[STATE].keeper
    if keeper:
        keeper.recent.clear()
    result = yield
    if keeper and isinstance(item, TaskItem) and item.task.role == CHECK:
        check, data = item.task.check, dict(item.user_properties)
        if check and check.level is CERTIFIED and data.get("outcome") == ESTABLISHED:
            # A long list was cut when it became data; then all that the check had accepted counts.
            digests = certificates_of(data) or list(dict.fromkeys(keeper.recent))
            item.user_properties.append(("certificates", json.dumps(digests)))
            item.user_properties.append(("certificates_unsaved", keeper.save(digests)))
    return result


def pytest_sessionstart(session: pytest.Session) -> None:
    """On the controller, listen to what the items (wherever they run) report."""
    if not _is_worker(session.config):
        listener = Listener(session.config.stash[STATE])
        session.config.pluginmanager.register(listener, "claims-listener")


class Listener:
    """Collects the reports of claim items; they carry their data on ``user_properties``."""

    def __init__(self, state: State) -> None:
        self.state = state

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember an item's data, and failures that came back without any (a dead worker)."""
        self.state.collected.add(report)
        complaint = dict(report.user_properties).get("certificates_unsaved")
        if report.when == "call" and complaint:
            self.state.unsaved = str(complaint)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of xdist says below which roots it was offered files."""
        output = getattr(node, "workeroutput", {})
        self.state.visited.update(output.get("claims_visited", []))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the report; a session that put nothing to the test is not a success."""
    config = session.config
    state = config.stash[STATE]
    if _is_worker(config):
        config.workeroutput["claims_visited"] = sorted(state.visited)  # pyright: ignore
        return
    if config.option.collectonly:
        return
    outcomes = state.collected.outcomes()
    if exitstatus == pytest.ExitCode.OK and state.visited and not outcomes:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
        state.error = "no claims were collected"
    elif exitstatus == pytest.ExitCode.OK and outcomes and set(outcomes) == {NOT_RUN}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        state.error = "not one of the selected claim items could run"
    _write_report(session, state)
    if state.unsaved:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        state.error = state.unsaved


def _write_report(session: pytest.Session, state: State) -> None:
    target = session.config.getoption("claims_report", None)
    if target is None:
        return
    found = [state.registry(root) for root in state.roots if str(root) in state.visited]
    data = build(found, state.collected, str(session.config.getoption("tier", FAST)))
    try:
        write_whole(Path(target), as_bytes(data))
    except OSError as error:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        state.error = f"the claims report could not be written: {error}"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line on the claims, and why the exit status is what it is."""
    state = config.stash[STATE]
    if state.collected.outcomes():
        terminalreporter.write_line(f"claims: {summary(state.collected)}")
    if state.error:
        terminalreporter.write_line(f"claims: {state.error}", red=True)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
