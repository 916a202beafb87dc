"""What a device does not need of a source: docstrings, annotations, assertions, branches for other interpreters, texts.

Nobody reads the text of a broken rule there: the way back from a traceback leads to the line that has it.
"""

import ast
from collections.abc import Callable

CHECKERS = {"TYPE_CHECKING", "dataclass_transform"}
"""Names that only type checkers look at."""

QUIET = {"ProtocolError", "TypeError", "ValueError"}
"""Errors whose texts are for a gateway's log, or for who wrote the call. Making one does nothing else."""


def strip(
    text: bytes | str, name: str, absent: Callable[[str], bool], asserts: bool = False, quiet: bool = False
) -> ast.Module:
    """The tree of a source without what never runs on a device. `absent` says which modules are not there.

    Assertions stay with `asserts`, and texts of errors go when it is to be `quiet`. A `try` that only imports what is
    absent is replaced by its handler. SyntaxError for what is no Python.
    """
    tree = ast.parse(text, name)
    stripped: ast.Module = _Stripper(name, absent, asserts, quiet).visit(tree)
    return stripped


class _Stripper(ast.NodeTransformer):
    def __init__(self, name: str, absent: Callable[[str], bool], asserts: bool, quiet: bool) -> None:
        self._name = name
        self._absent = absent
        self._asserts = asserts
        self._quiet = quiet

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if getattr(node, "body", None) == [] and not isinstance(node, ast.Module):
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        # The translated file lies elsewhere than the one that looks for something beside itself.
        return ast.copy_location(ast.Constant(self._name), node) if node.id == "__file__" else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> ast.AST | None:
        return node if self._asserts else None

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        self.generic_visit(node)
        if self._quiet and isinstance(node.exc, ast.Call) and _named(node.exc, QUIET) and not node.exc.args:
            node.exc = node.exc.func
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if self._quiet and _named(node, QUIET) and node.args:
            rest = [ast.Constant(""), *node.args[1:]] if node.args[1:] else []
            node.args = [ast.copy_location(one, node) for one in rest]
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        plain = ast.Assign(targets=[node.target], value=node.value)
        return self.generic_visit(ast.copy_location(plain, node))

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id in CHECKERS:
            return None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        node.returns = None
        return None if node.name in CHECKERS else self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = [one for one in node.decorator_list if not _named(one, CHECKERS)]
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if _named(node.test, CHECKERS) else self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> ast.AST | list[ast.stmt] | None:
        imported = [name for one in node.body for name in imports(one)]
        if imported and any(self._absent(name) for name in imported):
            handler = [self.visit(one) for one in node.handlers[0].body]
            return [one for one in handler if one is not None and not isinstance(one, ast.Pass)] or None
        return self.generic_visit(node)


def imports(node: ast.stmt) -> list[str]:
    """The modules that an import names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _named(node: ast.expr, names: set[str]) -> bool:
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Name) and node.id in names
