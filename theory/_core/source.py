"""Who claims a statement. A statement derived here is never shown as a theorem of a paper."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Where a statement comes from. ``origin`` is one of the class attributes below."""

    origin: str
    text: str

    def as_json(self) -> dict[str, str]:
        """Plain data for listings and reports."""
        return {"origin": self.origin, "text": self.text}

    def __str__(self) -> str:
        return f"{self.origin}: {self.text}"


def Paper(text: str) -> Source:
    """The paper itself asserts it; ``text`` names the place that was read (abstract, theorem)."""
    return Source("paper", text)


def Implementation(text: str) -> Source:
    """A released implementation does it."""
    return Source("implementation", text)


def LaterPaper(text: str) -> Source:
    """Another paper asserts it."""
    return Source("later paper", text)


def KnownTheorem(text: str) -> Source:
    """A published theorem used as a black box; ``text`` says whether it was seen or recalled."""
    return Source("known theorem", text)


def Derived(text: str) -> Source:
    """Proved or derived for this project; ``text`` says where the proof stands."""
    return Source("derived", text)
