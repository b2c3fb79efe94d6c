"""Certificates that differ from a given one in a single place, with a digest that fits again."""

from __future__ import annotations

import copy
import re
from fractions import Fraction

from proofs_checks.certificate import seal

NUMBER = re.compile(r"-?[0-9]+(/[0-9]+)?")


def single_changes(certificate, rng=None, most=None):
    """Yield (description, changed certificate) for every position of statement and evidence.

    Numbers are changed, negated and zeroed; entries of arrays are deleted, duplicated and swapped
    with the next and the last one; keys of objects are deleted, added and exchanged. With ``rng``
    (a random.Random) and ``most``, that many changes are drawn instead of all of them.
    """
    body = {"statement": certificate["statement"], "evidence": certificate["evidence"]}
    changes = [(path, value) for path, value in _replacements(body, ()) if path]
    if most is not None and most < len(changes):
        changes = rng.sample(changes, most)
    for path, value in changes:
        changed = copy.deepcopy(body)
        parent = changed
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = value
        where = ".".join(map(str, path))
        yield (
            f"{where} -> {str(value)[:60]}",
            seal(certificate["kind"], changed["statement"], changed["evidence"]),
        )


def _replacements(value, path):
    """(path, new value) for everything at or below ``path``."""
    for new in _instead_of(value):
        yield path, new
    inner = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inner = enumerate(value)
    for step, entry in inner:
        yield from _replacements(entry, (*path, step))


def _instead_of(value):
    if isinstance(value, bool) or value is None:
        return [0, "0", not value]
    if isinstance(value, int):
        return [n for n in {value + 1, value - 1, -value, 0, 2 * value} if n != value] + [
            str(value),
            True,
            None,
        ]
    if isinstance(value, str):
        return _other_strings(value)
    if isinstance(value, list):
        return _other_lists(value)
    return _other_objects(value)


def _other_strings(value):
    found = ["", value + " ", "x" + value, 0]
    if NUMBER.fullmatch(value):
        number = Fraction(value)
        near = {number + 1, number - 1, -number, 2 * number, Fraction(0), number + Fraction(1, 97)}
        found += [str(other) for other in near if other != number]
        found += [f"{2 * number.numerator}/{2 * number.denominator}", "0" + value]
    if value and not set(value) - {"0", "1"}:  # a labelling
        found += [value[:i] + "10"[int(c)] + value[i + 1 :] for i, c in enumerate(value)]
        found.append(value[::-1])
    return [other for other in found if other != value]


def _other_lists(value):
    found = [[], {}, [*value, 0], value[::-1]]
    for i, entry in enumerate(value):
        found.append(value[:i] + value[i + 1 :])
        found.append([*value[:i], entry, *value[i:]])
        for j in {i + 1, len(value) - 1}:
            if i < j < len(value):
                swapped = list(value)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                found.append(swapped)
    return [other for other in found if other != value]


def _other_objects(value):
    found = [[], {**value, "more": 0}]
    keys = list(value)
    for i, key in enumerate(keys):
        found.append({k: v for k, v in value.items() if k != key})
        for other in keys[:i]:
            found.append({**value, key: value[other], other: value[key]})
    return [other for other in found if other != value]
