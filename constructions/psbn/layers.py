"""Post-shifted batch normalisation: ``y = BN(x) + alpha``, with a constant alpha that is not learned.

Drop-in replacements of ``torch.nn.BatchNorm1d/2d/3d``, their lazy forms and ``SyncBatchNorm``: same
arguments (positions too), same statistics, same state, one more buffer ``alpha``. The shift is folded into
the bias, ``F.batch_norm(x, ..., weight, bias + alpha, ...)``: C additions a call, no second pass
over the data. As a function of its effective bias a layer equals batch normalisation (psbn.T9); what
differs is where weight decay pulls the effective bias: to alpha instead of 0.

Formula: the form in which the layer is found in public re-implementations of arXiv 2001.11216
(alpha = 0.1, before the activation); the paper's own equation could not be read.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn
from torch.nn.modules import _functions
from torch.nn.modules.batchnorm import _BatchNorm

__all__ = [
    "LazyPostShiftedBatchNorm1d",
    "LazyPostShiftedBatchNorm2d",
    "LazyPostShiftedBatchNorm3d",
    "PostShifted",
    "PostShiftedBatchNorm1d",
    "PostShiftedBatchNorm2d",
    "PostShiftedBatchNorm3d",
    "PostShiftedSyncBatchNorm",
]

Alpha = float | Sequence[float] | Tensor
OWN = ("weight", "bias", "running_mean")  # entries by which a layer is known to be in a checkpoint
SYNC_DEVICES = ("cuda", "hpu", "xpu")  # where torch can synchronise statistics


class PostShifted(_BatchNorm):
    """What the layers share: the buffer ``alpha``, the folded forward, the rules for checkpoints.

    All arguments of the ``torch.nn`` layer of the same name are accepted as there, and

    alpha : float, or C floats (one per channel). Finite, never learned. Kept in the layer's dtype.
    bn_load : what to do with a checkpoint that has no ``alpha``, i.e. one of a plain BatchNorm.
        ``"preserve"`` (default) loads ``bias - alpha``: the function of the checkpoint is kept. Without
        a bias that is impossible and loading fails. ``"raw"`` loads the numbers as they are.

    Raises ``ValueError`` for an alpha that is no number, not finite (in the layer's dtype), requires
    gradient, or has another length than C.
    """

    alpha: Tensor

    def __init__(
        self,
        *args: Any,
        alpha: Alpha = 0.1,
        bn_load: Literal["preserve", "raw"] = "preserve",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        where = {name: kwargs.get(name) for name in ("device", "dtype")}
        self.set_alpha(alpha, **where, bn_load=bn_load)

    def set_alpha(
        self,
        alpha: Alpha,
        *,
        device: Any = None,
        dtype: torch.dtype | None = None,
        bn_load: str = "preserve",
    ) -> None:
        """Make ``alpha`` the shift; device and dtype matter only to a layer with no other tensor."""
        if bn_load not in ("preserve", "raw"):
            raise ValueError(f"bn_load: must be 'preserve' or 'raw', got {bn_load!r}")
        self.bn_load = bn_load
        self.initial_alpha = plain(alpha)
        for like in (getattr(self, name) for name in OWN):
            if like is not None:
                device, dtype = like.device, like.dtype
                break
        self.register_buffer("alpha", constant(self.initial_alpha, device, dtype))
        # torch.export miscounts buffers when one that is None stands before a real one.
        for name in [name for name, buffer in self._buffers.items() if buffer is None]:
            self._buffers[name] = self._buffers.pop(name)
        self._check_alpha()

    def reset_parameters(self) -> None:
        """As in torch; alpha goes back to the constructor's value."""
        super().reset_parameters()
        if "alpha" in self._buffers:  # torch's constructor comes here before there is one
            self._check_alpha()
            with torch.no_grad():
                self.alpha.copy_(constant(self.initial_alpha, dtype=self.alpha.dtype))

    def _check_alpha(self) -> None:
        if self.num_features and self.alpha.shape not in ((), (self.num_features,)):
            raise ValueError(
                f"alpha: must be one number or {self.num_features} (one per channel), "
                f"got shape {tuple(self.alpha.shape)}"
            )

    def shifted_bias(self, x: Tensor) -> Tensor:
        """bias + alpha, shape (C,); ``x`` gives the dtype to a layer that has no tensor of its own."""
        if self.bias is not None:
            return self.bias + self.alpha
        like = self.weight if self.weight is not None else self.running_mean
        alpha = self.alpha.to(x if like is None else like)
        return (alpha + 0.0).expand(x.shape[1]).contiguous()  # -0.0 (see `plain`) becomes 0.0

    def forward(self, input: Tensor) -> Tensor:
        """BN(input) + alpha, shape and memory format of the input (N, C, *)."""
        self._check_input_dim(input)
        return self._normalise(input, self._averaging())

    def _averaging(self) -> float:
        """Count the batch; the weight of its statistics in the running ones, as in torch."""
        counted = self.training and self.track_running_stats
        if counted and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                return 1.0 / float(self.num_batches_tracked)
        return 0.0 if self.momentum is None else self.momentum

    def _statistics(self) -> tuple[Tensor | None, Tensor | None, bool]:
        """Running mean and variance to hand over, and whether the batch's own are used."""
        hidden = self.training and not self.track_running_stats
        of_batch = self.training or (self.running_mean is None and self.running_var is None)
        return (
            None if hidden else self.running_mean,
            None if hidden else self.running_var,
            of_batch,
        )

    def _normalise(self, x: Tensor, averaging: float) -> Tensor:
        mean, var, of_batch = self._statistics()
        bias = self.shifted_bias(x)
        return F.batch_norm(x, mean, var, self.weight, bias, of_batch, averaging, self.eps)

    def extra_repr(self) -> str:
        """Torch's, and alpha."""
        alpha = self.alpha
        if alpha.is_meta:
            alpha = constant(self.initial_alpha)
        low, high = (float(v) + 0.0 for v in (alpha.min(), alpha.max()))
        shown = f"{low:g}" if low == high else f"{low:g}..{high:g}"
        return f"{super().extra_repr()}, alpha={shown}"

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        # torch hands over state_dict, prefix, ..., error_msgs, in this order
        state_dict, prefix, errors = args[0], args[1], args[-1]
        name = prefix + "alpha"
        if name in state_dict:
            # torch would quietly take the first of C numbers for a scalar
            if state_dict[name].shape != self.alpha.shape:
                found, own = tuple(state_dict[name].shape), tuple(self.alpha.shape)
                errors.append(f"{name}: the checkpoint has shape {found}, the layer {own}")
                return
        elif self.bn_load == "raw" or any(prefix + key in state_dict for key in OWN):
            errors.extend(self._adopt_plain(state_dict, prefix))
        super()._load_from_state_dict(*args, **kwargs)

    def _adopt_plain(self, state_dict: Any, prefix: str) -> list[str]:
        """Turn the entries of a plain BatchNorm, in place, into ours; complaints where that fails."""
        alpha = constant(self.initial_alpha) if self.alpha.is_meta else self.alpha
        bias = state_dict.get(prefix + "bias")
        state_dict[prefix + "alpha"] = alpha.to(self.alpha.dtype)
        if self.bn_load == "raw":
            return []
        if bias is not None:
            state_dict[prefix + "bias"] = bias - alpha.to(bias)
        elif self.bias is None:
            return [f"{prefix}alpha: a BatchNorm without bias cannot be kept; use bn_load='raw'"]
        return []


def plain(alpha: Alpha) -> float | tuple[float, ...]:
    """A constant as Python numbers. 0 becomes -0.0, since b + (-0.0) is b to the last bit for every b."""
    if isinstance(alpha, Tensor) and alpha.requires_grad:
        raise ValueError("alpha: must be a constant, got a tensor that requires gradient")
    if hasattr(alpha, "tolist"):
        alpha = alpha.tolist()  # type: ignore[union-attr]  # tensors and arrays
    many = isinstance(alpha, Sequence) and not isinstance(alpha, str | bytes)
    if many and not alpha:
        raise ValueError("alpha: must be one number or one per channel, got none")
    numbers = tuple(_number(value) for value in (alpha if many else [alpha]))  # type: ignore[union-attr]
    return numbers if many else numbers[0]


def _number(value: Any) -> float:
    rule = f"alpha: must be a finite number, got {value!r}"
    if isinstance(value, str | bytes | bool):
        raise ValueError(rule)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise ValueError(rule) from error
    if not math.isfinite(number):
        raise ValueError(rule)
    return number or -0.0


def constant(
    alpha: float | tuple[float, ...], device: Any = None, dtype: torch.dtype | None = None
) -> Tensor:
    """The numbers of `plain` as a tensor of shape () or (C,); ``ValueError`` if a dtype cannot hold them."""
    dtype = dtype or torch.get_default_dtype()
    largest = torch.finfo(dtype).max
    if any(abs(value) > largest for value in (alpha if isinstance(alpha, tuple) else (alpha,))):
        raise ValueError(f"alpha: must be finite in {dtype} (at most {largest:g}), got {alpha}")
    return torch.tensor(alpha, device=device, dtype=dtype)


class PostShiftedBatchNorm1d(PostShifted, nn.BatchNorm1d):
    """``nn.BatchNorm1d`` plus alpha. Input (N, C) or (N, C, L)."""


class PostShiftedBatchNorm2d(PostShifted, nn.BatchNorm2d):
    """``nn.BatchNorm2d`` plus alpha. Input (N, C, H, W)."""


class PostShiftedBatchNorm3d(PostShifted, nn.BatchNorm3d):
    """``nn.BatchNorm3d`` plus alpha. Input (N, C, D, H, W)."""


class LazyPostShiftedBatchNorm1d(PostShifted, nn.LazyBatchNorm1d):
    """`PostShiftedBatchNorm1d` that takes C from its first input."""

    cls_to_become = PostShiftedBatchNorm1d  # type: ignore[assignment]


class LazyPostShiftedBatchNorm2d(PostShifted, nn.LazyBatchNorm2d):
    """`PostShiftedBatchNorm2d` that takes C from its first input."""

    cls_to_become = PostShiftedBatchNorm2d  # type: ignore[assignment]


class LazyPostShiftedBatchNorm3d(PostShifted, nn.LazyBatchNorm3d):
    """`PostShiftedBatchNorm3d` that takes C from its first input."""

    cls_to_become = PostShiftedBatchNorm3d  # type: ignore[assignment]


class PostShiftedSyncBatchNorm(PostShifted, nn.SyncBatchNorm):
    """``nn.SyncBatchNorm`` plus alpha: statistics over all processes of the group. Input (N, C, *)."""

    def forward(self, input: Tensor) -> Tensor:
        """BN(input) + alpha with the statistics of all processes while training."""
        self._check_input_dim(input)
        self._check_non_zero_input_channels(input)
        averaging = self._averaging()
        world = self._world(input) if self.training else None
        if world is None:
            return self._normalise(input, averaging)
        mean, var, _ = self._statistics()
        bias = self.shifted_bias(input)
        given = (input, self.weight, bias, mean, var, self.eps, averaging, *world)
        return _functions.SyncBatchNorm.apply(*given)

    def _world(self, x: Tensor) -> tuple[Any, int] | None:
        """(process group, its size), or None when there is nobody to synchronise with."""
        if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
            return None
        if x.device.type not in (*SYNC_DEVICES, torch._C._get_privateuse1_backend_name()):
            raise ValueError(
                f"input: SyncBatchNorm works on {', '.join(SYNC_DEVICES)}, got {x.device.type}"
            )
        group = self.process_group or torch.distributed.group.WORLD
        size = torch.distributed.get_world_size(group)
        return (group, size) if size > 1 else None
