"""The benchmark frame: interleaving, ratios, absent references, and the straightforward search."""

from __future__ import annotations

import pytest

from experiments import _bench_interp as interp
from experiments import benchmark
from experiments.benchmark import Race, Timing


def test_runs_are_interleaved_and_answers_compared():
    order = []
    race = Race("x", lambda: order.append("ours"), lambda: order.append("ref"), "", runs=3)
    timing = benchmark.run(race)
    assert order == ["ours", "ref"] * 3
    assert timing.agrees
    assert len(timing.ratios) == 3


def test_different_answers_are_told():
    race = Race("x", lambda: 1, lambda: 2, "")
    timing = benchmark.run(race)
    assert not timing.agrees
    assert "ANSWERS DIFFER" in benchmark.row(race, timing)


def test_an_absent_reference_is_not_a_number():
    race = Race("x", lambda: 1, None, "why")
    line = benchmark.row(race, benchmark.run(race))
    assert "not run" in line
    assert "why" in line


def test_the_ratio_is_that_of_neighbouring_runs():
    assert Timing((1.0, 2.0), (3.0, 2.0), True).ratios == (3.0, 1.0)


def test_an_unknown_benchmark_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stop:
        benchmark.main(["nothing"])
    assert stop.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_benchmarks_are_found_by_file(capsys):
    assert benchmark.main([]) == 0
    assert "interp" in capsys.readouterr().out.split()


@pytest.mark.parametrize(("N", "b"), [(2, 1), (16, 9), (64, 64)])
def test_the_straightforward_search_on_full_integers_agrees(N, b):
    assert interp.straightforward(N, b) == interp.ours(N, b)
