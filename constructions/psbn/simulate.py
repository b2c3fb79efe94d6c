r"""Vectorised simulators of one channel under pure noise; randomness is always an argument.

Symbols: gamma, beta scale and shift; r = beta / |gamma|; eta learning rate; s standard deviation of the
upstream gradients, n values per batch; h = eta s / (sqrt(n) |gamma|), kappa = h^2. A trial starts at beta,
is reflected at r = R and ends when r < -c.

Two levels. *Gradients*: (G_beta, G_gamma) are drawn from the normal law with the covariance of hypothesis
(G). *Masks*: a batch of n normalised inputs and upstream gradients is drawn and averaged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

SHARE_LEFT = 0.9  #: states are compacted when fewer than this share of them is still running


@dataclass(frozen=True)
class Channel:
    """A channel and its learning rate. ``ValueError`` unless eta, |gamma|, s and n are positive."""

    eta: float
    gamma: float = 1.0
    beta: float = 0.0
    s: float = 1.0
    n: int = 1

    def __post_init__(self) -> None:
        for name, value in (("eta", self.eta), ("gamma", abs(self.gamma)), ("s", self.s)):
            if not value > 0:
                raise ValueError(f"{name}: must be positive, got {value}")
        if self.n < 1:
            raise ValueError(f"n: must be at least 1, got {self.n}")

    @property
    def h(self) -> float:
        """eta s / (sqrt(n) |gamma|), the size of a step of r."""
        return self.eta * self.s / (self.n**0.5 * abs(self.gamma))

    @property
    def kappa(self) -> float:
        """h^2."""
        return self.h**2


@dataclass(frozen=True)
class Walk:
    """Where trials end (-c), where they are reflected (R), and after how many steps they are given up."""

    c: float
    R: float
    horizon: int = 10**9


@dataclass(frozen=True)
class Optimiser:
    """Heavy ball with factor mu, or Adam; ``restore`` adds a mean gradient restore * (s/sqrt n) * r."""

    mu: float = 0.0
    adam: bool = False
    restore: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)


Step = Callable[
    [list[Array], int], Array
]  # changes the state in place; returns the ratios after it


def collapse_times(state: list[Array], step: Step, walk: Walk) -> NDArray[np.int64]:
    """Steps until each trial has r < -c; ``walk.horizon + 1`` for those that are still running then."""
    trials = len(state[0])
    times = np.full(trials, walk.horizon + 1, dtype=np.int64)
    running = np.arange(trials)
    ended = np.zeros(trials, dtype=bool)  # among those not yet compacted away
    k = 0
    while len(running) and k < walk.horizon:
        k += 1
        new = (step(state, k) < -walk.c) & ~ended
        if new.any():
            times[running[new]] = k
            ended |= new
            if ended.sum() > (1 - SHARE_LEFT) * len(ended) or ended.all():
                left = ~ended
                running, ended = running[left], ended[left]
                state[:] = [part[left] for part in state]
    return times


def frozen_times(
    channel: Channel, walk: Walk, trials: int, rng: Generator, optimiser: Optimiser | None = None
) -> NDArray[np.int64]:
    """Collapse times when gamma is frozen and only beta moves."""
    rule = optimiser or Optimiser()
    gamma, size = abs(channel.gamma), channel.s / channel.n**0.5
    state = [np.full(trials, channel.beta), np.zeros(trials), np.zeros(trials)]

    def step(state: list[Array], k: int) -> Array:
        beta = state[0]
        r = beta / gamma
        G = size * np.sqrt(ndtr(r)) * rng.standard_normal(len(beta))
        if rule.restore:
            G += rule.restore * size * r
        beta -= channel.eta * direction(rule, state, G, k)
        over = beta > walk.R * gamma
        beta[over] = 2 * walk.R * gamma - beta[over]
        return beta / gamma

    return collapse_times(state, step, walk)


def direction(rule: Optimiser, state: list[Array], G: Array, k: int) -> Array:
    """What the optimiser multiplies by eta; its memory is state[1] and state[2]."""
    if rule.adam:
        first, second = rule.betas
        state[1] *= first
        state[1] += (1 - first) * G
        state[2] *= second
        state[2] += (1 - second) * G * G
        mean, square = state[1] / (1 - first**k), state[2] / (1 - second**k)
        return mean / (np.sqrt(square) + 1e-8)
    if rule.mu:
        state[1] *= rule.mu
        state[1] += G
        return state[1]
    return G


def gaussian_gradients(r: Array, rng: Generator) -> tuple[Array, Array]:
    """sqrt(n)/s (G_beta, G_gamma) for gamma > 0: normal with variances Phi, Phi - r phi, covariance phi."""
    r = np.maximum(r, -30.0)  # beyond, both are 0 to double precision and p^2 / P is 0 / 0
    P = ndtr(r)
    p = np.exp(-r * r / 2) / np.sqrt(2 * np.pi)
    root = np.sqrt(P)
    first, second = rng.standard_normal((2, len(r)))
    rest = np.sqrt(np.maximum(P - r * p - p * p / P, 0))
    return root * first, p / root * first + rest * second


def held_times(channel: Channel, walk: Walk, trials: int, rng: Generator) -> NDArray[np.int64]:
    """Collapse times when both move and (gamma, beta) is rescaled to the first gamma after each step."""
    h = channel.h
    state = [np.full(trials, channel.beta / abs(channel.gamma))]

    def step(state: list[Array], _: int) -> Array:
        r = state[0]
        G_beta, G_gamma = gaussian_gradients(r, rng)
        r = (r - h * G_beta) / np.abs(1 - h * G_gamma)
        over = r > walk.R
        r[over] = 2 * walk.R - r[over]
        state[0] = r
        return r

    return collapse_times(state, step, walk)


def trained_times(channel: Channel, walk: Walk, trials: int, rng: Generator) -> NDArray[np.int64]:
    """Collapse times when gamma and beta are both trained."""
    size = channel.eta * channel.s / channel.n**0.5
    state = [np.full(trials, channel.beta), np.full(trials, channel.gamma)]

    def step(state: list[Array], _: int) -> Array:
        beta, gamma = state
        G_beta, G_gamma = gaussian_gradients(beta / np.abs(gamma), rng)
        beta -= size * G_beta
        gamma -= size * np.sign(gamma) * G_gamma
        r = beta / np.abs(gamma)
        over = r > walk.R
        r[over] = 2 * walk.R - r[over]
        beta[over] = r[over] * np.abs(gamma[over])
        return r

    return collapse_times(state, step, walk)


# -- masks of real batches ------------------------------------------------------------------------

Noise = Callable[[Generator, tuple[int, int]], Array]


def normal_noise(rng: Generator, shape: tuple[int, int]) -> Array:
    """Standard normal upstream gradients."""
    return rng.standard_normal(shape)


def skewed_noise(rng: Generator, shape: tuple[int, int]) -> Array:
    """Exponential minus 1: mean 0, variance 1, third moment 2."""
    return rng.standard_exponential(shape) - 1


@dataclass(frozen=True)
class Changes:
    """r' - r for the draws (x, g) and for the same draws with -g; ``dead`` where no value is active."""

    plus: Array
    minus: Array
    dead: NDArray[np.bool_]


def mask_level_changes(
    channel: Channel, draws: int, rng: Generator, *, noise: Noise = normal_noise, a: float = 0.0
) -> Changes:
    """One step of SGD on ``draws`` batches of ``channel.n`` standard normal inputs, antithetic in g."""
    gamma, n = channel.gamma, channel.n
    r = channel.beta / abs(gamma)
    x = rng.standard_normal((draws, n))
    g = channel.s * noise(rng, (draws, n))
    on = gamma * x + channel.beta > 0
    felt = g * np.where(on, 1.0, a)
    u = channel.eta * felt.mean(axis=1) / abs(gamma)
    v = channel.eta * (felt * x).mean(axis=1) / gamma
    plus, minus = ((r - sign * u) / np.abs(1 - sign * v) - r for sign in (1, -1))
    return Changes(plus, minus, np.logical_not(on.any(axis=1)))
