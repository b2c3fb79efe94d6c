"""Sweeps that are killed, that meet on one store, and that fill the disk."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from toy import EXPERIMENT

from experiments._lab.sweep import run_tasks

HERE = Path(__file__).parent
TASKS, KILLS, SECONDS = 200, 50, 0.001
PATIENCE = 60  # seconds after which something is wrong; nothing waits that long when it works


@contextmanager
def zygotes(number):
    """Processes that fork sweeps (see ``zygote.py``)."""
    command = [sys.executable, str(HERE / "zygote.py")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    found = [subprocess.Popen(command, **pipes) for _ in range(number)]
    try:
        yield found
    finally:
        for process in found:
            process.communicate(timeout=PATIENCE)


def ask(process, line):
    process.stdin.write(line + "\n")


def answer(process):
    return int(process.stdout.readline())


def until(condition, what):
    """Wait for a condition, looking often."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.0005)


def whole(path):
    """Whether a file is a whole record: read with nothing but the standard library."""
    data = json.loads(path.read_bytes())
    stated = data.pop("digest")
    data.pop("provenance")
    text = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    return sha256(text).hexdigest() == stated and data["key"] == path.stem


class Watcher:
    """Looks at every record the moment it appears."""

    def __init__(self, folder):
        self.folder, self.seen = folder, {}

    def look(self):
        """Check what is new; the indices of all tasks that have a record."""
        names = os.listdir(self.folder) if self.folder.is_dir() else ()
        for name in names:
            if name.endswith(".json") and name not in self.seen:
                path = self.folder / name
                assert whole(path), f"half a record was visible: {path}"
                self.seen[name] = json.loads(path.read_bytes())["config"]["i"]
        return set(self.seen.values())


@pytest.fixture
def undisturbed(bench):
    """The records of a sweep that nobody disturbs."""
    cells = bench.cells(TASKS, seconds=SECONDS)
    return [record.fixed() for record in run_tasks(EXPERIMENT, cells)]


def stored(bench):
    """All but the provenance of every record, read without the store, in the order of the tasks."""
    found = [json.loads(path.read_bytes()) for path in (bench.folder / "toy").glob("*.json")]
    for data in found:
        del data["provenance"], data["digest"]
    return sorted(found, key=lambda data: data["config"]["i"])


def test_fifty_kills_at_random_moments_change_nothing(bench, undisturbed):
    bench.log.write_text("")
    rng, watcher, killed, disturbed = Random(0), Watcher(bench.folder / "toy"), 0, 0
    job = f"{bench.folder} {bench.log} {TASKS} {SECONDS}"
    with zygotes(1) as (zygote,):
        while killed < KILLS:
            done, begun = watcher.look(), len(bench.lines())
            ask(zygote, job)
            child, target, pause = answer(zygote), rng.randint(0, 6), rng.uniform(0, 0.004)
            # A moment is so many executions after the start, and a bit more.
            gone = Path(f"/proc/{child}/stat")
            until(
                lambda begun=begun, target=target, gone=gone: (
                    len(bench.lines()) >= begun + target
                    or watcher.look() == set(range(TASKS))
                    or "Z" in gone.read_text().rpartition(")")[2]
                ),
                "executions",
            )
            time.sleep(pause)
            os.kill(child, signal.SIGKILL)
            ask(zygote, "wait")
            killed += answer(zygote) == -signal.SIGKILL
            watcher.look()
            again = {index for _, index in bench.lines()[begun:]} & done
            assert not again, f"finished and computed again: {again}"
            disturbed += len(done) < TASKS
        last = watcher.look()
        begun = len(bench.lines())
        ask(zygote, job)
        answer(zygote)
        ask(zygote, "wait")
        assert answer(zygote) == 0
    assert not {index for _, index in bench.lines()[begun:]} & last
    assert stored(bench) == undisturbed
    assert watcher.look() == set(range(TASKS))
    assert disturbed >= KILLS // 2, "most kills met a sweep that had work left"
    assert sum(bench.executions().values()) <= TASKS + KILLS, "each kill costs at most a task"
    left = [name for name in os.listdir(bench.folder / "toy") if not name.endswith(".json")]
    assert left == [".claims"], "no temporary file of a dead writer is left"
    assert not (bench.folder / "aside").exists()


def test_two_processes_on_one_store_share_the_work_and_have_the_same_records(bench, undisturbed):
    bench.log.write_text("")
    with zygotes(2) as pair:
        for process in pair:
            ask(process, f"{bench.folder} {bench.log} {TASKS} {SECONDS}")
        children = [answer(process) for process in pair]
        for process in pair:
            ask(process, "wait")
        assert [answer(process) for process in pair] == [0, 0]
    assert stored(bench) == undisturbed
    assert bench.executions() == dict.fromkeys(range(TASKS), 1), "nothing is computed twice"
    workers = [pid for pid, _ in bench.lines()]
    assert set(workers) == set(children)
    assert min(map(workers.count, children)) > TASKS // 10, "both have worked"


def test_the_survivor_does_what_the_other_was_killed_over(bench, undisturbed):
    bench.log.write_text("")
    with zygotes(2) as pair:
        for process in pair:
            ask(process, f"{bench.folder} {bench.log} {TASKS} {SECONDS}")
        children = [answer(process) for process in pair]
        until(lambda: set(children) <= {pid for pid, _ in bench.lines()[20:]}, "both to work")
        os.kill(children[0], signal.SIGKILL)
        for process in pair:
            ask(process, "wait")
        assert [answer(process) for process in pair] == [-signal.SIGKILL, 0]
    assert stored(bench) == undisturbed
    assert sum(bench.executions().values()) <= TASKS + 1


