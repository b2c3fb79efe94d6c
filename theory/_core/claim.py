"""A claim is data; tests, listing, graph and report are derived from it.

    PAIR = Claim(id="interp.PAIR", kind=LEMMA, title=..., statement=..., source=Derived(...))

    @PAIR.check(EXACT, scope="m <= 8")
    def enumerated_classes(claim): ...

    PAIR.falsifier("power doubled", constants={"power": 2})

A check is a function of the claim it is handed. A falsifier is the same claim with one thing made
wrong (:meth:`Claim.variant`); the same check runs on it and must come back ``refuted``. A variant
carries no mark of being one, so a check cannot recognise it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Any

from theory._core.outcome import STATISTICAL, Level, Outcome, Verdict
from theory._core.source import Source


class Kind(Enum):
    """What sort of statement a claim is."""

    DEFINITION = "definition"
    LEMMA = "lemma"
    THEOREM = "theorem"
    COROLLARY = "corollary"
    PROPOSITION = "proposition"
    REMARK = "remark"
    EMPIRICAL = "empirical"
    ERRATUM = "erratum"  # what a paper or its released code gets wrong, with the witness
    OPEN = "open"  # registered, and nobody claims to know


DEFINITION, LEMMA, THEOREM = Kind.DEFINITION, Kind.LEMMA, Kind.THEOREM
COROLLARY, PROPOSITION, REMARK = Kind.COROLLARY, Kind.PROPOSITION, Kind.REMARK
ERRATUM, OPEN = Kind.ERRATUM, Kind.OPEN

FAST, SLOW, NIGHTLY = "fast", "slow", "nightly"
TIERS = (FAST, SLOW, NIGHTLY)

Function = Callable[["Claim"], Outcome]


@dataclass(frozen=True)
class Check:
    """One way to put a claim to the test. ``scope`` is all that its success may be quoted for.

    A ``part`` tests a step or a number beside the statement; it has to hold, and lends no level.
    """

    name: str
    level: Level
    scope: str
    function: Function
    tier: str = FAST
    rates: Any = None  # proofs_checks.error_rates.Declaration, for statistical checks
    part: bool = False

    @property
    def doc(self) -> str:
        """First line of the docstring."""
        return (self.function.__doc__ or "").strip().split("\n")[0]


@dataclass(frozen=True)
class Falsifier:
    """A near miss of a claim. ``by`` names the checks that must kill it; empty means every check."""

    name: str
    constants: Mapping[str, Any]
    drop: tuple[str, ...]
    by: tuple[str, ...]
    because: str

    def meets(self, check: Check) -> bool:
        """Whether ``check`` has to kill this falsifier."""
        return not self.by or check.name in self.by


@dataclass(frozen=True)
class Boundary:
    """A degenerate instance (N = 1, zero separation, ...) with the verdict it must give."""

    name: str
    expect: Verdict
    function: Function


@dataclass(frozen=True)
class Inhabitant:
    """A stored object that meets every hypothesis: the claim is not vacuous.

    ``function(claim)`` returns one bool per hypothesis, computed on the object.
    """

    name: str
    function: Callable[[Claim], Mapping[str, bool]]


def _calling_module() -> str:
    # As in collections.namedtuple: frame 1 is the generated __init__, frame 2 the declaration.
    return sys._getframe(2).f_globals.get("__name__", "__main__")


@dataclass(frozen=True, eq=False)
class Claim:
    """A statement with its hypotheses, constants and source, and everything that tests it.

    Parameters
    ----------
    id: ``wing.NAME``; append-only, never used for another statement.
    kind, title, statement: what it is; the statement is LaTeX.
    source: who claims it (:mod:`theory._core.source`).
    hypotheses: name -> LaTeX; a check asks :meth:`assumes`, so that a falsifier can drop one.
    constants: name -> value; a check reads them from the claim, so that a falsifier can sharpen one.
    needs: ids that the statement refers to. proof_needs: ids that its proof rests on.
    """

    id: str
    kind: Kind
    title: str
    statement: str
    source: Source
    hypotheses: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    proof_needs: tuple[str, ...] = ()
    module: str = field(default_factory=_calling_module, repr=False)
    checks: list[Check] = field(default_factory=list, init=False, repr=False)
    falsifiers: list[Falsifier] = field(default_factory=list, init=False, repr=False)
    boundaries: list[Boundary] = field(default_factory=list, init=False, repr=False)
    inhabitants: list[Inhabitant] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        wing, _, name = self.id.partition(".")
        if not (wing.isidentifier() and name.isidentifier()):
            raise ValueError(f"id: must read wing.NAME, got {self.id!r}")
        for clash in set(self.hypotheses) & set(self.constants):
            raise ValueError(f"{self.id}: {clash!r} is both a hypothesis and a constant")
        object.__setattr__(self, "hypotheses", MappingProxyType(dict(self.hypotheses)))
        object.__setattr__(self, "constants", MappingProxyType(dict(self.constants)))

    def __getitem__(self, constant: str) -> Any:
        """The value of a named constant."""
        return self.constants[constant]

    def assumes(self, hypothesis: str) -> bool:
        """Whether ``hypothesis`` is in force (a falsifier may have dropped it)."""
        return hypothesis in self.hypotheses

    # -- declarations ---------------------------------------------------------------------------

    def check(
        self, level: Level, *, scope: str, tier: str = FAST, rates: Any = None, part: bool = False
    ) -> Callable[[Function], Function]:
        """Register a check (decorator). Statistical checks declare their error rates here."""
        if tier not in TIERS:
            raise ValueError(f"{self.id}: tier must be one of {TIERS}, got {tier!r}")
        if (level is STATISTICAL) != (rates is not None):
            raise ValueError(f"{self.id}: rates are declared by statistical checks, and only there")

        def register(function: Function) -> Function:
            name = getattr(function, "__name__", repr(function))
            self._refuse_repeat("check", name, self.checks)
            self.checks.append(Check(name, level, scope, function, tier, rates, part))
            return function

        return register

    def falsifier(
        self,
        name: str,
        *,
        constants: Mapping[str, Any] | None = None,
        drop: str | tuple[str, ...] = (),
        by: str | tuple[str, ...] = (),
        because: str = "",
    ) -> Falsifier:
        """Register a near miss: constants overridden, hypotheses dropped."""
        dropped = (drop,) if isinstance(drop, str) else tuple(drop)
        made = Falsifier(
            name, dict(constants or {}), dropped, (by,) if isinstance(by, str) else by, because
        )
        unknown = [k for k in made.constants if k not in self.constants]
        unknown += [h for h in dropped if h not in self.hypotheses]
        if unknown:
            raise ValueError(f"{self.id}: falsifier {name!r} names unknown {', '.join(unknown)}")
        if all(self.constants[k] == v for k, v in made.constants.items()) and not dropped:
            raise ValueError(f"{self.id}: falsifier {name!r} changes nothing")
        self._refuse_repeat("falsifier", name, self.falsifiers)
        self.falsifiers.append(made)
        return made

    def boundary(
        self, name: str, *, expect: Verdict = Verdict.ESTABLISHED
    ) -> Callable[[Function], Function]:
        """Register a degenerate instance and the verdict it must give (decorator)."""

        def register(function: Function) -> Function:
            self._refuse_repeat("boundary", name, self.boundaries)
            self.boundaries.append(Boundary(name, expect, function))
            return function

        return register

    def inhabitant(
        self, function: Callable[[Claim], Mapping[str, bool]]
    ) -> Callable[[Claim], Mapping[str, bool]]:
        """Register an object that meets every hypothesis (decorator); see :class:`Inhabitant`."""
        self.inhabitants.append(Inhabitant(getattr(function, "__name__", "inhabitant"), function))
        return function

    # -- derived --------------------------------------------------------------------------------

    def variant(self, falsifier: Falsifier) -> Claim:
        """The same claim with the one thing made wrong, and no other trace of it."""
        return replace(
            self,
            constants={**self.constants, **falsifier.constants},
            hypotheses={k: v for k, v in self.hypotheses.items() if k not in falsifier.drop},
        )

    def handed(self) -> Claim:
        """A copy: what a check gets, so that neither ``is`` nor a list tells it from a variant."""
        return replace(self)

    @property
    def wing(self) -> str:
        """The package the claim belongs to."""
        return self.id.partition(".")[0]

    def _refuse_repeat(self, what: str, name: str, existing: list[Any]) -> None:
        if any(one.name == name for one in existing):
            raise ValueError(f"{self.id}: a second {what} named {name!r}")
