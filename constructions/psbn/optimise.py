"""Weight decay toward a given centre: all that post-shifting adds to batch normalisation (psbn.T9).

``decay_center(optimizer, {bn.bias: 0.1})`` makes a plain BatchNorm, started at beta_0 + alpha, follow a
post-shifted one, started at beta_0, step by step.

How: the optimiser works on q = p - centre, which has the same gradient and decays to 0. So it does not
matter where an optimiser applies its decay: inside the gradient (SGD, momentum, Nesterov, Adam) or
outside (AdamW), with ``foreach``, ``fused`` or ``maximize``.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

__all__ = ["Centered", "decay_center"]


#: The calls in force.
CENTERED: weakref.WeakKeyDictionary[Optimizer, list[Centered]] = weakref.WeakKeyDictionary()


class Centered:
    """The hooks of one `decay_center` call; ``remove()`` takes them off again."""

    def __init__(self, optimizer: Optimizer, centers: Mapping[Tensor, Tensor]) -> None:
        self.centers = dict(centers)
        self._moved: list[Tensor] = []
        self._removed = False
        self._handles = [
            optimizer.register_step_pre_hook(self._before),
            optimizer.register_step_post_hook(self._after),
        ]

    def remove(self) -> None:
        """Decay goes to 0 again."""
        self._back()
        self._removed = True
        for handle in self._handles:
            handle.remove()

    def _before(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._back()  # a step that raised inside the optimiser has left parameters moved
        decaying = [
            p for g in optimizer.param_groups if g.get("weight_decay") != 0 for p in g["params"]
        ]
        chosen = [p for p in decaying if p in self.centers]
        if len(args) > 1 and args[1] is not None:
            args = (args[0], self._at_home(args[1], chosen), *args[2:])
        elif kwargs.get("closure") is not None:
            kwargs = {**kwargs, "closure": self._at_home(kwargs["closure"], chosen)}
        else:
            chosen = [p for p in chosen if p.grad is not None]  # the optimiser skips the others
        self._away(chosen)
        return args, kwargs

    def _after(self, *_: Any) -> None:
        self._back()

    def _at_home(self, closure: Callable[[], Any], chosen: list[Tensor]) -> Callable[[], Any]:
        """The closure at the parameters themselves; if it raises, that is where they stay."""

        def run() -> Any:
            self._back()
            loss = closure()
            self._away(chosen)
            return loss

        return run

    def _away(self, chosen: list[Tensor]) -> None:
        with torch.no_grad():
            for p in chosen:
                p.sub_(self.centers[p])
                self._moved.append(p)

    def _back(self) -> None:
        with torch.no_grad():
            while self._moved:
                p = self._moved.pop()
                p.add_(self.centers[p])


def decay_center(
    optimizer: Optimizer, centers: Mapping[torch.nn.Parameter, float | Tensor]
) -> Centered:
    """Let the weight decay of ``optimizer`` pull each given parameter toward its centre instead of 0.

    centers : parameter -> number, or tensor that broadcasts to the parameter; finite.

    Parameters in groups with ``weight_decay`` 0, and those without gradient, are not touched, as without
    centre. The centres are not part of ``optimizer.state_dict()``, nor of copies of the optimiser: call this
    again there. Returns an object whose ``remove()`` undoes the call.

    Raises ``ValueError`` for a parameter that is not the optimiser's or has a centre already, a centre
    that does not fit, and an optimiser without weight decay.
    """
    decaying = {p for g in optimizer.param_groups if "weight_decay" in g for p in g["params"]}
    held = {p for group in optimizer.param_groups for p in group["params"]}
    earlier = [one for one in CENTERED.get(optimizer, []) if not one._removed]
    ready: dict[Tensor, Tensor] = {}
    for parameter, center in centers.items():
        if parameter not in held:
            raise ValueError("centers: a parameter is not among those of the optimizer")
        if parameter not in decaying:
            raise ValueError(f"optimizer: {type(optimizer).__name__} has no weight decay to centre")
        if any(parameter in one.centers for one in earlier):
            raise ValueError("centers: a parameter has a centre already; remove() that call first")
        ready[parameter] = _fitting(center, parameter)
    found = Centered(optimizer, ready)
    CENTERED[optimizer] = [*earlier, found]
    return found


def _fitting(center: Any, parameter: Tensor) -> Tensor:
    """The centre as a tensor of the parameter's own kind; ``ValueError`` if it cannot be one."""
    try:
        value = torch.as_tensor(center, dtype=parameter.dtype, device=parameter.device).detach()
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"centers: must be numbers, got {center!r}") from error
    if not all(math.isfinite(v) for v in value.flatten().tolist()):
        raise ValueError(f"centers: must be finite in {parameter.dtype}, got {center}")
    try:
        return value.expand(parameter.shape).clone()
    except RuntimeError as error:
        raise ValueError(
            f"centers: shape {tuple(value.shape)} does not fit {tuple(parameter.shape)}"
        ) from error
