"""Where the boxes and lines of a dependency graph go: layered, never wider than it is told.

An arrow points from a claim to what it needs, and needs stand below what rests on them. Needs that
follow from others (transitive reduction) are not drawn. Rows have a capacity, so that a graph of
hundreds of claims grows downwards only and is readable on a phone too. Lines over several rows run
in lanes between the boxes; all lines to one box share its lane, so that following any line down ends
at the right box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from experiments._report.ranking import GAP, Edge, ranked, reduced

HEIGHT, RISE, LANE = 40.0, 46.0, 10.0  # of a box; between rows; width of a lane
SWEEPS, WORK = 12, 40_000  # passes over all rows; fewer where passes times links would exceed WORK

Slot = tuple[str, int]  # a box (id, -1), or the lane to a box in a row (id, row)


@dataclass(frozen=True)
class Box:
    """A placed claim; ``x``, ``y`` is its upper left corner."""

    id: str
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Line:
    """A drawn need: ``path`` is the d of an SVG path from ``start`` down to ``end``."""

    start: str
    end: str
    path: str


@dataclass(frozen=True)
class Drawing:
    """A whole graph; boxes from top to bottom and left to right."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(widths: Mapping[str, float], edges: Iterable[Edge], width: float) -> Drawing:
    """Lay out boxes of given widths; ``edges`` are (claim, need) between them, cycles allowed."""
    wanted = {(a, b) for a, b in edges if a in widths and b in widths and a != b}
    kept = reduced(list(widths), sorted(wanted))
    rows = ranked(widths, kept, width)
    level = {name: number for number, row in enumerate(rows) for name in row}
    routes = {edge: _route(edge, level) for edge in kept}
    slots = _slots(rows, routes.values())
    links = {frozenset(pair) for route in routes.values() for pair in pairwise(route)}
    _untangle(slots, links)
    centre = _placed(slots, links, widths, width)
    top = {number: (len(rows) - 1 - number) * (HEIGHT + RISE) for number in range(len(rows))}
    boxes = [
        Box(name, centre[name, -1] - widths[name] / 2, top[level[name]], widths[name])
        for row in slots[::-1]
        for name, lane in row
        if lane < 0
    ]
    lines = [Line(*edge, _path(route, centre, level, top)) for edge, route in routes.items()]
    height = len(rows) * (HEIGHT + RISE) - RISE if rows else 0.0
    return Drawing(width, height, tuple(boxes), tuple(lines))


def _route(edge: Edge, level: Mapping[str, int]) -> tuple[Slot, ...]:
    start, end = edge
    step = -1 if level[end] < level[start] else 1
    lanes = ((end, row) for row in range(level[start] + step, level[end], step))
    return ((start, -1), *lanes, (end, -1))


def _slots(rows: list[list[str]], routes: Iterable[tuple[Slot, ...]]) -> list[list[Slot]]:
    made: list[list[Slot]] = [[(name, -1) for name in row] for row in rows]
    for lane in dict.fromkeys(slot for route in routes for slot in route[1:-1]):
        made[lane[1]].append(lane)
    return made


def _untangle(slots: list[list[Slot]], links: set[frozenset[Slot]]) -> None:
    """Order each row by the mean place of its neighbours in the row before; up and down."""
    near = _neighbours(links)
    for sweep in range(_sweeps(links)):
        rows = range(len(slots)) if sweep % 2 else range(len(slots) - 1, -1, -1)
        before: dict[Slot, float] = {}
        for number in rows:
            row = slots[number]
            rank = {slot: (i + 0.5) / len(row) for i, slot in enumerate(row)}
            goal = {slot: _mean([before[n] for n in near.get(slot, ()) if n in before], rank[slot])
                    for slot in row}  # fmt: skip
            row.sort(key=lambda slot: (goal[slot], rank[slot]))
            before = {slot: (i + 0.5) / len(row) for i, slot in enumerate(row)}


def _sweeps(links: set[frozenset[Slot]]) -> int:
    return max(2, min(SWEEPS, WORK // (len(links) + 1)))


def _placed(
    slots: list[list[Slot]],
    links: set[frozenset[Slot]],
    widths: Mapping[str, float],
    width: float,
) -> dict[Slot, float]:
    """Centres: each row as near to its neighbours as the boxes' widths allow (least squares)."""
    near = _neighbours(links)
    at: dict[Slot, float] = {}
    for row in slots:
        # A box without neighbours has nowhere to be: such boxes are lined up on the left.
        spread = enumerate(row)
        at |= {slot: (i + 0.5) / len(row) * width if slot in near else 0.0 for i, slot in spread}
    wide = [_room(row, widths, width) for row in slots]
    for sweep in range(2 * _sweeps(links)):
        order = range(len(slots)) if sweep % 2 else range(len(slots) - 1, -1, -1)
        for row, room in ((slots[number], wide[number]) for number in order):
            goal = [_mean([at[n] for n in near.get(slot, ())], at[slot]) for slot in row]
            at |= dict(zip(row, separated(goal, room, width), strict=True))
    return at


def _room(row: list[Slot], widths: Mapping[str, float], width: float) -> list[float]:
    """What each slot of a row takes: boxes with half a gap on each side; lanes share what is left."""
    boxes = sum(widths[name] + GAP for name, lane in row if lane < 0)
    lanes = sum(lane >= 0 for _, lane in row)
    thin = min(LANE, max(0.0, width + GAP - boxes) / max(1, lanes))
    return [widths[name] + GAP if lane < 0 else thin for name, lane in row]


def separated(goal: Sequence[float], room: Sequence[float], width: float) -> list[float]:
    """Centres nearest to ``goal`` in this order (least squares), each in its ``room``.

    All of them lie in ``[-GAP / 2, width + GAP / 2]``, so that boxes lie in ``[0, width]``.
    Subtracting what stands to the left turns the distances into monotony, so this is isotonic
    regression: pool adjacent violators, then clamp.
    """
    left = [end - size / 2 - GAP / 2 for end, size in zip(accumulate(room), room, strict=True)]
    blocks: list[tuple[float, int]] = []  # mean, size
    for target, offset in zip(goal, left, strict=True):
        mean, size = target - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, more = blocks.pop()
            mean, size = (mean * size + other * more) / (size + more), size + more
        blocks.append((mean, size))
    slack = max(0.0, width + GAP - sum(room))
    flat = [min(max(mean, 0.0), slack) for mean, size in blocks for _ in range(size)]
    return [value + offset for value, offset in zip(flat, left, strict=True)]


def _neighbours(links: set[frozenset[Slot]]) -> dict[Slot, list[Slot]]:
    near: dict[Slot, list[Slot]] = {}
    for a, b in sorted(tuple(sorted(link)) for link in links if len(link) == 2):
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    return near


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _path(
    route: Sequence[Slot],
    centre: Mapping[Slot, float],
    level: Mapping[str, int],
    top: Mapping[int, float],
) -> str:
    """Smooth curves between rows, straight through them."""
    down = level[route[-1][0]] <= level[route[0][0]]
    words: list[str] = []
    for a, b in pairwise(route):
        y, z = (top[lane if lane >= 0 else level[name]] for name, lane in (a, b))
        y, z = (y + HEIGHT, z) if down else (y, z + HEIGHT)
        words.append(f"{'L' if words else 'M'}{centre[a]:.1f} {y:.1f}")
        half = (y + z) / 2
        words.append(
            f"C{centre[a]:.1f} {half:.1f} {centre[b]:.1f} {half:.1f} {centre[b]:.1f} {z:.1f}"
        )
    return "".join(words)
