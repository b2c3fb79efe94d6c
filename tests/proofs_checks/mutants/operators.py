"""Mutations of statements, conditions and literals that cosmic-ray does not make.

Each operator is a function from a node to the texts that may stand in its place. What a referee must
not lose is a refusal, so the emphasis is on those: a ``raise`` or a call dropped, one condition of
several dropped, a comparison opened at one end, an answer given without looking, a bound rounded the
other way.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

#: Names that change places: the other rounding, the other quantifier, the other end.
SWAPS = {"min": "max", "any": "all", "floor_": "ceil_"}
CONSTANTS = {"bool": ("True", "False"), "int": ("0", "1"), "str": ("''",)}

Operator = Callable[[ast.AST, ast.AST, str], Iterator[str]]


def drop_statement(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """A ``raise``, a call, an assignment, a ``del``, a ``break`` or ``continue`` does not happen."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    dropped = (ast.Raise, ast.Expr, ast.Assign, ast.AugAssign, ast.Delete, ast.Break, ast.Continue)
    if isinstance(node, dropped) and not docstring:
        yield "pass"


def return_constant(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """A function answers without looking at what it was asked."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    annotation = ast.unparse(parent.returns) if getattr(parent, "returns", None) else ""
    for constant in ("None", *CONSTANTS.get(annotation, ())):
        yield f"return {constant}"


def fix_condition(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """A condition holds always, or never (``while`` only never: it would not end)."""
    if isinstance(parent, ast.While):
        yield from ("False",) if node is parent.test else ()
    elif isinstance(parent, (ast.If, ast.IfExp)):
        yield from ("True", "False") if node is parent.test else ()
    elif isinstance(parent, ast.comprehension) and node in parent.ifs:
        yield from ("True", "False")


def drop_operand(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """One operand of ``and`` and ``or`` is left out."""
    if isinstance(node, ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        texts = [f"({ast.get_source_segment(source, value)})" for value in node.values]
        for i in range(len(texts)):
            yield f"({word.join(texts[:i] + texts[i + 1 :])})"


def drop_link(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """``a <= b < c`` becomes ``a <= b`` or ``b < c``."""
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        ends = [node.left, *node.comparators]
        for first, last in ((1, len(ends)), (0, len(ends) - 1)):
            texts = [str(ast.get_source_segment(source, end)) for end in ends[first:last]]
            for op, text in zip(node.ops[first : last - 1], texts[1:], strict=True):
                texts[0] += f" {_SYMBOLS[type(op)]} {text}"
            yield texts[0]


def invert_membership(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """``in`` and ``not in`` change places."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        left, right = (ast.get_source_segment(source, n) for n in (node.left, node.comparators[0]))
        yield f"({left} {'not in' if isinstance(node.ops[0], ast.In) else 'in'} {right})"


def swap_name(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """``min`` for ``max``, ``any`` for ``all``, ``floor_...`` for ``ceil_...``, and back."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for one, other in SWAPS.items():
            for old, new in ((one, other), (other, one)):
                if node.id == old or (old.endswith("_") and node.id.startswith(old)):
                    yield new + node.id[len(old) :]


def drop_element(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """A literal tuple, list or set has one element less, an object one key less."""
    texts: list[str | None] = []
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)) and len(node.elts) > 1:
        if isinstance(getattr(node, "ctx", None), ast.Store) or isinstance(parent, ast.Subscript):
            return
        texts = [ast.get_source_segment(source, element) for element in node.elts]
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        texts = [_pair(key, value, source) for key, value in pairs]
    left, right = {ast.Tuple: "()", ast.List: "[]"}.get(type(node), "{}")
    for i in range(len(texts)):
        rest = "".join(f"{text}, " for text in texts[:i] + texts[i + 1 :])
        yield f"{left}{rest}{right}"


def change_text(node: ast.AST, parent: ast.AST, source: str) -> Iterator[str]:
    """A text that is no message and no explanation has one character more."""
    plain = not isinstance(parent, (ast.Expr, ast.FormattedValue, ast.JoinedStr))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and plain:
        yield repr(node.value + "x")


_SYMBOLS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

OPERATORS: tuple[Operator, ...] = (
    drop_statement,
    return_constant,
    fix_condition,
    drop_operand,
    drop_link,
    invert_membership,
    swap_name,
    drop_element,
    change_text,
)


def mutated(source: str) -> Iterator[tuple[str, str]]:
    """(operator name, mutated source) for every place; types and messages are left alone."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    for node, parent, function in _places(ast.parse(source), ast.Module(), ast.Module()):
        for operator in OPERATORS:
            around = function if operator is return_constant else parent
            for text in operator(node, around, source):
                yield operator.__name__, _spliced(lines, node, text)


def _places(
    node: ast.AST, parent: ast.AST, function: ast.AST
) -> Iterator[tuple[ast.AST, ast.AST, ast.AST]]:
    """(node, parent, function around it); nothing inside f-strings (no positions) and refusals."""
    if _names_only(node):
        return
    if hasattr(node, "lineno"):
        yield node, parent, function
    if isinstance(node, (ast.JoinedStr, ast.Raise)):
        return
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        function = node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _places(child, node, function)


def _names_only(node: ast.AST) -> bool:
    """Whether it is ``__all__`` or the name of a type, which nothing here computes with."""
    if not isinstance(node, ast.Assign):
        return False
    alias = isinstance(node.value, ast.Subscript) and isinstance(node.value.value, ast.Name)
    return ast.unparse(node.targets[0]) == "__all__" or (
        alias and ast.unparse(node.targets[0]).lstrip("_")[0].isupper() and node.col_offset == 0
    )


def _spliced(lines: list[bytes], node: ast.AST, text: str) -> str:
    before = [*lines[: node.lineno - 1], lines[node.lineno - 1][: node.col_offset]]
    after = [lines[node.end_lineno - 1][node.end_col_offset :], *lines[node.end_lineno :]]
    return b"".join([*before, text.encode(), *after]).decode()


def _pair(key: ast.expr | None, value: ast.expr, source: str) -> str:
    shown = ast.get_source_segment(source, value)
    return f"**{shown}" if key is None else f"{ast.get_source_segment(source, key)}: {shown}"
