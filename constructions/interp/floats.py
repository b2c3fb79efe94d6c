"""Floating-point copies of exact nets. They show where floats break down and prove nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Any

from constructions.interp._reading import read_labels, read_point

if TYPE_CHECKING:
    import numpy as np
    import torch

    from constructions.interp.network import Affine, ExactNet


def rounded(value: int | Fraction) -> float:
    """The nearest float64; infinite beyond its range."""
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return inf if value > 0 else -inf


def to_numpy(net: ExactNet, dtype: Any = "float64") -> Callable[[np.ndarray], np.ndarray]:
    """(n, d) -> (n, outputs) in ``dtype``; overflow and NaN pass silently, they are the point."""
    import numpy as np

    layers = [_arrays(layer, dtype) for layer in net.layers]

    def apply(x: np.ndarray) -> np.ndarray:  # x: (n, d)
        h = np.asarray(x, dtype=dtype)
        if h.ndim != 2 or h.shape[1] != net.inputs:
            raise ValueError(f"x: must have shape (n, {net.inputs}), got {h.shape}")
        with np.errstate(all="ignore"):
            for matrix, bias in layers[:-1]:
                h = np.maximum(h @ matrix.T + bias, np.zeros(1, dtype))
            matrix, bias = layers[-1]
            return h @ matrix.T + bias

    return apply


def to_torch(net: ExactNet, dtype: Any = None) -> torch.nn.Module:
    """A ``Sequential`` of Linear and ReLU modules, (n, d) -> (n, outputs), weights trainable."""
    import torch

    chosen = torch.float64 if dtype is None else dtype
    modules: list[torch.nn.Module] = []
    for layer in net.layers:
        # skip_init: the default initialisation would draw from torch's global generator
        linear = torch.nn.utils.skip_init(torch.nn.Linear, layer.columns, layer.units, dtype=chosen)
        matrix, bias = _arrays(layer, "float64")
        linear.load_state_dict({"weight": torch.from_numpy(matrix), "bias": torch.from_numpy(bias)})
        modules += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])


def wrong_labels(
    net: ExactNet,
    points: Sequence[Any],
    labels: Sequence[Any],
    dtype: Any = "float64",
    tol: float = 0.25,
) -> int:
    """How many points the rounded net gets wrong by more than ``tol``; NaN counts as wrong.

    ``points`` (N, d) and ``labels`` (N,) are rounded too, so points closer than the spacing of
    ``dtype`` fall together. An infinite or undefined value is a wrong one.
    """
    import numpy as np

    exact = [read_point(x, net.inputs, f"points[{i}]") for i, x in enumerate(points)]
    targets = read_labels(labels, len(exact))
    if not exact:
        return 0
    x = cast([[rounded(c) for c in point] for point in exact], dtype)
    y = cast([rounded(label) for label in targets], dtype)
    with np.errstate(all="ignore"):
        error = np.abs(to_numpy(net, dtype)(x)[:, 0] - y)
    return int(np.count_nonzero(~(error <= tol)))  # not (e > tol): that would accept NaN


def cast(values: Any, dtype: Any) -> np.ndarray:
    """An array of ``dtype``; what exceeds its range becomes infinite without a warning."""
    import numpy as np

    with np.errstate(all="ignore"):
        return np.array(values, dtype="float64").astype(dtype)


def _arrays(layer: Affine, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    matrix = np.zeros((layer.units, layer.columns))
    for i, row in enumerate(layer.rows):
        for j, weight in row:
            matrix[i, j] = rounded(weight)
    return cast(matrix, dtype), cast([rounded(c) for c in layer.bias], dtype)
