"""The page as text: everything is in it without a script, everything is escaped, nothing is loaded."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from experiments._report.page import TEMPLATES, cells, cut, duration, last_lines

VOID = {"meta", "img", "input", "wbr", "br", "link"}
EVIL = '<script>document.title="run"</script><img src=x onerror="document.title=1">&amp;"\''


class Page(HTMLParser):
    """Elements with their attributes, ids, and the visible text of every claim."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts, self.where = [], [], {}, None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "article":
            self.where = dict(attrs)["id"]
            self.texts[self.where] = ""

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "article":
            self.where = None

    def handle_data(self, data):
        if self.where:
            self.texts[self.where] += data


@pytest.fixture(scope="module")
def page(zoo):
    """The parsed page."""
    return Page(zoo.html)


def test_every_element_is_closed_and_every_id_is_unique(page):
    assert page.open == []
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_link_inside_the_page_leads_somewhere(page, zoo):
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a" and "href" in attrs]
    for link in links:
        assert (link[1:] in ids) if link.startswith("#") else (zoo.out / link).is_file()
    assert len(links) > 100


def test_nothing_is_loaded_from_elsewhere(page, zoo):
    for tag, attrs in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
        for name in ("src", "href", "action", "srcset", "style", "onclick", "onload", "onerror"):
            value = attrs.get(name) or ""
            assert name not in ("style", "onclick", "onload", "onerror") or not value
            assert not re.match(r"[a-z+]+:|//", value)
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert "http" not in (TEMPLATES / "report.css").read_text()


def test_a_claim_full_of_html_is_text(page, zoo):
    text = page.texts["zoo.HTML"]
    assert text.count(EVIL) >= 8  # title, statement, source, hypothesis, scope, falsifier, because
    assert EVIL not in zoo.html
    assert not any(tag == "img" for tag, _ in page.elements)


def test_what_is_known_of_a_claim_can_be_read_without_a_script(page, zoo):
    for name, one in zoo.claims.items():
        text = page.texts[name]
        told = [one["kind"], one["source"]["origin"], one["replay"], one["digest"]]
        told += [
            c[key] for c in one["checks"] for key in ("name", "level", "scope", "doc", "evidence")
        ]
        told += [n[key] for n in one["falsifiers"] for key in ("name", "because")]
        told += [run["witness"] or "" for n in one["falsifiers"] for run in n["runs"]]
        told += [edge["name"] for edge in one["boundaries"] + one["vacuity"]]
        told += one["needs"]["statement"] + one["needs"]["proof"] + one["needed_by"]
        told += one["taken_as_given"] + one["caveats"]
        for words in told:
            assert words in text, (name, words)
    hidden = [attrs.get("id") for _, attrs in page.elements if "hidden" in attrs]
    assert hidden == ["theme", "tools", "nothing"]  # controls that need the script


def test_witnesses_of_refutations_and_misprints_stand_with_the_claim(page):
    assert "Witness (wrong): {'n': 3, 'sum': 1/3}" in page.texts["zoo.WRONG"]
    assert "Witness (misprint): {'n': 7, 'printed': 50}" in page.texts["zoo.MISPRINT"]
    assert "RuntimeError: it broke" in page.texts["zoo.FAILS"]


def test_the_headings_make_an_outline_and_the_first_is_the_first_line(page, zoo):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    first = re.search(r"<h1>(.*?)</h1>", zoo.html, re.DOTALL)
    assert re.sub(r"<[^>]+>", "", first[1]) == zoo.data["summary"]["sentence"]
    tags = [tag for tag, _ in page.elements]
    assert {"header", "nav", "main", "footer", "search"} <= set(tags)


def test_no_percentage_is_printed(zoo):
    body = re.sub(r"<style>.*?</style>", "", zoo.html, flags=re.DOTALL)
    assert not re.search(r"\d\s*%", re.sub(r"<[^>]+>", "", body))


def luminance(colour):
    """Relative luminance of #rrggbb (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def mixed(colour, share, ground):
    """color-mix of two colours in sRGB."""
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def contrast(one, other):
    """WCAG 2 contrast ratio."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1, 2])
def test_text_stands_out_from_its_ground_in_every_theme(theme):
    css = (TEMPLATES / "report.css").read_text()
    blocks = [b for b in re.findall(r"\{([^{}]*--paper: #[^{}]*)\}", css) if "--symbolic" in b]
    assert len(blocks) == 3
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[theme]))
    assert len(colours) == 18
    for name, colour in colours.items():
        if name in ("paper", "card", "line"):
            continue
        for ground in (colours["paper"], colours["card"]):
            assert contrast(colour, ground) >= 4.5, name
            assert contrast(colour, mixed(colour, 0.12, ground)) >= 4.5, name


def test_the_two_dark_themes_are_one():
    css = (TEMPLATES / "report.css").read_text()
    blocks = [b for b in re.findall(r"\{([^{}]*--paper: #[^{}]*)\}", css) if "--symbolic" in b]
    assert blocks[1].split() == blocks[2].split()


def test_small_things_read_well():
    assert cut("a" * 700, 100) == "a" * 66 + " … " + "a" * 25
    assert cut("short", 100) == "short"
    assert [duration(s) for s in (None, 0.0001, 0.012, 3.14159, 1234.5)] == [
        "", "0.1 ms", "0.01 s", "3.14 s", "1,234 s",
    ]  # fmt: skip
    assert last_lines("a\nb\n", 1) == "...\nb"
    assert cells("| a | b |\n|---|---|\n| `c` | d |") == [["a", "b"], ["`c`", "d"]]
    assert cells("| no table\nprose") is None
