"""The files of a run: those asked for one by one, and those that ``--out`` keeps (see ``store.py``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from experiments._lab.experiment import Config, Experiment, Plot, Refused
from experiments._lab.figure import csv_bytes, figure_bytes
from experiments._lab.record import run_record
from proofs_checks.output import write_whole

Run = Mapping[str, Any]  # a collected record


@dataclass(frozen=True)
class Delivery:
    """Files that are written together. ``asked``: by an option of their own."""

    name: str
    paths: list[Path]
    make: Callable[[], list[bytes]]
    asked: bool = True


@dataclass(frozen=True)
class Undelivered:
    """Why files are missing; ``refused``: what they would say did not hold up."""

    delivery: Delivery
    reason: str
    refused: bool

    def __str__(self) -> str:
        path = "" if self.refused else f" {str(self.delivery.paths[0])!r}"
        return f"{self.delivery.name}:{path} not written: {self.reason}"


def asked_for(
    experiment: Experiment, files: Mapping[str, list[Path]], config: Config, run: Run
) -> Iterator[Delivery]:
    """What the options name. Of a run that failed there is only the record."""
    for option, paths in files.items():
        if option == "json":
            yield Delivery(option, paths, lambda: [run_record(dict(run))])
        elif run["status"] == "failed":
            continue
        elif option == "plot" and experiment.plot:
            suffix = paths[0].suffix
            yield Delivery(option, paths, partial(drawn, experiment.plot, run, (suffix,)))
        else:
            yield Delivery(option, paths, partial(made, experiment, option, config, run))


def kept(experiment: Experiment, root: Path, config: Config, run: Run) -> Iterator[Delivery]:
    """What goes into the store beside the records of the tasks.

    A figure only if the configuration that was asked for can be drawn as it is.
    """
    name = experiment.name
    yield Delivery("out", [root / f"{name}.json"], lambda: [run_record(dict(run))], asked=False)
    if run["status"] == "failed":
        return
    if experiment.plot and experiment.plot.prepare(config) == config:
        make = partial(drawn, experiment.plot, run, (".svg", ".png"))
        yield Delivery("figure", figure_paths(root, name), make, asked=False)
    for artifact in experiment.artifacts:
        path = root / "artifacts" / f"{name}.{artifact}"
        yield Delivery(
            artifact, [path], partial(made, experiment, artifact, config, run), asked=False
        )


def figure_paths(root: Path, name: str) -> list[Path]:
    """Picture, picture, numbers."""
    return [root / "figures" / f"{name}{suffix}" for suffix in (".svg", ".png", ".csv")]


def forget(experiment: Experiment, root: Path) -> None:
    """Remove what an earlier run left, which another configuration may have had; not the tasks."""
    derived = [root / "artifacts" / f"{experiment.name}.{name}" for name in experiment.artifacts]
    for path in [root / f"{experiment.name}.json", *figure_paths(root, experiment.name), *derived]:
        with suppress(OSError):
            path.unlink()


def drawn(plot: Plot, run: Run, suffixes: tuple[str, ...]) -> list[bytes]:
    """The figure in every format, and its data."""
    figure, rows = plot.draw(run["metrics"])
    return [*(figure_bytes(figure, suffix) for suffix in suffixes), csv_bytes(rows)]


def made(experiment: Experiment, name: str, config: Config, run: Run) -> list[bytes]:
    """An artifact."""
    return [experiment.artifacts[name].make(config, run["metrics"])]


def write(delivery: Delivery) -> Undelivered | None:
    """Make the files and write them, each whole or not at all."""
    try:
        for path, data in zip(delivery.paths, delivery.make(), strict=True):
            path.parent.mkdir(exist_ok=True)
            write_whole(path, data)
    except Refused as error:
        return Undelivered(delivery, str(error), refused=True)
    except OSError as error:
        return Undelivered(delivery, error.strerror or str(error), refused=False)
    return None
