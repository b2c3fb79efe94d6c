"""The results of forgeries, a JSON line for every thousand of a kind, and the findings themselves."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import naive
import workers

HERE = Path(__file__).resolve().parent
BLOCK = 1000  #: forgeries of a line
QUIET = ("malformed", "rejected", "true")  #: outcomes that are counted only
NAMES = ("kind", "seed", "first", "last", "stamp")  #: what a line is about


@dataclass(frozen=True)
class Store:
    """The lines about one kind and seed in a folder, which is made when something is written."""

    folder: Path
    kind: str
    seed: int

    @property
    def file(self):
        """The lines, those of other kinds and seeds among them."""
        return self.folder / "results.jsonl"

    def about(self, block):
        """What tells a line from all others."""
        return (self.kind, self.seed, block.start, block.stop, stamp(self.kind))

    def records(self, count):
        """The blocks of the first ``count`` forgeries, as they are kept or judged now."""
        kept, known = self._read(), []
        blocks = [range(i, min(i + BLOCK, count)) for i in range(0, count, BLOCK)]
        for block in blocks:
            record = kept.get(self.about(block))
            if record is None:
                break
            known.append(record)
        yield from known
        rest = blocks[len(known) :]
        if rest:
            numbers = range(rest[0].start, count)
            yield from self._judge(rest, workers.verdicts(self.kind, self.seed, numbers))

    def _judge(self, blocks, verdicts):
        for block in blocks:
            counted, findings, start = Counter(), [], time.monotonic()
            for number, outcome, detail in verdicts:
                counted[outcome] += 1
                if outcome not in QUIET:
                    findings.append((number, outcome, detail))
                if number == block.stop - 1:
                    break
            record = dict(zip(NAMES, self.about(block), strict=True)) | {
                "counted": counted,
                "findings": findings,
                "seconds": round(time.monotonic() - start, 2),
            }
            if sum(counted.values()) == len(block):  # else too many children have died
                self.folder.mkdir(parents=True, exist_ok=True)
                with self.file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(record) + "\n")
            if sys.stderr.isatty():
                sys.stderr.write(f"{self.kind}: {block.stop}   \r")
                sys.stderr.flush()
            yield record

    def _read(self):
        """The records by what they are about; a line that was cut off is dropped."""
        if not self.file.exists():
            return {}
        *lines, rest = self.file.read_bytes().split(b"\n")
        if rest:
            self.file.write_bytes(b"".join(line + b"\n" for line in lines))
        return {tuple(r[name] for name in NAMES): r for r in map(json.loads, lines)}

    def save(self, number, outcome, certificate):
        """The file that now holds this forgery."""
        name = f"{outcome}-{self.kind}-{self.seed}-{number}"
        if isinstance(certificate, (str, bytes)):
            data, ending = certificate, "json"
        else:
            try:
                data, ending = json.dumps(certificate), "json"
            except (TypeError, ValueError, RecursionError):  # an odd object in it
                data, ending = repr(certificate), "txt"
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.{ending}"
        path.write_bytes(data if isinstance(data, bytes) else data.encode(errors="surrogatepass"))
        return path


@lru_cache
def stamp(kind):
    """Digest of the referees and of everything here that a judgement depends on."""
    import proofs_checks

    files = sorted(Path(proofs_checks.__file__).parent.rglob("*.py"))
    mine = ("changes.py", "texts.py", "judging.py")
    seconds = sorted(naive.file_of(kind).parent.glob("naive_*.py"))
    files += [*(HERE / name for name in mine), HERE.parent / "naive.py", *seconds]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]
