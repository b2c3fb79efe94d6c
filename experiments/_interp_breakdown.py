"""Exact nets rounded to floats: how many labels come out wrong, and when that is to be expected.

Rule of thumb, p the bits of the mantissa (24 or 53):

| net | what is lost | breaks beyond |
|---|---|---|
| shallow_any | N hinges near 2^b, off by 2^(b-p), random signs; labels need 1/4 | b = p - 2 - log2(N)/2 |
| fold_lookup | b + 1 tents double an error of 2^-p; values are 2/(5 N^2) apart | b = p - 2 log2 N - 3 |
"""

from __future__ import annotations

from collections.abc import Callable
from math import log2
from random import Random
from typing import Any

from constructions.interp.configurations import paired
from constructions.interp.floats import wrong_labels
from constructions.interp.fold_lookup import fold_lookup
from constructions.interp.shallow import shallow_any

MANTISSA = {"float32": 24, "float64": 53}
NETS: dict[str, Callable[..., Any]] = {"shallow_any": shallow_any, "fold_lookup": fold_lookup}


def rules(N: int) -> list[dict[str, Any]]:
    """The largest b at which each net should still be right, by the rule of thumb."""
    spent = {"shallow_any": 2 + log2(N) / 2, "fold_lookup": 2 * log2(N) + 3}
    return [
        {"net": net, "dtype": dtype, "b": round(p - spent[net], 2)}
        for net in NETS
        for dtype, p in MANTISSA.items()
    ]


def rows(N: int, b: int, draws: int, rng: Random) -> list[dict[str, Any]]:
    """One row for every net and format: wrong labels in each of the draws, weights, exactness."""
    found = []
    drawn = [paired(N, b, rng) for _ in range(draws)]
    for name, make in NETS.items():
        nets = [make(one.points, one.labels, rng) for one in drawn]
        both = list(zip(nets, drawn, strict=True))
        verified = all(net.interpolates(one.points, one.labels) for net, one in both)
        for dtype in MANTISSA:
            wrong = [wrong_labels(net, one.points, one.labels, dtype) for net, one in both]
            found.append(
                {
                    "net": name,
                    "dtype": dtype,
                    "b": b,
                    "wrong": wrong,
                    "weight_bits": max(net.weight_bits for net in nets),
                    "verified": verified,
                }
            )
    return found
