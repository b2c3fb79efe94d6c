"""The drawing of a graph: needs below, inside its width, boxes apart, every line to the right box."""

import re
from itertools import combinations, pairwise
from random import Random

import pytest

from experiments._report.drawing import NARROW, WIDE, graph_of
from experiments._report.layout import HEIGHT, draw, separated
from experiments._report.ranking import GAP, reduced

DIAMOND = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d")]


def random_graph(number, seed):
    """(widths, edges) of an acyclic graph whose edges go from larger to smaller numbers."""
    rng = Random(seed)
    widths = {f"n{i}": rng.choice([56.0, 70.0, 110.0]) for i in range(number)}
    edges = [
        (f"n{i}", f"n{rng.randrange(i)}")
        for i in range(1, number)
        for _ in range(rng.choice([0, 1, 2]))
    ]
    return widths, edges


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize(("number", "seed"), [(1, 0), (2, 1), (12, 2), (35, 3), (300, 4)])
def test_boxes_lie_inside_apart_and_above_what_they_need(number, seed, width):
    widths, edges = random_graph(number, seed)
    drawing = draw(widths, edges, width)
    boxes = {box.id: box for box in drawing.boxes}
    assert set(boxes) == set(widths)
    for box in drawing.boxes:
        assert -0.01 <= box.x
        assert box.x + box.width <= width + 0.01
        assert box.y + HEIGHT <= drawing.height + 0.01
    for row in {box.y for box in drawing.boxes}:
        inside = sorted((box for box in drawing.boxes if box.y == row), key=lambda box: box.x)
        for left, right in pairwise(inside):
            assert right.x - left.x - left.width >= GAP - 0.01
    for a, b in edges:
        assert boxes[a].y < boxes[b].y


def test_every_line_ends_at_the_boxes_it_is_for():
    widths, edges = random_graph(60, 5)
    drawing = draw(widths, edges, 400.0)
    boxes = {box.id: box for box in drawing.boxes}
    for line in drawing.lines:
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", line.path)]
        start, end = boxes[line.start], boxes[line.end]
        assert numbers[0] == pytest.approx(start.x + start.width / 2, abs=0.06)
        assert numbers[1] == pytest.approx(start.y + HEIGHT, abs=0.06)
        assert numbers[-2] == pytest.approx(end.x + end.width / 2, abs=0.06)
        assert numbers[-1] == pytest.approx(end.y, abs=0.06)


def reaches(edges):
    """Pairs (a, b) with a path from a to b."""
    found = set(edges)
    while True:
        more = {(a, d) for (a, b) in found for (c, d) in found if b == c} - found
        if not more:
            return found
        found |= more


@pytest.mark.parametrize("seed", range(5))
def test_what_is_not_drawn_follows_from_what_is(seed):
    widths, edges = random_graph(14, seed)
    kept = reduced(list(widths), sorted(set(edges)))
    assert reaches(kept) == reaches(set(edges))
    for one in kept:
        assert reaches(set(kept) - {one}) != reaches(set(edges))


def test_a_diamond_needs_no_line_from_top_to_bottom():
    assert set(reduced(list("abcd"), DIAMOND)) == set(DIAMOND[:4])


def test_cycles_and_strangers_are_drawn_all_the_same():
    drawing = draw(
        dict.fromkeys("abc", 60.0), [("a", "b"), ("b", "a"), ("a", "a"), ("a", "?")], 300.0
    )
    assert {(line.start, line.end) for line in drawing.lines} == {("a", "b"), ("b", "a")}
    assert draw({}, [], 300.0).boxes == ()


@pytest.mark.parametrize("seed", range(6))
def test_places_are_the_nearest_to_the_goal_that_fit(seed):
    """Against every small move of one or of neighbouring boxes: none that fits is nearer."""
    rng = Random(seed)
    room = [rng.choice([40.0, 60.0]) for _ in range(6)]
    goal = [rng.uniform(-50, 450) for _ in room]
    found = separated(goal, room, 400.0)

    def fits(places):
        inside = places[0] - room[0] / 2 >= -GAP / 2 - 1e-6
        inside &= places[-1] + room[-1] / 2 <= 400 + GAP / 2 + 1e-6
        gaps = (
            b - a - (u + v) / 2
            for a, b, u, v in zip(places, places[1:], room, room[1:], strict=False)
        )
        return inside and all(gap >= -1e-6 for gap in gaps)

    def cost(places):
        return sum((p - g) ** 2 for p, g in zip(places, goal, strict=True))

    assert fits(found)
    for first, last in combinations(range(len(room) + 1), 2):
        for step in (-0.5, 0.5):
            moved = [p + step * (first <= i < last) for i, p in enumerate(found)]
            assert not fits(moved) or cost(moved) >= cost(found) - 1e-6


def test_a_wing_is_drawn_with_what_it_needs_elsewhere(zoo):
    claims = {one["id"]: one for one in zoo.data["claims"]}
    claims["zoo.SUM"] = {
        **claims["zoo.SUM"],
        "needs": {"statement": ["interp.K", "no.SUCH"], "proof": []},
    }
    drawing = graph_of("zoo", claims)
    boxes = {box["id"]: box for box in drawing["wide"]["boxes"]}
    assert boxes["interp.K"]["name"] == "interp.K"
    assert boxes["no.SUCH"]["linked"] is False
    assert boxes["zoo.RESTS"]["status"] == "exact → refuted"
    assert (boxes["zoo.RESTS"]["own"], boxes["zoo.RESTS"]["weakest"]) == ("exact", "refuted")
    assert boxes["zoo.STAT"]["given"] is True
    kinds = {(one["from"], one["to"]): one["kind"] for one in drawing["narrow"]["lines"]}
    assert kinds["zoo.RESTS", "zoo.WRONG"] == "proof"
    assert kinds["zoo.SUM", "interp.K"] == "statement"
    assert graph_of("nothing", claims) is None
