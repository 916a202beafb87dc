"""Short names: each name that only this program knows becomes one that MicroPython knows already, or a short one.

Attributes (and methods), definitions and parameters are three kinds that never stand in the same place, so they share
the new names. A name stays as it is where anybody else may say it: the parts of a message, what doors and boards
offer, whatever Python's own objects have, words that occur as a text, arguments that are given by name.
"""

import ast
import asyncio
import builtins
import hashlib
import io
import itertools
import string
from collections import Counter
from collections.abc import Iterable, Iterator

from trifocal_tools.micropython.lean.resolve import COMPREHENSIONS, Function, every_argument, parameters
from trifocal_tools.micropython.lean.shake import defined, is_message

KNOWN = """
    all args callable chr classmethod copy count dir divmod end eval exec extend find format get globals hash id
    index insert isalpha isdigit islower isspace issubclass isupper iter join key list little locals lower lstrip main
    map next object ord pop popitem pow print range remove replace repr reverse rfind rindex round rsplit rstrip sep set
    setattr setdefault sort sorted split start startswith staticmethod step stop str strip sum super tuple type upper
    zip abs any append bool bytearray bytecode bytes clear dict endswith from_bytes getattr hasattr int isinstance items
    len open to_bytes update value values builtins
""".split()  # noqa: SIM905 - a hundred words are read more easily so
"""Words of the table that every .mpy file may point into: two bytes in the image, none on the heap."""

MEANT = {"args", "close", "errno", "keys", "read", "readinto", "readline", "send", "throw", "value", "write", "update"}
"""Attributes that the interpreter itself asks objects for."""

SELF = "self"

UNNAMED = [f"_{number}_" for number in range(256)]
"""Parameters that nobody gives by name, for `link`."""

BINDERS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler

NO_NAMES = {"as", "if", "in", "is", "or"}
"""Python's own words of two letters; names of three are never needed."""


def outside() -> set[str]:
    """What the attributes of Python's own objects are called."""
    kinds = [one for one in vars(builtins).values() if isinstance(one, type)]
    kinds += [asyncio.Event, asyncio.Lock, asyncio.Task, io.BytesIO, io.BufferedReader, type(hashlib.sha256())]
    modules = [__import__(name) for name in ("asyncio", "binascii", "hashlib", "json", "os", "struct", "sys", "time")]
    return {name for one in [*kinds, *modules, builtins] for name in dir(one)}


class Names:
    """The new names. `merged` are the trees of the one file, `own` those of boards, `users` those of tests."""

    def __init__(
        self, merged: list[ast.Module], own: list[ast.Module], users: list[ast.Module], doors: set[str]
    ) -> None:
        everything = [*merged, *own, *users]
        kept = outside() | _offered(merged, doors) | _public(own) | _texts([*merged, *own])
        kept |= {name for tree in everything for cls in _classes(tree) if is_message(cls) for name in _members(cls)}
        given = {node.arg or "" for tree in everything for node in ast.walk(tree) if isinstance(node, ast.keyword)}
        for tree in merged:
            _Parameters(given, doors).visit(tree)
        plain = Counter(name for tree in everything for name in _plain(tree))
        attributes = Counter(name for tree in everything for name in _attributes(tree))
        mine = {name for tree in merged for name in _mine(tree)} - kept
        mine = {name for name in mine if not name.startswith("__")}
        definitions = Counter(name.id for tree in merged for name in _definitions(tree))
        definitions.update(node.name for tree in merged for node in tree.body if hasattr(node, "name"))
        self.attributes = _assign(mine, attributes, set(attributes) - mine | MEANT | kept.difference(KNOWN))
        public = set(definitions) & doors
        if users:  # vectors and failures tell messages by their names
            public |= {cls.name for tree in merged for cls in _classes(tree) if is_message(cls)}
        self.definitions = _assign(set(definitions) - public, definitions, set(plain) | {"self"})
        self.definitions |= {name: name.rpartition(".")[2] for name in public}
        self.functions: dict[str, list[str]] = {}

    def apply(self, tree: ast.Module, home: str) -> ast.Module:
        """The tree with its last names; `home` is the module that all definitions lie in."""
        used = sorted({self.definitions[name.id] for name in _definitions(tree)})
        renamed: ast.Module = _Renamer(self, home).visit(tree)
        if home and used:
            names = [ast.alias(name) for name in used]
            renamed.body.insert(0, ast.ImportFrom(module=home, names=names, level=0))
        return ast.fix_missing_locations(renamed)


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: Names, home: str) -> None:
        self._names = names
        self._home = home

    def _attribute(self, name: str) -> str:
        return self._names.attributes.get(name, name)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._names.definitions.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = self._names.definitions[node.attr] if node.attr[0] == "@" else self._attribute(node.attr)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        if node.name[0] == "@":
            old, node.name = node.name[1:], self._names.definitions[node.name]
            self._names.functions.setdefault(node.name, []).append(old)
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        old, node.name = node.name, self._names.definitions.get(node.name, node.name)
        own = {name for one in node.body for name in defined(one)}
        for one in node.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                method, one.name = one.name, self._attribute(one.name)
                if old[0] == "@":
                    self._names.functions.setdefault(one.name, []).append(f"{old[1:]}.{method}")
                parts: list[ast.AST] = [*one.decorator_list, *one.args.defaults]
            else:
                parts = [one]
            for part in parts:
                for name in ast.walk(part):
                    if isinstance(name, ast.Name) and name.id in own:
                        name.id = self._attribute(name.id)
        self.generic_visit(node)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        module, alias = node.module or "", node.names[0]
        if module.startswith("@"):
            return ast.ImportFrom(self._home, [ast.alias(self._names.definitions[alias.name], alias.asname)], 0)
        return node


