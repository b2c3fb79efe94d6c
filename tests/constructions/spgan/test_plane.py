"""Invariant laws on the plane: modes, moments, tails, and the plane inside a larger space."""

import pytest
import torch

from constructions.spgan.plane import isometry, mixture


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("group", "count"), [("C1", 1), ("C4", 4), ("D1", 2), ("D4", 8), ("C16", 16)]
)
def test_modes_are_one_free_orbit(group, count):
    modes = mixture(group).modes
    assert len(modes) == count
    assert (modes.norm(dim=-1) - 10**0.5).abs().max() < 1e-12
    apart = torch.cdist(modes, modes) + 9 * torch.eye(count)
    assert apart.min() > 1.2


def test_without_noise_points_are_modes_all_of_them():
    law = mixture("C4", sigma=0.0)
    points = law.sample((200,), stream())
    assert {tuple(p) for p in points.tolist()} == {(3, 1), (-1, 3), (-3, -1), (1, -3)}


def test_every_mode_is_equally_likely_and_noise_has_its_width():
    law = mixture("C4")
    points = law.sample((40_000,), stream(1))
    where = law.nearest(points)
    counts = where.bincount(minlength=4).double()
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 21.1
    rest = points - law.modes[where].float()
    assert rest.std(0).tolist() == pytest.approx([0.3, 0.3], rel=0.02)


def test_student_noise_with_many_degrees_is_normal_and_with_half_a_degree_has_its_quartile():
    wide = mixture("C1", sigma=1.0, df=1e6).sample((20_000,), stream(2))
    assert wide.std(0).tolist() == pytest.approx([1.0, 1.0], rel=0.03)
    # |t| in the plane, df nu: P(R > r) = (1 + r^2 / nu)^(-nu/2); median for nu = 1/2.
    heavy = mixture("C1", sigma=1.0, df=0.5).sample((20_000,), stream(3))
    radius = (heavy - torch.tensor([3.0, 1.0])).norm(dim=-1)
    assert radius.median().item() == pytest.approx((0.5 * (2**4 - 1)) ** 0.5, rel=0.05)


def test_in_twelve_dimensions_it_is_the_plane_law_moved():
    V = isometry(12, stream(4))
    torch.testing.assert_close(V.mT @ V, torch.eye(2).double())
    flat, laid = (law.sample((50,), stream(5)) for law in (mixture("D4"), mixture("D4", V=V)))
    torch.testing.assert_close(laid, (flat.double() @ V.mT).float(), atol=1e-5, rtol=0)
    assert torch.equal(mixture("D4").nearest(flat), mixture("D4", V=V).nearest(laid))


def test_the_same_stream_gives_the_same_points():
    law = mixture("C4", df=0.5)
    assert torch.equal(law.sample((3, 5), stream(6)), law.sample((3, 5), stream(6)))
    assert law.sample((0,), stream()).shape == (0, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sigma": -1.0}, "sigma: must be at least 0"),
        ({"df": 0.0}, "df: must be above 0"),
        ({"V": torch.ones(3, 2)}, "V: must have 2 orthonormal columns"),
    ],
)
def test_bad_laws_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        mixture("C4", **arguments)
    with pytest.raises(ValueError, match="d: must be at least 2, got 1"):
        isometry(1, stream())
