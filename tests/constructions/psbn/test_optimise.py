"""Decay toward alpha makes plain batch norm post-shifted, step by step (psbn.T9)."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from constructions.psbn.convert import convert_psbn
from constructions.psbn.optimise import decay_center

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.01),
    "heavy ball": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam, L2": lambda p: torch.optim.Adam(p, lr=1e-2, weight_decay=0.01),
    "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3, weight_decay=0.1),
}  # fmt: skip


def twins():
    """A plain network and its conversion: the same function, so beta_0 + alpha = 0 in both."""
    torch.manual_seed(0)
    plain = nn.Sequential(
        nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3)
    ).double()
    return plain, convert_psbn(copy.deepcopy(plain), 0.1)


def train(model, optimizer, steps, closures=False):
    source = torch.Generator().manual_seed(1)
    for _ in range(steps):
        x = torch.randn(8, 3, generator=source, dtype=torch.float64)
        y = torch.randint(3, (8,), generator=source)

        def loss(x=x, y=y):
            optimizer.zero_grad()
            value = F.cross_entropy(model(x), y)
            value.backward()
            return value

        if closures:
            optimizer.step(loss)
        else:
            loss()
            optimizer.step()


def gap(plain, shifted):
    """Largest distance of parameters, the bias taken with its alpha."""
    moved = convert_psbn(copy.deepcopy(plain), 0.1)
    return max(
        float((p - q).detach().abs().max())
        for p, q in zip(moved.parameters(), shifted.parameters(), strict=True)
    )


@pytest.mark.parametrize(
    ("name", "closures"), [*((name, False) for name in OPTIMIZERS), ("sgd", True), ("adamw", True)]
)
def test_plain_batch_norm_with_centred_decay_is_post_shifted(name, closures):
    plain, shifted = twins()
    optimizers = [OPTIMIZERS[name](m.parameters()) for m in (plain, shifted)]
    decay_center(optimizers[0], {plain[1].bias: 0.1})
    train(plain, optimizers[0], 200, closures)
    train(shifted, optimizers[1], 200, closures)
    assert gap(plain, shifted) <= 1e-12


@pytest.mark.parametrize("center", [0.0, 0.05])
@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_another_centre_is_something_else(name, center):
    plain, shifted = twins()
    optimizers = [OPTIMIZERS[name](m.parameters()) for m in (plain, shifted)]
    decay_center(optimizers[0], {plain[1].bias: center})
    train(plain, optimizers[0], 50)
    train(shifted, optimizers[1], 50)
    assert gap(plain, shifted) > 1e-4


def test_one_step_is_the_formula_written_out():
    p = nn.Parameter(torch.tensor([2.0, -1.0], dtype=torch.float64))
    optimizer = torch.optim.SGD([p], lr=0.5, weight_decay=0.25)
    decay_center(optimizer, {p: torch.tensor([1.0, 0.0])})
    p.grad = torch.tensor([1.0, 1.0], dtype=torch.float64)
    optimizer.step()
    # p - lr (g + wd (p - c))
    assert p.tolist() == [2 - 0.5 * (1 + 0.25 * 1), -1 - 0.5 * (1 - 0.25)]


def test_removed_it_decays_to_zero_again_and_skipped_parameters_are_not_touched():
    p, q, r = (nn.Parameter(torch.full((1,), 0.3)) for _ in "pqr")
    groups = [{"params": [p, q], "weight_decay": 1.0}, {"params": [r], "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=0.1)
    handle = decay_center(optimizer, {p: 0.7, q: 1e8, r: 1e8})
    p.grad, r.grad = torch.zeros(1), torch.zeros(1)
    optimizer.step()
    torch.testing.assert_close(p.detach(), torch.tensor([0.3 + 0.1 * 0.4]))
    assert q == r == torch.full((1,), 0.3)
    handle.remove()
    before = p.detach().clone()
    optimizer.step()
    torch.testing.assert_close(p.detach(), before * 0.9)


def test_a_closure_that_raises_leaves_the_parameters_where_they_were():
    p = nn.Parameter(torch.full((1,), 0.5))
    optimizer = torch.optim.SGD([p], lr=0.1, weight_decay=1.0)
    decay_center(optimizer, {p: 0.25})

    def closure():
        assert p == 0.5
        raise KeyError("no data")

    with pytest.raises(KeyError):
        optimizer.step(closure)
    assert p == 0.5


def test_what_does_not_fit_is_refused():
    p = nn.Parameter(torch.zeros(3))
    optimizer = torch.optim.SGD([p], lr=0.1)
    with pytest.raises(ValueError, match="not among"):
        decay_center(optimizer, {nn.Parameter(torch.zeros(3)): 0.1})
    with pytest.raises(ValueError, match="finite"):
        decay_center(optimizer, {p: float("nan")})
    with pytest.raises(ValueError, match="does not fit"):
        decay_center(optimizer, {p: torch.zeros(2, 3)})


def test_one_parameter_has_one_centre_until_it_is_removed():
    p, q = nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(3))
    optimizer = torch.optim.SGD([p, q], lr=0.1, weight_decay=0.1)
    handle = decay_center(optimizer, {p: 0.1})
    with pytest.raises(ValueError, match="has a centre already"):
        decay_center(optimizer, {p: 0.1})
    decay_center(optimizer, {q: 0.2})
    p.grad = q.grad = torch.zeros(3)
    optimizer.step()
    torch.testing.assert_close(p.detach(), torch.full((3,), 0.1 * 0.1 * 0.1))
    torch.testing.assert_close(q.detach(), torch.full((3,), 0.1 * 0.1 * 0.2))
    handle.remove()
    decay_center(optimizer, {p: 0.3})
    p.data.zero_()
    optimizer.step()
    torch.testing.assert_close(p.detach(), torch.full((3,), 0.1 * 0.1 * 0.3))


@pytest.mark.parametrize(
    ("center", "match"),
    [
        (torch.zeros(4), "does not fit"),
        (torch.zeros(3, 1), "does not fit"),
        (None, "numbers"),
        ("0.1", "numbers"),
        (1j, "numbers"),
        (1e6, "finite in torch.float16"),
    ],
)
def test_centres_that_are_none_are_refused(center, match):
    p = nn.Parameter(torch.zeros(3, dtype=torch.float16))
    optimizer = torch.optim.SGD([p], lr=0.1, weight_decay=0.1)
    with pytest.raises(ValueError, match=f"centers: .*{match}"):
        decay_center(optimizer, {p: center})
    decay_center(optimizer, {p: 0.1})  # nothing has been registered


def test_an_optimiser_without_decay_has_nothing_to_centre():
    p = nn.Parameter(torch.zeros(3))
    with pytest.raises(ValueError, match="LBFGS has no weight decay"):
        decay_center(torch.optim.LBFGS([p]), {p: 0.1})
