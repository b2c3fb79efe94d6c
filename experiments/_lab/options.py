"""The command line of an experiment: its configuration, and the options that all of them have.

Nothing is stored unless ``--out DIR`` names a store. With it, finished tasks are kept, and the same command
goes on where an earlier one was stopped (``--no-resume`` computes everything again).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, make_dataclass
from pathlib import Path
from typing import Annotated, Any

from experiments._lab.executors import Executor, Inline, Joblib, cpus, demand
from experiments._lab.experiment import Experiment
from experiments._lab.figure import SUFFIXES
from experiments._lab.work import Rules
from proofs_checks.output import output_path

PER_CPU = 16  # worker processes; more would only wait for each other, and fill the memory
NO_DEFAULT = ""  # "(default: None)" tells nobody anything


@dataclass(frozen=True)
class Option:
    """One option: its type, default, help, and the word for its value."""

    name: str
    kind: Any
    default: Any
    help: str
    metavar: str | None = None
    hint: str | None = None

    def field(self) -> tuple[Any, ...]:
        """As a field of a dataclass that tyro reads."""
        import tyro

        hint = NO_DEFAULT if self.default is None else self.hint
        about = tyro.conf.arg(help=self.help, metavar=self.metavar, help_behavior_hint=hint)
        return self.name, Annotated[self.kind, about], self.default


COMMON = (
    Option("seed", int, 0, "Seed of every random choice, at least 0.", "INT"),
    Option(
        "out",
        str | None,
        None,
        "Keep everything in this folder: every finished task, the record, figure and files.",
        "DIR",
    ),
    Option("resume", bool, True, "With --out: use the tasks that are finished there."),
    Option("retry_failed", bool, False, "With --out: run the tasks again that failed there."),
    Option(
        "jobs",
        int | None,
        None,
        "Worker processes (0: one for each CPU). Without it tasks are run in this process.",
        "INT",
    ),
    Option("scheduler", str | None, None, "Run on Dask: an address, or local.", "ADDRESS"),
    Option(
        "slurm",
        str | None,
        None,
        "Run on SLURM, as --jobs array jobs: partition=cpu,time=60 or default; or local.",
        "SETTINGS",
    ),
    Option("limit", float | None, None, "Longest time for one task.", "SECONDS"),
    Option(
        "json", str | None, None, "Write the record (configuration, metrics, provenance).", "FILE"
    ),
)


def check_config(experiment: Experiment) -> None:
    """Raise ``ValueError`` if the configuration takes the name of an option."""
    own = {field.name for field in fields(experiment.config)}
    taken = {option.name for option in COMMON} | {"plot"} | set(experiment.artifacts)
    if own & taken:
        raise ValueError(
            f"config: {', '.join(sorted(own & taken))} is an option of every experiment"
        )


def parse(experiment: Experiment, arguments: Sequence[str] | None) -> Any:
    """An object with ``config`` and one attribute for every option; ``ValueError`` for bad values."""
    import tyro

    check_config(experiment)
    options = list(COMMON)
    if experiment.plot:
        text = experiment.plot.help + f" {', '.join(SUFFIXES)}; the data go beside it."
        options.append(Option("plot", str | None, None, text, "FILE"))
    for name, artifact in experiment.artifacts.items():
        options.append(Option(name, str | None, None, artifact.help, "FILE"))
    config = tyro.conf.OmitArgPrefixes[_unchecked(experiment.config)]
    shape = make_dataclass("Options", [("config", config), *(option.field() for option in options)])
    parsed: Any = tyro.cli(
        shape,
        prog=f"python -m experiments.{experiment.name}",
        description=experiment.doc.replace("``", ""),
        args=arguments,
    )
    _demand_sense(parsed)
    values = {field.name: getattr(parsed.config, field.name) for field in fields(parsed.config)}
    parsed.config = experiment.config(**values)
    return parsed


def _unchecked(config: type) -> type:
    """The same fields without the checks, so that a complaint is ours and stays on one line."""
    return type(
        config.__name__, (config,), {"__post_init__": lambda _: None, "__doc__": config.__doc__}
    )


def _demand_sense(options: Any) -> None:
    if options.seed < 0:
        raise ValueError(f"seed: must be at least 0, got {options.seed}")
    if options.jobs is not None and options.jobs < 0:
        raise ValueError(f"jobs: must be at least 0, got {options.jobs}")
    if options.jobs and not options.slurm and options.jobs > PER_CPU * cpus():
        most = f"{PER_CPU} for each CPU, {PER_CPU * cpus()} here"
        raise ValueError(f"jobs: must be at most {most}, got {options.jobs}")
    Rules(limit=options.limit)
    for name in ("out", "scheduler", "slurm"):
        if getattr(options, name) == "":
            raise ValueError(f"{name}: must not be empty")
    if options.scheduler and options.slurm:
        raise ValueError("scheduler, slurm: give at most one of them")
    if options.jobs is not None and options.scheduler not in (None, "local"):
        raise ValueError("jobs: the workers of a scheduler are counted where they are started")
    for name, needed in (("retry_failed", False), ("resume", True), ("slurm", None)):
        if getattr(options, name) != needed and options.out is None:
            shown = "no-resume" if name == "resume" else name.replace("_", "-")
            raise ValueError(f"{shown}: needs --out DIR, where finished tasks are kept")


def executor(options: Any, tasks: int) -> Executor:
    """Where so many tasks are to run, on no more workers than tasks.

    ``ValueError`` for what makes no sense, ``Missing`` if a package is not installed.
    """
    if options.scheduler:
        demand("distributed", "scheduler")
        from experiments._lab.dask_executor import Dask

        return Dask(options.scheduler, min(options.jobs or cpus(), max(tasks, 1)))
    if options.slurm:
        demand("submitit", "slurm")
        from experiments._lab.slurm import Slurm

        return Slurm(options.slurm, Path(options.out), options.jobs or 1)
    jobs = min(1 if options.jobs is None else options.jobs or cpus(), tasks)
    return Joblib(jobs) if jobs > 1 else Inline()


class Unusable(ValueError):
    """The store cannot be used, or the tasks cannot be run as asked for."""


@contextmanager
def usable() -> Iterator[None]:
    """Turn what speaks of a store or of tasks that cannot be used into :class:`Unusable`."""
    from experiments._lab.store import Unwritten

    try:
        yield
    except (ValueError, Unwritten) as error:
        raise Unusable(str(error)) from error


def outputs(experiment: Experiment, options: Any) -> dict[str, list[Path]]:
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
