"""Forged certificates: does any referee accept one that proves nothing, or fall over one?

    python tests/proofs_checks/forgery                              # 100000 of every kind, seed 1
    python tests/proofs_checks/forgery --kind interp.sparse --count 5000 --seed 7
    python tests/proofs_checks/forgery --show interp.sparse 1234    # one forgery, and its judgement
    python tests/proofs_checks/forgery --power                      # referees broken on purpose

The kinds are found: every module of a wing with a function ``check``. The true certificates that are
tampered with, and the second checker that judges what was accepted, are in ``naive_<module>.py`` beside
the tests of the wing; a kind without that file is an error. How certificates are tampered with is said in
``changes.py`` and ``texts.py``. All but the changes of the text get a digest that fits.

Forgery number i of a kind depends on the seed, the kind and i only. Results are kept in ``--store``
(runs/forgery), a JSON line per thousand; a run that was stopped goes on where it was, unless a referee, a
second checker or the forger has changed since. Each kind is judged in a process of its own, under limits
of time and memory.

Columns: malformed and rejected as they should be; tripped: rejected, because the checker stumbled over
the data; true: accepted, and the second checker agrees that it is still a proof; unjudged: accepted, and
too large for the second checker; undecided in two seconds of processor time; FALSE: accepted without
being a proof; CRASH: an exception, or the end of the process. What is found goes into the store, too.

Exit code 0: nothing in the last two; 1: something, or with ``--power`` a break that nothing noticed;
2: usage; 130: interrupted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(HERE.parent)]  # the referees of this checkout, and naive.py

import breaks  # noqa: E402
import judging  # noqa: E402
import naive  # noqa: E402
import store  # noqa: E402
import workers  # noqa: E402


def main(arguments):
    """Judge the forgeries that are not in the store yet, and say what came out."""
    if arguments[:1] == ["--worker"]:
        kind, seed, first, last, broken = arguments[1:]
        numbers = range(int(first), int(last))
        workers.serve(kind, int(seed), numbers, int(broken) if broken else None)
        return 0
    options = _parser().parse_args(arguments)
    kinds = options.kinds or naive.kinds()
    try:
        for kind in kinds:
            naive.second(kind)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    if options.show:
        return _show(*options.show, options.seed)
    if options.power:
        return _power(kinds, options)
    print(f"{'kind':30}{'forged':>8}" + "".join(f"{o:>10}" for o in judging.OUTCOMES) + "  seconds")
    return max(_campaign(kind, options) for kind in kinds)


def _campaign(kind, options):
    """One line about a kind, and one about every finding; whether there is any."""
    kept = store.Store(options.store, kind, options.seed)
    records = list(kept.records(options.count))
    counts = {o: sum(record["counted"].get(o, 0) for record in records) for o in judging.OUTCOMES}
    seconds = sum(record["seconds"] for record in records)
    columns = "".join(f"{counts[outcome]:10}" for outcome in judging.OUTCOMES)
    print(f"{kind:30}{sum(counts.values()):8}{columns}{seconds:9.0f}", flush=True)
    found = [one for record in records for one in record["findings"]]
    for number, outcome, detail in found:
        if outcome in judging.FINDINGS:
            place = kept.save(number, outcome, judging.forgery(kind, options.seed, number)[1])
            print(f"  {outcome} number {number}: {detail} ({place})", flush=True)
    return int(any(outcome in judging.FINDINGS for _, outcome, _ in found))


def _power(kinds, options):
    """How many forgeries it takes to notice each break, one line for each."""
    blind = 0
    for i, one in [pair for kind in kinds for pair in enumerate(breaks.of(kind))]:
        said = workers.verdicts(one.kind, options.seed, range(options.count), i)
        number = next((number for number, outcome, _ in said if outcome == "FALSE"), None)
        said.close()
        blind += number is None
        print(f"{'unnoticed' if number is None else number + 1:>9}  {one}", flush=True)
    return int(blind > 0)


def _show(kind, number, seed):
    done, certificate = judging.forgery(kind, seed, int(number))
    print("; ".join(done))
    print(certificate if isinstance(certificate, (str, bytes)) else f"{certificate!r}")
    print(*judging.judged(certificate))
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python tests/proofs_checks/forgery",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known, default = naive.kinds(), ROOT / "runs" / "forgery"
    parser.add_argument("--kind", dest="kinds", action="append", choices=known, metavar="KIND")
    parser.add_argument("--count", type=_count, default=100_000, help="forgeries of every kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path, default=default, metavar="DIR")
    parser.add_argument("--show", nargs=2, metavar=("KIND", "NUMBER"), help="one forgery")
    parser.add_argument("--power", action="store_true", help="how soon broken referees are noticed")
    return parser


def _count(text):
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a positive integer, got {text!r}")
    return int(text)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
