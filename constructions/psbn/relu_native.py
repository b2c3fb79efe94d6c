"""The optional compiled kernel of `relu_op`: built on request by any C compiler, found when it is there.

``python -m constructions.psbn.relu_native`` builds it into ``$XDG_CACHE_HOME/touchstone`` (about two
seconds) and prints the folder. Nothing is ever built by importing or calling something else; without the
kernel `relu_op` computes the same in plain torch. POSIX only.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path

__all__ = ["Problem", "build", "folder", "kernels"]

SOURCE = Path(__file__).with_name("relu_kernel.c")
REALS = ("float", "double")
FLAGS = ("-O3", "-std=c11", "-shared", "-fPIC", "-fno-math-errno", "-fno-trapping-math")
#: From the fastest to what every compiler takes.
CHOICES = (("-march=native", "-fopenmp"), ("-fopenmp",), ("-march=native", "-fopenmp-simd"), ())


class Problem(ctypes.Structure):
    """``problem`` of relu_kernel.c."""

    _fields_ = [
        *((name, ctypes.c_long) for name in ("N", "C", "S")),
        *((name, ctypes.c_int) for name in ("rows", "train", "threads")),
        *((name, ctypes.c_double) for name in ("eps", "slope")),
    ]


@cache
def folder() -> Path | None:
    """Where the kernel of this source, on this kind of processor, belongs; None without a home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # not set, or invalid by the rules of that variable
        home = os.path.expanduser("~")
        if home == "~":
            return None
        base = os.path.join(home, ".cache")
    about = [platform.system(), platform.machine(), _processor(), *FLAGS]
    key = hashlib.sha256(SOURCE.read_bytes() + "\n".join(about).encode()).hexdigest()[:16]
    return Path(base) / "touchstone" / f"psbn-{key}"


@cache
def kernels() -> dict[str, ctypes.CDLL] | None:
    """The loaded libraries by C type, or None when they have not been built.

    A file carries the digest of its content in its name. One that is damaged, unreadable or not of this
    kernel is never run: None, and one ``RuntimeWarning`` that names it.
    """
    where = folder()
    files = {} if where is None else {real: _files(where, real) for real in REALS}
    if not files or not all(files.values()):
        return None
    loaded: dict[str, ctypes.CDLL] = {}
    complaint = ""
    for real, candidates in files.items():
        for path in candidates:
            try:
                loaded.setdefault(real, _load(path))
            except OSError as error:
                complaint = complaint or f"{path}: not the kernel that was built ({error}); "
    if len(loaded) == len(REALS):
        return loaded
    rule = (
        "plain torch is used instead; to build it again: python -m constructions.psbn.relu_native"
    )
    warnings.warn(complaint + rule, RuntimeWarning, stacklevel=2)
    return None


def _files(where: Path, real: str) -> list[Path]:
    try:
        return sorted(where.glob(f"{real}-*.so"))
    except OSError:  # a folder that may not be read
        return []


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _load(path: Path) -> ctypes.CDLL:
    """``OSError`` for anything but a file that `build` has left there."""
    if _digest(path) != path.stem.rpartition("-")[2]:
        raise OSError("its content is not the one its name tells")
    library = ctypes.CDLL(str(path))
    if not all(hasattr(library, f"psbn_relu_{name}") for name in ("forward", "backward")):
        raise OSError("it has no psbn_relu_forward and psbn_relu_backward")
    return library


def build(compiler: str | None = None) -> Path:
    """Compile the kernel; returns its folder. ``compiler``: default ``$CC``, else cc, gcc or clang.

    Raises ``RuntimeError`` with the compiler's words when there is none or it fails, and where the folder
    cannot be written.
    """
    where = folder()
    if where is None:
        raise RuntimeError("no home directory and no XDG_CACHE_HOME to put the kernel into")
    names = (compiler or os.environ.get("CC") or "cc", *(() if compiler else ("gcc", "clang")))
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise RuntimeError(f"no C compiler found (looked for {', '.join(names)})")
    try:
        where.mkdir(parents=True, exist_ok=True)
        for real in REALS:
            _renew(found, where, real)
    except (OSError, subprocess.SubprocessError) as error:
        raise RuntimeError(f"{where}: the kernel cannot be built there ({error})") from error
    kernels.cache_clear()
    return where


def _renew(compiler: str, where: Path, real: str) -> None:
    """A fresh library in its place, whole or not at all; older ones go."""
    with tempfile.TemporaryDirectory(dir=where) as scratch:
        fresh = Path(scratch) / "kernel.so"
        _compile(compiler, real, fresh)
        target = where / f"{real}-{_digest(fresh)}.so"
        os.replace(fresh, target)
    _load(target)
    for path in _files(where, real):
        if path != target:
            path.unlink(missing_ok=True)


def _compile(compiler: str, real: str, target: Path) -> None:
    said = ""
    for choice in CHOICES:
        line = [compiler, *FLAGS, *choice, f"-DREAL={real}", str(SOURCE), "-o", str(target), "-lm"]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode == 0:
            return
        said = done.stderr
    raise RuntimeError(f"{compiler} failed:\n{said}")


def _processor() -> str:
    """What ``-march=native`` depends on: a home may be shared by different machines."""
    about = Path("/proc/cpuinfo")
    if not about.is_file():
        return platform.processor()
    lines = about.read_text(encoding="utf-8", errors="replace").splitlines()
    wanted = ("flags", "Features", "model name", "vendor_id")
    return "\n".join(sorted({line for line in lines if line.startswith(wanted)}))


if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n")
