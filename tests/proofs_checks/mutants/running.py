"""Tests in forked processes.

The process that forks stands inside a run of pytest, just before tests would be collected. It has
imported the large libraries, but nothing of this project, so a child imports a mutated module like any
other: constants, decorators and dataclasses included. The copied tree is its working directory, and so
also what ``python -m proofs_checks`` runs there.

Limits of a child: processor time for every test, memory, and a clock on the wall for one that sleeps.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

#: Of a test, in seconds of processor time: TIMES what it takes unmutated, and MORE.
TIMES, MORE = 4, 1
IMPORTS = 30  #: processor time for collecting
WALL = 20  #: of waiting, in times all that
MEMORY = 6 << 30  #: bytes of address space

LOG = "log"  #: in the tree: what the last child printed
PROFILE = "mutants"  #: of hypothesis: the same examples every time, no search for the smallest one

T = TypeVar("T")


@dataclass
class Ended:
    """How a child ended: pytest's exit code (``None``: it was stopped), and where it stood."""

    code: int | None = None
    failed: list[str] = field(default_factory=list)
    last: str = "collecting"
    seconds: dict[str, float] = field(default_factory=dict)
    data: Any = None


def inside_pytest(tree: Path, body: Callable[[pytest.Session], T]) -> T:
    """What ``body`` returns, called where a pytest in the tree would collect its tests."""
    _preload()
    os.chdir(tree)
    sys.path.insert(0, str(tree))
    os.environ["PYTHONPATH"] = str(tree)
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
    options += [f"--hypothesis-profile={PROFILE}", f"--basetemp={tree / 'tmp'}"]
    options += ["-W", "ignore::SyntaxWarning"]  # "is" with a literal: a mutant, not an error
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    here = _Here(body)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        code = pytest.main([*options, str(tree / "tests" / "proofs_checks")], plugins=[here])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if not here.results:
        raise RuntimeError("pytest ended before it was asked to run anything")
    return here.results[0]


def run(
    session: pytest.Session,
    files: Iterable[str],
    chosen: list[str] | None = None,
    usual: Mapping[str, float] | None = None,
    plugin: Any = None,
) -> Ended:
    """Run test files in a child: all items, or the ``chosen`` ones in that order.

    ``usual`` are the seconds that items take: with it they have limits, and the first failure is the
    end; without it all items run as long as they like. A ``plugin`` may leave ``data``, plain data.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _child(session, list(files), _Watch(writing, chosen, usual, plugin))
    os.close(writing)
    limit = None if usual is None else WALL * (IMPORTS + MORE + max(usual.values(), default=0))
    return _followed(child, reading, limit)


def _preload() -> None:
    """Import what children need and what is not of this project."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # of plugins, hypothesis is enough
    sys.dont_write_bytecode = True
    import _hypothesis_pytestplugin  # noqa: F401
    import flint  # noqa: F401
    import numpy as np  # noqa: F401
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        PROFILE,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


class _Here:
    """The plugin that calls ``body`` instead of collecting."""

    def __init__(self, body: Callable[[pytest.Session], Any]) -> None:
        self.body, self.out, self.results = body, sys.stdout, []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        if any(name.partition(".")[0] == "proofs_checks" for name in sys.modules):
            raise RuntimeError("proofs_checks is imported already: children would not see mutants")
        gc.collect()
        gc.freeze()  # what is here by now is not looked through again in every child
        with contextlib.redirect_stdout(self.out):
            self.results.append(self.body(session))
        session.items, session.testscollected = [], 0
        return True


class _Watch:
    """The plugin that chooses the items, sets their limits and tells the parent what happens."""

    def __init__(
        self,
        pipe: int,
        chosen: list[str] | None,
        usual: Mapping[str, float] | None,
        plugin: Any,
    ) -> None:
        self.pipe, self.chosen, self.usual, self.plugin = pipe, chosen, usual, plugin

    def tell(self, **what: Any) -> None:
        rest = json.dumps(what).encode() + b"\n"
        while rest:
            rest = rest[os.write(self.pipe, rest) :]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.chosen is not None:
            place = {name: i for i, name in enumerate(self.chosen)}
            items[:] = [item for item in items if item.nodeid in place]
            items.sort(key=lambda item: place[item.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.tell(failed=f"importing {report.nodeid}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.tell(last=item.nodeid)
        if self.usual is not None:
            limit_processor(TIMES * self.usual[item.nodeid] + MORE)
        start = time.process_time()
        result = yield
        self.tell(took=[item.nodeid, time.process_time() - start])
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.tell(failed=report.nodeid)


def _child(session: pytest.Session, files: list[str], watch: _Watch) -> None:
    code = 1
    try:
        os.setsid()
        said = os.open(LOG, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        for stream in (0, 1, 2):
            os.dup2(said, stream)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if watch.usual is not None:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            limit_processor(IMPORTS)
        else:
            sys.dont_write_bytecode = False  # test files are compiled once
        session.config.option.maxfail = 0 if watch.usual is None else 1
        for plugin in filter(None, (watch, watch.plugin)):
            session.config.pluginmanager.register(plugin)
        with contextlib.suppress(session.Failed, session.Interrupted):
            session.perform_collect(files)
            session.config.hook.pytest_runtestloop(session=session)
        code = int(session.testsfailed > 0) if session.testscollected else 5
        watch.tell(code=code, data=getattr(watch.plugin, "data", None))
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def limit_processor(seconds: float) -> None:
    """SIGXCPU, which stops also what is inside a single operation, after so many seconds more."""
    soft = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _followed(child: int, reading: int, limit: float | None) -> Ended:
    """Read what the child tells until it ends or the time on the wall is over."""
    ended, rest = Ended(), b""
    hear: dict[str, Callable[[Any], Any]] = {
        "code": lambda code: setattr(ended, "code", code),
        "data": lambda data: setattr(ended, "data", data),
        "last": lambda name: setattr(ended, "last", name),
        "failed": lambda name: ended.failed.append(name),
        "took": lambda pair: ended.seconds.__setitem__(*pair),
    }
    try:
        while select.select([reading], [], [], limit)[0]:
            chunk = os.read(reading, 1 << 20)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                for key, value in json.loads(line).items():
                    hear[key](value)
    finally:  # it has ended, or its time is over, or somebody interrupts
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        os.close(reading)
        os.waitpid(child, 0)
    return ended
