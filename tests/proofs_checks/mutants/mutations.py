"""All mutants of a module: cosmic-ray's operators and those of :mod:`operators`, each once.

A mutant is named by what changes, not by a line number: the function around it, the text of the
changed lines before and after, and which one it is of several that read the same. Two operators that
make the same program make one mutant. Left out is what is no other program: changed annotations
(which are never evaluated), text that does not parse, and the size of a cache.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import operators

CACHE = "@lru_cache("


@dataclass(frozen=True)
class Mutant:
    """One change; ``lines``: first and last of the statement, ``None`` if it runs at import."""

    module: str
    scope: str
    before: str
    after: str
    nth: int
    operator: str
    lines: tuple[int, int] | None
    source: str

    @property
    def name(self) -> tuple[str, str, str, str, int]:
        """What identifies it as long as the text around it stays."""
        return self.module, self.scope, self.before, self.after, self.nth

    def __str__(self) -> str:
        number = f" [{self.nth}]" if self.nth else ""
        return f"{self.module} in {self.scope}{number}: {self.before}  ->  {self.after}"


def mutants_of(module: str, source: str) -> list[Mutant]:
    """The mutants of one module, in the order of its lines."""
    tree, found = ast.parse(source), []
    for block in tree.body:  # one at a time: parsing is what takes long here
        first, last = _extent(block)
        lines = source.splitlines(keepends=True)
        before, text, after = lines[: first - 1], lines[first - 1 : last], lines[last:]
        for operator, changed in _different("".join(text)):
            found.append((operator, "".join([*before, changed, *after])))
    placed = [(_difference(source, changed), operator, changed) for operator, changed in found]
    placed.sort(key=lambda one: one[0][0])
    counted: Counter[tuple[str, str, str]] = Counter()
    mutants = []
    for (line, before, after), operator, changed in placed:
        if before.startswith(CACHE) and (after.startswith(CACHE) or not after):
            continue  # how much is remembered, or nothing: the same answers
        key = (_scope(tree, line), before, after)
        statement = _statement(tree, line)
        mutants.append(Mutant(module, *key, counted[key], operator, statement, changed))
        counted[key] += 1
    return mutants


def _extent(block: ast.stmt) -> tuple[int, int]:
    """First and last line of a statement, its decorators included."""
    decorators = getattr(block, "decorator_list", [])
    return min([block.lineno, *(d.lineno for d in decorators)]), block.end_lineno or block.lineno


def _different(source: str) -> Iterator[tuple[str, str]]:
    """(operator, changed text) for every change of a text that makes another program of it."""
    seen = {_meaning(source)}
    for operator, changed in (*_by_cosmic_ray(source), *operators.mutated(source)):
        try:
            meaning = _meaning(changed)
        except (SyntaxError, ValueError):
            continue
        if meaning not in seen:
            seen.add(meaning)
            yield operator, changed


def _by_cosmic_ray(source: str) -> Iterator[tuple[str, str]]:
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code

    nodes = list(ast_nodes(get_ast(source)))
    for name in plugins.operator_names():
        kind = plugins.get_operator(name)
        if kind.arguments():  # they want to be told which variable, and draw numbers
            continue
        places = sum(1 for node in nodes for _ in kind().mutation_positions(node))
        for occurrence in range(places):
            yield name.rpartition("/")[2], mutate_code(source, kind(), occurrence)


def _meaning(source: str) -> str:
    """The program without its annotations and without its layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def _difference(source: str, changed: str) -> tuple[int, str, str]:
    """(first changed line, counted from 1; the changed lines before; the same after)."""
    old, new = source.splitlines(), changed.splitlines()
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    parts = (old[first : len(old) - last], new[first : len(new) - last])
    before, after = (" ".join(line.strip() for line in part) for part in parts)
    return first + 1, before, after


def _scope(tree: ast.Module, line: int) -> str:
    """The function or class around a line, like ``Ledger.append``; ``module`` outside of all."""
    names: list[str] = []
    body: list[ast.stmt] = tree.body
    while True:
        kinds = (ast.FunctionDef, ast.ClassDef)
        around = [n for n in _definitions(body, kinds) if n.lineno <= line <= (n.end_lineno or 0)]
        if not around:
            return ".".join(names) or "module"
        names.append(around[0].name)
        body = around[0].body


def _definitions(body: list[ast.stmt], kinds: tuple[type, ...]) -> Iterator[ast.stmt]:
    """The outermost definitions among statements, also those inside ``if`` or ``with``."""
    for node in body:
        if isinstance(node, kinds):
            yield node
        else:
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            yield from _definitions(inner, kinds)


def _statement(tree: ast.Module, line: int) -> tuple[int, int] | None:
    """The lines of the innermost statement at a line, of a compound one those of its head.

    ``None`` outside of function bodies.
    """
    best, inside = (line, line), False
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            body = getattr(node, "body", None)
            end = max(body[0].lineno - 1 if body else (node.end_lineno or 0), node.lineno)
            if line <= end:
                best = (node.lineno, end)
            inside |= isinstance(node, ast.FunctionDef) and line > end
    return best if inside else None
