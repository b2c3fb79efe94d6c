"""Forged certificates before the referee, and what it lets pass before the second checker.

An exception that is no rejection is not caught here: it ends the run, or the child that it happens in
(``workers.py``), and is reported as a crash.
"""

from __future__ import annotations

import json
import re
import signal
from contextlib import contextmanager
from random import Random

import changes
import naive

from proofs_checks import certificate as referee

SECONDS = 2  #: processor time for one certificate
OUTCOMES = ("malformed", "rejected", "tripped", "true", "unjudged", "undecided", "FALSE", "CRASH")
FINDINGS = ("FALSE", "CRASH")  #: what must not happen


class OutOfTime(Exception):
    """The referee has not decided in time."""


def judged(certificate):
    """(outcome, detail) of one certificate, as data or as text.

    ``tripped``: rejected because the checker stumbled, not because it looked. ``true``: accepted, and
    the second checker agrees. ``FALSE``: accepted, and it does not. ``unjudged``: too large for it.
    """
    written = isinstance(certificate, (str, bytes))
    try:
        with _limited(SECONDS):
            data = referee.parse(certificate) if written else certificate
            referee.check(data)
    except referee.Malformed:
        return "malformed", ""
    except referee.Rejected as error:
        return ("tripped", str(error)) if "cannot be read" in str(error) else ("rejected", "")
    except OutOfTime:
        return "undecided", f"not decided in {SECONDS} s"
    why = _flaw(certificate) if written else _odd(certificate)
    if why:
        return "FALSE", why
    try:
        genuine = naive.genuine(json.loads(json.dumps(data)))
    except naive.TooLarge as error:
        return "unjudged", f"too large: {error}"
    return ("true", "") if genuine else ("FALSE", "not genuine")


def campaign(kind, seed, numbers):
    """(number, outcome, detail) of the forgeries with these numbers, one after the other."""
    for i in numbers:
        yield i, *judged(forgery(kind, seed, i)[1])


def forgery(kind, seed, number):
    """(what was done, forgery) for a number; it differs from all originals."""
    rng, originals = Random(f"{seed}/{kind}/{number}"), naive.originals(kind)
    while True:
        done, certificate = changes.forged(rng, originals, naive.impostors(kind))
        if certificate not in originals:
            return done, certificate


@contextmanager
def _limited(seconds):
    def stop(*_):
        raise OutOfTime

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# -- the format, read a second time ---------------------------------------------------------------


def _flaw(text):
    """What is wrong with a text that was accepted, '' if nothing: read without the referee's parser."""
    text = text.decode() if isinstance(text, bytes) else text
    flaws = []

    def pairs(found):
        if len({key for key, _ in found}) != len(found):
            flaws.append("a key occurs twice")
        return dict(found)

    bare = re.sub(r'"(\\.|[^"\\])*"', '""', text)
    if re.search(r"[0-9][.eE]|NaN|Infinity|[0-9]{601}", bare):
        flaws.append("a number that is no short integer")
    deepest = depth = 0
    for character in bare:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    if deepest > referee.MAX_DEPTH:
        flaws.append("too deep")
    json.loads(text, object_pairs_hook=pairs)
    return ", ".join(flaws)


def _odd(data):
    """What is wrong with objects that were accepted: only plain ones (and tuples) may be."""
    if isinstance(data, dict):
        return next(filter(None, map(_odd, (*data, *data.values()))), "")
    if isinstance(data, (list, tuple)):
        return next(filter(None, map(_odd, data)), "")
    fine = data is None or isinstance(data, str) or type(data) in (bool, int)
    return "" if fine else f"a {type(data).__name__}"
