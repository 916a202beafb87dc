"""Branches for other interpreters go: what is known of MicroPython is put in place of the question."""

import ast

FACTS = {
    "hasattr(time, 'ticks_ms')": True,
    "hasattr(json, 'JSONDecoder')": False,
    "hasattr(os, 'fsync')": False,
    "sys.implementation.name != 'micropython'": False,
}
"""Questions that our sources ask. A test has them answered by MicroPython itself."""


def know(tree: ast.Module) -> ast.Module:
    """The tree with the facts in it."""
    found: ast.Module = _Facts().visit(tree)
    return found


def decide(tree: ast.Module) -> ast.Module:
    """The tree without what is never run because a condition is a constant."""
    found: ast.Module = _Decider().visit(tree)
    return found


class _Facts(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        return self._fact(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        return self._fact(node)

    def _fact(self, node: ast.expr) -> ast.AST:
        known = FACTS.get(ast.unparse(node))
        return self.generic_visit(node) if known is None else ast.copy_location(ast.Constant(known), node)


class _Decider(ast.NodeTransformer):
    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and _decided(node.operand) is not None:
            return ast.copy_location(ast.Constant(not _decided(node.operand)), node)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        neutral = isinstance(node.op, ast.And)
        while len(node.values) > 1 and _decided(node.values[0]) is neutral:
            node.values.pop(0)
        if len(node.values) == 1 or _decided(node.values[0]) is (not neutral):
            return node.values[0]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        known = _decided(node.test)
        if known is None:
            return node
        return node.body if known else node.orelse

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        known = _decided(node.test)
        if known is None:
            return node
        return (node.body if known else node.orelse) or [ast.copy_location(ast.Pass(), node)]


def _decided(node: ast.expr) -> bool | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None
