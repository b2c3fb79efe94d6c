"""Random changes of certificates.

A forger knows the format. The digest fits again unless it is what is changed; numbers move by little or
to where limits are, all of them alike, or two of them against each other; fields, entries and whole halves
come from another certificate of the same kind, often that of the neighbouring problem; arrays that belong
together are cut or sorted alike. The second checkers lend it impostors besides: certificates that are
wrong in one consistent way. Changes of the text and of the objects that stand for data: ``texts.py``.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from fractions import Fraction
from random import Random

import texts

from proofs_checks.certificate import FORMAT

NUMBER = re.compile(r"-?[0-9]+(/0*[1-9][0-9]*)?")
LARGE = (2**31, 10**9, 2**63, 2**64, 10**30, 10**599)
ODD_TEXTS = (
    "",
    "nan",
    "inf",
    "1e3",
    "0x1",
    "1_0",
    "+1",
    " 1",
    "01",
    "-0",
    "1/0",
    "2/4",
    "\u0661",
    "x",
    "9" * 700,
    "9" * 5000,
    "-1" + "0" * 5000,
    "1/" + "7" * 700,
)


def forged(rng, originals, impostors):
    """(what was done, data or text): one to three changes of an original, or none to two of an impostor."""
    done = []
    if impostors and rng.random() < 0.15:
        original, number = rng.choice(impostors), rng.choice((0, 1, 1, 1, 2, 2, 2))
        done.append("impostor")
    else:
        original, number = rng.choice(originals), rng.choice((1, 1, 1, 2, 2, 3))
    body = {part: copy.deepcopy(original[part]) for part in ("statement", "evidence")}
    for _ in range(number):
        change = rng.choice((_everywhere, _pair, _alike, *[_change] * 7))
        done.append(change(rng, body, rng.choice(originals)))
    certificate = sealed(original["kind"], **body)
    level = rng.random()
    if level < 0.85:
        return done, certificate
    if level < 0.96:
        return [*done, "text"], texts.text(rng, certificate, done)
    return [*done, "object"], texts.odd_object(rng, certificate, _place(rng, body), done)


def sealed(kind, statement, evidence):
    """A certificate with its digest, also of what :func:`proofs_checks.certificate.seal` refuses."""
    parts = json.dumps([FORMAT, kind, statement, evidence], sort_keys=True, separators=(",", ":"))
    head = {"format": FORMAT, "kind": kind, "statement": statement, "evidence": evidence}
    return {**head, "digest": hashlib.sha256(parts.encode()).hexdigest()}


# -- data -----------------------------------------------------------------------------------------


def _change(rng, body, donor):
    """Change one place of ``body``; what was done, in a word."""
    path = _place(rng, body)
    parent = _at(body, path[:-1])
    value = parent[path[-1]]
    if rng.random() < 0.25:
        other = _counterpart(rng, donor, path, value)
        parent[path[-1]] = copy.deepcopy(other)
        return "from another certificate"
    done, parent[path[-1]] = _instead(rng, value)
    return done


def _pair(rng, body, donor):
    """Two rationals of one array move by as much, in the same direction or against each other.

    Sums that have to cancel still do, and a midpoint stays where it is.
    """
    arrays = [
        value
        for value in _values(body)
        if isinstance(value, list) and len(value) > 1 and all(map(_is_number, value))
    ]
    if not arrays:
        return "no pair"
    array = rng.choice(arrays)
    i, j = rng.sample(range(len(array)), 2)
    step = rng.choice((1, -1, _small(rng), Fraction(array[i]), -Fraction(array[i])))
    array[i] = str(Fraction(array[i]) + step)
    array[j] = str(Fraction(array[j]) + rng.choice((1, -1)) * step)
    return "pair"


def _alike(rng, body, donor):
    """All arrays of one length are cut, sorted or enlarged in the same way: entries stay together."""
    arrays = [value for value in _values(body) if isinstance(value, list) and len(value) > 1]
    if not arrays:
        return "nothing alike"
    length, how = len(rng.choice(arrays)), rng.getrandbits(64)
    for array in arrays:
        if len(array) == length:
            array[:] = _list(Random(how), array)
    return "alike"


def _is_number(value):
    """Whether it is a rational, and one that the interpreter can spell again after a few changes."""
    return isinstance(value, str) and len(value) < 1500 and NUMBER.fullmatch(value)


def _everywhere(rng, body, donor):
    """Change all rationals, or all integers, or all equal values below one place in the same way.

    What belongs together then often still does: scaled multipliers, a network and its labels.
    """
    path = _place(rng, body)[: rng.randint(0, 4)]
    below = list(_values(_at(body, path)))
    spelled = [value for value in below if _is_number(value)]
    if spelled and rng.random() < 0.6:
        factor, step = rng.choice(
            ((2, 0), (-1, 0), (Fraction(1, 3), 0), (1, 1), (1, _small(rng)), (_small(rng), 0))
        )
        new = {text: str(Fraction(text) * factor + step) for text in spelled}
    elif whole := [value for value in below if type(value) is int]:
        step = rng.choice((1, -1))
        new = {value: value + step for value in whole}
    else:
        return "nothing everywhere"
    if rng.random() < 0.4:
        only = rng.choice(sorted(new, key=str))
        new = {only: new[only]}
    if path:
        _at(body, path[:-1])[path[-1]] = _replaced(_at(body, path), new)
    else:
        body.update(_replaced(body, new))
    return "everywhere"


def _replaced(value, new):
    if isinstance(value, dict):
        return {key: _replaced(inner, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, new) for inner in value]
    return value if isinstance(value, bool) or value is None else new.get(value, value)


def _place(rng, body):
    """A random place: both halves and the upper levels as likely as the many leaves."""
    path = [rng.choice(("statement", "evidence"))]
    value = body[path[0]]
    while isinstance(value, (dict, list)) and value and rng.random() < 0.85:
        if isinstance(value, dict):  # another claim is soon refused
            names = sorted(key for key in value if key != "claim" or rng.random() < 0.2)
            step = rng.choice(names or sorted(value))
        else:
            step = rng.randrange(len(value))
        path.append(step)
        value = value[step]
    return path


def _at(body, path):
    for step in path:
        body = body[step]
    return body


def _counterpart(rng, donor, path, value):
    """What stands at the same place of the donor, or near it, or anything of the same type there."""
    found = {part: donor[part] for part in ("statement", "evidence")}
    for step in path:
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and found and isinstance(step, int):
            found = found[min(step, len(found) - 1)]
        else:
            alike = [v for v in _values(donor["evidence"]) if type(v) is type(value)]
            return rng.choice(alike) if alike else value
    return found


def _values(value):
    yield value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _values(inner)


def _instead(rng, value):
    """(what is done, another value)."""
    if rng.random() < 0.06:
        junk = (None, True, False, 0, 1, "", "0", "1", [], {}, [value], {"0": value}, _nest(rng))
        return "another type", rng.choice(junk)
    if value is None or isinstance(value, bool):
        return "another type", rng.choice((0, 1, "W1", "W2", "W3", not value))
    if isinstance(value, int):
        return "integer", _integer(rng, value)
    if isinstance(value, str):
        return "text", _string(rng, value)
    if isinstance(value, list):
        return "array", _list(rng, value)
    return "object", _dict(rng, value)


def _nest(rng):
    nest: list = []
    for _ in range(rng.choice((5, 25, 40))):
        nest = [nest]
    return nest


def _small(rng):
    return Fraction(rng.randint(1, 99), rng.randint(1, 99))


def _integer(rng, value):
    near = (value + 1, value - 1, value + 1, value - 1, value + 2, value - 2, -value, 0, 2 * value)
    if rng.random() < 0.85:
        return rng.choice((*near, value // 2, value + rng.randint(-9, 9)))
    return rng.choice((str(value), *LARGE, -(10**9), 10 * value + 3, rng.getrandbits(90)))


def _string(rng, value):
    if value and not set(value) - {"0", "1"} and rng.random() < 0.7:  # a labelling, maybe
        i = rng.randrange(len(value))
        flipped = value[:i] + "10"[int(value[i])] + value[i + 1 :]
        return rng.choice((flipped, flipped, value[::-1], value[:-1], value + rng.choice("01")))
    if _is_number(value) and rng.random() < 0.85:
        number = Fraction(value)
        steps = (Fraction(1), Fraction(1, 97), Fraction(1, 2**60), number / 2, number)
        step = rng.choice((*steps, Fraction(1, 2 ** rng.randrange(90)), _small(rng)))
        others = [number + step, number - step, -number, Fraction(0), 1 / number if number else 1]
        return str(rng.choice(others))
    if rng.random() < 0.5:
        return rng.choice(ODD_TEXTS)
    return rng.choice(
        (value + " ", value + "\n", value.upper(), value[:-1], value * 2, "interp.D1")
    )


def _list(rng, value):
    made = list(value)
    i, j = (rng.randrange(len(made) + 1) for _ in range(2))
    match rng.randrange(8):
        case 0:
            del made[min(i, len(made) - 1) : i + 1]
        case 1:
            made.insert(i, copy.deepcopy(made[min(j, len(made) - 1)]) if made else 0)
        case 2 | 3 if made:
            i, j = min(i, len(made) - 1), min(j, len(made) - 1)
            made[i], made[j] = made[j], made[i]
        case 4:
            made = made[:i]
        case 5:
            made = made[i:] + made[:i]
        case 6:
            made.reverse()
        case _:
            made.append(copy.deepcopy(made[j - 1]) if made else 0)
    return made


def _dict(rng, value):
    made, names = dict(value), sorted(value)
    if not names:
        return {"more": 0}
    one, other = rng.choice(names), rng.choice(names)
    match rng.randrange(5):
        case 0:
            del made[one]
        case 1 | 2:
            made[one], made[other] = made[other], made[one]
        case 3:
            made[one + "_"] = made.pop(one)
        case _:
            made["more"] = copy.deepcopy(made[one])
    return made
