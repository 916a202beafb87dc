"""Sources in, sources out: the program as it is compiled for a device. The modules beside this one are its steps."""

import ast
from dataclasses import dataclass, field

from trifocal_tools.micropython.lean.branches import decide, know
from trifocal_tools.micropython.lean.constants import fold
from trifocal_tools.micropython.lean.givens import give
from trifocal_tools.micropython.lean.inline import inline
from trifocal_tools.micropython.lean.names import Names, kept_names
from trifocal_tools.micropython.lean.resolve import Module, Program, ours
from trifocal_tools.micropython.lean.shake import shake
from trifocal_tools.micropython.lean.strip import imports, strip
from trifocal_tools.micropython.lean.tails import tails
from trifocal_tools.micropython.lean.tighten import tighten
from trifocal_tools.micropython.lean.trace import Trace
from trifocal_tools.micropython.lean.unfold import unfold

HOME = "trifocal_firmware.main"
"""The one file: everything that this module needs."""

DOORS = ("trifocal_firmware.main.Firmware", "trifocal_firmware.board.Board")
"""What a maker's own files name."""

BOARDS = "trifocal_firmware/boards/"
"""Where the files lie that begin a program; others are flashed when one of these, or the one file, needs them."""


@dataclass
class Translation:
    """The translated sources by path, and the way back from them."""

    files: dict[str, str] = field(default_factory=dict)
    trace: Trace = field(default_factory=Trace)


def translate(
    sources: dict[str, bytes],
    users: dict[str, bytes] | None = None,
    home: str = HOME,
    doors: tuple[str, ...] = DOORS,
) -> Translation:
    """Translate what is flashed, by path; with `users`, tests for instance, in the same way, keeping what they use.

    Raises Failure for what cannot be understood, SyntaxError for what is no Python.
    """
    users = users or {}
    modules = _modules(sources, users)
    order = _needed([home], modules)
    rest = [dotted(path) for path in sources if path.startswith(BOARDS)]
    kept = [*order, *(dotted(path) for path in [*sources, *users])] if users else [*order, *_needed(rest, modules)]
    modules = {name: module for name, module in modules.items() if name in kept}
    for name in order:
        modules[name].merged = True
    Program(modules)
    fold([module.tree for module in modules.values()])
    for path in sources:
        if dotted(path) in modules:
            decide(modules[dotted(path)].tree)
    merged = [modules[name].tree for name in order]
    tests = {dotted(path) for path in users}
    own = [module.tree for name, module in modules.items() if not module.merged and name not in tests]
    used = [module.tree for name, module in modules.items() if name in tests]
    give(merged, [*own, *used], {"@" + name for name in doors})
    shake(merged, [*own, *used], {"@" + name for name in doors}, shown=bool(users))
    ways = {"@" + name for name in doors}
    kept_as_they_are = kept_names(merged, own, ways)
    inline(merged, [*own, *used], kept_as_they_are)
    unfold(merged, [*own, *used], kept_as_they_are)
    tails(merged, [*own, *used], kept_as_they_are)
    names = Names(merged, own, used, ways)
    done = Translation()
    for path in [*sources, *users]:
        module = modules.get(dotted(path))
        if module and module.name == home:
            whole = names.apply(_one(merged), "")
            tighten(whole)
            _add(done, path, whole)
        elif module and not module.merged and module.tree.body:
            _add(done, path, _Places(order, home).visit(names.apply(module.tree, home)))
    for door in doors:
        name, _, what = door.rpartition(".")
        if name in order and name != home:
            done.files[name.replace(".", "/") + ".py"] = f"from {home} import {what}\n"
    done.trace.functions = names.functions
    return done


def needed(sources: dict[str, bytes], home: str = HOME) -> dict[str, bytes]:
    """Those of the sources that a program needs: the one file's, those of boards, and packages that these lie in."""
    modules = _modules(sources, {})
    order = _needed([home, *(dotted(path) for path in sources if path.startswith(BOARDS))], modules)
    packages = {name.rpartition(".")[0] for name in order}
    return {path: data for path, data in sources.items() if dotted(path) in {*order, *packages}}


def dotted(path: str) -> str:
    """The name of the module at a path."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _modules(sources: dict[str, bytes], users: dict[str, bytes]) -> dict[str, Module]:
    there = {dotted(path) for path in [*sources, *users]}

    def absent(name: str) -> bool:
        return name == "typing" or (ours(name) and name not in there)

    modules = {}
    for path, data in (sources | users).items():
        tree = strip(data, path, absent, asserts=path in users, quiet=not users)
        if path in sources:
            know(tree)
        for node in ast.walk(tree):
            node.origin = path  # type: ignore[attr-defined]
        modules[dotted(path)] = Module(dotted(path), tree, merged=False)
    return modules


def _needed(names: list[str], modules: dict[str, Module]) -> list[str]:
    """These modules of ours and those that they need, each after what it needs itself."""
    order: list[str] = []

    def take(name: str) -> None:
        if name in order or name not in modules:
            return
        for node in modules[name].tree.body:
            for module in imports(node):
                inner = [f"{module}.{alias.name}" for alias in getattr(node, "names", [])]
                for needed in [one for one in inner if one in modules] or [module]:
                    take(needed)
        order.append(name)

    for name in names:
        take(name)
    return order


def _one(merged: list[ast.Module]) -> ast.Module:
    """All in one, each import of the outside once."""
    body: list[ast.stmt] = []
    seen: set[str] = set()
    for tree in merged:
        for node in tree.body:
            text = ast.unparse(node) if isinstance(node, ast.Import | ast.ImportFrom) else ""
            if text not in seen or not text:
                body.append(node)
            seen.add(text)
    return ast.Module(body, [])


def _add(done: Translation, path: str, tree: ast.Module) -> None:
    text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    done.files[path] = text
    done.trace.add(path, tree, text)


class _Places(ast.NodeTransformer):
    """Imports of whole modules: those that were merged are all one."""

    def __init__(self, order: list[str], home: str) -> None:
        self._order = order
        self._home = home

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        name = node.module or ""
        if not name.startswith("#"):
            return node
        package, _, last = (self._home if name[1:] in self._order else name[1:]).rpartition(".")
        return ast.ImportFrom(module=package, names=[ast.alias(last, node.names[0].asname)], level=0)
