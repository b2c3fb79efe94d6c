"""Sweeps in this process: every task has its record, and nothing finished is done again."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from toy import EXPERIMENT, Cell

from experiments._lab import sweep
from experiments._lab.executors import Inline
from experiments._lab.sweep import run_tasks
from experiments._lab.work import Rules


def go(bench, cells, store=True, **options):
    if not store:
        return run_tasks(EXPERIMENT, cells, **options)
    with bench.store() as opened:
        return run_tasks(EXPERIMENT, cells, store=opened, **options)


def test_no_tasks_are_no_records(bench):
    assert go(bench, []) == []
    assert go(bench, [], store=False) == []


def test_records_are_in_the_order_of_the_tasks_and_in_the_store(bench):
    cells = bench.cells(5)[::-1]
    found = go(bench, cells)
    assert [record.metrics["i"] for record in found] == [4, 3, 2, 1, 0]
    assert bench.files() == sorted(f"toy/{record.key}.json" for record in found)
    assert bench.executions() == dict.fromkeys(range(5), 1)


def test_without_a_store_the_same_comes_out_and_nothing_is_kept(bench):
    kept = [record.fixed() for record in go(bench, bench.cells(3))]
    bare = [record.fixed() for record in go(bench, bench.cells(3), store=False)]
    assert kept == bare
    assert bench.executions() == dict.fromkeys(range(3), 2)


def test_random_numbers_depend_on_task_and_seed_and_not_on_the_other_tasks(bench):
    alone = go(bench, [Cell(3)], store=False)[0].metrics["drawn"]
    among = {r.metrics["i"]: r.metrics["drawn"] for r in go(bench, [Cell(i) for i in range(5)])}
    assert among[3] == alone
    assert len({tuple(drawn) for drawn in among.values()}) == 5
    assert go(bench, [Cell(3)], store=False, seed=1)[0].metrics["drawn"] != alone


def test_a_task_listed_twice_is_run_twice_with_other_numbers(bench):
    one, two = go(bench, [Cell(3), Cell(3)])
    assert one.key != two.key
    assert one.metrics["drawn"] != two.metrics["drawn"]


def test_what_the_store_has_is_not_run_again(bench):
    first = go(bench, bench.cells(3))
    assert go(bench, bench.cells(6))[:3] == first
    assert bench.executions() == dict.fromkeys(range(6), 1)


def test_everything_is_run_again_when_asked(bench):
    go(bench, bench.cells(3))
    go(bench, bench.cells(3), rules=Rules(resume=False))
    assert bench.executions() == dict.fromkeys(range(3), 2)


def test_another_version_of_the_code_finds_nothing(bench, monkeypatch):
    go(bench, bench.cells(2))
    monkeypatch.setattr(sweep.Sources, "version", lambda _: "f" * 64)
    go(bench, bench.cells(2))
    assert bench.executions() == {0: 2, 1: 2}
    assert len(bench.files()) == 4


FAILURES = {
    "raise": ("raised", "ValueError", "it does not work"),
    "exit": ("raised", "SystemExit", "0"),
    "nan": ("nan", "", "metrics.x[1]: must be finite, got nan"),
    "infinite": ("nan", "", "metrics.x: must be finite, got -inf"),
    "object": ("not-plain", "", "metrics.x: must be plain data (see plain.py), got object"),
    "set": ("not-plain", "", "metrics.x: must be plain data (see plain.py), got set"),
    "text": ("not-plain", "", "metrics: must be a dictionary, got str"),
}


@pytest.mark.parametrize("do", FAILURES)
def test_a_task_that_fails_is_a_record_with_the_reason_and_stops_no_other(bench, do):
    cells = [Cell(0), Cell(1, do), Cell(2)]
    one, failed, two = go(bench, cells)
    failure = failed.failure
    assert failure is not None
    assert (failure.kind, failure.type, failure.message) == FAILURES[do]
    assert one.failure is two.failure is None
    with bench.store() as store:
        assert store.find(failed.key) == failed


def test_the_traceback_of_a_failure_names_the_line(bench):
    (record,) = go(bench, [Cell(0, "raise")])
    assert record.failure is not None
    assert 'raise ValueError("it does not work")' in record.failure.traceback


def test_a_failure_is_run_again_only_when_asked(bench):
    cells = [*bench.cells(1), *bench.cells(2, "raise")[1:]]
    for _ in range(2):
        go(bench, cells)
    assert bench.executions() == {0: 1, 1: 1}
    go(bench, cells, rules=Rules(retry_failed=True))
    assert bench.executions() == {0: 1, 1: 2}


def test_progress_is_told_from_what_is_known_to_the_end(bench):
    told = []
    go(bench, bench.cells(2))
    go(bench, [*bench.cells(3), Cell(9, "raise")], watch=lambda *state: told.append(state))
    assert told[-1] == (4, 4, 1)
    assert (2, 4, 0) in told
    assert told == sorted(told)


def test_a_record_truncated_by_hand_is_reported_put_aside_and_computed_again(bench):
    first = go(bench, bench.cells(3))
    path = bench.folder / "toy" / f"{first[1].key}.json"
    path.write_bytes(path.read_bytes()[:-20])
    again = go(bench, bench.cells(3))
    assert [record.fixed() for record in again] == [record.fixed() for record in first]
    assert bench.executions() == {0: 1, 1: 2, 2: 1}
    assert len(bench.told) == 1
    assert sum(name.startswith("aside/") for name in bench.files()) == 1


def test_a_record_of_a_newer_version_stops_the_sweep_before_anything_is_run(bench):
    first = go(bench, bench.cells(2))
    path = bench.folder / "toy" / f"{first[1].key}.json"
    path.write_bytes(path.read_bytes().replace(b"touchstone-record/1", b"touchstone-record/9"))
    newer = path.read_bytes()
    for rules in (Rules(), Rules(resume=False)):
        with pytest.raises(ValueError, match="touchstone-record/9, newer than"):
            go(bench, bench.cells(3), rules=rules)
    assert path.read_bytes() == newer
    assert bench.executions()[2] == 0, "nothing beyond it was begun"


def test_what_another_process_finished_meanwhile_is_taken_over(bench):
    class Meanwhile(Inline):
        """Another sweep does everything just before our first task."""

        def share(self, left, pace, /):
            if not bench.executions():
                run_tasks(EXPERIMENT, bench.cells(4), store=other)
            return super().share(left, pace)

    with bench.store() as other:  # the same process, so claims keep nobody off
        found = go(bench, bench.cells(4), executor=Meanwhile())
    assert len(found) == 4
    assert bench.executions() == dict.fromkeys(range(4), 1)


@pytest.mark.parametrize(
    ("cells", "options", "message"),
    [
        ([1], {}, "task: must be a dataclass"),
        ([Cell(0, log="a")], {"seed": -1}, "seed: must be an integer"),
    ],
)
def test_tasks_without_a_key_are_refused(bench, cells, options, message):
    with pytest.raises(ValueError, match=message):
        go(bench, cells, **options)
    assert bench.executions() == Counter()


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf")])
def test_a_limit_is_a_positive_number(limit):
    with pytest.raises(ValueError, match="limit: must be a positive number of seconds"):
        Rules(limit=limit)


def test_functions_that_have_no_name_run_here_but_not_in_another_process(bench):
    local = replace(EXPERIMENT, run=lambda task, rng: {"i": task.i}, module="toy")
    assert run_tasks(local, [Cell(1)])[0].metrics == {"i": 1}
    with pytest.raises(ValueError, match="must stand at the top level of a module"):
        run_tasks(local, [Cell(1)], rules=Rules(limit=1))


def test_records_say_where_and_how_long_they_ran(bench):
    (record,) = go(bench, [Cell(0, seconds=0.01)])
    assert record.provenance["seconds"] >= 0.01
    assert {"python", "host", "versions", "commit", "threads"} <= set(record.provenance)
    assert record.provenance["threads"]["OMP_NUM_THREADS"]
    json.dumps(record.provenance)
