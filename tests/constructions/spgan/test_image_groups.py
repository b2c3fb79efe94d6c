"""Groups of turns and mirrors against integer matrices that move the pixels' coordinates."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from constructions.spgan.image_groups import (
    C1,
    C4,
    D1,
    D2,
    D4,
    GROUPS,
    ImageGroup,
    act,
    channels_of,
    fields_of,
)

R = np.array([[0, -1], [1, 0]])  # a quarter turn moves (row, column), centred, to (-column, row)
M = np.array([[1, 0], [0, -1]])  # the flip reverses the columns
EVERY = pytest.mark.parametrize("group", GROUPS.values(), ids=list(GROUPS))


def matrix(element):
    turns, flips = element
    return np.linalg.matrix_power(R, turns) @ np.linalg.matrix_power(M, flips)


def moved(element, image):
    """The pixel at x goes to s x: coordinates doubled and centred, one pixel at a time."""
    A = matrix(element)
    H, W = image.shape
    H2, W2 = np.abs(A) @ (H, W)
    result = np.zeros((H2, W2), dtype=image.dtype)
    for i, j in itertools.product(range(H), range(W)):
        a, b = A @ (2 * i - (H - 1), 2 * j - (W - 1))
        result[(a + H2 - 1) // 2, (b + W2 - 1) // 2] = image[i, j]
    return result


@EVERY
@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 3), (2, 5)])
def test_images_move_as_their_coordinates_do(group, shape):
    image = np.arange(np.prod(shape)).reshape(shape)
    for s, element in enumerate(group.elements):
        found = group.act_on_image(s, torch.from_numpy(image))
        np.testing.assert_array_equal(found, moved(element, image))


@EVERY
def test_the_table_is_that_of_the_matrices(group):
    for s, t in itertools.product(range(group.order), repeat=2):
        expected = matrix(group.elements[s]) @ matrix(group.elements[t])
        assert (matrix(group.elements[group.table[s][t]]) == expected).all()
    for s in range(group.order):
        assert group.table[s][group.inverse(s)] == group.table[group.inverse(s)][s] == 0


def test_the_orders_are_those_of_the_names():
    assert {name: group.order for name, group in GROUPS.items()} == {
        "C1": 1,
        "C2": 2,
        "C4": 4,
        "D1": 2,
        "D2": 4,
        "D4": 8,
    }


def test_only_the_dihedral_group_of_the_square_is_not_commutative():
    for group in GROUPS.values():
        pairs = itertools.product(range(group.order), repeat=2)
        commutes = all(group.table[s][t] == group.table[t][s] for s, t in pairs)
        assert commutes == (group is not D4)


@EVERY
@pytest.mark.parametrize("kind", ["scalar", "regular", "invariant"])
def test_it_acts_from_the_left(group, kind):
    x = torch.arange(2 * group.order * 3 * 2 * 5).view(2, group.order * 3, 2, 5)
    for s, t in itertools.product(range(group.order), repeat=2):
        twice = act(group, s, act(group, t, x, kind), kind)
        assert torch.equal(twice, act(group, group.table[s][t], x, kind))
    assert torch.equal(act(group, 0, x, kind), x)


@EVERY
def test_orientations_are_permuted_by_the_inverse_from_the_left(group):
    x = torch.arange(group.order * 2.0).view(1, group.order * 2, 1, 1)  # channel = 2 h + c
    for s in range(group.order):
        y = act(group, s, x, "regular").view(group.order, 2)
        for h in range(group.order):
            source = group.table[group.inverse(s)][h]
            assert y[h].tolist() == [2 * source, 2 * source + 1]


def test_the_elements_have_names_of_their_own():
    for group in GROUPS.values():
        labels = [group.label(s) for s in range(group.order)]
        assert labels[0] == "e"
        assert len(set(labels)) == group.order
    assert D4.label(D4.elements.index((3, 1))) == "r3 m"


def test_reversed_axes_are_those_with_a_minus_sign():
    for group in GROUPS.values():
        signs = [matrix(s) for s in group.elements]
        rows = any((A[:, 0] < 0).any() for A in signs)
        columns = any((A[:, 1] < 0).any() for A in signs)
        # a turn by 90 degrees reverses one axis, its inverse the other
        assert group.reversed_axes == (rows, columns)
    assert C1.reversed_axes == (False, False)
    assert D1.reversed_axes == (False, True)
    assert D2.reversed_axes == C4.reversed_axes == (True, True)


@pytest.mark.parametrize("elements", [(), ((0, 0), (1, 0)), ((2, 0), (0, 0)), ((0, 0), (0, 0))])
def test_what_is_not_a_group_is_refused(elements):
    with pytest.raises(ValueError, match="elements: must be a group"):
        ImageGroup("no", elements)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind: must be scalar, regular or invariant"):
        act(C4, 1, torch.zeros(1, 4, 2, 2), "vector")


def test_the_order_of_escnn_is_a_view():
    x = torch.arange(2 * 12 * 3 * 3).view(2, 12, 3, 3)
    y = fields_of(C4, x)
    assert y.shape == (2, 3, 4, 3, 3)
    assert y.data_ptr() == x.data_ptr()
    assert torch.equal(y[:, 1, 2], x[:, 2 * 3 + 1])
    assert torch.equal(channels_of(y), x)
