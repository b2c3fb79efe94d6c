"""Prose under the tables of this wing."""

from __future__ import annotations

from textwrap import fill

WIDTH = 98


def note(text: str) -> str:
    """A paragraph, indented like a table and wrapped."""
    return fill(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
