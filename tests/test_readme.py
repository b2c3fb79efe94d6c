"""The README tells the truth: its output is real, its snippet prints what it says, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)
SHELL = [body.strip() for language, body in BLOCKS if not language]


def test_the_first_command_and_its_output_stand_by_line_30():
    lines = README.split("\n")
    command = next(
        i for i, line in enumerate(lines) if "-m experiments.interp_lower_bound --N 64" in line
    )
    output = next(i for i, line in enumerate(lines) if "certified Pmin" in line)
    assert command < output < 30


def test_the_output_shown_is_the_output_printed():
    run = [sys.executable, "-m", "experiments.interp_lower_bound", "--N", "64"]
    printed = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    shown = [line.rstrip() for line in SHELL[1].split("\n") if line.strip() != "..."]
    real = [line.strip() for line in printed.split("\n")]
    missing = [line for line in shown if line.strip() not in real]
    assert len(shown) > 8
    assert not missing


def test_the_snippet_prints_what_its_comments_say():
    snippet = next(body for language, body in BLOCKS if language == "python")
    promised = re.findall(r"print\(.*\)  # ((?:\d|True|\().*)", snippet)
    done = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, text=True, check=True, cwd=ROOT
    )
    printed = done.stdout.strip().split("\n")
    assert len(snippet.strip().split("\n")) <= 16
    assert len(promised) == 2
    assert [line for line in promised if line in printed] == promised


def test_the_test_command_is_the_one_that_ci_runs():
    commands = [
        line for line in README.split("\n") if re.match(r"python3.*pip install.*pytest", line)
    ]
    assert len(commands) == 1
    assert "README.md" in (ROOT / ".ci" / "run").read_text()


def test_every_module_named_in_a_command_exists():
    for module in set(re.findall(r"python -m ([a-z_.]+)", README)):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
