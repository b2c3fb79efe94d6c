"""The edges of what leaves the program: streams that fail late, odd names, permissions."""

from __future__ import annotations

import errno
import io
import os
import stat
import subprocess
import sys

import pytest

from proofs_checks import output


class Stream(io.StringIO):
    """Text, and an error when it is handed on."""

    def __init__(self, error=None):
        super().__init__()
        self.error, self.flushed = error, 0

    def flush(self):
        self.flushed += 1
        if self.error is not None:
            raise self.error


def streams(monkeypatch, **found):
    for name, stream in found.items():
        monkeypatch.setattr(sys, name, stream)


def test_without_a_umask_everybody_may_read_and_write(tmp_path):
    before = os.umask(0)
    try:
        output.write_whole(tmp_path / "out", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o666


def test_what_was_printed_is_handed_on_before_the_command_ends(monkeypatch):
    out, err = Stream(), Stream()
    streams(monkeypatch, stdout=out, stderr=err)
    assert output.command(lambda: out.write("said\n"), "x") == 5
    assert (out.getvalue(), out.flushed, err.getvalue()) == ("said\n", 1, "")


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "x: the output was not printed: No space left on device\n"), (errno.EPIPE, "")],
)
def test_text_that_cannot_be_handed_on_in_the_end_is_silenced_and_said(number, said, monkeypatch):
    silenced = []
    monkeypatch.setattr(output, "silence", lambda: silenced.append(True))
    out, err = Stream(OSError(number, os.strerror(number))), Stream()
    streams(monkeypatch, stdout=out, stderr=err)
    assert output.command(lambda: 0, "x") == output.UNWRITTEN == 2
    assert (err.getvalue(), silenced) == (said, [True])
    assert err.flushed == bool(said)


def test_a_complaint_that_cannot_be_printed_either_changes_no_code(monkeypatch):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(output, "silence", lambda: None)
    streams(monkeypatch, stdout=Stream(full), stderr=Stream(full))
    assert output.command(lambda: 0, "x") == 2


def test_after_silence_nothing_is_printed():
    program = (
        "import os; from proofs_checks import output\n"
        "print('before', flush=True); output.silence(); print('after', flush=True)\n"
        "os.write(1, b'beside')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"before\n", b"")


def test_any_file_name_can_be_printed_on_both_streams(monkeypatch):
    raw = {name: io.BytesIO() for name in ("stdout", "stderr")}
    narrow = {name: io.TextIOWrapper(one, encoding="ascii") for name, one in raw.items()}
    streams(monkeypatch, **narrow)
    output._open_streams()
    for stream in narrow.values():
        stream.write("\N{SNOWMAN}\udc80")
        stream.flush()
    assert {one.getvalue() for one in raw.values()} == {b"\\u2603\\udc80"}


def test_streams_that_are_closed_from_the_start_swallow_text(monkeypatch):
    other = Stream()
    for closed in ("stdout", "stderr"):
        streams(monkeypatch, stdout=other, stderr=other)
        streams(monkeypatch, **{closed: None})
        output._open_streams()
        stream = getattr(sys, closed)
        assert stream.write("text\N{SNOWMAN}") == 5
        assert stream.name == os.devnull
        stream.close()
    assert other.getvalue() == ""
