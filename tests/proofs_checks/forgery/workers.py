"""A child process judges forgeries and says after each what came out; its death is a finding.

Whatever is no rejection (an exception, a signal, memory or processor time beyond the limits) ends the
child, and is the outcome ``CRASH`` of the forgery that it was busy with. Another child goes on behind it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import breaks
import judging

HERE = Path(__file__).parent
HANGING = 20  #: seconds of processor time for one certificate, after which the child is killed
MEMORY = 6 << 30
MOST_DEATHS = 20  #: children that may die before the rest is left out


def serve(kind, seed, numbers, broken=None):
    """Judge in this process, a JSON line for each on stdout; ``broken`` numbers a break or a fall."""
    every = [*breaks.of(kind), *breaks.falls(kind)]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with nullcontext() if broken is None else breaks.broken(every[broken]):
        _allow()
        for one in judging.campaign(kind, seed, numbers):
            os.write(1, json.dumps(one).encode() + b"\n")
            _allow()


def _allow():
    """The kernel kills this process if the next certificate takes longer, wherever it hangs."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + HANGING
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def verdicts(kind, seed, numbers, broken=None):
    """(number, outcome, detail) of the forgeries of a range, judged in children.

    Ends early after :data:`MOST_DEATHS` crashes.
    """
    first, deaths = numbers.start, 0
    while first < numbers.stop and deaths < MOST_DEATHS:
        with tempfile.TemporaryFile() as complaint:
            child = _child(kind, seed, range(first, numbers.stop), broken, complaint)
            try:
                for line in child.stdout:
                    number, *rest = json.loads(line)
                    first = number + 1
                    yield (number, *rest)
            finally:
                child.kill()
                child.stdout.close()
                code = child.wait()
            complaint.seek(0)
            lines = complaint.read().decode(errors="replace").strip().splitlines()
        if first < numbers.stop:
            yield first, "CRASH", _cause(code, lines)
            first, deaths = first + 1, deaths + 1


def _child(kind, seed, numbers, broken, complaint):
    words = ["--worker", kind, seed, numbers.start, numbers.stop, "" if broken is None else broken]
    return subprocess.Popen(
        [sys.executable, str(HERE), *map(str, words)], stdout=subprocess.PIPE, stderr=complaint
    )


def _cause(code, lines):
    if code < 0 and not lines:
        return f"killed by {signal.Signals(-code).name}"
    return lines[-1][:300] if lines else f"ended with exit code {code}"
