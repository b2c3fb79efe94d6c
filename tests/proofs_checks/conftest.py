"""Fixtures for the tests of the referees."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


def _beside(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def single_changes():
    """`single_changes(certificate, rng=None, most=None)`: see tampering.py."""
    return _beside("tampering").single_changes


@pytest.fixture(scope="module")
def naive():
    """The second, naive checker: see naive.py."""
    return _beside("naive")
