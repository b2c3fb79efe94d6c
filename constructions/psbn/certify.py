"""Channels that are dead for every input, with the rule that proves it.

| rule | hypothesis on a channel | dead |
|---|---|---|
| zero | gamma = 0 and beta <= 0; or the map before it is 0, bias too, and beta <= 0 | always; in training |
| samuelson | r <= -(1 + delta) sqrt(n - 1) (psbn.T2) | in training, for every batch of n values |
| interval | largest value over an input box, by intervals, <= 0 | in evaluation, on the box |

beta is the effective bias, bias + alpha, and r = beta / |gamma|. What holds in training is false with running
statistics: there a single large value passes. A frozen norm (in evaluation mode inside a model in training)
uses them, and gets what holds always.

delta is the float margin. Exact arithmetic needs none. For floats: *samuelson* holds for every batch
whose computed normalised values exceed the true ones by a factor of at most 1 + delta, which a
large |mean| / sigma of the input can break (torch, float32, measured: 1e-4 at 1e3, 1e-3 at 1e4); *interval*
holds if every layer's result is within delta times the sum of the absolute values of its terms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor, nn

from constructions.psbn.channels import effective, ratio
from constructions.psbn.intervals import upper_bounds
from constructions.psbn.pairs import Pair, find_pairs

__all__ = ["DELTA", "Certificate", "certify", "samuelson", "zero"]

DELTA = 1e-2
INTERVAL_DELTA = 1e-4
Mode = Literal["train", "eval"]


@dataclass(frozen=True)
class Certificate:
    """``channels`` of ``norm`` put out exactly 0 after the ReLU, in ``mode``, under the rule's hypotheses."""

    norm: str
    rule: Literal["zero", "samuelson", "interval"]
    mode: Mode
    channels: tuple[int, ...]
    delta: float
    n: int | None = None
    box: tuple[float, float] | None = None

    def __str__(self) -> str:
        where = {
            "zero": "for every finite input",
            "samuelson": f"for every batch of {self.n} values a channel",
            "interval": f"for every input in {self.box}",
        }[self.rule]
        margin = "" if self.rule == "zero" else f", float margin {self.delta:g}"
        return f"{self.norm} {list(self.channels)}: dead in {self.mode} mode {where} ({self.rule}{margin})"


def frozen(model: nn.Module, norm: Any) -> bool:
    """Whether a norm uses its running statistics although the model is in training mode."""
    return model.training and not norm.training and norm.running_mean is not None


def samuelson(norm: Any, n: int, delta: float = DELTA) -> Tensor:
    """Mask (C,) of channels dead in every training batch of n values.

    Raises ``ValueError`` unless n >= 2 and delta >= 0.
    """
    if n < 2:
        raise ValueError(f"n: must be at least 2, got {n}")
    if not delta >= 0:
        raise ValueError(f"delta: must be at least 0, got {delta}")
    gamma, _ = effective(norm)
    return (ratio(norm) <= -(1 + delta) * math.sqrt(n - 1)) & (gamma != 0)


def zero(norm: Any, linear: Any = None) -> tuple[Tensor, Tensor]:
    """Masks (C,) of channels dead in both modes (gamma = 0), and dead in training (zero filter before it)."""
    gamma, beta = effective(norm)
    always = (gamma == 0) & (beta <= 0)
    if linear is None or _outputs_first(linear) is None:
        return always, always
    empty = _outputs_first(linear).flatten(1).eq(0).all(1)  # type: ignore[union-attr]
    if linear.bias is not None:
        empty = empty & (linear.bias.detach() == 0)
    return always, always | (empty & (beta <= 0))


def _outputs_first(linear: Any) -> Tensor | None:
    """The weight with output channels along the first axis; None for transposed convolutions."""
    return None if getattr(linear, "transposed", False) else linear.weight.detach()


def certify(
    model: nn.Module,
    mode: Mode,
    *,
    n: int | dict[str, int] | None = None,
    box: tuple[float, float] | None = None,
    delta: float | None = None,
    pairs: list[Pair] | None = None,
) -> list[Certificate]:
    """Every certificate the rules give for the ReLU channels of ``model`` in ``mode``.

    n : values per channel and batch in training, N * H * W (one number, or by norm) for samuelson.
    box : (low, high) of every number of the model's input, in evaluation, for the interval rule.
    delta : float margin; default 1e-2 for samuelson, 1e-4 for interval.
    pairs : of `find_pairs`; traced when not given.

    Leaky rectifiers have no dead region and are left out. Raises ``ValueError`` for a mode, n, box or
    delta that makes no sense, and where the model cannot be traced (pairs and box need that).
    """
    if mode not in ("train", "eval"):
        raise ValueError(f"mode: must be 'train' or 'eval', got {mode!r}")
    if delta is not None and not 0 <= delta < math.inf:
        raise ValueError(f"delta: must be at least 0 and finite, got {delta}")
    modules: dict[str, Any] = dict(model.named_modules())
    margin = INTERVAL_DELTA if delta is None else delta
    tops = upper_bounds(model, box, margin) if box is not None and mode == "eval" else {}
    found = []
    for pair in find_pairs(model) if pairs is None else pairs:
        if pair.slope:
            continue
        norm = modules[pair.norm]
        always, training = zero(norm, modules[pair.linear] if pair.linear else None)
        rules: list[tuple[Any, Tensor, dict[str, Any]]] = [
            (
                "zero",
                training if mode == "train" and not frozen(model, norm) else always,
                {"delta": 0.0},
            )
        ]
        size = n.get(pair.norm) if isinstance(n, dict) else n
        if mode == "train" and size is not None and not frozen(model, norm):
            room = DELTA if delta is None else delta
            rules.append(("samuelson", samuelson(norm, size, room), {"delta": room, "n": size}))
        if pair.norm in tops and norm.training == model.training:
            rules.append(("interval", tops[pair.norm] <= 0, {"delta": margin, "box": box}))
        found += [
            Certificate(pair.norm, rule, mode, tuple(mask.nonzero().flatten().tolist()), **how)
            for rule, mask, how in rules
            if mask.any()
        ]
    return found
