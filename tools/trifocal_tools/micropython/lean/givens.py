"""What is always the same is known: a parameter that gets one constant wherever an object of its class is made, and an
attribute that a class sets to one constant only.

A class with which more is done than to make one, to ask whether something is one, and to derive another, may be made by
anybody. So may one that other files name, and the doors, which a maker's own files do.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from trifocal_tools.micropython.lean.branches import decide
from trifocal_tools.micropython.lean.resolve import parameters

KNOWN = (bool, int, type(None))
"""Constants that cost nothing to say again."""

ASKING = ("isinstance", "issubclass")


def give(merged: list[ast.Module], others: list[ast.Module], doors: set[str]) -> None:
    """Put these constants where they are asked for in the merged modules, until no more is known."""
    while _Makers(merged, others, doors).place() + _Attributes(merged, others, doors).place():
        for tree in merged:
            decide(tree)


class _Makers:
    """Who makes objects of which class, and with what."""

    def __init__(self, merged: list[ast.Module], others: list[ast.Module], doors: set[str]) -> None:
        self._classes = _classes(merged)
        self._calls: dict[str, list[ast.Call]] = defaultdict(list)
        self._anybody = set(doors)
        for tree in merged:
            for node in tree.body:
                self._see(node, node if isinstance(node, ast.ClassDef) else None)
        for tree in others:
            self._anybody |= {self._owner(_name(node)) for node in ast.walk(tree)}

    def place(self) -> int:
        """How many parameters are no more: one at a time, for calls change with it."""
        for cls in self._classes.values():
            function, calls = _init(cls), self._calls[cls.name]
            if not function or cls.name in self._anybody or not calls or any(_open_ended(call) for call in calls):
                continue
            for name, values in self._given(function, calls):
                value = _constant(values)
                if value and _place(function, name, value):
                    _drop(function, name, calls)
                    return 1
        return 0

    def _see(self, node: ast.AST, cls: ast.ClassDef | None) -> None:
        inner = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call):
            made = self._made(node, cls)
            if made:
                self._calls[made].append(node)
                inner.remove(node.func)
            if _name(node.func) in ASKING:
                inner = [node.args[0]]
        elif isinstance(node, ast.ClassDef) and node is cls:
            inner = [*node.keywords, *node.body, *node.decorator_list]
        else:
            self._anybody.add(self._owner(_name(node)))
        for one in inner:
            self._see(one, cls)

    def _made(self, node: ast.Call, cls: ast.ClassDef | None) -> str:
        """The class whose `__init__` this calls."""
        func = node.func
        if cls and isinstance(func, ast.Attribute) and func.attr == "__init__" and isinstance(func.value, ast.Call):
            return self._owner(_name(cls.bases[0])) if cls.bases and _name(func.value.func) == "super" else ""
        return self._owner(_name(func))

    def _owner(self, name: str) -> str:
        """A class, or the one that it has its `__init__` from; nothing for one that is not ours."""
        cls = self._classes.get(name)
        if cls is None or _init(cls):
            return name if cls else ""
        return self._owner(_name(cls.bases[0])) if cls.bases else ""

    def _given(self, function: ast.FunctionDef, calls: list[ast.Call]) -> Iterator[tuple[str, list[ast.expr | None]]]:
        """Each parameter, and all that it gets."""
        names = [one.arg for one in function.args.args]
        presets = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
        for place, name in enumerate(names[1:]):
            yield (
                name,
                [
                    call.args[place]
                    if place < len(call.args)
                    else {one.arg: one.value for one in call.keywords}.get(name, presets.get(name))
                    for call in calls
                ],
            )


class _Attributes:
    """What is set, by the class that sets it and those that derive from it or that it derives from."""

    def __init__(self, merged: list[ast.Module], others: list[ast.Module], doors: set[str]) -> None:
        self._classes = _classes(merged)
        self._sets: dict[tuple[str, str], list[ast.Assign | None]] = defaultdict(list)
        self._open: set[str] = set()
        for tree in others:
            self._open |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for tree in [*merged, *others]:
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    self._open |= {name for one in node.body for name in _defined(one)}
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    self._open.add(node.value)
        for cls in self._classes.values():
            self._take(cls, cls.name in doors)
        for tree in merged:
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and not _of_self(node):
                    self._open.add(node.attr)

    def place(self) -> int:
        """How many attributes are no more."""
        gone = 0
        for (root, attr), sets in self._sets.items():
            value = _constant([one.value if one else None for one in sets])
            if value and attr not in self._open:
                gone += 1
                for cls in self._classes.values():
                    if self._root(cls.name) == root:
                        _Constants(attr, value, {id(one) for one in sets}).visit(cls)
        return gone

    def _take(self, cls: ast.ClassDef, door: bool) -> None:
        assigned = {
            id(node.targets[0]): node
            for node in ast.walk(cls)
            if isinstance(node, ast.Assign) and len(node.targets) == 1
        }
        for node in ast.walk(cls):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) and _of_self(node):
                known = None if door else assigned.get(id(node))
                self._sets[self._root(cls.name), node.attr].append(known)

    def _root(self, name: str) -> str:
        bases = self._classes[name].bases
        base = _name(bases[0]) if bases else ""
        return self._root(base) if base in self._classes else name


class _Constants(ast.NodeTransformer):
    """An attribute of `self` is a constant, and set no more."""

    def __init__(self, attr: str, value: ast.Constant, sets: set[int]) -> None:
        self._attr = attr
        self._value = value
        self._sets = sets

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        return ast.copy_location(ast.Pass(), node) if id(node) in self._sets else self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return (
            ast.copy_location(ast.Constant(self._value.value), node)
            if node.attr == self._attr and _of_self(node)
            else node
        )


def _place(function: ast.FunctionDef, name: str, value: ast.Constant) -> bool:
    """Put a constant in the place of a parameter; False where it is set, or another has its name."""
    own = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]
    inner = [
        node for node in ast.walk(function) if isinstance(node, ast.FunctionDef | ast.Lambda) and node is not function
    ]
    if any(not isinstance(one.ctx, ast.Load) for one in own) or any(name in parameters(one.args) for one in inner):
        return False
    _Places(name, value).visit(function)
    return True


def _drop(function: ast.FunctionDef, name: str, calls: list[ast.Call]) -> None:
    """Nobody gives a parameter any more, and none is taken."""
    args = function.args
    place = [one.arg for one in args.args].index(name)
    preset = place - len(args.args) + len(args.defaults)
    del args.args[place]
    if preset >= 0:
        del args.defaults[preset]
    for call in calls:
        call.keywords = [one for one in call.keywords if one.arg != name]
        del call.args[place - 1 : place]


def _open_ended(call: ast.Call) -> bool:
    return any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords)


class _Places(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.Constant) -> None:
        self._name = name
        self._value = value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Constant(self._value.value), node) if node.id == self._name else node


def _classes(trees: Iterable[ast.Module]) -> dict[str, ast.ClassDef]:
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}


def _init(cls: ast.ClassDef) -> ast.FunctionDef | None:
    return next((one for one in cls.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else node.name if isinstance(node, ast.alias) else ""


def _of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


def _constant(values: list[ast.expr | None]) -> ast.Constant | None:
    """What all of them are, if it is one constant."""
    first = values[0] if values else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, KNOWN):
        return None
    what = (type(first.value), first.value)
    same = all(isinstance(one, ast.Constant) and (type(one.value), one.value) == what for one in values)
    return first if same else None
