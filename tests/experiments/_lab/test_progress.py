"""A bar for a terminal, and nothing anywhere else."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from experiments._lab.progress import progress

TOY = str(Path(__file__).parent / "toy.py")
ROOT = str(Path(__file__).parents[3])


def test_without_a_terminal_nothing_is_drawn(capsys):
    with progress("x") as watch:
        watch(1, 2, 0)
    assert capsys.readouterr() == ("", "")


def test_at_a_terminal_there_is_a_bar_with_the_remaining_time_on_stderr_only():
    outer, inner = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": ROOT, "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, TOY, "--n", "40", "--seconds", "0.01", "--bad", "nan"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=inner, env=environment
    ) as process:
        os.close(inner)
        drawn = b""
        while chunk := read(outer):
            drawn += chunk
        assert process.stdout is not None
        assert process.stdout.read() == b""
        assert process.wait() == 1
    os.close(outer)
    text = drawn.decode()
    assert "toy" in text
    assert "/40" in text
    assert "left" in text
    assert "1 failed" in text
    assert "toy: nan: metrics.x[1]: must be finite, got nan" in text.replace("\r", "")


def read(handle):
    """What is there; nothing once the other side is closed."""
    try:
        return os.read(handle, 4096)
    except OSError:
        return b""
