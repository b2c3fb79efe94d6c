"""Channels that are dead for every input, with the rule that proves it.

| rule | hypothesis on a channel | dead |
|---|---|---|
| zero | gamma = 0 and beta <= 0; or the map before is 0, bias too, and beta <= 0 | always *; in training * |
| samuelson | r <= -(1 + delta) sqrt(n - 1) (psbn.T2) | in training, for every batch of n values |
| interval | largest value over an input box, by intervals, <= 0 | in evaluation, on the box |

* For every input with finite normalised values: 0 times infinity is no number. Channels whose running
statistics are not finite, or have var + eps <= 0, get no certificate where those are used.

beta is the effective bias, bias + alpha, and r = beta / |gamma|. What holds in training is false with running
statistics: there a single large value passes. A frozen norm (in evaluation mode inside a model in training)
uses them, and gets what holds always.

A model that is not in the mode in question is put into it by its own ``train()`` for as long as the question
takes, so that the network that is traced is the one the certificate is about. Norms, maps and
rectifiers that are not as built (`trust`: a subclass, hooks, a patched forward) prove nothing. A map
``nn.Linear`` before a norm is taken to have inputs (N, features). Whatever changes a layer afterwards
(a step, a hook, a mode) ends the certificate.

delta is the float margin. Exact arithmetic needs none. For floats: *samuelson* holds for every batch
whose computed normalised values exceed the true ones by a factor of at most 1 + delta, which a
large |mean| / sigma of the input can break (torch, float32, measured: 1e-4 at 1e3, 1e-3 at 1e4); *interval*
holds if every layer's result is within delta times the sum of the absolute values of its terms: by default
1e-4, or 4 units of rounding of the coarsest type among parameters and buffers (autocast is not seen).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from constructions.psbn.channels import effective, ratio, weight
from constructions.psbn.intervals import upper_bounds
from constructions.psbn.pairs import Pair, find_pairs
from constructions.psbn.trust import as_built, in_mode, known_linear, known_norm

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
            "zero": "for every input with finite normalised values",
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
    # a transposed convolution has its outputs along another axis
    if linear is None or getattr(linear, "transposed", False):
        return always, always
    empty = weight(linear).flatten(1).eq(0).all(1)
    if linear.bias is not None:
        empty = empty & (linear.bias.detach() == 0)
    if empty.shape != beta.shape:  # nn.Linear along another axis than the channels
        return always, always
    return always, always | (empty & (beta <= 0))


def _regular(norm: Any) -> Tensor:
    """Mask (C,) of channels that make finite normalised values of finite ones."""
    if norm.training or norm.running_mean is None:
        return torch.ones_like(effective(norm)[0], dtype=torch.bool)
    var = norm.running_var.double()
    return norm.running_mean.isfinite() & var.isfinite() & (var + norm.eps > 0)


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
    delta : float margin; default 1e-2 for samuelson, 1e-4 (more for half precision) for interval.
    pairs : of `find_pairs`; traced in ``mode`` when not given.

    Every module's mode is afterwards what it was. Leaky rectifiers have no dead region and are left out.
    Raises ``ValueError`` for a mode, n, box or delta that makes no sense, and where the model cannot be
    traced (pairs and box need that).
    """
    if mode not in ("train", "eval"):
        raise ValueError(f"mode: must be 'train' or 'eval', got {mode!r}")
    if delta is not None and not 0 <= delta < math.inf:
        raise ValueError(f"delta: must be at least 0 and finite, got {delta}")
    modules: dict[str, Any] = dict(model.named_modules())
    if isinstance(n, dict) and not n.keys() <= modules.keys():
        raise ValueError(
            f"n: must name layers of the model, got {sorted(n.keys() - modules.keys())}"
        )
    chosen = find_pairs(model, mode=mode) if pairs is None else pairs
    if not {pair.norm for pair in chosen} <= modules.keys():
        raise ValueError("pairs: must be of this model")
    margin = _margin(model) if delta is None else delta
    with in_mode(model, mode == "train"):
        tops = upper_bounds(model, box, margin) if box is not None and mode == "eval" else {}
        ask = Question(mode, n, box, DELTA if delta is None else delta, margin, tops)
        return [
            found
            for pair in chosen
            if not pair.slope
            and known_norm(modules[pair.norm])
            and all(as_built(modules[path]) for path in pair.rectifiers)
            for found in _proofs(model, modules, pair, ask)
        ]


def _margin(model: nn.Module) -> float:
    kinds = {t.dtype for t in (*model.parameters(), *model.buffers()) if t.is_floating_point()}
    return max([INTERVAL_DELTA, *(4 * torch.finfo(kind).eps for kind in kinds)])


@dataclass(frozen=True)
class Question:
    """What `certify` was asked: ``room`` is the margin of samuelson, ``margin`` that of ``tops``."""

    mode: Mode
    n: int | dict[str, int] | None
    box: tuple[float, float] | None
    room: float
    margin: float
    tops: dict[str, Tensor]


def _proofs(
    model: nn.Module, modules: dict[str, Any], pair: Pair, ask: Question
) -> Iterator[Certificate]:
    """What the rules give for one norm of a model that is in the mode in question."""
    norm, linear = modules[pair.norm], modules[pair.linear] if pair.linear else None
    of_batch = ask.mode == "train" and not frozen(model, norm)
    always, training = zero(norm, linear if linear is None or known_linear(linear) else None)
    empty = (training if of_batch else always) & _regular(norm)
    rules: list[tuple[Any, Tensor, dict[str, Any]]] = [("zero", empty, {"delta": 0.0})]
    size = ask.n.get(pair.norm) if isinstance(ask.n, dict) else ask.n
    if of_batch and size is not None:
        dead = samuelson(norm, size, ask.room)
        rules.append(("samuelson", dead, {"delta": ask.room, "n": size}))
    if pair.norm in ask.tops:
        dead = ask.tops[pair.norm] <= 0
        rules.append(("interval", dead, {"delta": ask.margin, "box": ask.box}))
    for rule, mask, how in rules:
        if mask.any():
            channels = tuple(mask.nonzero().flatten().tolist())
            yield Certificate(pair.norm, rule, ask.mode, channels, **how)
