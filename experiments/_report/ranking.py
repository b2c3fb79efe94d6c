"""Which needs of a dependency graph are drawn, and which row every claim stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

GAP = 14.0  #: between two boxes of a row

Edge = tuple[str, str]


def reduced(names: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """The edges that do not follow from others. Inside a cycle all edges are kept."""
    import networkx as nx

    graph: Any = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from(edges)
    quotient = nx.condensation(graph)
    needed = set(nx.transitive_reduction(quotient).edges)
    part = quotient.graph["mapping"]
    return [(a, b) for a, b in edges if part[a] == part[b] or (part[a], part[b]) in needed]


def ranked(widths: Mapping[str, float], edges: Sequence[Edge], width: float) -> list[list[str]]:
    """Rows from the bottom: every box above what it needs, no row wider than ``width``.

    A cycle has no order; its boxes are taken as they come. Boxes without lines are at the bottom.
    """
    import networkx as nx

    graph: Any = nx.DiGraph()
    graph.add_nodes_from(widths)
    graph.add_edges_from(edges)
    quotient = nx.condensation(graph)
    order = [n for c in reversed(list(nx.topological_sort(quotient)))
             for n in sorted(quotient.nodes[c]["members"])]  # fmt: skip
    lonely = [name for name in order if not graph.degree(name)]
    rows: list[list[str]] = []
    level: dict[str, int] = {}
    for name in [*lonely, *(n for n in order if graph.degree(n))]:
        needs = [level[n] for n in graph.successors(name) if n in level]
        least = 1 + max(needs) if needs else 0
        if graph.degree(name) and lonely and not needs:
            least = 1 + max(level[n] for n in lonely)
        while least < len(rows) and not _fits(rows[least], name, widths, width):
            least += 1
        rows += [[] for _ in range(least + 1 - len(rows))]
        rows[least].append(name)
        level[name] = least
    return rows


def _fits(row: list[str], name: str, widths: Mapping[str, float], width: float) -> bool:
    # A tenth is left for the lanes between the boxes.
    return sum(widths[n] + GAP for n in [*row, name]) - GAP <= 0.9 * width or not row
