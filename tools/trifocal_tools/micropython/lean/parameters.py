"""Parameters get other names where nobody gives them by name, and `link` drops those. So do locals."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from trifocal_tools.micropython.lean.resolve import COMPREHENSIONS, Function, every_argument, parameters
from trifocal_tools.micropython.lean.words import pool

SELF = "self"

UNNAMED = [f"_{number}_" for number in range(256)]
"""Parameters that nobody gives by name, for `link`."""

ANYBODY = ""
"""Stands for a callable that is not known."""


class _Given:
    """Which arguments are given by name, and to whom: functions, methods and classes by their names.

    A name that is also that of something else, such as a local or an attribute that is set, may be anybody.
    """

    def __init__(self, merged: list[ast.Module], others: list[ast.Module]) -> None:
        self._words: dict[str, set[str]] = defaultdict(set)
        self._known: set[str] = set()
        self._classes: dict[str, list[str]] = {}
        for tree in merged:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    self._known.add(node.name)
                elif isinstance(node, ast.ClassDef):
                    self._classes[node.name] = [one.id for one in node.bases if isinstance(one, ast.Name)]
        everything = [node for tree in [*merged, *others] for node in ast.walk(tree)]
        for node in everything:
            if isinstance(node, ast.Attribute | ast.Name) and not isinstance(node.ctx, ast.Load):
                self._known.discard(node.attr if isinstance(node, ast.Attribute) else node.id)
        for node in everything:
            if isinstance(node, ast.Call) and node.keywords:
                self._words[self._callee(node.func)] |= {one.arg or "" for one in node.keywords}

    def words(self, function: str, cls: str) -> set[str]:
        """What may be given by name to a function, or to the method of a class."""
        found = self._words[function] | self._words[ANYBODY]
        for name in self._classes if function == "__init__" else ():
            if cls in self._line(name):
                found |= self._words[name]
        return found

    def _line(self, cls: str) -> set[str]:
        """A class and what it derives from."""
        return {cls}.union(*(self._line(base) for base in self._classes.get(cls, ())))

    def _callee(self, func: ast.expr) -> str:
        if isinstance(func, ast.Name) and func.id[0] != "@":
            return ANYBODY
        name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ANYBODY
        return name if name in self._known or name in self._classes else ANYBODY


def unname(merged: list[ast.Module], others: list[ast.Module], doors: set[str]) -> None:
    """Rename them in the merged modules, but for those of `doors`."""
    given = _Given(merged, others)
    for tree in merged:
        _Renamer(given, doors).visit(tree)


class _Renamer(ast.NodeTransformer):
    """Parameters that are not given by name get others, in every function the same."""

    def __init__(self, given: _Given, doors: set[str]) -> None:
        self._given = given
        self._doors = doors
        self._class = ""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if node.name not in self._doors:
            outer, self._class = self._class, node.name
            self.generic_visit(node)
            self._class = outer
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._rename(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._rename(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._rename(node)

    def _rename(self, function: Function) -> ast.AST:
        busy = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
        busy |= {name for one in ast.walk(function) if isinstance(one, ast.ExceptHandler) and (name := one.name)}
        inner = [one for one in ast.walk(function) if isinstance(one, Function)]
        names = [name for one in inner for name in parameters(one.args)]
        busy |= set(names)
        hidden = {one.name for one in inner if not isinstance(one, ast.Lambda) and one is not function}
        if len(set(names)) != len(names) or hidden & set(names):
            return function  # a name that means two things: left alone
        shadowed = {name for one in ast.walk(function) if isinstance(one, COMPREHENSIONS) for name in _stores(one)}
        given = (self._given.words(getattr(one, "name", ""), self._class) for one in inner)
        left = {SELF}.union(shadowed, *given)
        told = [one.args.kwarg or one.args.kwonlyargs or left & set(parameters(one.args)) - {SELF} for one in inner]
        dropped = (word for word in UNNAMED if word not in busy)
        free = (word for word in pool() if word not in busy) if any(told) else dropped
        new = {name: next(free) for name in names if name not in left}
        local = _locals(function) - left - hidden - set(names)
        new |= {name: next(dropped) for name in sorted(local)}
        for one in inner:
            for argument in every_argument(one.args):
                argument.arg = new.get(argument.arg, argument.arg)
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                node.id = new.get(node.id, node.id)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                node.name = new.get(node.name, node.name)
        return function


def _locals(function: Function) -> set[str]:
    """What is bound in a function and is no parameter. Their names are in no compiled file, and may be any."""
    found = set(_stores(function))
    for node in ast.walk(function):
        if isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.Global | ast.Nonlocal | ast.Import | ast.ImportFrom):
            return set()
    return {name for name in found if name[0] != "@"}


def _stores(node: ast.AST) -> Iterator[str]:
    return (one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
