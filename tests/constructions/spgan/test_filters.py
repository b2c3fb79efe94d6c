"""The gather against the formula written out, and against the index mistakes that are easily made."""

from __future__ import annotations

import itertools

import pytest
import torch

from constructions.spgan.conv import GroupConv2d
from constructions.spgan.equivariance import equivariance_error, random_input
from constructions.spgan.filters import expand, filter_index, polar
from constructions.spgan.image_groups import C2, C4, D1, D4, GROUPS

GEN = 7
EVERY = pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))


def source(seed=GEN):
    return torch.Generator().manual_seed(seed)


def turned(group, s, u, k):
    """s^-1 u for a cell u of a k x k filter: where the centred turn of a one-hot image comes from."""
    cells = torch.arange(k * k).view(k, k)
    return divmod(int(group.act_on_image(s, cells)[u]), k)


def written_out(group, w, k, regular, orientation):
    """W[g, o](h, c, u) = w[o](orientation(g, h), c, g^-1 u), one number at a time."""
    O, G = len(w), group.order
    inputs = G if regular else 1
    C = w.shape[1] // inputs
    W = torch.zeros(G * O, w.shape[1], k, k, dtype=w.dtype)
    for g, o, h, c in itertools.product(range(G), range(O), range(inputs), range(C)):
        for u in itertools.product(range(k), repeat=2):
            a = orientation(group, g, h) if regular else 0
            W[g * O + o, h * C + c][u] = w[o, a * C + c][turned(group, g, u, k)]
    return W


def right(group, g, h):
    return group.table[group.inverse(g)][h]


@EVERY
@pytest.mark.parametrize("kind", ["scalar", "regular"])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_gather_is_the_formula(group, kind, k):
    channels = 2 * group.order if kind == "regular" else 2
    w = torch.randn(3, channels, k, k, generator=source())
    found = expand(w, filter_index(group, channels, k, kind))
    assert torch.equal(found, written_out(group, w, k, kind == "regular", right))
    assert found.is_contiguous(memory_format=torch.channels_last)


class Mistaken(GroupConv2d):
    """A group convolution with another orientation in its filter."""

    orientation = staticmethod(right)

    def raw_filter(self):
        return written_out(self.group, self.weight, self.kernel_size, True, self.orientation)


MISTAKES = {
    "g h": lambda group, g, h: group.table[g][h],
    "h g^-1": lambda group, g, h: group.table[h][group.inverse(g)],
    "h": lambda group, g, h: h,
}


@pytest.mark.parametrize(
    ("mistake", "group", "seen"),
    [
        ("g h", C2, False),  # every element is its own inverse
        ("g h", C4, True),
        ("g h", D4, True),
        ("h g^-1", C4, False),  # commutative
        ("h g^-1", D4, True),
        ("h", C2, True),
        ("h", D1, True),
        ("h", C4, True),
    ],
)
def test_a_wrong_orientation_is_caught_where_it_is_wrong(mistake, group, seen):
    layer = Mistaken(group, 1, 1, 3, generator=source(), dtype=torch.float64)
    x = random_input((1, group.order, 5, 5), source())
    kinds = ("regular", "regular")
    assert equivariance_error(layer, group, x, kinds=kinds).worst <= 1e-13
    layer.orientation = MISTAKES[mistake]
    error = equivariance_error(layer, group, x, kinds=kinds).worst
    assert error > 0.3 if seen else error <= 1e-13


def test_filters_that_do_not_turn_are_caught():
    class Unturned(GroupConv2d):
        def raw_filter(self):
            split = self.weight.unflatten(1, (self.group.order, -1))
            back = [self.group.table[self.group.inverse(g)] for g in range(self.group.order)]
            return torch.cat([split[:, list(order)].flatten(1, 2) for order in back])

    layer = Unturned(C4, 2, 2, 3, generator=source(), dtype=torch.float64)
    x = random_input((1, 8, 5, 5), source())
    assert equivariance_error(layer, C4, x, kinds=("regular", "regular")).worst > 0.1


@pytest.mark.parametrize("group", [C4, D4], ids=["C4", "D4"])
def test_its_first_and_second_derivatives_are_right(group):
    w = torch.randn(2, group.order, 2, 2, generator=source(), dtype=torch.float64)
    index = filter_index(group, group.order, 2, "regular")

    def squared(w):
        return expand(w, index) ** 2

    w.requires_grad_()
    assert torch.autograd.gradcheck(squared, w)
    assert torch.autograd.gradgradcheck(squared, w)


@pytest.mark.parametrize("shape", [(3, 8), (8, 3), (4, 4), (1, 1)])
def test_the_polar_factor_is_that_of_the_singular_value_decomposition(shape):
    W = torch.randn(shape, generator=source(), dtype=torch.float64)
    U, _, Vh = torch.linalg.svd(W, full_matrices=False)
    torch.testing.assert_close(polar(W), U @ Vh, rtol=0, atol=1e-12)


def test_the_polar_factor_of_a_matrix_of_low_rank_is_a_partial_isometry():
    a, b = (torch.randn(n, 1, generator=source(n), dtype=torch.float64) for n in (5, 7))
    values = torch.linalg.svdvals(polar(a @ b.T))
    torch.testing.assert_close(values, torch.eye(5, dtype=values.dtype)[0], rtol=0, atol=1e-12)
    assert not polar(torch.zeros(2, 3)).any()
