"""Constants take the place of their names: what is assigned once, at the top of a module, from constants only."""

import ast
import copy
from collections import Counter
from collections.abc import Iterable

Plain = str | bytes | bool | int | float | complex | None

SHORT = 10
"""Characters of a text up to which MicroPython keeps one copy however often it occurs, as it does with every word."""

SMALL = 1 << 30
"""From here on a whole number is an object with memory of its own."""

PLAIN = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)


def fold(trees: Iterable[ast.Module]) -> None:
    """Put the values of constants where their names (`@module.name`) stand, unless one object is better for many."""
    whole = list(trees)
    stored = Counter(name for tree in whole for name in _stored(tree))
    used = Counter(node.id for tree in whole for node in ast.walk(tree) if isinstance(node, ast.Name))
    values: dict[str, Plain] = {}
    candidates = {name: node for tree in whole for name, node in _assigned(tree) if stored[name] == 1}
    while found := {
        name: one[0] for name, node in candidates.items() if name not in values and (one := _value(node, values))
    }:
        values |= found
    placed = {name: one for name, one in values.items() if _cheap(one) or used[name] <= 2}
    for tree in whole:
        _Placer(placed).visit(tree)


def _stored(tree: ast.Module) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr[0] == "@":
            yield node.attr  # a test puts something else in its place


def _assigned(tree: ast.Module) -> Iterable[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id[0] == "@":
                yield target.id, node.value


def _value(node: ast.expr, known: dict[str, Plain]) -> tuple[Plain] | None:
    """What an expression of nothing but constants comes to."""
    plain = ast.fix_missing_locations(ast.Expression(_Placer(known).visit(copy.deepcopy(node))))
    if not all(isinstance(one, PLAIN) for one in ast.walk(plain.body)):
        return None
    return (eval(compile(plain, "<constant>", "eval"), {"__builtins__": {}}),)  # noqa: S307 - constants of our sources


class _Placer(ast.NodeTransformer):
    def __init__(self, values: dict[str, Plain]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self._values:
            return ast.copy_location(ast.Constant(self._values[node.id]), node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and node.attr in self._values:
            return ast.copy_location(ast.Constant(self._values[node.attr]), node)
        return node


def _cheap(value: Plain) -> bool:
    if isinstance(value, str):
        return len(value) <= SHORT or value.isidentifier()
    return value is None or isinstance(value, bool) or (isinstance(value, int) and -SMALL < value < SMALL)