class _Parameters(ast.NodeTransformer):
    """Parameters that are not given by name get others, in every function the same."""

    def __init__(self, given: set[str], doors: set[str]) -> None:
        self._given = given
        self._doors = doors

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node if node.name in self._doors else self.generic_visit(node)

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
        left = {SELF} | self._given | shadowed
        told = [one.args.kwarg or one.args.kwonlyargs or left & set(parameters(one.args)) - {SELF} for one in inner]
        pool = (word for word in (_pool() if any(told) else UNNAMED) if word not in busy)
        new = {name: next(pool) for name in names if name not in left}
        for one in inner:
            for argument in every_argument(one.args):
                argument.arg = new.get(argument.arg, argument.arg)
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                node.id = new.get(node.id, node.id)
        return function


def _assign(names: set[str], weights: "Counter[str]", taken: set[str]) -> dict[str, str]:
    ordered = sorted(names, key=lambda name: (-weights[name], name))
    return dict(zip(ordered, (word for word in _pool() if word not in taken), strict=False))


def _pool() -> Iterator[str]:
    yield from KNOWN
    for length in (1, 2):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            word = "".join(letters)
            if word not in NO_NAMES:
                yield word


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _definitions(tree: ast.Module) -> Iterator[ast.Name]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id[0] == "@")


def _stores(node: ast.AST) -> Iterator[str]:
    return (one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))


def _plain(tree: ast.Module) -> Iterator[str]:
    """Names that are no definitions of ours: locals, parameters, builtins, modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id[0] != "@":
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, BINDERS) and node.name and node.name[0] != "@":
            yield node.name


def _attributes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr[0] != "@":
            yield node.attr
    for cls in _classes(tree):
        yield from _members(cls)


def _members(cls: ast.ClassDef) -> Iterator[str]:
    for node in cls.body:
        yield from defined(node)


def _mine(tree: ast.Module) -> Iterator[str]:
    """Attributes that these sources bring into being."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr[0] != "@":
            yield node.attr
    for cls in _classes(tree):
        yield from _members(cls)


def _offered(merged: list[ast.Module], doors: set[str]) -> set[str]:
    offered = [name for tree in merged for cls in _classes(tree) if cls.name in doors for name in _members(cls)]
    offered += [
        name for tree in merged for cls in _classes(tree) if cls.name in doors for name in _mine(ast.Module([cls], []))
    ]
    return {name for name in offered if name[0] != "_"}


def _public(own: list[ast.Module]) -> set[str]:
    """What boards offer, and what they ask of objects that need not be ours."""
    found = {name for tree in own for cls in _classes(tree) for name in _members(cls) if name[0] != "_"}
    for tree in own:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id == SELF):
                found.add(node.attr)
    return found


def _texts(trees: Iterable[ast.Module]) -> set[str]:
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str) and node.value.isidentifier()}
