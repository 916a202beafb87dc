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
import keyword
from collections import Counter
from collections.abc import Iterable, Iterator

from trifocal_tools.micropython.lean.families import families
from trifocal_tools.micropython.lean.parameters import unname
from trifocal_tools.micropython.lean.shake import defined, is_message
from trifocal_tools.micropython.lean.words import KNOWN, pool

MEANT = {"args", "close", "errno", "keys", "read", "readinto", "readline", "send", "throw", "value", "write", "update"}
"""Attributes that the interpreter itself asks objects for."""

SELF = "self"

BINDERS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler


def outside() -> set[str]:
    """What the attributes of Python's own objects are called."""
    kinds = [one for one in vars(builtins).values() if isinstance(one, type)]
    kinds += [asyncio.Event, asyncio.Lock, asyncio.Task, io.BytesIO, io.BufferedReader, type(hashlib.sha256())]
    modules = [__import__(name) for name in ("asyncio", "binascii", "hashlib", "json", "os", "struct", "sys", "time")]
    return {name for one in [*kinds, *modules, builtins] for name in dir(one)}


def kept_names(merged: list[ast.Module], own: list[ast.Module], doors: set[str]) -> set[str]:
    """Attributes that others may name, and what they are named by."""
    return outside() | _offered(merged, doors) | _public(own) | _texts([*merged, *own])


class Names:
    """The new names. `merged` are the trees of the one file, `own` those of boards, `users` those of tests."""

    def __init__(
        self, merged: list[ast.Module], own: list[ast.Module], users: list[ast.Module], doors: set[str]
    ) -> None:
        everything = [*merged, *own, *users]
        kept = kept_names(merged, own, doors)
        kept |= {name for tree in everything for cls in _classes(tree) if is_message(cls) for name in _members(cls)}
        unname(merged, [*own, *users], doors)
        plain = Counter(name for tree in everything for name in _plain(tree))
        attributes = Counter(name for tree in everything for name in _attributes(tree))
        mine = {name for tree in merged for name in _mine(tree)} - kept
        mine = {name for name in mine if not name.startswith("__")}
        definitions = Counter(name.id for tree in merged for name in _definitions(tree))
        definitions.update(node.name for tree in merged for node in tree.body if hasattr(node, "name"))
        taken = set(attributes) - mine | MEANT | kept.difference(KNOWN)
        self.attributes = _assign(mine, attributes, taken, families(everything))
        public = set(definitions) & doors
        if users:  # vectors and failures tell messages by their names
            public |= {cls.name for tree in merged for cls in _classes(tree) if is_message(cls)}
        told = [word for word, _ in Counter(word for tree in merged for word in self._told(tree)).most_common()]
        words = [word for word in told if word.isidentifier() and not keyword.iskeyword(word) and word[:2] != "__"]
        own_names = set(definitions) - public
        self.definitions = _assign(own_names, definitions, {*plain, "self"}, [own_names], words)
        self.definitions |= {name: name.rpartition(".")[2] for name in public}
        self.functions: dict[str, list[str]] = {}

    def _told(self, tree: ast.Module) -> Iterator[str]:
        """Words that a compiled file has anyway, whatever definitions are called."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr[0] != "@":
                yield self.attributes.get(node.attr, node.attr)
            elif isinstance(node, ast.keyword) and node.arg:
                yield node.arg
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "@":
                yield self.attributes.get(node.name, node.name)

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


def _assign(
    names: set[str], weights: "Counter[str]", taken: set[str], families: list[set[str]], first: Iterable[str] = ()
) -> dict[str, str]:
    """A word for each name, the best for the most frequent; two may have the same when no family has both.

    The best are those of `first`, in this order.
    """
    found: dict[str, str] = {}
    words = [*first, *pool()]
    busy: dict[int, set[str]] = {place: set(taken) for place in range(len(families))}
    for name in sorted(names, key=lambda name: (-weights[name], name)):
        places = [place for place, family in enumerate(families) if name in family]
        hidden = set().union(*(busy[place] for place in places))
        found[name] = next(word for word in words if word not in hidden)
        for place in places:
            busy[place].add(found[name])
    return found


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _definitions(tree: ast.Module) -> Iterator[ast.Name]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id[0] == "@")


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
