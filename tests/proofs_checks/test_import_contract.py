"""The referees reach the standard library and flint, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import importlib, json, pkgutil, sys
before = set(sys.modules)
import proofs_checks
for found in pkgutil.walk_packages(proofs_checks.__path__, "proofs_checks."):
    importlib.import_module(found.name)
# Compiled modules leave modules without a spec behind; everything imported has one.
new = [n for n in set(sys.modules) - before if getattr(sys.modules[n], "__spec__", None)]
loaded = {name.partition(".")[0] for name in new}
print(json.dumps([sorted(n for n in sys.modules if n.startswith("proofs_checks")), sorted(loaded)]))
"""


def test_importing_every_referee_loads_only_the_standard_library_and_flint():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    modules, loaded = json.loads(run.stdout)
    assert "proofs_checks.interp.dichotomies" in modules
    foreign = [name for name in loaded if name not in sys.stdlib_module_names]
    assert sorted(set(foreign) - {"proofs_checks", "flint"}) == []


def test_a_certificate_is_checked_without_numpy_or_torch(tmp_path):
    program = (
        "import sys; from proofs_checks.__main__ import main; "
        f"main([{str(tmp_path)!r}]); print('numpy' in sys.modules, 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert run.stdout.split() == [b"False", b"False"]
