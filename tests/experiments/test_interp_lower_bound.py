"""The main job end to end: what is printed, written and refused."""

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import pytest

from experiments import interp_lower_bound as job
from experiments._lab.cli import main


def command(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("job with spaces")
    paths = {"json": folder / "out.json", "certificate": folder / "out.cert"}
    options = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    code, out, err = command("experiments.interp_lower_bound", "--N", "64", "--b", "64", *options)
    assert (code, err) == (0, "")
    return {"out": out, "folder": folder, **paths}


def test_sixty_four_points_need_at_least_43_and_at_most_97_parameters(written):
    record = json.loads(written["json"].read_text())
    metrics = record["metrics"]
    assert record["schema"] == "touchstone-run/1"
    assert (record["seed"], record["status"], record["why"]) == (0, "done", "")
    assert record["experiment"] == "interp_lower_bound"
    assert record["config"] == {
        **{"N": 64, "b": 64, "delta": None, "c": None, "d": 1, "sweep": False},
        "widths": "uniform",
    }
    assert metrics["lower_bound"] == {"parameters": 43, "architecture": [2, 7]}
    assert metrics["upper_bound"]["parameters"] == 97
    assert metrics["gap"]["ratio"] == pytest.approx(97 / 43)
    keys = {"name", "parameters", "nonzeros", "depth", "width", "verified"}
    assert all(keys <= set(row) for row in metrics["upper_bounds"])
    assert all(row["verified"] is True for row in metrics["upper_bounds"])
    assert len({row["configuration"] for row in metrics["upper_bounds"]}) >= 5


def test_the_certificate_is_accepted_by_the_referee(written):
    code, out, _ = command("proofs_checks", str(written["certificate"]))
    assert code == 0
    assert out.startswith("accepted interp.DIR N=64 b=64 d=1: at least 43 parameters")


def test_a_certificate_that_claims_one_parameter_more_is_rejected(written):
    from proofs_checks.certificate import seal

    cert = json.loads(written["certificate"].read_text())
    more = seal(cert["kind"], {**cert["statement"], "parameters": 44}, cert["evidence"])
    path = written["folder"] / "more.cert"
    path.write_text(json.dumps(more))
    code, out, _ = command("proofs_checks", str(path))
    assert code == 1
    assert "rejected" in out


def test_only_the_files_asked_for_are_written(written):
    names = {path.name for path in written["folder"].iterdir()}
    assert {"out.json", "out.cert"} <= names <= {"out.json", "out.cert", "more.cert"}


def test_the_report_fits_a_hundred_columns_and_carries_no_escapes(written):
    lines = written["out"].splitlines()
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in written["out"]
    assert written["out"].isascii()


def test_the_report_has_its_five_sections_with_claims_and_arithmetic(written):
    out = written["out"]
    titles = [line for line in out.splitlines() if line[:2] in ("1.", "2.", "3.", "4.", "5.")]
    assert [title[0] for title in titles] == ["1", "2", "3", "4", "5"]
    ids = (
        "interp.K",
        "interp.W3",
        "interp.PAIR",
        "interp.D1",
        "interp.D2",
        "interp.D3",
        "interp.DIR",
    )
    assert all(name in out for name in ids)
    assert "28 alternation + 2 pairs" in out
    assert "exact integers" in out
    assert "37 recursion + 2 crossings + 1 direct" in out
    assert "97 / 43 = 2.26" in out
    assert "(W, L) = (2, 6), P = 37: 2^-114" in out


def test_the_same_seed_gives_the_same_metrics_and_another_draws_other_points(collected):
    one, two, other = (collected(job.EXPERIMENT, job.Config(N=10), seed) for seed in (4, 4, 5))
    assert json.dumps(one) == json.dumps(two)
    assert one["lower_bounds"] == other["lower_bounds"]
    assert one["upper_bounds"] != other["upper_bounds"]


def test_delta_and_c_reach_the_same_problem_as_b(collected):
    by_b = collected(job.EXPERIMENT, job.Config(N=16, b=9), 0)
    by_delta = collected(job.EXPERIMENT, job.Config(N=16, delta="0.0019"), 0)  # 2^-9 = 0.00195
    by_c = collected(job.EXPERIMENT, job.Config(N=16, c="9/16"), 0)
    for metrics in (by_b, by_delta, by_c):
        assert metrics["problem"]["b"] == 9
        assert metrics["lower_bound"] == {"parameters": 22, "architecture": [3, 2]}


@pytest.mark.parametrize(
    ("N", "b", "d"), [(2, 1, 1), (2, 1, 3), (3, 2, 1), (5, 3, 2), (2, 3000, 1)]
)
def test_degenerate_sizes_run_and_read(collected, N, b, d):
    metrics = collected(job.EXPERIMENT, job.Config(N=N, b=b, d=d), 0)
    assert job.verdict(metrics)[0] == "done"
    assert max(map(len, job.EXPERIMENT.render(metrics).splitlines())) <= 100


def test_in_a_ball_the_bound_and_the_net_are_compared_over_uniform_widths(collected):
    metrics = collected(job.EXPERIMENT, job.Config(N=16, d=50), 0)
    # The first layer of the smallest net is one unit wide, which uniform widths do not allow.
    assert metrics["upper_bound"]["parameters"] == 3 * 16 + 50 - 1
    assert metrics["gap"][metrics["gap"]["counted"]] >= metrics["lower_bound"]["parameters"]
    assert job.verdict(metrics)[0] == "done"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--N 1", "N: must be at least 2, got 1"),
        ("--N 64 --b 5", "b: must be at least log2 N = 6, or 64 separated points do not fit"),
        ("--delta 0", "delta: must lie strictly between 0 and 1, got '0'"),
        ("--delta 1.5", "delta: must lie strictly between 0 and 1, got '1.5'"),
        ("--delta -1", "delta: must lie strictly between 0 and 1, got '-1'"),
        ("--delta nan", "delta: must be a finite number"),
        ("--delta inf", "delta: must be a finite number"),
        ("--delta 1e-999999999", "delta: must lie between"),
        ("--c nan", "c: must be a finite number"),
        ("--c -1", "c: must be positive, got '-1'"),
        ("--b 64 --delta 2**-64", "b, delta, c: give at most one of them"),
        ("--b 64 --c 1", "b, delta, c: give at most one of them"),
        ("--delta 2**-64 --c 1", "b, delta, c: give at most one of them"),
        ("--d 0", "d: must be at least 1, got 0"),
        ("--N 99999999", "N: must be at most 4096 here"),
        ("--c 1e9", "b: must be at most 65536 here (exact evaluation), got 64000000000 (c = 1e9"),
        ("--N 2 --d 257 --sweep", "d: must be at most 256 for a sweep up to N = 512, got 257"),
        ("--N 2 --d 257 --plot c.svg", "d: must be at most 256 for a sweep up to N = 512"),
        ("--certificate /nowhere/c", "certificate: must be a file that can be written"),
        ("--json /nowhere/c", "json: must be a file that can be written"),
        ("--plot /nowhere/c.svg", "plot: must be a file that can be written"),
        ("--plot c.txt", "plot: must end in one of .svg, .pdf, .png"),
    ],
)
def test_bad_input_is_exit_two_and_one_line_naming_argument_value_and_rule(
    capsys, monkeypatch, tmp_path, arguments, message
):
    monkeypatch.chdir(tmp_path)
    assert main(job.EXPERIMENT, arguments.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"interp_lower_bound: {message}")
    assert captured.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_config_is_checked_however_it_is_made():
    with pytest.raises(ValueError, match="N: must be at least 2, got 0"):
        job.Config(N=0)
    with pytest.raises(FrozenInstanceError):
        job.Config().N = 3  # type: ignore[misc]


