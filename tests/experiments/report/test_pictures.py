"""Pictures beside the page: those of the laboratory pass, anything that could act does not."""

import pytest

from experiments._report.pictures import LARGEST, objection

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'


def test_a_figure_of_matplotlib_passes():
    import io

    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([1, 2], [3, 4], label="$x^2$")
    axes.imshow([[1, 2], [3, 4]])
    axes.legend()
    for suffix in (".svg", ".png"):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=suffix[1:])
        assert objection(buffer.getvalue(), suffix) == ""


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (b"<script>1</script>", "script"),
        (b"<g><foreignObject/></g>", "foreignobject"),
        (b'<g onclick="alert(1)"/>', "onclick"),
        (b'<a xlink:href="javascript:alert(1)"/>', "links to somewhere else"),
        (b'<image href="https://example.org/x.png"/>', "links to somewhere else"),
        (b'<image href="data:image/svg+xml;base64,AAAA"/>', "links to somewhere else"),
        (b'<use xlink:href="other.svg#a"/>', "links to somewhere else"),
        (b"<style>@import 'x.css';</style>", "style"),
        (b"<style>a { fill: url(http://x) }</style>", "style"),
        (b'<g style="fill: url(http://x)"/>', "style"),
        (b'<animate attributeName="href" to="javascript:1"/>', "animate"),
        (b"<g>", "not an SVG file"),
    ],
)
def test_what_could_run_load_or_lead_elsewhere_is_left_out(inside, reason):
    assert reason in objection(SVG % inside, ".svg")


@pytest.mark.parametrize(
    "inside",
    [b'<use xlink:href="#a"/>', b'<g clip-path="url(#p1)" style="fill: url(#p2)"/>',
     b'<image href="data:image/png;base64,iVBORw0="/>', b"<style>*{stroke: #000}</style>"],
)  # fmt: skip
def test_what_stays_inside_the_picture_passes(inside):
    assert objection(SVG % inside, ".svg") == ""


@pytest.mark.parametrize(
    ("data", "suffix", "reason"),
    [
        (b"<html/>", ".svg", "not an SVG file"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', ".svg", "entities"),
        (b"GIF89a", ".png", "not a PNG file"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * LARGEST, ".png", "larger than"),
    ],
)
def test_what_is_no_picture_is_left_out(data, suffix, reason):
    assert reason in objection(data, suffix)
