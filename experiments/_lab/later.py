"""What shows results is imported when it is needed, and not part of what results depend on."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def later(module: str, name: str) -> Callable[..., Any]:
    """``module.name`` as a function that imports the module when it is first called.

    ``--help`` does not pay for the import, and the code version of a task (the sources that its module
    imports) does not change with the way its results are shown.
    """

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"experiments.{module}"), name)(*arguments)

    call.__name__, call.__module__ = name, f"experiments.{module}"
    return call
