"""Plain text for terminals, pipes and log files: tables, headings, numbers."""

from __future__ import annotations

from collections.abc import Sequence


def heading(number: int, title: str) -> str:
    """A numbered section title with a rule under it."""
    line = f"{number}. {title}"
    return f"\n{line}\n{'-' * len(line)}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]], align: str) -> str:
    """Columns of text, two spaces apart; ``align`` has one of ``<``, ``>`` for each column."""
    cells = [list(head), *([_show(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = [
        "  ".join(
            f"{cell:{side}{width}}" for cell, side, width in zip(row, align, widths, strict=True)
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(f"  {line}" for line in lines)


def _show(cell: object) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "NO"
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
