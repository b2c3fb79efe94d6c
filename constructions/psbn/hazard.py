r"""Mean collapse times and tail exponents of the ratio, by two methods each, and their certificates.

Symbols: r = beta / |gamma| starts at r0, collapses at -c, is reflected at R; kappa = eta^2 s^2 / (n gamma^2);
h = sqrt(kappa). Three models under (G) and (N), in the diffusion limit:

| model | what moves | generator / kappa |
|---|---|---|
| frozen | beta alone | (Phi/2) d^2 |
| held | beta and gamma, rescaled to the first gamma after each step | (A/2) d^2 + b d |
| trained | beta and gamma | the same, and kappa moves with gamma |

Frozen and held: the mean time is C / kappa. Trained: P(T > t) falls like t^(-p/2), p = p*(c, R).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from constructions.psbn.drift import (
    DIFFUSION,
    DRIFT,
    FROZEN_DIFFUSION,
    GAMMA_VARIANCE,
    NO_DRIFT,
    as_statement,
)
from constructions.psbn.moments import Form, evaluate
from proofs_checks.certificate import seal
from proofs_checks.rational import show_rational

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: Mean overshoot of a Gaussian random walk, in step sizes: -zeta(1/2) / sqrt(2 pi) (Siegmund).
OVERSHOOT = 0.5825971579390107

TIME_EFFORT = {"steps": 64, "order": 24, "bits": 160}  #: of the certificates of mean times
TAIL_EFFORT = {"steps": 40, "order": 12, "bits": 80}  #: of those of tail exponents


@dataclass(frozen=True)
class Place:
    """Start r0, threshold -c and reflecting end R; ``ValueError`` unless -c < r0 <= R."""

    r0: Fraction
    c: Fraction
    R: Fraction

    def __post_init__(self) -> None:
        if not -self.c < self.r0 <= self.R:
            raise ValueError(f"r0: must satisfy -c < r0 <= R, got {self}")


MODELS: dict[str, tuple[Form, Form]] = {
    "frozen": (FROZEN_DIFFUSION, NO_DRIFT),
    "held": (DIFFUSION, DRIFT),
}


def collapse_constant(model: str, place: Place, nodes: int = 80) -> float:
    """C(r0, c, R) by Gauss-Legendre quadrature of the scale-function integral.

    C = 2 int_{-c}^{r0} S'(y) int_y^R dz / (A S') dy with S' = exp(-int 2b/A); frozen: S' = 1, A = Phi.
    """
    import numpy as np

    A, b = _model(model)
    r0, c, R = (float(x) for x in (place.r0, place.c, place.R))
    log_scale = _antiderivative(lambda r: -2 * evaluate(b, r) / evaluate(A, r), (-c, R), nodes)

    def speed(z: NDArray[Any]) -> NDArray[Any]:
        return np.exp(-log_scale(z)) / evaluate(A, z)

    x, weight = np.polynomial.legendre.leggauss(nodes)
    y = -c + (r0 + c) * (x + 1) / 2
    z = y[:, None] + (R - y)[:, None] * (x + 1) / 2
    inner = (R - y) / 2 * (speed(z) @ weight)
    return float((r0 + c) * (weight @ (np.exp(log_scale(y)) * inner)))


def collapse_constant_by_collocation(model: str, place: Place, order: int = 60) -> float:
    """C(r0, c, R) from the boundary-value problem (A/2) u'' + b u' = -1, u(-c) = 0, u'(R) = 0."""
    import numpy as np
    from scipy.interpolate import BarycentricInterpolator

    A, b = _model(model)
    r, D = _chebyshev(float(-place.c), float(place.R), order)
    L = (evaluate(A, r) / 2)[:, None] * (D @ D) + evaluate(b, r)[:, None] * D
    right = -np.ones(order + 1)
    # Node 0 is R, the last node is -c.
    L[0], right[0] = D[0], 0
    L[-1], right[-1] = np.eye(order + 1)[-1], 0
    u = np.linalg.solve(L, right)
    return float(BarycentricInterpolator(r, u)(float(place.r0)))


def discrete_place(model: str, place: Place, h: float) -> Place:
    """The threshold moved by the mean overshoot of steps of size h.

    The steps near -c have the size h sqrt(A(-c)), A the model's diffusion; a random walk oversteps by
    :data:`OVERSHOOT` of a step on average.
    """
    A, _ = _model(model)
    beyond = OVERSHOOT * h * float(evaluate(A, float(-place.c))) ** 0.5
    return Place(place.r0, place.c + Fraction(beyond).limit_denominator(10**12), place.R)


def tail_exponent(c: float, R: float, order: int = 60) -> float:
    """p*(c, R): the least p > 1 with a solution of (A/2) u'' + (1-p) b u' + (p(p-1)/2) V u = 0.

    u(-c) = 0, u'(R) = 0, V = Phi - r phi. Collocation makes it a quadratic eigenvalue problem in p,
    (constant + p linear + p^2 quadratic) u = 0, and that an ordinary one of twice the size.
    """
    import numpy as np
    from scipy.linalg import eig

    r, D = _chebyshev(-c, R, order)
    second = (evaluate(DIFFUSION, r) / 2)[:, None] * (D @ D)
    first = evaluate(DRIFT, r)[:, None] * D
    zeroth = np.diag(evaluate(GAMMA_VARIANCE, r) / 2)
    constant, linear, quadratic = second + first, -first - zeroth, zeroth.copy()
    for matrix in (constant, linear, quadratic):
        matrix[[0, -1]] = 0
    constant[0], constant[-1, -1] = D[0], 1
    size = order + 1
    left = np.block([[np.zeros((size, size)), np.eye(size)], [-constant, -linear]])
    right = np.block([[np.eye(size), np.zeros((size, size))], [np.zeros((size, size)), quadratic]])
    values: Any = eig(left, right, right=False)
    real = values[np.isfinite(values) & (abs(values.imag) < 1e-9)].real
    return float(real[real > 1 + 1e-9].min())


def tail_exponent_by_shooting(c: float, R: float) -> float:
    """p*(c, R) from the first zero in p of u(-c), u integrated from u(R) = 1, u'(R) = 0 (Runge-Kutta)."""
    import numpy as np
    from scipy.integrate import solve_ivp
    from scipy.optimize import root_scalar

    def end(p: float) -> float:
        def slope(r: float, y: NDArray[Any]) -> list[float]:
            drift, potential = (
                2 * (1 - p) * evaluate(DRIFT, r),
                p * (p - 1) * evaluate(GAMMA_VARIANCE, r),
            )
            return [y[1], float(-(drift * y[1] + potential * y[0]) / evaluate(DIFFUSION, r))]

        return float(solve_ivp(slope, (R, -c), [1.0, 0.0], rtol=1e-10, atol=1e-12).y[0, -1])

    grid = np.arange(1.02, 8, 0.05)
    above = next(p for p in grid if end(p) < 0)
    return float(root_scalar(end, bracket=(above - 0.05, above), xtol=1e-9).root)


