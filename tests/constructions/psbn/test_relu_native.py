"""Building and finding the optional kernel."""

from __future__ import annotations

import _ctypes
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name

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


def named(where, content, real):
    """A file as `build` would name it."""
    where.mkdir(parents=True, exist_ok=True)
    path = where / f"{real}-{hashlib.sha256(content).hexdigest()[:16]}.so"
    path.write_bytes(content)
    return path


def damaged(where):
    """The content changed after it got its name, as on a full or broken disk."""
    for real in relu_native.REALS:
        named(where, Path(_ctypes.__file__).read_bytes(), real).write_bytes(b"half a file")
    return "its content"


def foreign(where):
    """A library, but another one."""
    for real in relu_native.REALS:
        named(where, Path(_ctypes.__file__).read_bytes(), real)
    return "psbn_relu_forward"


def no_library(where):
    for real in relu_native.REALS:
        named(where, b"text", real)
    return "text|short|invalid|ELF"


@pytest.mark.parametrize("spoil", [damaged, foreign, no_library])
def test_a_file_that_is_not_the_kernel_is_told_once_and_torch_does_it(elsewhere, spoil):
    why = spoil(relu_native.folder())
    x = torch.randn(4, 3)
    with pytest.warns(RuntimeWarning, match=r"float.*not the kernel") as told:
        y = relu_op.norm_relu(x, None, None, training=True)
    relu_op.norm_relu(x, None, None, training=True)  # a second warning would be an error
    assert len(told) == 1
    assert str(relu_native.folder()) in str(told[0].message)
    assert "python -m constructions.psbn.relu_native" in str(told[0].message)
    assert spoil is no_library or why in str(told[0].message)
    assert torch.equal(y, F.relu(F.batch_norm(x, None, None, training=True)))


def test_building_again_replaces_what_was_damaged(elsewhere, kernel_folder):
    if kernel_folder is None:
        assert relu_native.kernels() is None
        return
    forget()
    damaged(relu_native.folder())
    with pytest.warns(RuntimeWarning):
        assert relu_native.kernels() is None
    relu_native.build()
    assert set(relu_native.kernels()) == set(relu_native.REALS)
    assert len(list(elsewhere.rglob("*.so"))) == 2


def test_a_cache_that_cannot_be_written_is_told_by_building_only(elsewhere, monkeypatch):
    (elsewhere / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(elsewhere / "file"))
    forget()
    assert relu_native.kernels() is None
    relu_op.norm_relu(torch.randn(4, 3), None, None, training=True)
    with pytest.raises(RuntimeError, match="cannot be built there"):
        relu_native.build(sys.executable)


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 0\n", "no script at all"])
def test_a_compiler_that_makes_nothing_is_a_failure(elsewhere, tmp_path, script):
    silent = tmp_path / "silent"
    silent.write_text(script)
    silent.chmod(0o755)
    with pytest.raises(RuntimeError, match="cannot be built there"):
        relu_native.build(str(silent))
    assert not list(elsewhere.rglob("*.so"))


def test_a_relative_cache_is_ignored_as_that_variable_demands(monkeypatch, elsewhere):
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(elsewhere))
    relu_native.folder.cache_clear()
    assert relu_native.folder().parents[1] == elsewhere / ".cache"
