"""Post-shifted batch norm and (leaky) ReLU as one operation: ``f(BN(x) + alpha)``.

Two routes with the same results up to rounding:

| route | forward | backward |
|---|---|---|
| torch | ``F.batch_norm``, then the rectifier in place: one tensor less | torch's |
| native | moments, then one sweep: normalise, shift, rectify | mask recomputed from x; sums; one sweep |

The native one needs the kernel built (see `relu_native`) and dense CPU tensors of float32 or float64;
everything else (other devices, types and layouts, ``torch.compile``, ``torch.func``, tracers and dispatch
modes, scripts, derivatives in forward mode or of many outputs at once) goes through torch. It keeps x alone
for backward, and combines moments in double.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor
from torch.autograd import forward_ad

from constructions.psbn import relu_native
from constructions.psbn.layers import (
    PostShifted,
    PostShiftedBatchNorm1d,
    PostShiftedBatchNorm2d,
    PostShiftedBatchNorm3d,
)

__all__ = [
    "PostShiftedBatchNormReLU1d",
    "PostShiftedBatchNormReLU2d",
    "PostShiftedBatchNormReLU3d",
    "norm_relu",
]

Route = Literal["auto", "torch", "native"]
REAL = {torch.float32: "float", torch.float64: "double"}


def norm_relu(
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    negative_slope: float = 0.0,
    route: Route = "auto",
) -> Tensor:
    """``leaky_relu(F.batch_norm(x, ...), negative_slope)``; for the shift, hand over ``bias + alpha``.

    x : (N, C, *); the vectors are (C,). Running statistics are updated as by ``F.batch_norm``.

    Raises what ``F.batch_norm`` raises, ``ValueError`` for a slope outside [0, 1) and for ``route="native"``
    where that route cannot go.
    """
    if not 0 <= negative_slope < 1:
        raise ValueError(f"negative_slope: must be in [0, 1), got {negative_slope}")
    job = Job(running_mean, running_var, training, eps, negative_slope)
    native = route != "torch" and _runs_natively(x, weight, bias, job)
    if route == "native" and not native:
        raise ValueError("route: the native one needs its kernel, and dense CPU floats or doubles")
    if not native:
        z = F.batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps)
        return _rectified(z, negative_slope)
    y = _Sweep.apply(x, weight, bias, job)
    if training and running_mean is not None:
        job.average(x.numel() // x.shape[1], momentum)
    return y  # type: ignore[return-value]


@dataclass
class Job:
    """What is not differentiated; the sweep leaves the moments of the batch in ``moment``."""

    running_mean: Tensor | None
    running_var: Tensor | None
    training: bool
    eps: float
    slope: float
    moment: Tensor | None = None  # (2, C), double: mean, biased variance

    def problem(self, x: Tensor) -> relu_native.Problem:
        """Sizes and layout for the kernel."""
        N, C = x.shape[:2]
        S = x.numel() // (N * C)
        # one channel, or one value per channel and sample: both layouts, one of them with long loops
        rows = C > 1 and (S == 1 or not x.is_contiguous())
        threads = torch.get_num_threads()
        return relu_native.Problem(N, C, S, rows, self.training, threads, self.eps, self.slope)

    def average(self, n: int, momentum: float) -> None:
        """Update the running statistics; the variance without bias, as torch does."""
        moment, mean, var = self.moment, self.running_mean, self.running_var
        if moment is None or mean is None or var is None:
            return
        with torch.no_grad():
            mean.lerp_(moment[0].to(mean.dtype), momentum)
            var.lerp_((moment[1] * (n / (n - 1))).to(var.dtype), momentum)


class _Sweep(torch.autograd.Function):
    """The native route."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Any, bias: Any, job: Job) -> Tensor:
        C, y = x.shape[1], torch.empty_like(x)
        if job.training:
            moment = torch.empty(2, C, dtype=torch.float64, device=x.device)
        else:
            given = (job.running_mean, job.running_var)
            moment = torch.stack([t.detach().double() for t in given])  # type: ignore[union-attr]
        k = x.new_empty(5, C)
        problem, job.moment = job.problem(x), moment
        _call(x, "forward", problem, x, y, weight, bias, moment, k)
        ctx.job, ctx.problem = job, problem
        ctx.formats = [(t.dtype, t.stride(), t.device) for t in (x, moment, k)]
        ctx.save_for_backward(x, weight, bias, moment, k)
        return y

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        (dy,) = grad_outputs
        x, weight, bias, moment, k = ctx.saved_tensors
        if torch.is_grad_enabled() or not _as_saved(ctx, dy, (x, moment, k)):
            return *_again(ctx, (x, weight, bias), moment, dy), None
        layout = torch.contiguous_format
        if not x.is_contiguous():
            layout = torch.channels_last if x.dim() == 4 else torch.channels_last_3d
        dy = dy.contiguous(memory_format=layout)
        dx = torch.empty_like(x) if ctx.needs_input_grad[0] else None
        sums = torch.empty(x.shape[1], 2, dtype=torch.float64, device=x.device)
        _call(x, "backward", ctx.problem, x, dy, dx, moment, k.clone(), sums)
        scaled = sums[:, 1] * (moment[1] + ctx.job.eps).rsqrt()
        dweight = scaled.to(x.dtype) if ctx.needs_input_grad[1] else None
        dbias = sums[:, 0].to(x.dtype) if ctx.needs_input_grad[2] else None
        return dx, dweight, dbias, None


