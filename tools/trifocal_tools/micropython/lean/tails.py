"""Ends of functions whose result nobody takes: what is done last is returned, which is shorter than to drop it.

Nobody takes the result of a function that is only ever called as a statement of its own, or as the result of such one.
Functions that are handed on, offered to others, properties, coroutines that become tasks: all these are used otherwise.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable

from trifocal_tools.micropython.lean.inline import bodies

Named = ast.FunctionDef | ast.AsyncFunctionDef

USED = ""
"""Whoever uses a result, or whoever is not known."""


def tails(merged: list[ast.Module], others: list[ast.Module], kept: set[str]) -> None:
    """Return what is done last, in the merged modules. `kept` are the methods that others may call as they like."""
    users: dict[str, set[str]] = defaultdict(set)
    functions = [node for tree in merged for node in _functions(tree)]
    for tree in merged:
        _see(tree, USED, users)
    for tree in others:
        _see(tree, USED, users)
    for function in functions:
        if function.name in kept or function.name.startswith("__") or function.decorator_list:
            users[function.name].add(USED)
    used = {USED}
    while more := {name for name, by in users.items() if by & used} - used:
        used |= more
    for function in functions:
        if function.name not in used and not _yields(function):
            for body in bodies(function):
                _shorten(body)
            _return(function.body)


def _functions(tree: ast.Module) -> Iterable[Named]:
    for node in tree.body:
        if isinstance(node, Named):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from (one for one in node.body if isinstance(one, Named))


def _see(node: ast.AST, by: str, users: dict[str, set[str]]) -> None:
    """Take down who uses the result of what is named here: `by` is the function that the node is in."""
    if isinstance(node, Named):
        by = node.name
    dropped = _called(node)
    if dropped is not None:
        func = dropped.func
        if isinstance(node, ast.Return):
            users[func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", USED)].add(by)
        if isinstance(func, ast.Attribute):
            _see(func.value, by, users)
        elif not isinstance(func, ast.Name):
            _see(func, by, users)
        for one in [*dropped.args, *dropped.keywords]:
            _see(one, by, users)
        return
    if isinstance(node, ast.Attribute):
        users[node.attr].add(USED)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        users[node.id].add(USED)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        users[node.value].add(USED)
    for one in ast.iter_child_nodes(node):
        _see(one, by, users)


def _called(node: ast.AST) -> ast.Call | None:
    """The call whose result a statement drops or hands on."""
    if not isinstance(node, ast.Expr | ast.Return):
        return None
    value = node.value.value if isinstance(node.value, ast.Await) else node.value
    return value if isinstance(value, ast.Call) else None


def _yields(function: Named) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))


def _shorten(body: list[ast.stmt]) -> None:
    """A bare return returns what was done before it."""
    for place in reversed(range(1, len(body))):
        last, before = body[place], body[place - 1]
        if isinstance(last, ast.Return) and last.value is None and isinstance(before, ast.Expr):
            body[place - 1 :] = [_returned(before)]


def _return(body: list[ast.stmt]) -> None:
    last = body[-1]
    if isinstance(last, ast.Expr):
        body[-1] = _returned(last)
    elif isinstance(last, ast.If):
        _return(last.body)
        if last.orelse:
            _return(last.orelse)


def _returned(done: ast.Expr) -> ast.Return:
    found = ast.copy_location(ast.Return(done.value), done)
    found.origin = getattr(done, "origin", "")  # type: ignore[attr-defined]
    return found
