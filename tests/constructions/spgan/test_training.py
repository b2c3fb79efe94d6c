"""Training that can be stopped: to the bit, and only with a checkpoint of the same game."""

import pytest
import torch

from constructions.spgan.haar import plane
from constructions.spgan.objectives import Alpha, Relativistic
from constructions.spgan.plane import mixture
from constructions.spgan.toy_networks import Critic, Generator, mlp
from constructions.spgan.training import Game, Schedule, Training

PLAN = Schedule(steps=6, batch=8)


def training(seed=0, plan=PLAN, R=2, hidden=8, objective=None):
    stream = torch.Generator().manual_seed(seed)
    data = mixture("C4").sample((R, 16), stream)
    action = plane("C4")
    G = Generator(mlp(R, (3, hidden, 2), 0.0, stream), 3, action)
    D = Critic(mlp(R, (2, hidden, 1), 0.2, stream), action)

    def real(batch, drawn):
        which = torch.randint(16, (R, batch), generator=drawn)
        return data.gather(1, which[..., None].expand(-1, -1, 2)), None

    game = Game(
        G,
        D,
        objective or Alpha(),
        real,
        lambda labels, batch, drawn: G.sample((R, batch), drawn),
        lambda points, labels: D(points),
    )
    return Training(game, plan, stream)


def weights(one):
    return [
        p.detach().clone()
        for p in (*one.game.generator.parameters(), *one.game.critic.parameters())
    ]


def equal(a, b):
    return all(torch.equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


def test_stopped_and_resumed_is_the_same_to_the_bit(tmp_path):
    whole = training()
    whole.run()
    first = training()
    first.run(until=2, checkpoint=tmp_path / "deep" / "state.pt")
    second = training()
    for p in second.game.critic.parameters():
        p.data += 1  # the checkpoint replaces it
    second.run(checkpoint=tmp_path / "deep" / "state.pt", every=3)
    assert (whole.step, second.step) == (6, 6)
    assert equal(whole, second)
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["state.pt"]


def test_a_finished_training_does_nothing_more(tmp_path):
    one = training()
    one.run(checkpoint=tmp_path / "s")
    before = weights(one)
    one.run(checkpoint=tmp_path / "s")
    assert all(torch.equal(a, b) for a, b in zip(before, weights(one), strict=True))


def test_the_seed_decides_everything():
    one, same, other = training(), training(), training(seed=1)
    for each in (one, same, other):
        each.run(until=2)
    assert equal(one, same)
    assert not equal(one, other)


def test_a_step_changes_each_player_by_its_own_loss_only():
    one = training()
    start = weights(one)
    one.improve_critic()
    moved = [not torch.equal(a, b) for a, b in zip(start, weights(one), strict=True)]
    assert moved == [False] * 4 + [True] * 4
    start = weights(one)
    one.improve_generator()
    moved = [not torch.equal(a, b) for a, b in zip(start, weights(one), strict=True)]
    assert moved == [True] * 4 + [False] * 4


def test_the_second_update_is_that_of_adam_with_beta_zero_and_nine_tenths():
    # beta1 = 0: the step is -rate g / (sqrt v + eps) with the present gradient only.
    one, squares, gradient, before = training(), 0.0, torch.zeros(()), torch.zeros(())
    for k in (1, 2):
        stream = one.stream.get_state()
        one.game.critic.zero_grad()
        one.critic_loss().backward(inputs=list(one.game.critic.parameters()))
        weight = next(one.game.critic.parameters())
        assert weight.grad is not None
        gradient, before = weight.grad.clone(), weight.detach().clone()
        squares = 0.9 * squares + 0.1 * gradient**2
        one.stream.set_state(stream)
        one.improve_critic()
        v = squares / (1 - 0.9**k)
        moved = next(one.game.critic.parameters()).detach() - before
        torch.testing.assert_close(
            moved, -2e-3 * gradient / (v.sqrt() + 1e-7), rtol=1e-3, atol=1e-7
        )


def test_critics_are_updated_twice_for_each_step(monkeypatch):
    calls = []
    one = training()
    monkeypatch.setattr(one, "improve_critic", lambda: calls.append("critic"))
    monkeypatch.setattr(one, "improve_generator", lambda: calls.append("generator"))
    one.run(until=2)
    assert calls == ["critic", "critic", "generator"] * 2


def test_the_critic_pays_ten_times_the_penalty():
    with_, without = training(), training(plan=Schedule(steps=6, batch=8, penalty=0.0))
    for p in (*with_.game.critic.parameters(), *without.game.critic.parameters()):
        p.data *= 8  # slopes far above 1
    a, b = with_.critic_loss().item(), without.critic_loss().item()
    half = training(plan=Schedule(steps=6, batch=8, penalty=5.0))
    for p in half.game.critic.parameters():
        p.data *= 8
    assert a - b > 1
    assert half.critic_loss().item() == pytest.approx((a + b) / 2, rel=1e-5)


def test_the_relativistic_game_with_r1_runs():
    one = training(plan=Schedule(steps=2, batch=4, penalty=0.0, r1=0.1), objective=Relativistic())
    one.run()
    assert all(torch.isfinite(p).all() for p in weights(one))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"plan": Schedule(steps=6, batch=9)}, "is of another schedule"),
        ({"hidden": 9}, "is of another network"),
        ({"R": 3}, "is of another network"),
    ],
)
def test_a_checkpoint_of_another_game_is_refused(tmp_path, other, message):
    training().run(until=1, checkpoint=tmp_path / "s")
    with pytest.raises(ValueError, match=message):
        training(**other).run(checkpoint=tmp_path / "s")


def test_a_file_of_something_else_is_refused_and_no_code_is_run_from_it(tmp_path):
    torch.save({"weights": torch.zeros(1)}, tmp_path / "s")
    with pytest.raises(ValueError, match="is not of format spgan-training/1"):
        training().load(tmp_path / "s")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 0}, "steps: must be at least 1, got 0"),
        ({"batch": 0}, "batch: must be at least 1, got 0"),
        ({"rate_critic": 0.0}, "rate_critic: must be above 0"),
        ({"penalty": -1.0}, "penalty: must be at least 0"),
        ({"r1": float("nan")}, "r1: must be at least 0"),
    ],
)
def test_bad_schedules_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Schedule(**arguments)
