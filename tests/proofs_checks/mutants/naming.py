"""What a test rests on in its file: the statements that define what it names, at any remove."""

from __future__ import annotations

import ast


def needed(text: str, test: str) -> str:
    """The part of a test file that a test uses, and what just runs there, without layout."""
    parsed = ast.parse(text)
    parsed.body = _named_by(test, [one for node in parsed.body for one in _parts(node)])
    return ast.unparse(parsed)


def _parts(node: ast.stmt) -> list[ast.stmt]:
    """An import for every name; nothing for a docstring."""
    if isinstance(node, ast.Import):
        return [ast.Import([alias]) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [ast.ImportFrom(node.module, [alias], node.level) for alias in node.names]
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return [] if docstring else [node]


def _named_by(test: str, body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a file that define what a test uses, at one remove or more, or that just run."""
    kept: set[int] = set()
    wanted = {test}
    while True:
        found = {
            i
            for i, node in enumerate(body)
            if i not in kept and (not (names := _defined(node)) or names & wanted)
        }
        if not found:
            return [body[i] for i in sorted(kept)]
        kept |= found
        for i in found:
            wanted |= {n.id for n in ast.walk(body[i]) if isinstance(n, ast.Name)}
            wanted |= {n.arg for n in ast.walk(body[i]) if isinstance(n, ast.arg)}  # fixtures


def _defined(node: ast.stmt) -> set[str]:
    """The names that a statement of a file defines; none if it only runs, or is a fixture of all tests."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        everywhere = any("autouse" in ast.unparse(one) for one in node.decorator_list)
        return set() if everywhere else {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    stored = (n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return {n.id for n in stored} if isinstance(node, (ast.Assign, ast.AnnAssign)) else set()
