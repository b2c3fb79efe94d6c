"""Fixtures for the tests of the `spgan` referees."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from proofs_checks.certificate import Rejected, check

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def second():
    """``second(kind)``: the module with the second checker of a kind."""

    def load(kind):
        name = f"naive_{kind}"
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.path.insert(0, str(HERE.parent))
        try:
            spec.loader.exec_module(module)
        finally:
            sys.path.remove(str(HERE.parent))
        return module

    return load


@pytest.fixture(scope="module")
def demand_no_forgery(second, single_changes):
    """``demand_no_forgery(kind, rng, most)``: of single changes, only those that are proofs are accepted.

    The second checker has to agree, and accepts the originals, so that it is not blind itself.
    """

    def demand(kind, rng, most):
        module, accepted = second(kind), 0
        for original in module.originals():
            assert check(original)
            assert module.genuine(original["statement"], original["evidence"])
            for what, changed in single_changes(original, rng, most):
                try:
                    check(changed)
                except Rejected:
                    continue
                accepted += 1
                plain = json.loads(json.dumps(changed))
                assert module.genuine(plain["statement"], plain["evidence"]), what
        return accepted

    return demand