def broken(points, labels, rng):
    """A shallow net for the labels with the last one turned over."""
    from constructions.interp.shallow import shallow_any

    return shallow_any(points, [*labels[:-1], 1 - labels[-1]], rng)


def test_a_net_wrong_at_one_point_is_exit_one_and_no_certificate(monkeypatch, capsys, tmp_path):
    from experiments import _interp_bounds

    monkeypatch.setattr(_interp_bounds, "constructions", lambda: {"broken_any": broken})
    monkeypatch.setattr(_interp_bounds, "for_two_labels", lambda problem: {})
    files = ["--json", str(tmp_path / "j"), "--certificate", str(tmp_path / "c")]
    assert main(job.EXPERIMENT, ["--N", "8", *files]) == 1
    captured = capsys.readouterr()
    assert "refuted: does not interpolate: broken_any on paired" in captured.err
    assert "NO" in captured.out
    assert [path.name for path in tmp_path.iterdir()] == ["j"]
    assert json.loads((tmp_path / "j").read_text())["metrics"]["gap"] is None


def test_a_net_that_undercuts_the_certified_bound_refutes_one_of_them(collected):
    metrics = collected(job.EXPERIMENT, job.Config(N=16), 0)
    metrics["lower_bound"]["parameters"] = 47  # more than the 33 of the built net
    assert job.verdict(metrics) == (
        "refuted",
        "a built net undercuts the certified bound: 33 < 47",
    )


def test_a_certificate_the_referee_rejects_is_not_written(monkeypatch, capsys, tmp_path):
    from constructions.interp import vector_bound

    def forged(N, b, d=1, widths="uniform", honest=vector_bound.sharpest_minimum):
        bound = honest(N, b, d, widths)
        return replace(bound, parameters=bound.parameters + 1)

    monkeypatch.setattr(vector_bound, "sharpest_minimum", forged)
    assert main(job.EXPERIMENT, ["--N", "16", "--certificate", str(tmp_path / "c")]) == 1
    assert "certificate: not written: the referee rejects" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_plot_is_written_with_its_data_and_implies_the_sweep(tmp_path, monkeypatch, capsys):
    from experiments import _interp_sweep

    monkeypatch.setattr(_interp_sweep, "SIZES", (64, 96, 128))
    assert main(job.EXPERIMENT, ["--N", "8", "--plot", str(tmp_path / "law.pdf")]) == 0
    assert (tmp_path / "law.pdf").read_bytes().startswith(b"%PDF")
    lines = (tmp_path / "law.csv").read_text().splitlines()
    assert lines[0].startswith("law,N,b,lower,W,L,")
    assert len(lines) == 1 + 3 * 4
    assert "6. Sweep" in capsys.readouterr().out


def test_all_width_vectors_are_a_smaller_bound_with_its_own_certificate(collected, tmp_path):
    path = tmp_path / "general.cert"
    config = job.Config(N=32, widths="general")
    metrics = collected(job.EXPERIMENT, config, 0)
    assert metrics["lower_bound"] == {"parameters": 25, "architecture": [2, 2, 2, 2]}
    assert metrics["gap"]["counted"] == "parameters"
    assert max(map(len, job.EXPERIMENT.render(metrics).splitlines())) <= 100
    path.write_bytes(job.certificate(config, metrics))
    code, out, _ = command("proofs_checks", str(path))
    assert code == 0
    assert "general widths" in out


def test_general_widths_beyond_64_points_are_refused():
    with pytest.raises(ValueError, match="widths: general widths take N <= 64, got N = 65"):
        job.Config(N=65, widths="general")
