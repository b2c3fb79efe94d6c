"""The second checkers: plain and slow, written without the referees, one for every kind.

That of the kind ``wing.module`` is the file ``<wing>/naive_<module>.py`` with

    genuine(statement, evidence)    whether the statement holds and the evidence shows it
    originals()                     true certificates, neighbouring problems among them, to tamper with
    impostors()                     wrong ones, each in one consistent way that no random change finds
    BREAKS                          steps the referee could have left out, for a test of the campaign's power

:func:`genuine` is False for anything that makes a second checker stumble, and raises :class:`TooLarge`
for what it would take too long over: who asks has to look for himself then. Here is what several share:
numbers in their one spelling, networks evaluated unit by unit in Fractions, and refutations of
labellings in the plain description of a unit, v relu(s (x - t)): every ordered choice of orientation s,
interval of t among the points (the unbounded ones included) and sign of v, at the two ends of the
interval; the residual is linear in t between them.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path

HERE = Path(__file__).parent
MOST_CELLS = 100_000


class TooLarge(Exception):
    """True or not: the second checker has not the time to say."""


def kinds():
    """All kinds of certificates: the modules of a wing with a function ``check``."""
    import proofs_checks

    names = [
        found.name for found in pkgutil.walk_packages(proofs_checks.__path__, "proofs_checks.")
    ]
    deep = [name for name in names if name.count(".") == 2]
    checks = [
        name for name in deep if callable(getattr(importlib.import_module(name), "check", None))
    ]
    return [name.partition(".")[2] for name in checks]


def file_of(kind):
    """The file with the second checker of a kind."""
    wing, module = kind.split(".")
    return HERE / wing / f"naive_{module}.py"


@lru_cache
def second(kind):
    """The module with the second checker; ``LookupError`` tells which file has to be written."""
    path = file_of(kind)
    if not path.exists():
        place = path.relative_to(HERE).as_posix()
        raise LookupError(f"{kind}: has no second checker, which belongs into {place}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    made = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(HERE))
    try:
        spec.loader.exec_module(made)
    finally:
        sys.path.remove(str(HERE))
    return made


@lru_cache
def originals(kind):
    """True certificates of a kind, made once."""
    return second(kind).originals()


@lru_cache
def impostors(kind):
    """Consistent certificates of a kind that prove nothing, made once."""
    return second(kind).impostors()


def genuine(certificate):
    """Whether a certificate (plain data) proves something true, in the naive reading.

    :class:`TooLarge` if that is not decided.
    """
    try:
        checker = second(certificate["kind"])
        return checker.genuine(certificate["statement"], certificate["evidence"])
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError):
        return False


def altered(certificate, statement, evidence):
    """The certificate with these entries instead, sealed again."""
    from proofs_checks.certificate import seal

    parts = {**certificate["statement"], **statement}, {**certificate["evidence"], **evidence}
    return seal(certificate["kind"], *parts)


# -- reading --------------------------------------------------------------------------------------


def keys(data, *names):
    """Whether it is an object with exactly these keys."""
    return isinstance(data, dict) and sorted(data) == sorted(names)


def whole(value, least, most):
    """Whether it is an integer in a range, and no boolean."""
    return type(value) is int and least <= value <= most


def number(text):
    """The rational behind its one spelling."""
    if type(text) is not str or set(text) - set("-/0123456789") or str(Fraction(text)) != text:
        raise ValueError(text)
    return Fraction(text)


# -- networks -------------------------------------------------------------------------------------


def outputs(network, point):
    """The values of a network, unit by unit."""
    if not keys(network, "inputs", "layers") or not whole(network["inputs"], 1, 10**6):
        raise ValueError("network")
    values, layers = list(point), network["layers"]
    if len(values) != network["inputs"]:
        raise ValueError("point")
    for i, layer in enumerate(layers):
        if not keys(layer, "rows", "bias") or not layer["rows"]:
            raise ValueError("layer")
        values = [
            unit(row, bias, values) for row, bias in zip(layer["rows"], layer["bias"], strict=True)
        ]
        if i + 1 < len(layers):
            values = [max(value, Fraction(0)) for value in values]
    return values


def unit(row, bias, values):
    """One affine unit; every column at most once."""
    columns = [column for column, _ in row]
    if len(set(columns)) != len(columns) or not all(whole(j, 0, len(values) - 1) for j in columns):
        raise ValueError("column")
    return sum((number(w) * values[j] for j, w in row), number(bias))


def dense(network):
    """Parameters, zeros included."""
    total, before = 0, network["inputs"]
    for layer in network["layers"]:
        total += len(layer["bias"]) * (before + 1)
        before = len(layer["bias"])
    return total


def labels_of(network, units, points):
    """The labels that a network with one hidden layer of so many units gives to points."""
    first, last = network["layers"]
    if network["inputs"] != 1 or len(first["bias"]) != units or len(last["bias"]) != 1:
        return None
    return "".join("01"[outputs(network, [p])[0] > 0] for p in points)


def increasing(texts):
    """The points behind their spellings, which have to increase."""
    points = [number(text) for text in texts]
    if not 1 <= len(points) <= 12 or any(left >= right for left, right in pairwise(points)):
        raise ValueError("points")
    return points


def changes(labels):
    """Changes from one label to the next."""
    return sum(a != b for a, b in pairwise(labels))


def refutes(units, points, labels, multipliers):
    """Whether the multipliers show that so many units cannot label the points so."""
    signed = []
    for z in multipliers:
        z = [number(entry) for entry in z]
        if len(z) != len(points) or min(z) < 0 or sum(z) == 0:
            return False
        signed.append([entry * (1 if c == "1" else -1) for entry, c in zip(z, labels, strict=True)])
    ends = [points[0] - 1, *points, points[-1] + 1]
    intervals = list(pairwise(ends))

    def at_most_zero(w, unit):
        s, interval, sign = unit
        return all(
            sign * sum(a * max(s * (p - t), 0) for a, p in zip(w, points, strict=True)) <= 0
            for t in interval
        )

    kinds = list(product((1, -1), intervals, (1, -1)))
    if len(kinds) ** units > MOST_CELLS:
        raise TooLarge("cells")
    fine = [{u for u in kinds if sum(w) == 0 and at_most_zero(w, u)} for w in signed]
    return all(any(set(cell) <= good for good in fine) for cell in product(kinds, repeat=units))
