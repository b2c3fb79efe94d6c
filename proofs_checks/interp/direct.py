"""Sharper necessary tests for width vectors: fewer changes, fewer parameters, a direct count.

Symbols: w = (w_1..w_L) widths, u = sum w_l units, P dense parameters of ``Class(1; w)``, p = P - u - 1
the parameters left when every unit and the output are scaled, D = L + 1 their degree, n pairs out
of m = 2^(b-1), K the label changes along a line, Z(S, D, p) the sign vectors of S polynomials.

    recursion  N - 1 <= K            K by the recursion K2, width-1 layers taken apart
    vc         2^N <= 2^(u+1) Z(S, D, p) on N inputs                NORM, W0A
    crossings  C(m, n) <= 2^(u+1) Z(S, D, p) C(ceil(K/2), n)        NORM, UP, W0A
    direct     C(m, n) <= Phi Lambda_n Sg                           DIR

``Lambda_n`` bounds the n-sets of activation patterns that carry up-crossings, ``Phi`` the families of
signs, ``Sg`` the served configurations of one family and one n-set. All of it is integer arithmetic.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import comb, factorial, isqrt, prod

from proofs_checks.interp.counting import Powers, Problem, ceil_log2_binomial
from proofs_checks.log2 import ceil_log2, ceil_log2_product

Widths = tuple[int, ...]


def vector_parameters(d: int, w: Widths) -> int:
    """Dense parameter count of ``Class(d; w)``."""
    return sum(v * (before + 1) for before, v in zip((d, *w), (*w, 1), strict=True))


# -- numbers rounded up ---------------------------------------------------------------------------

Up = tuple[int, int]  # (m, e) for m 2^e, m >= 0 of at most 64 digits; every operation rounds up
ZERO: Up = (0, 0)


def _up(m: int, e: int) -> Up:
    spare = max(m.bit_length() - 64, 0)
    return -(-m >> spare), e + spare


def _times(one: Up, two: Up) -> Up:
    return _up(one[0] * two[0], one[1] + two[1])


def _plus(one: Up, two: Up) -> Up:
    if not (one[0] and two[0]):
        return one if one[0] else two
    (a, e), (c, f) = sorted((one, two), key=lambda x: x[1])
    # Far apart, the smaller one is rounded up to a unit of the larger one.
    return _up((-(-a >> f - e)) + c, f) if f - e > 256 else _up(a + (c << f - e), e)


def _power(x: int, exponent: int) -> Up:
    result, square = _up(1, 0), _up(x, 0)
    while exponent:
        if exponent & 1:
            result = _times(result, square)
        square, exponent = _times(square, square), exponent >> 1
    return result


def _ceil_log2(x: Up, bits: int) -> int:
    return ceil_log2(x[0], bits) + (x[1] << bits)


# -- label changes --------------------------------------------------------------------------------


def recursive_changes(w: Widths) -> int:
    """K(w): layers of one unit only pass a threshold on, so they split the vector into factors."""
    changes, segment = 1, []
    for v in (*w, 1):
        if v > 1:
            segment.append(v)
        elif segment:
            changes *= _segment_changes(tuple(segment))
            segment = []
    return changes


@lru_cache(maxsize=1 << 14)
def _segment_changes(w: Widths) -> int:
    """Breakpoints Q and changes K, layer by layer; every width is at least 2."""
    Q, K = w[0], _one_layer(w[0])
    for v in w[1:]:
        Q, K = Q + v * K, min(Q + v * K + 1, _one_layer(v) * (Q + 1))
    return K


def _one_layer(v: int) -> int:
    return v if v <= 2 else v + 1


# -- all patterns, scaled -------------------------------------------------------------------------


def pattern_polynomials(w: Widths, M: int) -> int:
    """S: every pre-activation for every earlier pattern, and every output, on M inputs."""
    total, before = 0, 0
    for v in w:
        total += v << before
        before += v
    return M * (total + (1 << before))


def ceil_log2_sign_vectors(S: int, D: int, p: int, bits: int) -> int:
    """Upper bound of 2^bits log2 Z, Z = sum_{c <= p} C(S, c) C(p, c) D^c (D-1)^(p-c); D >= 2."""
    rest = S - p + 1 - p * p
    if rest < p * p << 20:
        terms = (comb(S, c) * comb(p, c) * D**c * (D - 1) ** (p - c) for c in range(min(S, p) + 1))
        return ceil_log2(sum(terms), bits)
    # Each term is at most p^2/(S-p+1) of the next: a geometric series below the last one.
    return ceil_log2_binomial(S, p, bits) + ceil_log2_product(
        [(D, p), (S - p + 1, 1), (rest, -1)], bits
    )


def log2_dichotomies(w: Widths, M: int, bits: int) -> int:
    """Upper bound of 2^bits log2 of 2^(u+1) Z, the dichotomies of M inputs (NORM)."""
    u = sum(w)
    S, p = pattern_polynomials(w, M), vector_parameters(1, w) - u - 1
    return ((u + 1) << bits) + ceil_log2_sign_vectors(S, len(w) + 1, p, bits)


def log2_crossings(problem: Problem, w: Widths, bits: int) -> int:
    """Upper bound of 2^bits log2 of 2^(u+1) Z C(ceil(K/2), n); n <= ceil(K/2)."""
    ups = -(-recursive_changes(w) // 2)
    return log2_dichotomies(w, 2 * problem.m, bits) + ceil_log2_binomial(ups, problem.n, bits)


# -- the direct count -----------------------------------------------------------------------------


def families(w: Widths) -> Powers:
    """Phi = 2 2^(w_1) prod (w_l + 1): the signs left after scaling and sorting."""
    return [(2, 1 + w[0]), *((v + 1, 1) for v in w[1:])]


def multilinear_degree(w: Widths) -> int:
    """M = p! / prod p_g! over the layers g, whose scaled sizes p_g sum to p = P - u - 1."""
    sizes = (w[0], *(v * before for before, v in pairwise(w)), w[-1])
    return factorial(sum(sizes)) // prod(factorial(size) for size in sizes)


def ceil_log2_served_by_one_set(w: Widths, n: int, m: int, bits: int) -> int:
    """Upper bound of 2^bits log2 Sg for ``Class(1; w)``."""
    p, D = vector_parameters(1, w) - sum(w) - 1, len(w) + 1
    return ceil_log2_served((p, D, multilinear_degree(w)), n, m, bits)


def ceil_log2_served(degrees: tuple[int, int, int | None], n: int, m: int, bits: int) -> int:
    """Upper bound of 2^bits log2 sum_{c <= min(p, 2n)} e_c C(p, c) min(M, D^c (D-1)^(p-c)).

    ``degrees``: p parameters, D >= 2 their degree, M the multilinear number or ``None`` without one.
    """
    p, D, M = degrees
    e, total, root = _placements(min(p, n), n, m), ZERO, (D - 1) ** p
    for c in range(min(p, 2 * n) + 1):
        # e_(2n-c) = m^(n-c) e_c, by exchanging the two factors of the generating function.
        placed = e[c] if c <= n else _times(_power(m, c - n), e[2 * n - c])
        total = _plus(total, _times(placed, _up(comb(p, c) * min(M or root, root), 0)))
        root = root // (D - 1) * D if c < p else root
    return _ceil_log2(total, bits)


def _placements(most: int, n: int, m: int) -> list[Up]:
    """e_c = [y^c] ((1 + my)(1 + y))^n for c <= most <= n, by its three-term recurrence."""
    e = [_up(1, 0)]
    for c in range(most):
        one = _times(e[c], _up((n - c) * (m + 1), 0))
        two = _times(e[c - 1], _up((2 * n - c + 1) * m, 0)) if c else ZERO
        top = _plus(one, two)
        e.append(_up(-((-top[0] << 64) // (c + 1)), top[1] - 64))
    return e


def log2_direct(problem: Problem, w: Widths, bits: int) -> int | None:
    """Upper bound of 2^bits log2(Phi Lambda_n Sg); ``None`` if nothing is served at all."""
    sets = ceil_log2_pattern_sets(w, problem.n, bits)
    if sets is None:
        return None
    one_set = ceil_log2_served_by_one_set(w, problem.n, problem.m, bits)
    return ceil_log2_product(families(w), bits) + sets + one_set


EXACT_UP_TO = 6000  #: n u beyond which Lambda_n is bounded by its generating function at a point


def ceil_log2_pattern_sets(w: Widths, n: int, bits: int) -> int | None:
    """Upper bound of 2^bits log2 Lambda_n, or ``None`` if Lambda_n = 0: nothing is served.

    Lambda_n bounds the n-sets of activation patterns that carry one up-crossing each. It is a
    coefficient of a polynomial G with coefficients >= 0, so it is at most G(r) / r^n for any r > 0.
    """
    if len(w) == 1 or n * sum(w) <= EXACT_UP_TO:
        count = pattern_sets(w, n)
        return ceil_log2(count, bits) if count else None

    def above(j: int) -> int:
        return _log2_at(w, j, bits) - (-n * j << bits) // 8  # r = 2^(-j/8)

    low, high = -8 * n, 8 * (sum(w) + 2)
    while high - low > 2:  # log G(e^s) - n s is convex in s
        one, two = low + (high - low) // 3, high - (high - low) // 3
        low, high = (low, two) if above(one) <= above(two) else (one, high)
    return min(above(j) for j in range(low, high + 1))


@lru_cache(maxsize=1 << 14)
def pattern_sets(w: Widths, n: int) -> int:
    """Lambda_n exactly: [y^n] of the layers' polynomials put into one another."""
    from flint import fmpz_poly

    if len(w) == 1:
        return comb(w[0] + 2 - n, n) if 2 * n <= w[0] + 2 else 0
    value = fmpz_poly([0, 1])
    for coefficients in _layers(w, n):
        total, power = fmpz_poly([0]), fmpz_poly([1])
        for coefficient in coefficients[:n]:
            power = fmpz_poly((power * value).coeffs()[: n + 1])
            total += coefficient * power
        value = total
    return int(value[n])


