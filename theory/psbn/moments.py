r"""T1: moments of a rectified standard normal, hypothesis (G).

Symbols: M_k = E[x^k 1{x > -r}] for x standard normal; w = 1 where x > -r and a elsewhere; a closed form
P Phi + Q phi is written as the coefficients of P and Q.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from theory import LEMMA, SYMBOLIC, Claim, Derived, Outcome, established, refuted
from theory.psbn._forms import Form, polynomial

MOMENTS = (
    ((1,), ()),
    ((), (1,)),
    ((1,), (0, -1)),
    ((), (2, 0, 1)),
    ((3,), (0, -3, 0, -1)),
)

T1 = Claim(
    id="psbn.T1",
    kind=LEMMA,
    title="Gaussian moments of the active part",
    statement=r"For $x \sim N(0,1)$ and k = 0..4, $E[x^k 1\{x > -r\}]$ is $\Phi(r)$; "
    r"$\varphi(r)$; $\Phi - r\varphi$; $(r^2+2)\varphi$; $3\Phi - (r^3+3r)\varphi$. With slope "
    r"a: $E[w x^k] = a\,E x^k + (1-a) M_k$ and $E[w^2 x^k] = a^2 E x^k + (1-a^2) M_k$. "
    r"$E\,\mathrm{relu}(z) = \gamma(\varphi + r\Phi)$, $E\,\mathrm{relu}(z)^2 = "
    r"\gamma^2((1+r^2)\Phi + r\varphi)$ for $z = \gamma(x + r)$, $\gamma > 0$.",
    constants={
        "moments": MOMENTS,
        "side": 1,  # the moment is the form at side * r
        "first": (1, -1),  # coefficient of M_k in E[w x^k], a polynomial in a
        "second": (1, 0, -1),  # and in E[w^2 x^k]
        "relu": ((0, 1), (1,)),
        "square": ((1, 0, 1), (0, 1)),
    },
    source=Derived("d/dr M_k = (-r)^k phi(r), and M_k vanishes at -infinity"),
)


def moment(claim: Claim, k: int) -> Form:
    """M_k of the claim."""
    form = Form.of(claim["moments"][k])
    return form if claim["side"] == 1 else form.mirrored()


@T1.check(SYMBOLIC, scope="k = 0..4, all r")
def derivative_and_limit(claim: Claim) -> Outcome:
    """Each form has the derivative (-r)^k phi and the limit 0 at -infinity: it is the integral."""
    for k in range(len(claim["moments"])):
        form = moment(claim, k)
        # d/dr of the integral of x^k phi from -r to infinity
        wanted = Form(Q=polynomial((*[0] * k, (-1) ** k)))
        difference = form.derivative() - wanted
        if difference.coefficients or form.R:  # at -infinity only R is left
            return refuted({"k": k, "derivative off by": str(difference), "limit": str(form.R)})
    return established(residual=0, identities=2 * len(claim["moments"]))


@T1.check(SYMBOLIC, scope="k = 0..4, all real r", tier="slow")
def integrals(claim: Claim) -> Outcome:
    """Integrate x^k phi from -r to infinity with sympy, and subtract the form."""
    import sympy as sp

    x, r = sp.symbols("x r", real=True)
    density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
    total = sp.Integer(0)
    for k, (P, Q) in enumerate(claim["moments"]):
        integral = sp.integrate(x**k * density, (x, -r, sp.oo))
        residual = _plain(integral - _written(P, Q, claim["side"] * r))
        if residual != 0:
            return refuted({"k": k, "integral minus form": str(residual)})
        total += residual
    return established(residual=total)


def _written(P: tuple[int, ...], Q: tuple[int, ...], r: Any) -> Any:
    """P Phi + Q phi at r, in sympy."""
    import sympy as sp

    Phi, phi = (1 + sp.erf(r / sp.sqrt(2))) / 2, sp.exp(-(r**2) / 2) / sp.sqrt(2 * sp.pi)
    by = [sum((c * r**k for k, c in enumerate(one)), sp.Integer(0)) for one in (P, Q)]
    return by[0] * Phi + by[1] * phi


def _plain(expression: Any) -> Any:
    """Simplified, with erfc written as 1 - erf: sympy mixes the two and does not compare them."""
    import sympy as sp

    return sp.simplify(sp.expand(expression.rewrite(sp.erf)))


@T1.check(SYMBOLIC, scope="all slopes a, every law of x, all k: pointwise in x")
def leaky_moments(claim: Claim) -> Outcome:
    """w^q = a^q + coefficient(a) 1{active}, on both parts; three values of a decide degree 2."""
    for q, name in ((1, "first"), (2, "second")):
        coefficients = claim[name]
        if len(coefficients) > 3:
            return refuted({"power of w": q, "degree": len(coefficients) - 1})
        for a, on in product((Fraction(0), Fraction(1, 3), Fraction(1)), (0, 1)):
            w = 1 if on else a
            stated = a**q + on * sum(c * a**i for i, c in enumerate(coefficients))
            if w**q != stated:
                return refuted({"power of w": q, "a": a, "active": on, "w^q": w**q, "sum": stated})
    return established(residual=0, identities=4)


@T1.check(SYMBOLIC, scope="all r; gamma is a factor")
def rectified_moments(claim: Claim) -> Outcome:
    """relu(z)/gamma = (x + r) 1{x > -r}: its moments from M_0, M_1, M_2."""
    M = [moment(claim, k) for k in range(3)]
    mean = M[1] + M[0].times((0, 1))
    square = M[2] + M[1].times((0, 2)) + M[0].times((0, 0, 1))
    for name, made in (("relu", mean), ("square", square)):
        difference = made - Form.of(claim[name])
        if difference.coefficients:
            return refuted({"moment": name, "off by": str(difference)})
    return established(residual=0, identities=2)


ON_MOMENTS = ("derivative_and_limit", "integrals")
T1.falsifier(
    "Phi(-r) for Phi(r)",
    constants={"side": -1},
    by=(*ON_MOMENTS, "rectified_moments"),
    because="active is x > -r, which has probability Phi(r)",
)
T1.falsifier(
    "Phi + r phi for k = 2",
    constants={"moments": (*MOMENTS[:2], ((1,), (0, 1)), *MOMENTS[3:])},
    by=(*ON_MOMENTS, "rectified_moments"),
    because="integrating by parts gives -r phi",
)
T1.falsifier(
    "(r^2 + 1) phi for k = 3",
    constants={"moments": (*MOMENTS[:3], ((), (1, 0, 1)), MOMENTS[4])},
    by=ON_MOMENTS,
    because="at r = 0 the moment is 2 phi(0)",
)
T1.falsifier(
    "E[w^2] with (1 - a)^2",
    constants={"second": (1, -2, 1)},
    by="leaky_moments",
    because="w^2 goes from a^2 to 1",
)
T1.falsifier(
    "E[w] with 1 - a^2",
    constants={"first": (1, 0, -1)},
    by="leaky_moments",
    because="w goes from a to 1",
)
T1.falsifier(
    "E relu^2 without r phi",
    constants={"square": ((1, 0, 1), ())},
    by="rectified_moments",
    because="2 r M_1 - r phi leaves r phi",
)


@T1.boundary("r = 0: half of everything that is even")
def at_zero(claim: Claim) -> Outcome:
    """M_0, M_2, M_4 at 0 are 1/2, 1/2, 3/2 (their P at 0, halved), and no phi is left."""
    for k, half in ((0, 1), (2, 1), (4, 3)):
        P, Q = (one[0] if one else 0 for one in claim["moments"][k])
        if (P, Q) != (half, 0):
            return refuted({"k": k, "form at 0": (P, Q)})
    return established(cases=3)
