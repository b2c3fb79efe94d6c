"""A wing with one claim of every standing, run once, and the report made of it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiments.report import main

EVIL = '<script>document.title="run"</script><img src=x onerror="document.title=1">&amp;"\''

ZOO = (
    r'''
"""Zoo: one claim of every standing.

Symbols: n a number.

| symbol | meaning |
|---|---|
| $n^2$ | a square |
"""
from fractions import Fraction
from constructions.interp.lower_bound import certified_minimum
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.error_rates import Declaration
from theory import *

EVIL = '''
    + repr(EVIL)
    + r"""

def claim(id, kind=LEMMA, **more):
    given = dict(title=f"About {id}", statement=r"$\sum_{i \le n} (2i - 1) = n^2$",
                 source=Derived("induction"), constants={"power": 2}, module=__name__)
    return Claim(id=id, kind=kind, **{**given, **more})

def holds(claim):
    return all(sum(range(1, 2 * n, 2)) == n ** claim["power"] for n in range(1, 9))

def of_level(level, payload, **more):
    def decided(claim):
        return established(**payload) if holds(claim) else refuted({"n": 2})
    def register(made):
        made.check(level, scope="n <= 8", **more)(decided)
        made.falsifier("power + 1", constants={"power": 3}, because="8 is not 4")
        return made
    return register

exact = of_level(EXACT, {"cases": 8})
SYM = of_level(SYMBOLIC, {"residual": 0})(claim("zoo.SYM"))
SUM = exact(claim("zoo.SUM", source=Paper("Theorem 1"), needs=("zoo.SYM",)))
PROP = of_level(PROPERTY, {"examples": 80, "rejected": 20})(claim("zoo.PROP", needs=("zoo.SUM",)))
RATES = Declaration(estimand="mean", null="0", alternative="1", delta=Fraction(1), n=10,
                    alpha=Fraction(1, 5000), beta=Fraction(1, 100), stream="zoo.mean")
STAT = of_level(STATISTICAL, {"estimate": 0.1, "interval": [0, 0.2], "n": 10}, rates=RATES)(
    claim("zoo.STAT", source=KnownTheorem("seen")))
EMP = of_level(EMPIRICAL, {"records": ["one"]})(claim("zoo.EMP", needs=("zoo.STAT",)))
DEF = claim("zoo.DEF", DEFINITION)
OPENED = claim("zoo.OPEN", OPEN, needs=("zoo.DEF",))
STALE = exact(claim("zoo.STALE"))
RESTS = exact(claim("zoo.RESTS", proof_needs=("zoo.WRONG", "zoo.SUM")))
TEX = exact(claim("zoo.TEX", statement=r"A formula $\notacommand{x}$, and $y^2$, for $5 only"))

HTML = exact(claim("zoo.HTML", title=EVIL, statement=EVIL + "$" + EVIL + "$", source=Derived(EVIL),
                   hypotheses={EVIL: EVIL}))
@HTML.check(EXACT, scope=EVIL)
def shows(claim): return refuted({EVIL: EVIL})
HTML.falsifier(EVIL, constants={"power": 4}, because=EVIL)

WRONG = claim("zoo.WRONG", THEOREM)
@WRONG.check(EXACT, scope="n <= 8", tier=SLOW)
def wrong(claim): return refuted({"n": 3, "sum": Fraction(1, 3)})
WRONG.falsifier("power + 1", constants={"power": 3})

FAILS = claim("zoo.FAILS")
@FAILS.check(EXACT, scope="n <= 8")
def fails(claim): raise RuntimeError("it broke")
FAILS.falsifier("power + 1", constants={"power": 3})

ABSENT = claim("zoo.ABSENT")
@ABSENT.check(EXACT, scope="n <= 8")
def absent(claim): return not_run("a telescope")
ABSENT.falsifier("power + 1", constants={"power": 3})

UNSURE = claim("zoo.UNSURE")
@UNSURE.check(EXACT, scope="n <= 8")
def unsure(claim): return undecided("too hard")
UNSURE.falsifier("power + 1", constants={"power": 3})

BLIND = claim("zoo.BLIND", hypotheses={"positive": "$n > 0$"})
@BLIND.check(EXACT, scope="n <= 8")
def blind(claim): return established(cases=1)
BLIND.falsifier("power + 1", constants={"power": 3})
@BLIND.inhabitant
def one(claim): return {"positive": True}
@BLIND.boundary("n = 0", expect=Verdict.REFUTED)
def zero(claim): return established()

MISPRINT = claim("zoo.MISPRINT", ERRATUM)
@MISPRINT.check(EXACT, scope="n <= 8")
def misprint(claim):
    return established(cases=8, witness={"n": 7, "printed": 50}) if holds(claim) else refuted(1)
MISPRINT.falsifier("power + 1", constants={"power": 3})

LEAST = claim("zoo.LEAST", constants={"more": 0})
@LEAST.check(CERTIFIED, scope="two sizes")
def least(claim):
    digests = []
    for N in (4, 6):
        found = certified_minimum(N, 16).certificate()
        more = found["statement"]["parameters"] + claim["more"]
        sealed = seal(found["kind"], {**found["statement"], "parameters": more}, found["evidence"])
        try: digests.append(check(sealed).digest)
        except Rejected as reason: return refuted(str(reason))
    return established(certificates=digests)
LEAST.falsifier("one more", constants={"more": 1})
"""
)


@dataclass
class Zoo:
    """The folder of wings, what pytest said of it, and a report built from both."""

    root: Path
    outcomes: Path
    certificates: Path
    out: Path
    code: int
    data: dict[str, Any]

    @property
    def claims(self) -> dict[str, Any]:
        """The claims of the report that belong to the zoo, by id."""
        return {one["id"]: one for one in self.data["claims"] if one["wing"] == "zoo"}

    @property
    def html(self) -> str:
        """The page."""
        return (self.out / "index.html").read_text(encoding="utf-8")

    def build(self, out: Path, *options: str) -> tuple[int, dict[str, Any]]:
        """Another report of the same claims."""
        code = main(["--out", str(out), "--claims-root", str(self.root), *options])
        return code, json.loads((out / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    """Run the zoo in a pytest of its own and build its report."""
    folder = tmp_path_factory.mktemp("zoo")
    module = folder / "wings" / "zoo" / "animals.py"
    module.parent.mkdir(parents=True)
    module.write_text(ZOO, encoding="utf-8")
    made = Zoo(folder / "wings", folder / "claims.json", folder / "kept", folder / "out", 0, {})
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "theory._core.plugin", "-p", "no:cacheprovider",
         "-p", "no:hypothesispytest", "-p", "no:typeguard", "--tier", "slow",
         "--claims-root", made.root, "--claims-report", made.outcomes,
         "--claims-certificates", made.certificates, made.root],
        cwd=folder, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    # The statement of one claim has been changed since: its digest is another one.
    report = json.loads(made.outcomes.read_text(encoding="utf-8"))
    stale = next(one for one in report["claims"] if one["id"] == "zoo.STALE")
    stale["digest"] = "0" * 16
    made.outcomes.write_text(json.dumps(report), encoding="utf-8")
    options = ("--outcomes", str(made.outcomes), "--certificates", str(made.certificates))
    made.code, made.data = made.build(made.out, *options)
    return made
