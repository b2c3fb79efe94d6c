"""Forgeries on the level of the text and of the objects: what a strict parser has to refuse.

A text changes no data (another order of keys, an escaped letter) or breaks the format: numbers that are
none, a key twice, deep nests, cuts, wrong bytes. An object is one that JSON does not know, or that only
looks like a plain one.
"""

from __future__ import annotations

import copy
import json
import re
from fractions import Fraction

# -- text -----------------------------------------------------------------------------------------

#: A number that no certificate may hold, or a spelling of one.
NO_NUMBERS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1.0",
    "1e5",
    "01",
    "+1",
    "0x10",
    "1" * 700,
    "-" + "9" * 5000,
)


def text(rng, certificate, done):
    """The certificate as text, with one change that is no change of its data, or breaks the format."""
    text = json.dumps(certificate)
    name, change = rng.choice(TEXT_CHANGES)
    done.append(name)
    return change(rng, text, certificate)


def _other_number(rng, text, certificate):
    places = list(re.finditer(r"(?<=[\[ :,])-?[0-9]+(?=[,\]}])", text))
    if not places:
        return text
    place = rng.choice(places)
    return text[: place.start()] + rng.choice(NO_NUMBERS) + text[place.end() :]


def _key_twice(rng, text, certificate):
    place = rng.choice(list(re.finditer(r'"[a-zA-Z_]+": ', text)))
    value = rng.choice(("0", "null", '"interp.D1"', "[]"))
    return text[: place.start()] + place.group() + value + ", " + text[place.start() :]


def _key_twice_in_the_end(rng, text, certificate):
    key = rng.choice(sorted(certificate))
    return text[:-1] + f', "{key}": {json.dumps(certificate[key])}}}'


def _deep(rng, text, certificate):
    depth = rng.choice((20, 31, 32, 33, 200, 10**5))
    whole = {**certificate, "evidence": 0}
    return json.dumps(whole).replace('"evidence": 0', '"evidence": ' + "[" * depth + "]" * depth)


def _cut(rng, text, certificate):
    return text[: rng.randrange(len(text))]


def _one_character(rng, text, certificate):
    i = rng.randrange(len(text))
    return (
        text[:i]
        + chr(rng.choice((0, 9, 34, 39, 44, 48, 49, 92, 93, 125, 0x661, 0xD800)))
        + text[i + 1 :]
    )


def _bytes(rng, text, certificate):
    data = bytearray(text.encode())
    data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _around(rng, text, certificate):
    before, after = rng.choice(
        (("\ufeff", ""), ("", "{}"), ("", " x"), ("[", "]"), ("", "\0"), (" \n", "\n"))
    )
    return before + text + after


def _escaped(rng, text, certificate):
    i = rng.choice([i for i, c in enumerate(text) if c.isalnum()])
    return text[:i] + f"\\u{ord(text[i]):04x}" + text[i + 1 :]


def _sorted_differently(rng, text, certificate):
    keys = list(certificate)
    rng.shuffle(keys)
    return json.dumps({key: certificate[key] for key in keys}, indent=rng.choice((None, 1)))


def _other_head(rng, text, certificate):
    part = rng.choice(("format", "kind", "digest"))
    others = ("interp.counting", "interp.dichotomies", "interp.one_layer", "interp.exact_network")
    value = rng.choice(
        (*others, certificate[part].upper(), certificate[part] + "\n", "", None, "0" * 64)
    )
    return json.dumps({**certificate, part: value})


TEXT_CHANGES = (
    ("a number that is none", _other_number),
    ("a key twice", _key_twice),
    ("a key twice in the end", _key_twice_in_the_end),
    ("deep", _deep),
    ("cut off", _cut),
    ("one character", _one_character),
    ("one byte", _bytes),
    ("something around", _around),
    ("one character escaped", _escaped),
    ("another order", _sorted_differently),
    ("another head", _other_head),
)


# -- objects --------------------------------------------------------------------------------------


class Text(str):
    """A string that is not quite one."""


class Number(int):
    """An integer that is not quite one."""

    def __lt__(self, other):
        return True

    def __gt__(self, other):
        return False


def odd_object(rng, certificate, path, done):
    """The certificate with an object in it that JSON does not know, or that only looks plain."""
    made = copy.deepcopy(certificate)
    parent = made
    for step in path[:-1]:
        parent = parent[step]
    value = parent[path[-1]]
    loop: list = []
    loop.append(loop)
    odd = [
        1.0,
        float("nan"),
        10**700,
        Fraction(1, 2),
        b"1",
        {1},
        {2: 3},
        loop,
        1j,
        object(),
        Number(3),
    ]
    if isinstance(value, list):
        odd += [tuple(value), tuple(value)]
    if isinstance(value, str):
        odd += [Text(value), value.encode()]
    if isinstance(value, int):
        odd += [float(value) if abs(value) < 1e300 else 0.5, Number(value), Number(value + 1)]
    parent[path[-1]] = rng.choice(odd)
    done.append("an odd object")
    return made
