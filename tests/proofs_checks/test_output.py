"""Files are written whole or not at all, and a command never ends in a traceback."""

import errno
import os
import stat
import subprocess
import sys

import pytest

from proofs_checks import output


def entries(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("data", [b"", b"x", b"line\n" * 100_000])
def test_a_file_is_written_with_exactly_the_bytes_given(tmp_path, data):
    output.write_whole(tmp_path / "a b \N{SNOWMAN}.json", data)
    assert (tmp_path / "a b \N{SNOWMAN}.json").read_bytes() == data
    assert len(entries(tmp_path)) == 1


def test_a_written_file_has_the_permissions_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        output.write_whole(tmp_path / "out", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("where", ["replace", "fsync"])
@pytest.mark.parametrize("existing", [None, b"the old content"])
def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, where, existing):
    target = tmp_path / "out.json"
    if existing is not None:
        target.write_bytes(existing)
    monkeypatch.setattr(os, where, full_disk)
    with pytest.raises(OSError, match="No space left"):
        output.write_whole(target, b"new")
    monkeypatch.undo()
    assert entries(tmp_path) == ([] if existing is None else ["out.json"])
    assert existing is None or target.read_bytes() == existing


def test_an_interrupt_while_writing_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        output.write_whole(tmp_path / "out.json", b"new")
    assert entries(tmp_path) == []


KILLED = """
import os, sys, pathlib
from proofs_checks import output
os.fsync = lambda _: os.kill(os.getpid(), 9)
output.write_whole(pathlib.Path(sys.argv[1]), b"new" * 1000)
"""


def test_a_kill_while_writing_leaves_the_old_file_untouched(tmp_path):
    target = tmp_path / "out.json"
    target.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    assert done.returncode == -9
    assert target.read_bytes() == b"old"


def test_a_good_output_path_is_returned_and_nothing_is_left_behind(tmp_path):
    assert output.output_path("json", str(tmp_path / "out.json")) == tmp_path / "out.json"
    assert entries(tmp_path) == []


def test_a_link_is_followed_so_that_it_stays_a_link(tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    output.write_whole(output.output_path("json", str(tmp_path / "link.json")), b"new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "the name is empty"),
        (".", "directory"),
        ("missing/out.json", "No such file"),
        ("file/out.json", "Not a directory"),
        ("loop", "(loop|symbolic links)"),
        ("pipe", "not a regular file"),
        ("/dev/null", "not a regular file"),
        ("n" * 300, "name too long"),
        ("nul\0byte", "null"),
    ],
)
def test_a_bad_output_path_is_refused_with_option_path_and_reason(
    tmp_path, monkeypatch, name, reason
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=f"json: must be a file that can be written.*{reason}"):
        output.output_path("json", name)
    assert entries(tmp_path) == ["file", "loop", "pipe"]


def test_a_write_protected_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "out").write_text("")
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)  # root may write anything
    with pytest.raises(ValueError, match="write-protected"):
        output.output_path("json", str(tmp_path / "out"))


# -- commands -------------------------------------------------------------------------------------

COMMANDS = {
    "proofs_checks": ("-m", "proofs_checks", "missing"),
    "proofs_checks --help": ("-m", "proofs_checks", "--help"),
    "theory list": ("-m", "theory", "list"),
    "theory --help": ("-m", "theory", "--help"),
    "experiments": ("-m", "experiments"),
    "benchmark": ("-m", "experiments.benchmark"),
    "an experiment --help": ("-m", "experiments.interp_lower_bound", "--help"),
    "an experiment": ("-m", "experiments.interp_lower_bound", "--N", "2"),
}


def run(arguments, **streams):
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=False, timeout=60, **streams)


SILENT = ("proofs_checks", "theory --help")  # no stdout; argparse forgives a help it cannot print


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in SILENT])
def test_a_full_disk_behind_stdout_is_one_line_and_exit_code_2(name):
    with open("/dev/full", "w") as full:
        done = run(COMMANDS[name], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if not line.startswith(b"problem: ")]
    assert len(said) == 1
    assert b"printed: No space left on device" in said[0]


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "1>&- 2>&-"])
def test_closed_streams_swallow_the_text_and_nothing_else(name, closed):
    line = f'exec {closed}; exec "$@"'
    command = ["bash", "-c", line, "bash", sys.executable, *COMMANDS[name]]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert b"Traceback" not in done.stdout + done.stderr
    expected = (2,) if name == "proofs_checks" else (0, 1)  # 1: theory, if a claim has a problem
    assert done.returncode in expected


def test_a_reader_that_left_is_not_told():
    reading, writing = os.pipe()
    os.close(reading)
    done = run(COMMANDS["experiments"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (output.UNWRITTEN, b"")


def interrupted():
    raise KeyboardInterrupt


def test_an_interrupt_is_one_line_and_exit_code_130(capsys):
    assert output.command(interrupted, "python -m this") == output.INTERRUPTED == 130
    assert capsys.readouterr().err == "python -m this: interrupted\n"


@pytest.mark.parametrize(("leaving", "code"), [(None, 0), (0, 0), (3, 3), ("why", 1)])
def test_the_exit_code_of_a_command_that_leaves_is_kept(leaving, code):
    assert output.command(lambda: sys.exit(leaving), "x") == code


def test_an_error_about_a_file_is_not_mistaken_for_one_about_stdout(tmp_path):
    with pytest.raises(FileNotFoundError):
        output.command(lambda: len((tmp_path / "missing").read_text()), "x")


def test_what_is_made_durable_is_the_whole_file(tmp_path, monkeypatch):
    sizes = []
    monkeypatch.setattr(os, "fsync", lambda handle: sizes.append(os.fstat(handle).st_size))
    output.write_whole(tmp_path / "out", b"x" * 1000)
    assert sizes == [1000]


def test_a_temporary_file_of_somebody_else_is_not_written_over(tmp_path, monkeypatch):
    class Fixed:
        hex = "0" * 32

    monkeypatch.setattr(output, "uuid4", Fixed)
    taken = tmp_path / f".touchstone-{Fixed.hex}.tmp"
    taken.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        output.write_whole(tmp_path / "out", b"new")
    assert taken.read_bytes() == b"mine"


def test_a_bad_path_is_explained_without_numbers(tmp_path):
    for name, reason in (("missing/out", "No such file or directory"), (".", "it is a directory")):
        path = str(tmp_path / name)
        with pytest.raises(ValueError, match="written") as caught:
            output.output_path("--json", path)
        rule = f"--json: must be a file that can be written, got {path!r}: {reason}"
        assert str(caught.value) == rule
