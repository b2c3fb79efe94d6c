"""The peer in another interpreter: what is said when it is not there, and how it is talked to."""

from __future__ import annotations

import sys
import textwrap

import pytest

from constructions.spgan.conv import GroupConv2d
from constructions.spgan.image_groups import C4
from experiments import _bench_spgan_layers as bench
from experiments import benchmark

FAKE = """
    import json, sys
    print("ready 9.9", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        with open({log!r}, "a") as file:
            file.write(request["group"] + request["kind"] + request["layout"] + "\\n")
        if request["kind"] == "die":
            sys.exit(3)
        print("done", flush=True)
"""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """An interpreter that runs a worker of ours, whatever script it is handed."""
    script, python = tmp_path / "worker.py", tmp_path / "python"
    script.write_text(textwrap.dedent(FAKE).format(log=str(tmp_path / "log")))
    python.write_text(f"#!/bin/sh\nexec {sys.executable} {script}\n")
    python.chmod(0o755)
    peer = bench.Peer.of(str(python))
    yield peer, tmp_path / "log"
    peer.close()


@pytest.mark.parametrize(
    ("python", "words"),
    [
        (None, "names no interpreter"),
        ("", "names no interpreter"),
        ("/nowhere/python", "No such file"),
        ("/bin/true", "does not import it"),
    ],
)
def test_an_absent_peer_is_said_to_be_absent(python, words):
    found = bench.Peer.of(python)
    assert isinstance(found, str)
    assert found.startswith("escnn not installed")
    assert words in found


def test_without_the_peer_its_rows_have_no_number():
    rows = bench.layers(GroupConv2d(C4, 32, 32, 3), "NCHW", "eval", "escnn not installed: why")
    assert [row.reference is None for row in rows] == [False, False, True]
    assert rows[-1].note == "escnn not installed: why"


def test_the_peer_works_in_turns_with_us(fake):
    peer, log = fake
    assert peer.version == "9.9"
    theirs = peer.passes(C4, 32, "train", "NHWC")  # builds at once, outside the timing

    def ours():
        with log.open("a") as file:
            file.write("ours\n")

    benchmark.run(benchmark.Race("x", ours, theirs, "", 2, False))
    assert log.read_text().split() == ["C4trainNHWC", "ours", "C4trainNHWC", "ours", "C4trainNHWC"]


def test_a_peer_that_dies_is_an_error(fake):
    with pytest.raises(RuntimeError, match="exit code 3"):
        fake[0].passes(C4, 32, "die", "NCHW")


def test_the_rows_of_the_expansion_do_the_work_they_name():
    layer = GroupConv2d(C4, 2, 2, 3)
    data, bench_shape = bench.data, bench.SHAPE
    assert bench_shape == (16, 128, 28, 28)
    assert data("NHWC")[0].shape == bench_shape
    kinds = ("train", "eval")
    x = (data("NCHW")[0][:1, :8, :4, :4].detach().requires_grad_(), None)
    for kind in kinds[1:]:
        bench.passes(layer, x, kind)()
        assert not layer.training
