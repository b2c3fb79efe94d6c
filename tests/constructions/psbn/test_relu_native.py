"""Building and finding the optional kernel."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from constructions.psbn import relu_native, relu_op


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """An empty cache; what other tests have loaded comes back afterwards."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def forget():
    relu_native.folder.cache_clear()
    relu_native.kernels.cache_clear()


def test_nothing_is_built_by_using_the_operation(elsewhere):
    relu_op.norm_relu(torch.randn(4, 3), None, None, training=True)
    assert relu_native.kernels() is None
    assert list(elsewhere.iterdir()) == []


def test_a_missing_or_failing_compiler_is_told_and_leaves_nothing(elsewhere, tmp_path):
    with pytest.raises(RuntimeError, match="no C compiler found"):
        relu_native.build("no-such-compiler")
    bad = tmp_path / "bad"
    bad.write_text("#!/bin/sh\necho it broke >&2\nexit 1\n")
    bad.chmod(0o755)
    with pytest.raises(RuntimeError, match="it broke"):
        relu_native.build(str(bad))
    assert not list(elsewhere.rglob("*.so"))
    assert relu_native.kernels() is None


def test_without_a_home_there_is_no_kernel(monkeypatch, elsewhere):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    relu_native.folder.cache_clear()
    assert relu_native.kernels() is None
    with pytest.raises(RuntimeError, match="no home"):
        relu_native.build()


def test_importing_builds_and_loads_nothing():
    code = (
        "import constructions.psbn.relu_op as o; print(o.relu_native.kernels.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "0", done.stderr
