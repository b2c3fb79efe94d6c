"""Keep what the referee accepts during a session, and save what an established check rests on.

The referee remembers digests only, and checks hand out digests only. While a :class:`Keeper` is in
place it notes the text of every certificate at the moment of its acceptance, so that nothing a check
does to its objects afterwards can change what is saved. Saving is content-addressed: a file
``<digest>.json`` is written whole, and by whichever worker gets there first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs_checks import certificate
from proofs_checks.output import write_whole

Checker = Callable[[dict[str, Any], Any], str]


@dataclass
class Keeper:
    """Texts of accepted certificates by digest; ``folder`` is where :meth:`save` puts them.

    ``recent`` lists the digests accepted since somebody cleared it.
    """

    folder: Path
    texts: dict[str, bytes] = field(default_factory=dict)
    recent: list[str] = field(default_factory=list)
    _original: Callable[[str], Checker] | None = None

    def install(self) -> None:
        """Listen to the referee: every kind's checker is seen through until :meth:`remove`."""
        # `check` looks the checker of a kind up by this name at every call, so it does not matter
        # when, and under which name, a module of claims has imported `check` itself.
        original = self._original = certificate._checker
        certificate._checker = lambda kind: self._noting(kind, original(kind))

    def remove(self) -> None:
        """Leave the referee as it was found."""
        if self._original is not None:
            certificate._checker = self._original
            self._original = None

    def _noting(self, kind: str, checker: Checker) -> Checker:
        def noted(statement: dict[str, Any], evidence: Any) -> str:
            summary = checker(statement, evidence)
            sealed = certificate.seal(kind, statement, evidence)
            self.texts.setdefault(sealed["digest"], certificate.dumps(sealed).encode("ascii"))
            self.recent.append(sealed["digest"])
            return summary

        return noted

    def save(self, digests: list[str]) -> str:
        """Write these certificates; what went wrong in one line, or nothing."""
        for one in digests:
            if one not in self.texts:
                return f"certificate {one[:12]} was accepted before it could be kept"
            path = self.folder / f"{one}.json"
            try:
                if not path.is_file() or path.read_bytes() != self.texts[one]:
                    write_whole(path, self.texts[one])
            except OSError as error:
                return f"certificate {one[:12]} could not be written: {error.strerror or error}"
        return ""


def certificate_folder(option: str, name: str) -> Path:
    """The folder of that name, made if it is not there, after trying that files can be written.

    ``ValueError`` names the option, the path and the reason.
    """
    from proofs_checks.output import output_path

    try:
        if not name:
            raise ValueError("the name is empty")
        folder = Path(name).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        output_path(option, folder / "certificate.json")
    except (OSError, RuntimeError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ValueError(
            f"{option}: must be a folder that can be written, got {name!r}: {reason}"
        ) from None
    return folder
