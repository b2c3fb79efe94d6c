"""One command line for every experiment: ``raise SystemExit(main(EXPERIMENT))``.

The fields of the configuration become options (``--N 64``), and every experiment has ``--seed``,
``--json FILE`` and, where it can draw, ``--plot FILE``. Exit code 0: done; 1: refuted or failed;
2: usage, bad input, or a file that cannot be written; 3: undecided or not run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, make_dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated, Any

from experiments._lab.experiment import Experiment, Refused
from experiments._lab.figure import SUFFIXES, csv_bytes, figure_bytes
from experiments._lab.record import as_bytes, make_record
from proofs_checks.output import command, output_path, silence, write_whole

DONE, FAILED, USAGE, UNDECIDED = 0, 1, 2, 3
CODES = {"done": DONE, "refuted": FAILED, "undecided": UNDECIDED}


def main(experiment: Experiment, arguments: Sequence[str] | None = None) -> int:
    """Parse, run, write the files, print; the exit code. Bad input never ends in a traceback."""
    return command(lambda: _main(experiment, arguments), experiment.name)


def _main(experiment: Experiment, arguments: Sequence[str] | None) -> int:
    try:
        options = _parse(experiment, arguments)
        files = _files(experiment, options)
        if "plot" in files and experiment.plot:
            options.config = experiment.plot.prepare(options.config)
    except ValueError as error:
        return _complain(experiment, str(error), USAGE)
    return _run(experiment, options, files)


def _parse(experiment: Experiment, arguments: Sequence[str] | None) -> Any:
    """An object with ``config``, ``seed`` and one attribute for every file option."""
    import tyro

    def option(name: str, kind: Any, default: Any, text: str, metavar: str) -> tuple[Any, ...]:
        hint = None if default is not None else ""  # "(default: None)" tells nobody anything
        described = tyro.conf.arg(help=text, metavar=metavar, help_behavior_hint=hint)
        return name, Annotated[kind, described], default

    outputs = {"json": "Write the record (configuration, metrics, provenance)."}
    if experiment.plot:
        outputs["plot"] = experiment.plot.help + f" {', '.join(SUFFIXES)}; the data go beside it."
    outputs |= {name: artifact.help for name, artifact in experiment.artifacts.items()}
    shape = make_dataclass(
        "Options",
        [
            ("config", tyro.conf.OmitArgPrefixes[_unchecked(experiment.config)]),
            option("seed", int, 0, "Seed of every random choice, at least 0.", "INT"),
            *(option(name, str | None, None, text, "FILE") for name, text in outputs.items()),
        ],
    )
    options: Any = tyro.cli(
        shape,
        prog=f"python -m experiments.{experiment.name}",
        description=experiment.doc.replace("``", ""),
        args=arguments,
    )
    if options.seed < 0:
        raise ValueError(f"seed: must be at least 0, got {options.seed}")
    values = {field.name: getattr(options.config, field.name) for field in fields(options.config)}
    options.config = experiment.config(**values)
    return options


def _unchecked(config: type) -> type:
    """The same fields without the checks, so that a complaint is ours and stays on one line."""
    return type(
        config.__name__, (config,), {"__post_init__": lambda _: None, "__doc__": config.__doc__}
    )


def _files(experiment: Experiment, options: Any) -> dict[str, list[Path]]:
    """The files each option will write, all of them tried before anything is computed."""
    files: dict[str, list[Path]] = {}
    for option in ("json", "plot", *experiment.artifacts):
        name = getattr(options, option, None)
        if name is None:
            continue
        path = output_path(option, name)
        files[option] = [path]
        if option == "plot":
            if path.suffix not in SUFFIXES:
                raise ValueError(f"plot: must end in one of {', '.join(SUFFIXES)}, got {name!r}")
            files[option].append(output_path(option, str(path.with_suffix(".csv"))))
    taken = [path for paths in files.values() for path in paths]
    if len(set(taken)) < len(taken):
        twice = next(path for path in taken if taken.count(path) > 1)
        raise ValueError(f"{', '.join(files)}: must be different files, got {str(twice)!r} twice")
    return files


def _run(experiment: Experiment, options: Any, files: dict[str, list[Path]]) -> int:
    config = options.config
    start = time.perf_counter()
    metrics = experiment.run(config, Random(options.seed))
    seconds = time.perf_counter() - start
    record = make_record(experiment.name, asdict(config), options.seed, metrics, seconds)
    codes = [DONE]
    for option, paths in files.items():
        contents = partial(_contents, experiment, option, config, record, paths[0].suffix)
        codes.append(_write(experiment, option, paths, contents))
    status, why = experiment.verdict(metrics)
    codes.append(_show(experiment, experiment.render(metrics)))
    if status != "done":
        codes.append(_complain(experiment, f"{status}: {why}", CODES[status]))
    # What was refuted stays refuted when a file could not be written as well.
    return FAILED if FAILED in codes else max(codes)


def _contents(
    experiment: Experiment, option: str, config: Any, record: dict[str, Any], suffix: str
) -> list[bytes]:
    """What goes into the files of one option."""
    if option == "json":
        return [as_bytes(record)]
    if option == "plot" and experiment.plot:
        figure, rows = experiment.plot.draw(record["metrics"])
        return [figure_bytes(figure, suffix), csv_bytes(rows)]
    return [experiment.artifacts[option].make(config, record["metrics"])]


def _write(
    experiment: Experiment, option: str, paths: list[Path], contents: Callable[[], list[bytes]]
) -> int:
    try:
        for path, data in zip(paths, contents(), strict=True):
            write_whole(path, data)
    except Refused as error:
        return _complain(experiment, f"{option}: not written: {error}", FAILED)
    except OSError as error:
        reason = error.strerror or str(error)
        return _complain(experiment, f"{option}: {str(paths[0])!r} not written: {reason}", USAGE)
    return DONE


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
