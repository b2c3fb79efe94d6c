r"""Small networks on scikit-learn's digits: what the empirical claims of this wing are measured with.

conv3x3 16-16-32-32 (stride 2 at the third), each with norm and ReLU, mean pool, linear: 96 channels. A
channel is *data-dead* when it is inactive on all 1437 training images, with running statistics.
"""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from theory._core.torch_threads import one_thread

WIDTH, BATCH, TRAINING, CHANNELS = 16, 64, 1437, 96


@dataclass(frozen=True)
class Training:
    """One training run. ``norm_decay`` acts on gamma and beta, ``decay`` on everything else."""

    rate: float
    epochs: int
    seed: int
    optimiser: str = "SGD"
    decay: float = 0.0
    norm_decay: float = 0.0


@dataclass(frozen=True)
class Count:
    """Data-dead channels and the test accuracy."""

    dead: int
    accuracy: float


def available() -> bool:
    """Whether scikit-learn, which ships the digits, is installed."""
    with suppress(ImportError):
        import sklearn.datasets  # noqa: F401

        return True
    return False


@lru_cache(maxsize=1)
def _digits() -> tuple[Any, Any, Any, Any]:
    """Training images and labels, test images and labels; a fixed split."""
    import torch
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    x = torch.tensor(images / 16, dtype=torch.float32).view(-1, 1, 8, 8)
    y = torch.tensor(labels)
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))
    first, rest = order[:TRAINING], order[TRAINING:]
    return x[first], y[first], x[rest], y[rest]


def network(seed: int) -> Any:
    """A freshly initialised network with BatchNorm."""
    import torch
    from torch import nn

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layers, channels = [], 1
        for k, width in enumerate((WIDTH, WIDTH, 2 * WIDTH, 2 * WIDTH)):
            convolution = nn.Conv2d(channels, width, 3, 2 if k == 2 else 1, 1, bias=False)
            layers += [convolution, nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        return nn.Sequential(
            *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)
        )


def shifted(net: Any, alpha: float) -> Any:
    """A copy with every norm replaced by its post-shifted form; the same function."""
    from torch import nn

    from constructions.psbn.layers import PostShiftedBatchNorm2d

    made = copy.deepcopy(net)
    for k, layer in enumerate(made):
        if isinstance(layer, nn.BatchNorm2d):
            other = PostShiftedBatchNorm2d(layer.num_features, alpha=alpha)
            other.load_state_dict(
                layer.state_dict()
            )  # a plain checkpoint: the bias is moved by -alpha
            made[k] = other
    return made


def train(net: Any, run: Training) -> None:
    """Train in place, cross entropy, batches of 64."""
    import torch
    from torch.nn import functional as F  # noqa: N812 - its usual name
    from torch.nn.modules.batchnorm import _BatchNorm

    norms = [p for layer in net if isinstance(layer, _BatchNorm) for p in layer.parameters()]
    known = {id(p) for p in norms}
    others = [p for p in net.parameters() if id(p) not in known]
    groups = [
        {"params": norms, "weight_decay": run.norm_decay},
        {"params": others, "weight_decay": run.decay},
    ]
    more = {"momentum": 0.9} if run.optimiser == "SGD" else {}
    rule = getattr(torch.optim, run.optimiser)(groups, lr=run.rate, **more)
    x, y, *_ = _digits()
    draw = torch.Generator().manual_seed(run.seed)
    net.train()
    for _ in range(run.epochs):
        order = torch.randperm(len(y), generator=draw)
        for k in range(0, len(y) - BATCH + 1, BATCH):
            batch = order[k : k + BATCH]
            rule.zero_grad()
            F.cross_entropy(net(x[batch]), y[batch]).backward()
            rule.step()


def count(net: Any) -> Count:
    """Count data-dead channels on the training images, with running statistics."""
    import torch
    from torch import nn

    x, _, test, labels = _digits()
    net.eval()
    dead, h = 0, x
    with torch.no_grad():
        for layer in net:
            h = layer(h)
            if isinstance(layer, nn.ReLU):
                dead += int((h.amax((0, 2, 3)) <= 0).sum())
        accuracy = float((net(test).argmax(1) == labels).float().mean())
    return Count(dead, round(accuracy, 4))


@lru_cache(maxsize=256)
def trained(run: Training) -> Count:
    """Train a new network and count."""
    with one_thread():
        net = network(run.seed)
        train(net, run)
        return count(net)


@lru_cache(maxsize=32)
def recovered(seed: int, alpha: float, norm_decay: float) -> tuple[Count, Count]:
    """Before and after fine-tuning a network that lost channels at a large learning rate.

    6 epochs of SGD at 1.5, then 12 at 0.1; ``alpha`` 0 keeps BatchNorm, otherwise it is converted.
    """
    with one_thread():
        net = _collapsed(seed)
        before = count(net)
        made = shifted(net, alpha) if alpha else copy.deepcopy(net)
        train(made, Training(0.1, 12, 100 + seed, decay=1e-4, norm_decay=norm_decay))
        return before, count(made)


@lru_cache(maxsize=8)
def _collapsed(seed: int) -> Any:
    net = network(seed)
    train(net, Training(1.5, 6, seed, decay=1e-3, norm_decay=1e-3))
    return net
