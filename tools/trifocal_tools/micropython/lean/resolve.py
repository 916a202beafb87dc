"""Who means whom: each name of another module of ours is replaced by the one definition that it stands for.

A definition is written `@module.name`, which is no Python and cannot be taken for anything else; `names` gives it its
last name. Modules that are merged into one file lose their imports of one another. Other files of ours (boards, tests)
keep their own names and import what they use.
"""

import ast
from dataclasses import dataclass, field
from typing import TypeGuard

from trifocal_tools.failure import Failure

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass
class Module:
    """One source. `merged` says that it becomes a part of the one file; `bound` is what its own names mean."""

    name: str
    tree: ast.Module
    merged: bool
    bound: dict[str, str] = field(default_factory=dict)


class Program:
    """All modules by name, resolved."""

    def __init__(self, modules: dict[str, Module]) -> None:
        """Raises Failure for an import of ours that leads nowhere."""
        self.modules = modules
        for module in modules.values():
            for name in _bound(module.tree.body):
                module.bound[name] = f"@{module.name}.{name}" if module.merged else name
            for statement in module.tree.body:
                module.bound.update(self._imported(statement, module.merged))
        for module in modules.values():
            module.tree = _Resolver(self, module).visit(module.tree)

    def definition(self, module: str, name: str) -> str:
        """What `module.name` means: `@module.name`, a module `#module`, else a name of the file or from outside."""
        if f"{module}.{name}" in self.modules:
            return f"#{module}.{name}"
        found = self.modules[module].bound.get(name) if module in self.modules else None
        if found is None:
            raise Failure(f"{module} has no {name}", word="image_failed")
        if found.startswith("->"):
            return self.definition(*found[2:].split(":"))
        return found

    def _imported(self, node: ast.stmt, merged: bool = True) -> dict[str, str]:
        found = {}
        if isinstance(node, ast.ImportFrom) and ours(node.module):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                means = f"#{inner}" if inner in self.modules else f"->{node.module}:{alias.name}"
                found[alias.asname or alias.name] = means
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                found[name] = name
        return found


def ours(module: str | None) -> bool:
    """Whether a module is one of Trifocal's."""
    return module is not None and module.startswith("trifocal_")


class _Resolver(ast.NodeTransformer):
    def __init__(self, program: Program, module: Module) -> None:
        self._program = program
        self._module = module
        self._scopes: list[tuple[str, dict[str, str]]] = []

    def _meaning(self, name: str) -> str:
        for depth, (kind, names) in enumerate(reversed(self._scopes)):
            if name in names and (kind == "function" or depth == 0):
                found = names[name]
                break
        else:
            found = self._module.bound.get(name, name)
        if found.startswith("->"):
            means = self._program.definition(*found[2:].split(":"))
            return means if means[0] in "@#" else name  # of another file of its own: imported as written
        return found

    def visit_Name(self, node: ast.Name) -> ast.AST:
        means = self._meaning(node.id)
        return node if means.startswith("#") else ast.copy_location(ast.Name(means, node.ctx), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name):
            means = self._meaning(node.value.id)
            if means.startswith("#"):
                return self._of_module(node, means[1:])
        return self.generic_visit(node)

    def _of_module(self, node: ast.Attribute, module: str) -> ast.AST:
        target = self._program.definition(module, node.attr)
        if self._module.merged:
            if not target.startswith("@"):
                raise Failure(f"{self._module.name} reaches into {module}.{node.attr}", word="image_failed")
            return ast.copy_location(ast.Name(target, node.ctx), node)
        if target.startswith("@"):
            node.attr = target
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.stmt]:
        if not ours(node.module):
            return node
        if self._module.merged:
            return ast.Pass()
        return [one for alias in node.names if (one := self._import(str(node.module), alias))]

    def _import(self, module: str, alias: ast.alias) -> ast.stmt | None:
        """An import in a file of its own; of a definition only where a function makes it, for others stand by name."""
        means = self._program.definition(module, alias.name)
        own = alias.asname or alias.name
        if means.startswith("#"):
            return ast.ImportFrom(module=means, names=[ast.alias("*", own)], level=0)
        if means.startswith("@"):
            return ast.ImportFrom(module=means, names=[ast.alias(means, own)], level=0) if self._scopes else None
        return ast.ImportFrom(module=module, names=[alias], level=0)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        if not self._scopes:
            node.name = self._meaning(node.name)
        node.decorator_list = [self.visit(one) for one in node.decorator_list]
        self._defaults(node.args)
        inner = self._locals(node.body)
        own = {name: name for name in parameters(node.args)} | inner
        for name in _outer(node.body):
            own.pop(name, None)
        self._scopes.append(("function", own))
        node.body = _flat([self.visit(one) for one in node.body])
        self._scopes.pop()
        return node

    def _locals(self, body: list[ast.stmt]) -> dict[str, str]:
        own = {name: name for name in _bound(body)}
        for statement in body:
            for node in ast.walk(statement):
                if self._module.merged and isinstance(node, ast.ImportFrom) and ours(node.module):
                    raise Failure(f"{self._module.name} imports within a function", word="image_failed")
                if isinstance(node, ast.ImportFrom):
                    for name, means in self._program._imported(node).items():
                        own[name] = means if means.startswith("#") else name
        return own

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._defaults(node.args)
        self._scopes.append(("function", {name: name for name in parameters(node.args)}))
        node.body = self.visit(node.body)
        self._scopes.pop()
        return node

    def _defaults(self, args: ast.arguments) -> None:
        args.defaults = [self.visit(one) for one in args.defaults]
        args.kw_defaults = [one and self.visit(one) for one in args.kw_defaults]

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if not self._scopes:
            node.name = self._meaning(node.name)
        node.bases = [self.visit(one) for one in node.bases]
        self._scopes.append(("class", {name: name for name in _bound(node.body)}))
        node.body = _flat([self.visit(one) for one in node.body])
        self._scopes.pop()
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, COMPREHENSIONS):
            targets = [name for one in node.generators for name in _targets(one.target)]
            self._scopes.append(("function", {name: name for name in targets}))
            super().generic_visit(node)
            self._scopes.pop()
            return node
        return super().generic_visit(node)


def parameters(args: ast.arguments) -> list[str]:
    """Names of all parameters."""
    return [one.arg for one in every_argument(args)]


def every_argument(args: ast.arguments) -> list[ast.arg]:
    """All parameters, in order, those with stars last."""
    return [*args.args, *args.kwonlyargs, *[one for one in (args.vararg, args.kwarg) if one]]


def _bound(body: list[ast.stmt]) -> list[str]:
    """Names that these statements bind in their own scope; imports of ours are none of them."""
    found: list[str] = []
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            found.append(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.append(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found += [one.asname or one.name.split(".")[0] for one in node.names] if _foreign(node) else []
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | COMPREHENSIONS):
            todo += ast.iter_child_nodes(node)
    return found


def _foreign(node: ast.AST) -> TypeGuard[ast.Import]:
    return not (isinstance(node, ast.ImportFrom) and ours(node.module))


def _outer(body: list[ast.stmt]) -> list[str]:
    return [name for one in body for node in ast.walk(one) if isinstance(node, ast.Global) for name in node.names]


def _targets(node: ast.expr) -> list[str]:
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]


def _flat(found: list[object]) -> list[ast.stmt]:
    flat: list[ast.stmt] = []
    for one in found:
        if isinstance(one, list):
            flat += one
        elif isinstance(one, ast.stmt):
            flat.append(one)
    return flat
