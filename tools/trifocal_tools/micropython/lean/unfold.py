"""A function that is one expression is written out wherever it is called, when that is shorter than to have it.

As with `inline`: plain functions, and methods of the object itself that no other class has. Its arguments are constants
and locals, or there is one only, which the expression takes first.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator

from trifocal_tools.micropython.lean.inline import bound, calls, free, functions, plain, steady, told

MADE = 14
"""Bytes that a function takes for being there."""

SIZES: dict[type[ast.AST], int] = {
    ast.Name: 1,
    ast.Constant: 2,
    ast.Attribute: 2,
    ast.Call: 2,
    ast.BinOp: 1,
    ast.UnaryOp: 1,
    ast.Compare: 1,
    ast.Subscript: 1,
    ast.Slice: 2,
    ast.BoolOp: 2,
    ast.IfExp: 4,
    ast.Tuple: 2,
    ast.List: 2,
    ast.Dict: 2,
    ast.keyword: 2,
}
"""Bytes of each kind of expression, about; others are not written out."""


def unfold(merged: list[ast.Module], others: list[ast.Module], kept: set[str]) -> None:
    """Do so in the merged modules. `kept` are the methods that others may call."""
    elsewhere = Counter(name for tree in others for name in told(tree))
    elsewhere.update(kept)
    changed = True
    while changed:
        changed = False
        mentions = elsewhere + Counter(name for tree in merged for name in told(tree))
        for home, cls, function in list(functions(merged)):
            if _unfolded(merged, cls, function, mentions[function.name] - 1):
                home.remove(function)
                home.extend([] if home else [ast.Pass()])
                changed = True
                mentions = elsewhere + Counter(name for tree in merged for name in told(tree))


def _unfolded(merged: list[ast.Module], cls: ast.ClassDef | None, function: ast.FunctionDef, mentions: int) -> bool:
    value = function.body[0].value if isinstance(function.body[0], ast.Return) else None
    if value is None or len(function.body) > 1 or not plain(function, cls is not None):
        return False
    names = [one.arg for one in function.args.args[cls is not None :]]
    size = _size(value)
    if size is None or MADE + size <= mentions * (size - 4 - len(names)):
        return False
    where = [node for tree in merged for node in ast.walk(tree)] if cls is None else list(ast.walk(cls))
    found = [one for one in where if isinstance(one, ast.Call) and calls(one, function.name, cls is not None)]
    if not found or len(found) != mentions or not all(_may(one, names, value) for one in found):
        return False
    inside = {id(one) for one in ast.walk(function)}
    locals_of_any = set().union(
        *(bound(one) for one in where if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    )
    if any(id(one) in inside for one in found) or free(function) & locals_of_any:
        return False
    unfolder = _Unfolder({id(one) for one in found}, names, value)
    for tree in merged:
        unfolder.visit(tree)
    return True


def _may(call: ast.Call, names: list[str], value: ast.expr) -> bool:
    if call.keywords or len(call.args) != len(names) or any(isinstance(one, ast.Starred) for one in call.args):
        return False
    return all(steady(one) for one in call.args) or (len(names) == 1 and _first(value, names[0]))


def _first(value: ast.expr, name: str) -> bool:
    """Whether an expression takes this name once, and before anything that has an effect."""
    order = list(_evaluated(value))
    uses = [place for place, node in enumerate(order) if isinstance(node, ast.Name) and node.id == name]
    return len(uses) == 1 and all(
        steady(node) or (isinstance(node, ast.Name | ast.Attribute) and _named(node)) for node in order[: uses[0]]
    )


def _named(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and _named(node.value))


def _evaluated(node: ast.expr) -> Iterator[ast.expr]:
    """An expression's parts in the order in which they are worked out; what may not be worked out comes last."""
    later: list[ast.expr] = []
    if isinstance(node, ast.IfExp):
        later = [node.body, node.orelse]
    elif isinstance(node, ast.BoolOp):
        later = node.values[1:]
    elif isinstance(node, ast.Compare):
        later = node.comparators[1:]
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.expr) and one not in later:
            yield from _evaluated(one)
        elif isinstance(one, ast.keyword):
            yield from _evaluated(one.value)
    yield node
    for one in later:
        yield from _evaluated(one)


def _size(value: ast.expr) -> int | None:
    nodes = [one for one in ast.walk(value) if isinstance(one, ast.expr | ast.keyword)]
    return sum(SIZES[type(one)] for one in nodes) if all(type(one) in SIZES for one in nodes) else None


class _Unfolder(ast.NodeTransformer):
    def __init__(self, found: set[int], names: list[str], value: ast.expr) -> None:
        self._found = found
        self._names = names
        self._value = value

    def visit_Call(self, node: ast.Call) -> ast.AST:
        here = id(node) in self._found
        self.generic_visit(node)
        if not here:
            return node
        given = _Given(dict(zip(self._names, node.args, strict=True)))
        written_out: ast.expr = given.visit(copy.deepcopy(self._value))
        return ast.copy_location(written_out, node)


class _Given(ast.NodeTransformer):
    def __init__(self, given: dict[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self._given.get(node.id, node))
