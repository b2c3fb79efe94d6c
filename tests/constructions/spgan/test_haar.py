"""Actions from the left, exact where they can be, and the law of the Haar layer."""

import math

import pytest
import torch

from constructions.spgan.haar import embedded, haar, image, plane
from constructions.spgan.plane import isometry

NAMES = ["C1", "C2", "C4", "C7", "D1", "D2", "D4", "D5"]


def product(n, s, t):
    """r^j m^i r^l m^h = r^(j +- l) m^(i + h), because m r = r^-1 m."""
    (i, j), (h, l) = divmod(s, n), divmod(t, n)
    return n * ((i + h) % 2) + (j + (-l if i else l)) % n


@pytest.mark.parametrize("name", NAMES)
def test_the_plane_is_acted_on_from_the_left(name):
    action, n = plane(name), int(name[1:])
    assert action.order == n * (1 + name.startswith("D"))
    torch.testing.assert_close(action.matrices[0], torch.eye(2).double(), rtol=0, atol=0)
    for s in range(action.order):
        for t in range(action.order):
            both = action.matrices[s] @ action.matrices[t]
            torch.testing.assert_close(both, action.matrices[product(n, s, t)])


@pytest.mark.parametrize("name", ["C1", "C2", "C4", "D1", "D2", "D4"])
def test_images_are_acted_on_from_the_left_and_exactly(name):
    action, n = image(name), int(name[1:])
    moved = lambda y, s: action(y, torch.full((2,), s))  # noqa: E731
    x = torch.arange(2 * 9.0).reshape(2, 1, 3, 3)
    for s in range(action.order):
        for t in range(action.order):
            assert torch.equal(moved(moved(x, t), s), moved(x, product(n, s, t)))
    assert len({tuple(one.flatten().tolist()) for one in action.orbit(x)}) == action.order


def test_the_quarter_turn_is_the_one_of_the_papers_grid():
    action = plane("C4")
    assert action(torch.tensor([[3.0, 1.0]]), torch.tensor([1])).tolist() == [[-1.0, 3.0]]
    assert action(torch.tensor([[3.0, 1.0]]), torch.tensor([2])).tolist() == [[-3.0, -1.0]]


def test_a_turn_by_a_seventh_has_its_angle():
    (point,) = plane("C7")(torch.tensor([[1.0, 0.0]]), torch.tensor([1]))
    assert point.tolist() == pytest.approx([math.cos(2 * math.pi / 7), math.sin(2 * math.pi / 7)])


@pytest.mark.parametrize("name", NAMES)
def test_the_orbit_is_every_element_in_turn(name):
    action = plane(name)
    x = torch.randn(3, 5, 2, generator=torch.Generator().manual_seed(1))
    for s, moved in enumerate(action.orbit(x)):
        torch.testing.assert_close(moved, action(x, torch.full((3, 5), s)))


def test_elements_differ_from_point_to_point_on_images_too():
    action, x = image("D4"), torch.arange(3 * 4.0).reshape(3, 1, 2, 2)
    s = torch.tensor([0, 5, 3])
    moved = action(x, s)
    for b in range(3):
        assert torch.equal(
            moved[b], torch.rot90(x[b].flip(-1) if s[b] > 3 else x[b], int(s[b]) % 4, (-2, -1))
        )


def test_in_twelve_dimensions_the_rest_stays_and_lengths_too():
    V = isometry(12, torch.Generator().manual_seed(2))
    action = embedded(plane("D4"), V)
    y = torch.randn(6, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    for s in range(8):
        moved = action(y @ V.mT, torch.full((6,), s))
        torch.testing.assert_close(moved, plane("D4")(y, torch.full((6,), s)) @ V.mT)
        x = torch.randn(6, 12, generator=torch.Generator().manual_seed(s), dtype=torch.float64)
        away = x - x @ V @ V.mT  # orthogonal to the plane
        torch.testing.assert_close(action(away, torch.full((6,), s)), away)


def test_the_mean_over_the_orbit_is_invariant_and_a_mean_over_some_is_not():
    action = plane("C4")
    x = torch.randn(9, 2, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    g = lambda p: p[..., 0].relu()  # noqa: E731
    whole, some = g(action.orbit(x)).mean(0), g(action.orbit(x)[:2]).mean(0)
    turned = action(x, torch.ones(9, dtype=torch.int64))
    torch.testing.assert_close(g(action.orbit(turned)).mean(0), whole)
    assert (g(action.orbit(turned)[:2]).mean(0) - some).abs().max() > 0.1


def test_haar_elements_are_uniform_fresh_and_from_the_stream():
    stream = torch.Generator().manual_seed(0)
    first, second = haar(plane("C4"), (4000,), stream), haar(plane("C4"), (4000,), stream)
    assert not torch.equal(first, second)
    assert torch.equal(first, haar(plane("C4"), (4000,), torch.Generator().manual_seed(0)))
    counts = first.bincount(minlength=4).double()
    assert ((counts - 1000) ** 2 / 1000).sum() < 21.1  # chi square, 3 degrees: beyond at 1e-4


def test_the_trivial_group_draws_nothing():
    stream = torch.Generator().manual_seed(0)
    before = stream.get_state()
    assert haar(plane("C1"), (3,), stream).tolist() == [0, 0, 0]
    assert torch.equal(before, stream.get_state())


@pytest.mark.parametrize("name", ["", "C", "C0", "E4", "C1000", "c4"])
def test_names_of_no_group_are_refused(name):
    with pytest.raises(ValueError, match="name: must be C or D and a number"):
        plane(name)


def test_what_is_not_exact_or_no_isometry_is_refused():
    with pytest.raises(
        ValueError, match="must be one of C1, C2, C4, D1, D2, D4 on images, got 'C8'"
    ):
        image("C8")
    with pytest.raises(ValueError, match="V: must have 2 orthonormal columns"):
        embedded(plane("C4"), torch.ones(5, 2))
