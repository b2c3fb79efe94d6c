"""Referees broken in one place: a comparison dropped or shifted by one, a step left out, a crash.

Each is a piece of the source of one function and what stands there instead. The forger and the second
checkers have power against a break if some forgery is then accepted that the second checker does not
believe. A piece that is no longer in the source, once and only once, is a ``LookupError``: a break that
breaks nothing would be noticed by nobody.
"""

from __future__ import annotations

import importlib
import inspect
from contextlib import contextmanager
from dataclasses import dataclass


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


def _of(kind, *rows):
    """Breaks of a kind; a place without a module is in the module of the kind."""
    return [
        Break(kind, place if ":" in place else f"{kind}:{place}", old, new)
        for place, old, new in rows
    ]


CELLS = "interp.one_layer:blocked"
FITS = "1 << b:"  # N points that are 2^-b apart

BREAKS = (
    *_of(
        "interp.counting",
        ("_check_entry", "left < right <= proved[1]", "left and right <= proved[1]"),
        ("_check_entry", "proved[0] <= left < right", "left < right"),
        ("_check_entry", "left < right <= proved[1]", "left < right"),
        ("_check_coverage", "reach + 1) < target", "reach + 2) < target"),
        ("_read_statement", FITS, "2 << b:"),
    ),
    *_of(
        "interp.alternation",
        ("check", "labels)) != changes", "labels)) > changes"),
        ("check", 'listed["subset"] != list(subset) or ', ""),
        (CELLS, "min(z) < 0 or ", ""),
        (CELLS, "sum(weights) != 0", "sum(weights) < 0"),
        (
            "interp.one_layer:demand_refuted",
            "not any(block.issuperset(cell) for block in blocks)",
            "not blocks",
        ),
    ),
    *_of(
        "interp.dichotomies",
        ("_agrees", "all(", "any("),
        ("_labellings", "!= sorted(set(listed))", "!= sorted(listed)"),
        ("interp.one_layer:demand_realised", "value > 0", "value >= 0"),
        ("interp.one_layer:demand_realised", "network.widths != (units, 1)", "False"),
        (CELLS, "sum(weights) != 0", "sum(weights) < 0"),
    ),
    *_of(
        "interp.exact_network",
        ("check", "stated != actual", "stated > actual"),
        ("check", "value != (label,)", "value > (label,)"),
        ("check", "network.parameters > most", "network.parameters > most + 9"),
        ("_points", "len(set(points)) != len(points)", "not points"),
    ),
    *_of(
        "interp.sparse",
        ("check", "range(1, target)", "range(1, target - 1)"),
        ("check", "for U in range(s)", "for U in range(s - 1)"),
        ("check", FITS, "2 << b:"),
    ),
    *_of(
        "interp.two_layer",
        ("check", "bound != changes", "bound < changes"),
        ("check", "pairwise(seen)) != changes", "pairwise(seen)) > changes"),
        ("upper_bound", " and min(widths) == 1", ""),
        ("farkas:check_infeasible", "if y < 0", "if y < -1"),
        ("farkas:check_infeasible", ") != 0:", ") > 0:"),
        (
            "interp.two_layer_cells:blocked_by",
            "any(refuted <= rows for refuted in pool.get(new, ()))",
            "bool(pool)",
        ),
    ),
    *_of(
        "interp.two_layer_dichotomies",
        ("check", "<= bound", "<= bound - 4"),
        ("check", "labels_of(network, widths, points) != labels", "False"),
        ("interp.two_layer:labels_of", "network.widths != (*widths, 1)", "False"),
    ),
    *_of(
        "interp.vectors",
        ("excluded", "K < N - 1", "K <= N"),
        ("excluded", "if ups < n or", "if ups <= n or"),
        ("excluded", "served < need", "served < 2 * need"),
        ("classes", "while vector_parameters(d, w) < below", "if vector_parameters(d, w) < below"),
        ("check", FITS, "2 << b:"),
    ),
    *_of(
        "psbn.collapse_time",
        ("check", "found >= ball(low) and ", ""),
        ("check", " and found <= ball(high)", ""),
        ("check", "r0 <= R and ", "r0 and "),
        ("check", "at(ball(R)) > 0", "at(ball(R)) != 0"),
    ),
    *_of(
        "psbn.samuelson",
        ("_add_square", "weight < 0", "weight < -2"),
        ("check", "right[i][j] != left", "right[i][j] > left"),
        ("_demand_attained", "!= k * total", "> k * total"),
        ("_demand_attained", "sum(d) != 0", "sum(d) < 0"),
    ),
    *_of(
        "psbn.sign_change",
        ("check", "if not slope.at(between(ball(low), ball(high))) > 0:", "if False:"),
        ("check", "_demand_sign(f, (-beyond, low), -1) + ", ""),
        ("check", " + _demand_sign(f, (high, beyond), 1)", ""),
        ("_demand_tails", "not _left_tail(f, beyond) < 0", "_left_tail(f, beyond) > 0"),
        ("_demand_tails", "not _right_tail(f, beyond) > 0", "_right_tail(f, beyond) < 0"),
    ),
    *_of(
        "psbn.tail_exponent",
        ("check", "ball(high), way) < 0", "ball(high), way) < 1"),
        ("check", "_demand_positive(low, way)", "0"),
        ("check", "not 1 < low", "not 0 < low"),
    ),
)

READING = "claim_among(statement, (CLAIM,))"

#: Referees that fall over: by an exception, by a signal, and by hanging where no Python code runs.
FALLS = _of(
    "interp.sparse",
    ("check", READING, "raise MemoryError"),
    ("check", READING, "__import__('os').abort()"),
    ("check", READING, "sum(iter(int, 1))"),
)

EVERY = (*BREAKS, *FALLS)
