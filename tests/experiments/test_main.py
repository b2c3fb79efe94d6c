"""``python -m experiments`` lists what can be run, by looking and not by importing."""

import re
import subprocess
import sys

import pytest

from experiments.__main__ import listing, main, summary


def test_only_files_that_run_are_listed_with_their_first_line(tmp_path):
    guard = '\nif __name__ == "__main__":\n    pass\n'
    (tmp_path / "beta.py").write_text('"""Second.\n\nMore."""\nraise RuntimeError' + guard)
    (tmp_path / "alpha_one.py").write_text('"""First."""' + guard)
    (tmp_path / "library.py").write_text('"""Not run."""')
    (tmp_path / "_hidden.py").write_text('"""Hidden."""' + guard)
    assert listing(tmp_path) == "alpha_one  First.\nbeta       Second.\n"


def test_an_empty_folder_and_a_missing_docstring_are_no_error(tmp_path):
    assert listing(tmp_path) == ""
    (tmp_path / "bare.py").write_text('if __name__ == "__main__": pass')
    assert summary(tmp_path / "bare.py") == ""


def test_the_interpolation_experiment_is_listed(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^interp_lower_bound +How many parameters", out, flags=re.MULTILINE)
    assert "python -m experiments.NAME" in out


def test_an_argument_is_a_usage_error(capsys):
    assert main(["interp"]) == 2
    assert "takes no argument, got 'interp'" in capsys.readouterr().err


HEAVY = ("numpy", "scipy", "torch", "matplotlib", "sympy", "flint", "hypothesis", "cvxpy")


@pytest.mark.parametrize(
    "start",
    [
        "from experiments.__main__ import main; main([])",
        "from experiments.interp_lower_bound import EXPERIMENT, main; main(EXPERIMENT, ['--help'])",
    ],
)
def test_listing_and_help_import_nothing_heavy(start):
    script = f"{start}\nimport sys; print([m for m in {HEAVY} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "[]"