def _log2_at(w: Widths, j: int, bits: int) -> int:
    """Upper bound of 2^bits log2 G(2^(-j/8))."""
    value = _up(_EIGHTH_ROOTS[-j % 8], -j // 8 - 64)
    for coefficients in _layers(w, None):
        total, power = ZERO, _up(1, 0)
        for coefficient in coefficients:
            power = _times(power, value)
            total = _plus(total, _times(power, _up(coefficient, 0)))
        value = total
    return _ceil_log2(value, bits)


#: 2^(64 + i/8) rounded up: three integer square roots of 2^(512 + i), and one more.
_EIGHTH_ROOTS = (1 << 64, *(isqrt(isqrt(isqrt(1 << (512 + i)))) + 1 for i in range(1, 8)))


def _layers(w: Widths, n: int | None) -> list[list[int]]:
    """Coefficients of y, y^2, ... of each layer's polynomial, the last layer first."""
    first = [comb(w[0] + 1, j) for j in range(1, w[0] + 2)]
    return [_last_layer(w[-1], n), *map(_middle_layer, w[-2:0:-1]), first]


@lru_cache(maxsize=256)
def _middle_layer(v: int) -> list[int]:
    """Chains of j patterns without the zero pattern, as sets: a unit flips at most once."""
    chains = [2**v - 1]
    for j in range(2, v + 2):
        c = sum((-1) ** i * comb(j - 1, i) * (j - i) ** v for i in range(j))
        chains.append((2**v - j) * c // 2)
    return chains


def _last_layer(v: int, n: int | None) -> list[int]:
    """The same where two neighbouring patterns differ in at least two units; K(2, 1) = 2."""
    if v <= 2:
        return [2**v - 1]
    most = v // 2 + 1 if n is None else min(n, v // 2 + 1)
    return [2**v - 1, *((2**v - j) * _onto(v, j - 1) // 2 for j in range(2, most + 1))]


@lru_cache(maxsize=1 << 12)
def _onto(v: int, boxes: int) -> int:
    """Ways to put v units into ``boxes`` boxes of at least two each, and one box of any size."""
    if boxes == 0:
        return 1
    return sum(comb(v, s) * _onto(v - s, boxes - 1) for s in range(2, v + 1))
