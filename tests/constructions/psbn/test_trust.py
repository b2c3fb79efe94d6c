"""Proofs are about the layers as they run: in which mode, with what around them."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from constructions.psbn.certify import certify
from constructions.psbn.intervals import upper_bounds
from constructions.psbn.pairs import find_pairs
from constructions.psbn.trust import as_built, evaluating, in_mode, only_looks


def below(top, *before, **flags):
    """A model in evaluation whose only norm puts out at most ``top`` on the box (0, 1), after ``before``."""
    conv, norm = nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1, eps=0.0, **flags)
    conv.weight.data.fill_(1.0)
    norm.bias.data.fill_(top - 1.0)
    return nn.Sequential(*before, conv, norm, nn.ReLU()).eval()


ONES, BOX = torch.ones(2, 1, 4, 4), (0.0, 1.0)


def test_what_is_left_in_training_bounds_nothing():
    """Dropout scales up what it keeps, and a norm in training ignores the running statistics."""
    model = below(-1.0, nn.Dropout(0.9))
    assert certify(model, "eval", box=BOX)
    model[0].train()
    assert certify(model, "eval", box=BOX) == []
    torch.manual_seed(0)
    assert model(torch.ones(2, 1, 16, 16)).max() > 0
    model = below(-1.0)
    assert certify(model, "eval", box=BOX)
    model[1].train()
    assert certify(model, "eval", box=BOX) == []
    # and what comes behind it
    first = nn.BatchNorm2d(1)
    model = below(-1.0, first)
    assert certify(model, "eval", box=BOX)
    first.train()
    assert certify(model, "eval", box=BOX) == []
    x = torch.zeros(2, 1, 4, 4)
    x[0, 0, 0, 0] = 1.0
    assert model(x).max() > 0


def test_a_parametrization_left_in_training_bounds_nothing():
    """A power iteration in training changes the weight from call to call."""
    model = below(-1.0)
    nn.utils.parametrizations.spectral_norm(model[0])
    model.eval()
    assert certify(model, "eval", box=BOX)
    model[0].train()
    assert certify(model, "eval", box=BOX) == []


class Choosing(nn.Module):
    """Goes another way in training."""

    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Conv2d(1, 1, 1, bias=False), nn.Conv2d(1, 1, 1, bias=False)
        self.one.weight.data.fill_(1.0)
        self.other.weight.data.fill_(100.0)
        self.norm, self.late = nn.BatchNorm2d(1), nn.BatchNorm2d(1)
        self.norm.bias.data.fill_(-2.0)

    def forward(self, x):
        x = self.norm(self.one(x) if self.training else self.other(x))
        return self.late(x) if self.training else torch.relu(x)


def test_the_model_is_traced_in_the_mode_in_question_and_put_back():
    model = Choosing()
    model.late.eval()
    assert model.eval()(ONES).max() > 0
    model.train()
    model.late.eval()
    assert certify(model, "eval", box=BOX) == []
    assert 97 < upper_bounds(model, BOX, 0.0)["norm"] < 98
    assert [m.training for m in model.modules()] == [True, True, True, True, False]
    model.norm.weight.data.fill_(0.0)
    assert [one.rule for one in certify(model, "eval")] == ["zero"]
    assert certify(model, "train") == []  # there no rectifier follows
    assert [pair.norm for pair in find_pairs(model, mode="eval")] == ["norm"]
    assert find_pairs(model, mode="train") == find_pairs(model) == []
    with pytest.raises(ValueError, match="mode"):
        find_pairs(model, mode="test")


def doubled(_, args, result):
    return result + 200.0


def moved(_, args):
    return (args[0] + 200.0,)


@pytest.mark.parametrize("place", ["conv", "norm", "relu", "identity", "model"])
@pytest.mark.parametrize("hook", ["before", "after", "patched"])
def test_layers_that_are_not_as_built_prove_nothing(place, hook):
    model = below(-1.0)
    model.insert(2, nn.Identity())
    assert certify(model, "eval", box=BOX)
    layer = {"conv": model[0], "norm": model[1], "identity": model[2], "relu": model[3]}.get(
        place, model
    )
    if hook == "before":
        layer.register_forward_pre_hook(moved)
    elif hook == "after":
        layer.register_forward_hook(doubled)
    elif place != "model":
        layer.forward = lambda x, plain=layer.forward: plain(x) + 200.0
    if hook == "after" and place == "model":
        return  # what becomes of the output is no business of the certificate
    if hook == "patched" and place == "model":
        model.forward = lambda x: x
        with pytest.raises(ValueError, match="cannot be traced"):
            certify(model, "eval", box=BOX)
        return
    assert model(ONES).max() > 0
    assert certify(model, "eval", box=BOX) == []


def test_neither_rule_of_training_trusts_a_hooked_or_foreign_layer():
    def proofs(change):
        model = nn.Sequential(nn.Linear(2, 1), nn.BatchNorm1d(1), nn.ReLU())
        with torch.no_grad():
            for p in (*model[0].parameters(), model[1].bias):
                p.fill_(0.0)
            model[1].bias.fill_(-100.0)
        change(model)
        return {one.rule for one in certify(model, "train", n=50)}

    assert proofs(lambda _: None) == {"zero", "samuelson"}
    assert proofs(lambda model: model[0].register_forward_hook(doubled)) == {"samuelson"}
    assert proofs(lambda model: model[1].register_forward_hook(doubled)) == set()
    assert proofs(lambda model: model[2].register_forward_pre_hook(moved)) == set()

    def subclassed(i, base):
        def change(model):
            model[i].__class__ = type("Own", (base,), {})

        return change

    assert proofs(subclassed(0, nn.Linear)) == {"samuelson"}
    assert proofs(subclassed(1, nn.BatchNorm1d)) == set()


def test_a_norm_with_two_rectifiers_needs_both_as_built():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.a, self.b = nn.BatchNorm1d(1), nn.ReLU(), nn.ReLU()

        def forward(self, x):
            return self.b(self.norm(self.a(self.norm(x))))

    model = Twice()
    model.norm.weight.data.zero_()
    assert len(certify(model, "eval")) == 1
    model.b.register_forward_pre_hook(moved)
    assert certify(model, "eval") == []


def test_a_global_hook_spares_no_layer():
    model = below(-1.0)
    handle = nn.modules.module.register_module_forward_hook(lambda *_: None)
    assert certify(model, "eval", box=BOX) == []
    handle.remove()
    assert certify(model, "eval", box=BOX)


def test_a_hook_that_only_looks_is_no_hindrance():
    model = below(-1.0)
    handle = model[1].register_forward_hook(lambda *_: None)
    assert not as_built(model[1])
    handle.remove()
    model[1].register_forward_hook(only_looks(lambda *_: None))
    assert as_built(model[1])
    assert certify(model, "eval", box=BOX)


def test_modes_come_back_even_when_something_raises():
    model = below(-1.0)
    model[1].train()
    modes = [m.training for m in model.modules()]
    with in_mode(model, False):
        assert [m.training for m in model.modules()] == modes  # a layer that differs stays so
    for change in (evaluating(model), in_mode(model, True)):
        inside = []

        def fail(change=change, inside=inside):
            with change:
                inside.extend(m.training for m in model.modules())
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert len(set(inside)) == 1
        assert [m.training for m in model.modules()] == modes


class Thawless(nn.Sequential):
    """Keeps its norm frozen by its own train()."""

    def train(self, mode=True):
        super().train(mode)
        self[0].eval()
        return self


def test_a_models_own_way_into_training_is_taken():
    model = Thawless(nn.BatchNorm1d(1), nn.ReLU())
    model[0].bias.data.fill_(-100.0)
    assert certify(model.eval(), "train", n=50) == []