# -- a whole command, with worker processes -------------------------------------------------------


def start(bench, *options, **given):
    """``python toy.py`` in a process of its own."""
    name = ["--log", str(bench.log), "--out", str(bench.folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(HERE / "toy.py"), *name, *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, **pipes, **given)


def finish(process):
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return False


def test_a_killed_command_leaves_no_worker_and_the_same_command_goes_on(bench):
    options = ("--n", "60", "--seconds", "0.01", "--jobs", "2")
    watcher = Watcher(bench.folder / "toy")
    for kill in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        before, begun = watcher.look(), len(bench.lines())
        process = start(bench, *options)
        until(lambda begun=begun: len(bench.lines()) >= begun + 8, "work")
        os.kill(process.pid, kill)
        code, out, err = finish(process)
        assert code == (-signal.SIGKILL if kill == signal.SIGKILL else 130)
        assert "Traceback" not in err
        until(lambda: not any(alive(pid) for pid, _ in bench.lines()), "the workers to end")
        assert not {index for _, index in bench.lines()[begun:]} & before
    assert "interrupted; " in err
    assert f"of 60 tasks are kept in {str(bench.folder)!r}, the same command goes on" in err
    before, begun = watcher.look(), len(bench.lines())
    code, out, err = finish(start(bench, *options))
    assert (code, out, err) == (0, "60 numbers\n", "")
    assert not {index for _, index in bench.lines()[begun:]} & before
    assert watcher.look() == set(range(60))


@pytest.mark.parametrize(
    "where", ["", "--limit 30", "--jobs 2", "--jobs 2 --limit 30", "--scheduler local --jobs 2"]
)
def test_an_interrupt_from_the_keyboard_is_one_line_wherever_the_tasks_run(bench, where):
    options = ["--n", "1000", "--seconds", "0.05", *where.split()]
    process = start(bench, *options, start_new_session=True)
    until(lambda: len(bench.lines()) >= 3, "work")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to all of them
    code, out, err = finish(process)
    assert (code, out) == (130, "")
    assert err.startswith("toy: interrupted; ")
    assert err.count("\n") == 1, err
    until(lambda: not any(alive(pid) for pid, _ in bench.lines()), "the workers to end")


def test_a_worker_that_is_killed_from_outside_costs_no_task(bench):
    process = start(bench, "--n", "60", "--seconds", "0.02", "--jobs", "2")
    until(lambda: len({pid for pid, _ in bench.lines()}) == 2, "both workers")
    victim = bench.lines()[-1][0]
    os.kill(victim, signal.SIGKILL)
    assert finish(process) == (0, "60 numbers\n", "")
    assert set(bench.executions()) == set(range(60))
    assert Watcher(bench.folder / "toy").look() == set(range(60))
    assert victim != process.pid


# -- a full disk ----------------------------------------------------------------------------------

FILL = """
import json, os, subprocess, sys
from pathlib import Path
folder, toy, log = sys.argv[1:]
command = [sys.executable, toy, "--n", "40", "--log", log, "--out", folder]
filler = Path(folder, "filler")
filler.write_bytes(bytes(300_000))
first = subprocess.run(command, capture_output=True, text=True)
names = sorted(p.name for p in Path(folder, "toy").iterdir())
filler.unlink()
second = subprocess.run(command, capture_output=True, text=True)
print(json.dumps([first.returncode, first.stderr, names, second.returncode, second.stderr]))
"""
MOUNT = 'mount -t tmpfs -o size=400k none "$1" && exec "$0" -c "$2" "$1" "$3" "$4"'


def may_mount():
    """Whether this user may mount a file system in a namespace of its own."""
    probe = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def on_a_small_disk(bench):
    """A real file system of 400 kB."""
    bench.folder.mkdir()
    line = ["unshare", "-rm", "sh", "-c", MOUNT, sys.executable, str(bench.folder), FILL]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    line += [str(HERE / "toy.py"), str(bench.log)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env=environment)
    code, err, names, *second = json.loads(done.stdout)
    return code, err, names, second


def limited():
    """Files of at most 2,000 bytes: the write stops in the middle of a record."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


DISKS = ["small file system"] if may_mount() else []


@pytest.mark.parametrize("disk", DISKS)
def test_a_full_file_system_stops_the_sweep_and_keeps_what_is_finished(bench, disk):
    code, err, names, second = on_a_small_disk(bench)
    assert code == 2
    assert "No space left on device" in err
    assert "tasks are kept in" in err
    assert "Traceback" not in err
    kept = [name for name in names if name.endswith(".json")]
    assert 0 < len(kept) < 40
    assert [name for name in names if name not in kept] == [".claims"]
    assert second == [0, ""]
    assert sum(bench.executions().values()) == 41, "only the one that found no place is run again"


def test_a_write_that_stops_in_the_middle_leaves_nothing_of_it(bench):
    code, out, err = finish(start(bench, "--n", "3", "--bad", "long", preexec_fn=limited))
    assert (code, out) == (2, "")
    assert "File too large; 1 of 3 tasks are kept in" in err
    assert err.count("\n") == 1
    names = os.listdir(bench.folder / "toy")
    assert Watcher(bench.folder / "toy").look() == {0}
    assert len(names) == 2, "the record and the lock file"
