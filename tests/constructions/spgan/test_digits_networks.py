"""Image networks: invariant and equivariant under every element, whatever the weights; the (w) one is not."""

import pytest
import torch

from constructions.spgan.digits_networks import ImageCritic, ImageGenerator, Plan, sizes
from constructions.spgan.haar import ImageAction
from constructions.spgan.image_groups import C1, C2, C4, D4
from constructions.spgan.penalties import one_sided

GROUPS = [C1, C2, C4, D4]


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("size", "sides"),
    [(4, [4]), (8, [4, 8]), (14, [7, 14]), (16, [4, 8, 16]), (28, [7, 14, 28]), (5, [5])],
)
def test_maps_are_doubled_exactly(size, sides):
    assert sizes(size) == sides


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("size", [14, 16])
def test_the_critic_is_invariant(group, size):
    critic = ImageCritic(Plan(size, width=3), group, 1).double().eval()
    x = torch.randn(3, 1, size, size, generator=stream(), dtype=torch.float64)
    labels = torch.tensor([0, 4, 9])
    scores = critic(x, labels)
    for moved in ImageAction(group).orbit(x):
        assert (critic(moved, labels) - scores).abs().max() < 1e-12
    if group is C1:  # the power of it: an ordinary network feels a turn
        assert (critic(torch.rot90(x, 1, (-2, -1)), labels) - scores).abs().max() > 1e-4


@pytest.mark.parametrize("group", [C2, C4, D4])
@pytest.mark.parametrize("training", [True, False])
def test_the_generator_is_equivariant_in_the_element(group, training):
    G = ImageGenerator(Plan(16, width=3), group, True, 2).double()
    z = torch.randn(4, 32, generator=stream(), dtype=torch.float64)
    labels, zero = torch.tensor([0, 1, 2, 3]), torch.zeros(4, dtype=torch.int64)
    with torch.no_grad():
        for _ in range(3):
            G(z, zero, labels)  # spectral norms move while training; then they are kept
        G.train(training)
        for one in G.modules():  # batch statistics, but fixed spectral norms
            if hasattr(one, "spectral") or "Parametrized" in type(one).__name__:
                one.eval()
        for parametrised in (G.dense, *(block.film.linear for block in G.blocks)):
            parametrised.eval()
            parametrised.parametrizations.eval()
        base = G(z, zero, labels)
        for t in range(group.order):
            moved = G(z, torch.full((4,), t), labels)
            assert (moved - group.act_on_image(t, base)).abs().max() < 1e-12
    assert base.abs().max() < 1


def test_without_a_haar_layer_the_element_has_no_effect_and_the_law_is_not_invariant():
    G = ImageGenerator(Plan(16, width=4), C4, False, 3).eval()
    with torch.no_grad():
        x = G(
            torch.randn(1, 32, generator=stream()).expand(2, -1),
            torch.tensor([0, 1]),
            torch.zeros(2, dtype=torch.int64),
        )
        assert torch.equal(x[0], x[1])
        mean = G.sample(torch.zeros(400, dtype=torch.int64), stream(1)).mean(0)[0]
    gap = (mean - torch.rot90(mean)).abs().max()
    even = ImageGenerator(Plan(16, width=4), C4, True, 3).eval()
    with torch.no_grad():
        other = even.sample(torch.zeros(400, dtype=torch.int64), stream(1)).mean(0)[0]
    assert gap > 3 * (other - torch.rot90(other)).abs().max()


def test_weights_depend_on_the_seed_alone_and_the_global_stream_stays():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one = ImageGenerator(Plan(8, width=2), C4, True, 7)
    assert torch.equal(torch.rand(1), expected)
    torch.manual_seed(6)
    same, other = (ImageGenerator(Plan(8, width=2), C4, True, seed) for seed in (7, 8))
    assert all(
        torch.equal(a, b)
        for a, b in zip(one.state_dict().values(), same.state_dict().values(), strict=True)
    )
    assert not torch.equal(one.embed.weight, other.embed.weight)


def test_parameters_of_group_and_plain_networks_are_about_as_many():
    def count(net):
        return sum(p.numel() for p in net.parameters())

    plan = Plan(16, width=16)
    assert count(ImageCritic(plan, C4, 0)) == pytest.approx(
        count(ImageCritic(plan, C1, 0)), rel=0.1
    )
    both = [count(ImageGenerator(plan, group, True, 0)) for group in (C1, C4)]
    assert both[1] == pytest.approx(both[0], rel=0.2)


def test_the_gradient_penalty_can_be_differentiated():
    critic = ImageCritic(Plan(8, width=2), C4, 0)
    x, y = torch.randn(2, 3, 1, 8, 8, generator=stream())
    labels = torch.tensor([1, 2, 3])
    for p in critic.score.parameters():
        p.data *= 50
    one_sided(
        lambda points: 50 * critic(points, labels), x, y, torch.rand(3, generator=stream())
    ).backward()
    assert all(p.grad is not None for p in critic.layers.parameters() if p.dim() > 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 3}, "size: must be at least 4"),
        ({"size": 8, "width": 0}, "width: must be at least 1"),
    ],
)
def test_bad_plans_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Plan(**arguments)
