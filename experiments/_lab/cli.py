"""One command line for every experiment: ``raise SystemExit(main(EXPERIMENT))``.

The fields of the configuration become options (``--N 64``); ``options.py`` has those that every experiment
shares. Exit code 0: done; 1: refuted or failed; 2: usage, bad input, or a file that cannot be
written; 3: undecided or not run; 130: interrupted.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments._lab import options as command_line
from experiments._lab.executors import Executor, Missing, SweepError
from experiments._lab.experiment import Experiment
from proofs_checks.output import command, silence

DONE, FAILED, USAGE, UNDECIDED, INTERRUPTED = 0, 1, 2, 3, 130
CODES = {"done": DONE, "refuted": FAILED, "failed": FAILED, "undecided": UNDECIDED}
SHOWN = 5  # failures told one by one


def main(experiment: Experiment, arguments: Sequence[str] | None = None) -> int:
    """Parse, run, write the files, print; the exit code. Bad input never ends in a traceback."""
    return command(lambda: _main(experiment, arguments), experiment.name)


def _main(experiment: Experiment, arguments: Sequence[str] | None) -> int:
    try:
        options = command_line.parse(experiment, arguments)
        files = command_line.outputs(experiment, options)
        if "plot" in files and experiment.plot:
            options.config = experiment.plot.prepare(options.config)
        tasks = list(experiment.tasks(options.config))
        place = command_line.executor(options, len(tasks))
    except ValueError as error:
        return _complain(experiment, str(error), USAGE)
    except Missing as error:
        return _complain(experiment, f"not run: {error}", UNDECIDED)
    work = _Work(experiment, options, tasks, place)
    start = time.perf_counter()
    try:
        records = work.records()
    except command_line.Unusable as error:
        return _complain(experiment, f"{error}{work.standing() if work.done else ''}", USAGE)
    except SweepError as error:
        return _complain(experiment, f"{error}{work.standing()}", FAILED)
    except KeyboardInterrupt:
        return _complain(experiment, f"interrupted{work.standing()}", INTERRUPTED)
    run = _collected(experiment, options, records, time.perf_counter() - start)
    return _deliver(experiment, options, files, run)


@dataclass
class _Work:
    """The tasks of a command, and how far they are."""

    experiment: Experiment
    options: Any
    tasks: list[Any]
    place: Executor
    done: int = 0

    def records(self) -> list[Any]:
        """Run what is not done yet; ``Unusable`` if the store or the tasks are."""
        from experiments._lab.progress import progress
        from experiments._lab.store import Store
        from experiments._lab.sweep import Rules, run_tasks

        options = self.options
        rules = Rules(options.resume, options.retry_failed, options.limit)
        with ExitStack() as stack:
            draw = stack.enter_context(progress(self.experiment.name))
            stack.enter_context(command_line.usable())
            stack.enter_context(_interruptible())
            name, store = self.experiment.name, None
            if options.out is not None:
                store = stack.enter_context(Store(options.out, name, self._report))

            def watch(done: int, total: int, failed: int) -> None:
                self.done = done
                draw(done, total, failed)

            sweep = {"store": store, "executor": self.place, "rules": rules, "watch": watch}
            return run_tasks(self.experiment, self.tasks, options.seed, **sweep)

    def _report(self, message: str) -> None:
        _complain(self.experiment, message, DONE)

    def standing(self) -> str:
        """What becomes of the finished tasks, if there is more than one task."""
        if self.options.out is not None and self.place.writes:
            return f"; finished tasks are kept in {self.options.out!r}, the same command goes on"
        if self.options.out is not None:
            count = f"{self.done} of {len(self.tasks)}"
            return f"; {count} tasks are kept in {self.options.out!r}, the same command goes on"
        return "; with --out DIR finished tasks would be kept" if len(self.tasks) > 1 else ""


@contextmanager
def _interruptible() -> Iterator[None]:
    """A polite request to end (SIGTERM, as batch systems send it) is an interrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _collected(
    experiment: Experiment, options: Any, records: Sequence[Any], seconds: float
) -> dict[str, Any]:
    """The record of the whole run (see ``store.py``)."""
    from experiments._lab.code_version import run_version
    from experiments._lab.provenance import provenance

    failures = [record for record in records if record.failure]
    if failures:
        _tell(experiment, failures, options.out)
        metrics, status, why = None, "failed", f"{len(failures)} of {len(records)} tasks failed"
    else:
        metrics = experiment.collect(options.config, [record.metrics for record in records])
        status, why = experiment.verdict(metrics)
    tasks = {"total": len(records), "failed": len(failures)}
    spent = round(sum(record.provenance.get("seconds", 0) for record in records), 3)
    return {
        "experiment": experiment.name,
        "config": asdict(options.config),
        "seed": options.seed,
        "code": run_version(experiment),
        "status": status,
        "why": why,
        "metrics": metrics,
        "provenance": {**provenance(seconds), "task_seconds": spent, "tasks": tasks},
    }


def _tell(experiment: Experiment, failures: Sequence[Any], out: str | None) -> None:
    """Every failure in a line; the whole traceback of the first if it is kept nowhere."""
    first = failures[0].failure
    if out is None and first.traceback:
        print(first.traceback.rstrip(), file=sys.stderr)
    for record in failures[:SHOWN]:
        task = ", ".join(f"{name}={value!r}" for name, value in record.identity.config.items())
        where = f" ({Path(out) / experiment.name / record.key}.json)" if out else ""
        _complain(experiment, f"{record.failure} [{task}]{where}", FAILED)
    if len(failures) > SHOWN:
        _complain(experiment, f"... and {len(failures) - SHOWN} more", FAILED)
    if out:
        _complain(experiment, "they are run again with --retry-failed", FAILED)


def _deliver(
    experiment: Experiment, options: Any, files: dict[str, list[Path]], run: dict[str, Any]
) -> int:
    """Write, print, and judge."""
    from experiments._lab import deliver

    deliveries = list(deliver.asked_for(experiment, files, options.config, run))
    if options.out is not None:
        deliver.forget(experiment, Path(options.out))
        deliveries += deliver.kept(experiment, Path(options.out), options.config, run)
    codes = [DONE]
    for lost in filter(None, map(deliver.write, deliveries)):
        code = FAILED if lost.refused else USAGE
        told = _complain(experiment, str(lost), code)
        codes.append(told if lost.delivery.asked or not lost.refused else DONE)
    if run["metrics"] is not None:
        codes.append(_show(experiment, experiment.render(run["metrics"])))
    if run["status"] != "done":
        message = f"{run['status']}: {run['why']}"
        codes.append(_complain(experiment, message, CODES[run["status"]]))
    # What was refuted stays refuted when a file could not be written as well.
    return FAILED if FAILED in codes else max(codes)


def _show(experiment: Experiment, text: str) -> int:
    try:
        print(text, flush=True)
    except OSError as error:
        silence()
        if not isinstance(error, BrokenPipeError):  # else the reader has seen enough
            return _complain(experiment, f"the report was not printed: {error.strerror}", USAGE)
    return DONE


def _complain(experiment: Experiment, message: str, code: int) -> int:
    hint = "" if code != USAGE else f" (python -m experiments.{experiment.name} --help)"
    print(f"{experiment.name}: {message}{hint}", file=sys.stderr)
    return code
