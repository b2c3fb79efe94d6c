"""Formulas: MathML that can do nothing, source text where it cannot be made, and nothing is dropped."""

from xml.etree import ElementTree

import pytest

from experiments._report.formulas import Formulas
from experiments._report.mathml import LONGEST, Failure, mathml
from theory._core.registry import discover


def text_of(html):
    """What a reader sees."""
    return "".join(ElementTree.fromstring(f"<p>{html}</p>").itertext())


def shown(source):
    """Visible characters of one formula."""
    made = mathml(source)
    assert not isinstance(made, Failure), made
    return "".join(map(text_of, made))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("x", "x"),
        (r"x \le y", "x≤y"),
        (r"\binom mn", "(mn)"),
        (r"\mathbb R^d", "ℝd"),
        (r"\mathbb{1} + \mathbb E", "𝟙+𝔼"),
        (r"\mathbf{x}\mathcal{F}\mathfrak{C}\boldsymbol{\theta}", "𝐱ℱℭ𝜽"),
        (r"\mathrm{tri}(x)", "tri(x)"),
        (r"\href{javascript:alert(1)}{x}", "x"),
        (r"\text{if } x", "if\xa0x"),
        ("a < b > c", "a<b>c"),
    ],
)
def test_a_formula_reads_as_it_is_written(source, text):
    assert shown(source) == text


@pytest.mark.parametrize(
    "source",
    [
        r"\notacommand{x}",
        "{",
        "a_b_c",
        "",
        r"\left( x",
        r"\text{<script>alert(1)</script>}",
        r"\text{<mi>x</mi>}",
        r"\text{a & b}",
        r"\text{<math><![CDATA[}",
        r"\unicode{x}",
        "{" * 3000 + "}" * 3000,
        "x" * (LONGEST + 1),
    ],
)
def test_what_cannot_be_converted_is_shown_as_its_source(source):
    assert isinstance(mathml(source), Failure)
    formulas, prose = Formulas(), f"before ${source}$ after"
    if source:
        html = formulas.html(prose)
        assert 'class="tex"' in html
        assert text_of(html) == f"before {source} after"
        assert [one.source for one in formulas.failures(prose)] == [source]
    assert formulas.rendered == 0


@pytest.mark.parametrize(
    "source", [r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", r"\class{a}{x}"]
)
def test_no_link_style_or_class_comes_out_of_a_formula(source):
    (made,) = mathml(source)
    for element in ElementTree.fromstring(made).iter():
        assert set(element.attrib) <= {"display", "alttext", "mathvariant", "stretchy"}


@pytest.mark.parametrize(
    ("prose", "text", "failures"),
    [
        ("no formula", "no formula", 0),
        ("", "", 0),
        (r"costs \$5 and \$6", "costs $5 and $6", 0),
        ("costs $5 only", "costs $5 only", 1),
        ("$x$ and $y$.", "x and y.", 0),
        ("$x$-separated, ($y$)", "x-separated, (y)", 0),
        ("$x$$y$", "xy", 0),
        ("$$x = y$$ shown", "x=y shown", 0),
        ("a $x$ b $y", "a x b $y", 1),
        ("<b>&amp;</b> $x$", "<b>&amp;</b> x", 0),
        ("the `name` of it", "the name of it", 0),
    ],
)
def test_prose_stays_as_it_is_around_its_formulas(prose, text, failures):
    formulas = Formulas()
    assert text_of(formulas.html(prose)) == text
    assert len(formulas.failures(prose)) == failures


def test_what_stands_close_to_a_formula_is_not_torn_from_it():
    html = Formulas().html("every $x$-separated set")
    assert "</math>-separated</span> set" in html


@pytest.mark.parametrize(
    "source",
    [
        r"P\,(b + WL + \log_2(4e(L+1)/P)) \ge n\,(b - 1 - L\log_2(W+1)) - 1",
        r"\Sigma = \sum_{c \le \min(p, 2n)} e_c \binom pc \min(M, D^c(D-1)^{p-c})",
        r"2^W (2W)^{W(L-1)} \cdot 2(2eS(L+1)/(P-U))^{P-U}",
        r"x = (-1)^{n} + a + b + c + d + e + f + g + h + i + j + k + l",
        r"\left(\frac{a+b+c+d+e+f}{g+h+i+j+k+l}\right)^{m+n+o+p}",
        "a" * 60,
    ],
)
def test_a_long_formula_comes_in_pieces_that_lose_nothing(source):
    made = mathml(source)
    assert not isinstance(made, Failure)
    whole = [one for one in ElementTree.fromstring(f"<p>{''.join(made)}</p>").iter("math")]
    assert len(whole) == len(made)
    joined = "".join("".join(one.itertext()) for one in whole)
    import latex2mathml.converter

    assert joined == "".join(
        ElementTree.fromstring(latex2mathml.converter.convert(source)).itertext()
    )
    for piece in whole[:-1]:
        last = [one for one in piece[0]][-1]
        assert last.get("form") == "infix" or "".join(last.itertext()).endswith(")")


def test_an_operator_with_nothing_before_it_stays_with_what_follows():
    made = mathml(r"f(-1, -aaaaaaaaaaaaaaaaaa) = -bbbbbbbbbbbbbbbbbbbb")
    pieces = [text_of(one) for one in made]
    assert not any(piece in ("−", "-") or piece.endswith(("(−", "=−")) for piece in pieces)


def test_every_formula_of_the_house_is_rendered():
    formulas = Formulas()
    for claim in discover().claims.values():
        for prose in (claim.title, claim.statement, *claim.hypotheses.values()):
            assert formulas.failures(prose) == []
    assert formulas.rendered > 100
