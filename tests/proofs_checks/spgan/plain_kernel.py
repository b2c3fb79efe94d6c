"""Similarity kernels of the `spgan` certificates in the plainest way: averages as products of matrices."""

from __future__ import annotations

from fractions import Fraction

from naive import keys, whole
from spgan.plain_problem import averaging, numbers


def kernel(value):
    """The matrix of k."""
    if keys(value, "grid", "weights"):
        m = value["grid"]
        if not whole(m, 1, 8):
            raise ValueError("grid")
        a, b = numbers(value["weights"], 2)
        if a <= 0 or b <= 0:
            raise ValueError("weights")
        points = [(2 * i, 2 * j) for i in range(m) for j in range(m)]
        return [
            [1 / (1 + a * (x - u) ** 2 + b * (y - v) ** 2) for u, v in points] for x, y in points
        ]
    if not keys(value, "matrix") or not 1 <= len(value["matrix"]) <= 64:
        raise ValueError("kernel")
    k = [numbers(row, len(value["matrix"])) for row in value["matrix"]]
    if k != transposed(k):
        raise ValueError("symmetric")
    return k


def transposed(k):
    return [list(column) for column in zip(*k, strict=True)]


def product(A, B):
    columns = transposed(B)
    return [
        [sum((x * y for x, y in zip(row, c, strict=True)), Fraction(0)) for c in columns]
        for row in A
    ]


def averaged(k, statement):
    """k, K k or K k K^T."""
    K = averaging(statement["structure"], len(k))
    if statement["average"] not in ("none", "one", "both"):
        raise ValueError("average")
    if statement["average"] == "none":
        return k
    return product(K, k) if statement["average"] == "one" else product(product(K, k), transposed(K))
