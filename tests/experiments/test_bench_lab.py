"""The benchmark of the laboratory does the work that it times."""

import pytest

from experiments import _bench_lab as bench
from experiments._lab.executors import Inline, Joblib


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(bench, "TASKS", 20)


@pytest.mark.parametrize("make", [Inline, lambda: Joblib(2)])
def test_every_task_is_stored_once(make):
    assert bench.stored(make()) == 20


def test_the_reference_does_the_same_work():
    assert bench.by_hand() == bench.parallel() == 20


def test_resuming_computes_nothing(monkeypatch):
    again = bench.resumed()

    def never(*_):
        raise AssertionError("it was computed again")

    monkeypatch.setattr("experiments._lab.work.compute", never)
    assert again() == 20


def test_races_name_their_bound():
    assert all("2 ms" in race.note for race in bench.races() if race.reference)