def _as_saved(ctx: Any, dy: Tensor, tensors: tuple[Tensor, ...]) -> bool:
    """Whether the kernel may be handed them: hooks on saved tensors may have changed their format."""
    if torch._C._are_functorch_transforms_active() or torch._C._len_torch_dispatch_stack():
        return False
    if torch._C._functorch.is_legacy_batchedtensor(dy):  # many outputs at once  # pyright: ignore[reportAttributeAccessIssue]
        return False
    plain = all(type(t) is Tensor or type(t) is torch.nn.Parameter for t in (dy, *tensors))
    same = [(t.dtype, t.stride(), t.device) for t in tensors] == ctx.formats
    return plain and same and _usual(dy) and dy.dtype == tensors[0].dtype


def _again(ctx: Any, inputs: tuple[Any, ...], moment: Tensor, dy: Tensor) -> list[Any]:
    """The gradients through torch's own formulas; where asked for, they can be differentiated once more."""
    job, further, needed = ctx.job, torch.is_grad_enabled(), ctx.needs_input_grad
    if not further:
        inputs = tuple(t if t is None else t.detach() for t in inputs)
        inputs = tuple(t.requires_grad_() if n else t for t, n in zip(inputs, needed, strict=False))
    x, weight, bias = inputs
    mean, var = (None, None) if job.training else moment.to(x.dtype)
    with torch.enable_grad():
        z = F.batch_norm(x, mean, var, weight, bias, job.training, 0.0, job.eps)
        z = _rectified(z, job.slope)
        wanted = [t for t, n in zip(inputs, needed, strict=False) if n]
        found = iter(torch.autograd.grad(z, wanted, dy, create_graph=further))
    return [next(found) if n else None for n in needed[:3]]


def _rectified(z: Tensor, slope: float) -> Tensor:
    """In place: batch norm does not keep its output."""
    return F.leaky_relu_(z, slope) if slope else F.relu_(z)


def _runs_natively(x: Tensor, weight: Any, bias: Any, job: Job) -> bool:
    """Whether the kernel may be handed these tensors; it trusts every pointer and size."""
    if torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active():
        return False
    # tracers would record the empty tensors that the kernel fills
    if torch.jit.is_tracing() or torch._C._len_torch_dispatch_stack():  # pyright: ignore[reportPrivateImportUsage]
        return False
    if forward_ad._current_level >= 0 or relu_native.kernels() is None:
        return False
    vectors = [t for t in (weight, bias, job.running_mean, job.running_var) if t is not None]
    plain = all(type(t) in (Tensor, torch.nn.Parameter) and _usual(t) for t in (x, *vectors))
    if not plain or x.dim() < 2 or x.dtype not in REAL or x.numel() <= x.shape[1] * job.training:
        return False
    if not job.eps > 0 or (job.running_mean is None) != (job.running_var is None):
        return False
    if not x.numel() or (not job.training and job.running_var is None):
        return False
    shaped = all(
        t.shape == x.shape[1:2] and t.dtype == x.dtype and t.is_contiguous() for t in vectors
    )
    return shaped and _dense(x)


def _usual(t: Tensor) -> bool:
    """Whether the numbers in memory are those of the tensor."""
    return t.is_cpu and t.layout is torch.strided and not t.is_neg()


def _dense(x: Tensor) -> bool:
    if x.is_contiguous():
        return True
    last = {4: torch.channels_last, 5: torch.channels_last_3d}.get(x.dim())
    return last is not None and x.is_contiguous(memory_format=last)


def _call(x: Tensor, name: str, problem: relu_native.Problem, *tensors: Tensor | None) -> None:
    library = (relu_native.kernels() or {})[REAL[x.dtype]]
    pointers = [None if t is None else ctypes.c_void_p(t.data_ptr()) for t in tensors]
    if getattr(library, f"psbn_relu_{name}")(ctypes.byref(problem), *pointers):
        raise MemoryError("no memory for the partial sums")


class Rectified(PostShifted):
    """The layers with the rectifier in; ``negative_slope`` 0 is ReLU. ``ValueError`` outside [0, 1)."""

    def __init__(self, *args: Any, negative_slope: float = 0.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not 0 <= negative_slope < 1:
            raise ValueError(f"negative_slope: must be in [0, 1), got {negative_slope}")
        self.negative_slope = float(negative_slope)

    def _normalise(self, x: Tensor, averaging: float) -> Tensor:
        mean, var, of_batch = self._statistics()
        bias = self.shifted_bias(x)
        # a script knows no kernel: torch's operations
        if torch.jit.is_scripting():  # pyright: ignore[reportPrivateImportUsage]
            z = F.batch_norm(x, mean, var, self.weight, bias, of_batch, averaging, self.eps)
            return _rectified(z, self.negative_slope)
        return norm_relu(
            x,
            mean,
            var,
            self.weight,
            bias,
            training=of_batch,
            momentum=averaging,
            eps=self.eps,
            negative_slope=self.negative_slope,
        )

    def extra_repr(self) -> str:
        """The norm's, and the slope."""
        return f"{super().extra_repr()}, negative_slope={self.negative_slope}"


class PostShiftedBatchNormReLU1d(Rectified, PostShiftedBatchNorm1d):
    """`PostShiftedBatchNorm1d`, then (leaky) ReLU, as one operation."""


class PostShiftedBatchNormReLU2d(Rectified, PostShiftedBatchNorm2d):
    """`PostShiftedBatchNorm2d`, then (leaky) ReLU, as one operation."""


class PostShiftedBatchNormReLU3d(Rectified, PostShiftedBatchNorm3d):
    """`PostShiftedBatchNorm3d`, then (leaky) ReLU, as one operation."""