# -- certificates ---------------------------------------------------------------------------------


def time_certificate(
    claim: str, forms: tuple[Any, Any], place: Place, value: Fraction, margin: Fraction
) -> dict[str, Any]:
    """``psbn.collapse_time``: the constant of (A, b) at ``place`` lies within ``margin`` of ``value``."""
    A, b = forms
    statement = {
        "claim": claim,
        "diffusion": as_statement(A),
        "drift": as_statement(b),
        **{name: show_rational(getattr(place, name)) for name in ("r0", "c", "R")},
        "low": show_rational(value - margin),
        "high": show_rational(value + margin),
    }
    return seal("psbn.collapse_time", statement, TIME_EFFORT)


def tail_certificate(
    claim: str, ends: tuple[Fraction, Fraction], value: Fraction, margin: Fraction
) -> dict[str, Any]:
    """``psbn.tail_exponent``: p*(c, R), ``ends`` = (c, R), lies within ``margin`` of ``value``."""
    c, R = ends
    statement = {
        "claim": claim,
        "diffusion": as_statement(DIFFUSION),
        "drift": as_statement(DRIFT),
        "potential": as_statement(GAMMA_VARIANCE),
        "c": show_rational(c),
        "R": show_rational(R),
        "low": show_rational(value - margin),
        "high": show_rational(value + margin),
    }
    return seal("psbn.tail_exponent", statement, TAIL_EFFORT)


# -- numerics -------------------------------------------------------------------------------------


def _model(name: str) -> tuple[Form, Form]:
    if name not in MODELS:
        raise ValueError(f"model: must be one of {', '.join(MODELS)}, got {name!r}")
    return MODELS[name]


def _antiderivative(
    f: Callable[[NDArray[Any]], NDArray[Any]], ends: tuple[float, float], nodes: int
) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """An antiderivative of f on the interval, as a Chebyshev series."""
    from numpy.polynomial import Chebyshev

    return Chebyshev.interpolate(f, nodes, domain=list(ends)).integ()


def _chebyshev(low: float, high: float, order: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Chebyshev points from ``high`` down to ``low`` and the matrix that differentiates there."""
    import numpy as np

    k = np.arange(order + 1)
    x = np.cos(np.pi * k / order)
    c = np.where((k == 0) | (k == order), 2.0, 1.0) * (-1.0) ** k
    with np.errstate(divide="ignore"):
        D = np.outer(c, 1 / c) / (x[:, None] - x[None, :] + np.eye(order + 1))
    D -= np.diag(D.sum(axis=1))
    return low + (high - low) * (x + 1) / 2, D * 2 / (high - low)
