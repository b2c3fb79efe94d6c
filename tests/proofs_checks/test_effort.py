"""Small files that ask for a lifetime of arithmetic: refused at once, in little memory.

What the limits let through is bounded by the clock of ``python -m proofs_checks``; here are the cases
in which a single operation, or the memory, would be out of its reach.
"""

from __future__ import annotations

import time
import tracemalloc
from fractions import Fraction

import pytest

from proofs_checks import columns, relu
from proofs_checks.certificate import Rejected, check, seal
from proofs_checks.interp import dichotomies
from proofs_checks.interp.counting import EXACT_BINOMIAL, LIMITS, MOST_ENTRIES, Problem, sides
from proofs_checks.log2 import ceil_log2, floor_log2
from proofs_checks.reading import shown

WHOLE = {"W": 1, "L": 1, "test": "pairs", "count": None, "left": 1, "right": 1 << 19}


def counting(entries, precision=32):
    sizes = {"N": LIMITS["N"], "b": LIMITS["b"], "d": 1, "widths": "uniform", "parameters": 5}
    evidence = {"precision": precision, "excluded": entries}
    return seal("interp.counting", {"claim": "interp.D1", **sizes}, evidence)


def vectors(**changes):
    statement = {"claim": "interp.DIR", "N": 64, "b": 64, "d": 1, "widths": "general"}
    statement |= {"parameters": 9, **changes}
    return seal("interp.vectors", statement, {"precision": 32})


def one_layer(refuted):
    statement = {"claim": "interp.K", "units": 1, "points": ["0"], "realisable": []}
    return seal("interp.dichotomies", statement, {"networks": [], "refuted": refuted})


ENTRY = {"subset": [0], "labels": "0", "multipliers": []}
ENDLESS = {
    "more classes than a proof needs": (
        counting([WHOLE] * (MOST_ENTRIES + 1)),
        f"more than {MOST_ENTRIES} classes, got {MOST_ENTRIES + 1}",
    ),
    "many digits of a logarithm": (counting([WHOLE], 1 << 12), "precision: must be at most 256"),
    "a power with millions of digits": (
        counting([{**WHOLE, "W": 2, "L": 2_000_000, "count": "W3"}]),
        "says nothing here",
    ),
    "millions of parameters": (vectors(parameters=1 << 20), "at most 65536, got 1048576"),
    "labellings refuted again and again": (one_layer([ENTRY] * 3), "at most 2 labellings of 1"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_small_file_that_asks_for_much_is_refused_at_once(name):
    certificate, reason = ENDLESS[name]
    start = time.process_time()
    with pytest.raises(Rejected, match=reason):
        check(certificate)
    assert time.process_time() - start < 2


def net(*layers):
    return {"inputs": 1, "layers": [{"rows": rows, "bias": ["0"] * len(rows)} for rows in layers]}


def test_denominators_that_multiply_up_are_refused(monkeypatch):
    rows = [[[0, f"1/{3 + 2 * i}"]] for i in range(40)]
    network = net(rows, [[[i, "1"] for i in range(40)]])
    assert relu.read(network)
    monkeypatch.setattr(relu, "MAX_DENOMINATOR_BITS", 100)
    with pytest.raises(Rejected, match="a unit with denominators of 100 bits"):
        relu.read(network)


def test_equal_denominators_count_once(monkeypatch):
    monkeypatch.setattr(relu, "MAX_DENOMINATOR_BITS", 100)
    wide = net([[[0, "1"]]] * 40, [[[i, f"{2 * i + 1}/1024"] for i in range(40)]])
    assert relu.evaluate(wide, (Fraction(1),)) == (Fraction(1600, 1024),)


def test_integer_weights_are_bounded_together_and_values_each(monkeypatch):
    mixed = [[[0, "1023"], [1, "1024"]], [[0, "1024"], [1, "1023"]]]
    growing = net([[[0, "1"]]] * 2, *[mixed] * 12)
    assert relu.evaluate(growing, (1,)) == (2047**12, 2047**12)
    with monkeypatch.context() as patch:
        patch.setattr(columns, "MAX_VALUE_BITS", 120)
        with pytest.raises(Rejected, match="a value of more than 120 bits"):
            relu.evaluate(growing, (1,))
    # The bound on a layer holds for all points together, so fewer are taken at once, down to one.
    points = [(i,) for i in range(1, 8)]
    expected = [(2047**12 * i, 2047**12 * i) for i in range(1, 8)]
    monkeypatch.setattr(columns, "MAX_LAYER_BITS", 2 * 2 * 140)
    assert list(relu.evaluate_all(growing, points)) == expected
    monkeypatch.setattr(columns, "MAX_LAYER_BITS", 2 * 120)
    with pytest.raises(Rejected, match="a value of more than 120 bits"):
        relu.evaluate(growing, (1,))
    wide = net([[[0, str(2 * i + 1)]] for i in range(20)], [[[i, "1"] for i in range(20)]])
    monkeypatch.setattr(relu, "MAX_WEIGHT_BITS", 50)
    with pytest.raises(Rejected, match="integer weights of more than 50 bits"):
        relu.read(wide)


def test_logarithms_of_long_numbers_do_not_stay_in_memory():
    tracemalloc.start()
    try:
        for i in range(300):
            assert floor_log2((1 << 2**20) + i, 8) <= ceil_log2((1 << 2**20) + i, 8)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2**20


def test_a_binomial_beyond_the_limit_is_bounded_factor_by_factor():
    n = EXACT_BINOMIAL // 40
    start = time.process_time()
    low, high = sides(Problem(2 * n, 64), 20, 14, "pairs", "W3", bits=8)
    assert time.process_time() - start < 20
    assert low > 0 < high


def test_integers_too_long_to_be_spelled_are_described():
    assert shown(1 << 20_000) == "an integer of 20001 bits"
    assert shown(-(1 << 299)) == ascii(-(1 << 299))[:57] + "..."


def test_as_many_refutations_as_labellings_are_still_read():
    assert dichotomies.check(
        {"claim": "interp.K", "units": 1, "points": ["0"], "realisable": ["0", "1"]},
        {
            "networks": [
                {
                    "inputs": 1,
                    "layers": [
                        {"rows": [[[0, "1"]]], "bias": ["0"]},
                        {"rows": [[[0, "1"]]], "bias": [bias]},
                    ],
                }
                for bias in ("0", "1")
            ],
            "refuted": [],
        },
    ).endswith("2 of 2 labellings of M=1 points")
