"""Watching channels collapse and recover while a network trains.

    monitor = CollapseMonitor(model, every=50, optimizer=optimizer, path="collapse.jsonl")
    ...                                     # train as before
    monitor.survey(batches)                 # data-dead channels, over a whole data set
    print(monitor.summary())

Every ``every``-th training pass the norms that feed a rectifier get a hook that counts active values
per channel; in between there is one Python call per pass and no look at any tensor. With an optimiser
the look ends just before its step, when the gradients are there.

kappa = eta^2 s^2 / (n gamma^2) is estimated as eta^2 E[G^2] / (Phi gamma^2), with E[G^2] the mean over
looks of the squared gradient of beta and Phi the mean active fraction (psbn.T3: Var G = s^2 Phi / n);
momentum makes eta / (1 - mu) of eta (psbn.T8). E[G^2] contains the square of a mean gradient: kappa is
too large when there is one. Only for ReLU and optimisers of the SGD kind.

A certificate is a proof from the parameters at the look, *certified* its outcome. Where a channel with
one has put out active values all the same, a hypothesis did not hold (values that no trace sees, an
input too large for its float margin, not (N, features), not finite): it is not called certified, and the
record says so in its ``warning``. So does one of a channel that has put out NaN, which is not called dead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from constructions.psbn import monitor_show
from constructions.psbn.certify import DELTA, certify
from constructions.psbn.channels import effective, ratio, weight
from constructions.psbn.pairs import Pair, Watch, traced_pairs
from constructions.psbn.records import Channels, Numbers, Record, changes, classify, warning
from constructions.psbn.tally import Average, Count, kept_statistics, learning_rate, numbers
from constructions.psbn.trust import evaluating, in_mode, only_looks

__all__ = ["CollapseMonitor"]


class CollapseMonitor:
    """Hooks on ``model``; ``close()`` (or leaving a ``with``) takes them off.

    every : look at every so-many-th forward pass in training mode, the first included.
    optimizer : for gradients and kappa; optional.
    c : a channel is ratio-collapsed below r = -c.
    delta : float margin of the samuelson certificate, see `certify`.
    path : a file to which every record is appended as a line of JSON.

    The pairs are found by tracing (a pass in training; for surveys, in evaluation), or else by watching
    the first pass; again, if a norm is not there any more. In a model compiled as a whole no layer's
    hook runs: records then have no ``active`` and ``top``. A copy of the model carries a monitor that is off.
    Raises ``ValueError`` for every < 1, c <= 0 or delta < 0 or infinite, ``OSError`` for a path that cannot
    be written.
    """

    def __init__(
        self,
        model: nn.Module,
        every: int = 50,
        *,
        optimizer: Optimizer | None = None,
        c: float = 3.0,
        delta: float = DELTA,
        path: str | Path | None = None,
    ) -> None:
        for name, value, good, rule in (
            ("every", every, isinstance(every, int) and every >= 1, "a whole number, at least 1"),
            ("c", c, c > 0, "positive"),
            ("delta", delta, 0 <= delta < math.inf, "at least 0 and finite"),
        ):
            if not good:
                raise ValueError(f"{name}: must be {rule}, got {value}")
        self.model, self.every, self.c, self.delta = model, every, c, delta
        self.path = None if path is None else Path(path)
        if self.path is not None:
            self.path.open("a", encoding="utf-8").close()  # better now than within a pass
        self.optimizer = optimizer
        self.records: list[Record] = []
        self.step = 0
        with in_mode(model, True):
            self.pairs: list[Pair] | None = traced_pairs(model)
        self._watch: Watch | None = None
        self._seen: dict[str, Count] | None = None  # None: not looking
        self._last: dict[tuple[str, str], Record] = {}
        self._squares: dict[str, Average] = {}
        self._fractions: dict[str, Average] = {}
        self._layer_hooks: list[Any] = []
        self._hooks = [
            model.register_forward_pre_hook(self._before_pass),
            model.register_forward_hook(self._after_pass, always_call=True),
        ]
        if optimizer is not None:
            self._hooks.append(optimizer.register_step_pre_hook(self._before_step))

    _off = False

    def __getstate__(self) -> dict[str, Any]:
        """Copies, pickled or not, come with copies of the model's hooks and must write nothing."""
        return {"_off": True}

    # -- a look ---------------------------------------------------------------------------------

    @only_looks
    def _before_pass(self, model: nn.Module, _: Any) -> None:
        if not model.training or self._off:
            return
        self.step += 1
        if (self.step - 1) % self.every:
            return
        self._seen = {}
        if not self._present():
            self.pairs = traced_pairs(model)
        if self.pairs is None:
            self._watch = Watch(model).__enter__()
        self._listen([pair.norm for pair in self.pairs or []])

    def _present(self) -> bool:
        """Whether the layers of the pairs are still there; a model may have been rebuilt."""
        layers = dict(self.model.named_modules())
        return all(
            isinstance(layers.get(pair.norm), nn.modules.batchnorm._BatchNorm)
            and (pair.linear is None or hasattr(layers.get(pair.linear), "weight"))
            for pair in self.pairs or []
        )

    def _listen(self, norms: Iterable[str]) -> None:
        for name in norms:
            layer = self.model.get_submodule(name)

            @only_looks
            def count(_: nn.Module, __: Any, output: Tensor, name: str = name) -> None:
                if self._seen is not None:
                    self._seen.setdefault(name, Count()).add(output)

            self._layer_hooks.append(layer.register_forward_hook(count))

    @only_looks
    def _after_pass(self, model: nn.Module, _: Any, output: Any) -> None:
        if self._off:
            return
        for handle in self._layer_hooks:
            handle.remove()
        self._layer_hooks.clear()
        if self._watch is not None:
            self._watch.__exit__(None, None, None)
            self.pairs = None if output is None else self._watch.pairs()
            self._watch = None
        if output is None:  # the pass has raised
            self._seen = None
        elif self._seen is not None and self.optimizer is None and model.training:
            self._write("batch", self.pairs)

    def _before_step(self, *_: Any) -> None:
        if self._seen is not None:
            self._write("batch", self.pairs)

    def _write(
        self, source: Any, pairs: list[Pair] | None, *, tau: float | None = None, box: Any = None
    ) -> list[Record]:
        """Records of what was counted, appended, written and returned."""
        seen, self._seen, pairs = self._seen or {}, None, pairs or []
        running = source == "data, running statistics"
        sizes = {name: count.largest for name, count in seen.items() if self._alone(name, count)}
        proofs = certify(
            self.model,
            "eval" if running else "train",
            n=sizes,
            box=box,
            delta=None if running else self.delta,
            pairs=pairs,
        )
        fresh = []
        for pair in pairs:
            count = seen.get(pair.norm, Count())
            channels = self._measure(pair, count, source)
            own = [proof for proof in proofs if proof.norm == pair.norm]
            proved = {i for proof in own for i in proof.channels}
            states, flags = classify(channels, pair.slope, c=self.c, proved=proved, tau=tau)
            found = (self.step, pair.norm, source, count.n, pair.slope, channels, states, flags)
            record = Record(*found, warning=warning(flags, list(map(str, own))))
            record = changes(record, self._last.get((pair.norm, source)))
            self._last[pair.norm, source] = record
            fresh.append(record)
        self.records += fresh
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("".join(record.line() + "\n" for record in fresh))
        return fresh

    def _alone(self, name: str, count: Count) -> bool:
        """Whether the values counted are all that the norm has normalised together."""
        shared = isinstance(self.model.get_submodule(name), nn.SyncBatchNorm)
        shared = shared and torch.distributed.is_available() and torch.distributed.is_initialized()
        return count.largest > 1 and not shared

    def _measure(self, pair: Pair, count: Count, source: str) -> Channels:
        norm: Any = self.model.get_submodule(pair.norm)
        gamma, beta = effective(norm)
        active, top = count.result()
        measured: dict[str, Numbers | None] = {"active": _maybe(active), "top": _maybe(top)}
        if pair.linear is not None and not getattr(
            before := self.model.get_submodule(pair.linear), "transposed", False
        ):
            measured["filter_norm"] = numbers(weight(before).flatten(1).norm(dim=1))
        if source == "batch" and self.optimizer is not None:
            for name, parameter in (("gamma_gradient", norm.weight), ("beta_gradient", norm.bias)):
                if parameter is not None and parameter.grad is not None:
                    measured[name] = numbers(parameter.grad)
            measured["kappa"] = self._kappa(pair, norm, active)
        return Channels(numbers(ratio(norm)), numbers(gamma.abs()), numbers(beta), **measured)

    def _kappa(self, pair: Pair, norm: Any, active: Tensor | None) -> Numbers | None:
        rate = learning_rate(self.optimizer, norm.bias)
        if rate is None or pair.slope or active is None or norm.bias.grad is None:
            return None
        square = self._squares.setdefault(pair.norm, Average()).add(norm.bias.grad.double() ** 2)
        fraction = self._fractions.setdefault(pair.norm, Average()).add(active)
        gamma, _ = effective(norm)
        return numbers(rate**2 * square / (fraction * gamma**2))

    # -- on request -----------------------------------------------------------------------------

    def survey(
        self,
        batches: Iterable[Any],
        statistics: Literal["running", "batch"] = "running",
        *,
        tau: float = 0.0,
        box: tuple[float, float] | None = None,
    ) -> list[Record]:
        """Active fractions over all ``batches`` (inputs, or tuples of them); records with *data-dead* states.

        statistics : ``"running"``: evaluation mode; ``"batch"``: every batch by its own statistics. Modes and
            running statistics are afterwards as before.
        tau : largest active fraction of a data-dead channel.
        box : (low, high) of the input, for interval certificates; with running statistics, traced models.
        """
        if statistics not in ("running", "batch"):
            raise ValueError(f"statistics: must be 'running' or 'batch', got {statistics!r}")
        if not 0 <= tau < 1:
            raise ValueError(f"tau: must be in [0, 1), got {tau}")
        with evaluating(self.model), torch.no_grad(), kept_statistics(self.model):
            for layer in self.model.modules():
                if statistics == "batch" and isinstance(layer, nn.modules.batchnorm._BatchNorm):
                    layer.train()
            pairs = self._count(batches)
            if statistics == "running":  # the question is about the model in the mode it was run in
                return self._write("data, running statistics", pairs, tau=tau, box=box)
        return self._write("data, batch statistics", pairs, tau=tau)

    def _count(self, batches: Iterable[Any]) -> list[Pair] | None:
        """Count over the batches; the pairs of the model in its present mode."""
        counted: dict[str, Count] = {}
        traced = traced_pairs(self.model)
        pairs = self.pairs if traced is None else traced
        before, done = self._seen, False
        try:
            for batch in batches:
                inputs = batch if isinstance(batch, tuple) else (batch,)
                if pairs is None:
                    with Watch(self.model) as watch:
                        self.model(*inputs)
                    self.pairs = pairs = watch.pairs()
                self._seen = counted
                self._listen(pair.norm for pair in pairs)
                self.model(*inputs)
            done = True
        finally:
            self._seen = counted if done else before  # half a survey is not a look at training
        return pairs

    def summary(self) -> str:
        """A table: states at the last look, births, recoveries, the shortest predicted time to collapse."""
        return monitor_show.summary(self.records, self.c)

    def plot(self) -> Any:
        """A matplotlib figure: channels by state over the steps, and every channel's r."""
        return monitor_show.figure(self.records, self.c)

    def close(self) -> None:
        """Take all hooks off; records stay."""
        for handle in [*self._hooks, *self._layer_hooks]:
            handle.remove()

    def __enter__(self) -> CollapseMonitor:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _maybe(values: Tensor | None) -> Numbers | None:
    return None if values is None else numbers(values)
