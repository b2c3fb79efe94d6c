"""Referees broken in one place: a comparison dropped or shifted by one, a step left out, a crash.

Each is a piece of the source of one function and what stands there instead; those of a kind are the
``BREAKS`` of its second checker. The forger and the second checkers have power against a break if some
forgery is then accepted that the second checker does not believe. A piece that is no longer in the source,
once and only once, is a ``LookupError``: a break that breaks nothing would be noticed by nobody.
"""

from __future__ import annotations

import importlib
import inspect
from contextlib import contextmanager
from dataclasses import dataclass

import naive


@dataclass(frozen=True)
class Break:
    """``kind``, whose forgeries are to notice it; ``place``, module:function; the ``old`` code, the new."""

    kind: str
    place: str
    old: str
    new: str

    def __str__(self):
        return f"{self.place}: {self.old} -> {self.new}"


@contextmanager
def broken(one):
    """The referee with this break, for everybody who holds the function."""
    module_name, _, name = one.place.partition(":")
    module = importlib.import_module(f"proofs_checks.{module_name}")
    function = inspect.unwrap(getattr(module, name))
    source = inspect.getsource(function)
    if source.count(one.old) != 1:
        raise LookupError(f"{one.place}: holds {one.old!r} {source.count(one.old)} times, not once")
    made = dict(vars(module))
    exec(compile(source.replace(one.old, one.new), module.__file__, "exec"), made)
    sound = function.__code__
    function.__code__ = inspect.unwrap(made[name]).__code__
    try:
        yield
    finally:
        function.__code__ = sound


def of(kind):
    """The breaks of a kind; a place without a module is in the module of the kind."""
    return [
        Break(kind, place if ":" in place else f"{kind}:{place}", old, new)
        for place, old, new in naive.second(kind).BREAKS
    ]


def falls(kind):
    """Referees that fall over: by an exception, by a signal, by hanging where no Python code runs."""
    place, old = "certificate:_checker", 'wing, _, module = kind.partition(".")'
    ways = ("raise MemoryError", "__import__('os').abort()", "sum(iter(int, 1))")
    return [Break(kind, place, old, new) for new in ways]
