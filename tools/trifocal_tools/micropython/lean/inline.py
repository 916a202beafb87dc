"""A function that is called in one place only is written out there: each costs some twenty bytes to make and to call.

That is done where nothing can differ: a plain function, or a method of the object itself that no other class has, whose
arguments come in order. Its locals get names of their own. Whatever is more involved is left as it is.
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator

SELF = "self"

SHORT_LOCALS = 16
"""So many locals of a function are told in one byte."""

Statements = list[ast.stmt]
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
FORBIDDEN = (
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.Global,
    ast.Nonlocal,
    ast.NamedExpr,
    Scope,
    ast.Import,
    ast.ImportFrom,
)


def inline(merged: list[ast.Module], others: list[ast.Module], kept: set[str]) -> None:
    """Write out what can be in the merged modules. `kept` are the methods that others may call."""
    elsewhere = Counter(name for tree in others for name in told(tree))
    elsewhere.update(kept)
    loose = kept | _loose([*merged, *others])
    number = 0
    while done := _round(merged, elsewhere, loose, number):
        number += done


def _round(merged: list[ast.Module], elsewhere: "Counter[str]", loose: set[str], number: int) -> int:
    """Each function once; how many were written out. What is told is counted once: it moves, and is not told more."""
    own = {id(node): Counter(told(node)) for tree in merged for node in tree.body}
    mentions = Counter(elsewhere)
    for counted in own.values():
        mentions.update(counted)
    done = 0
    for home, cls, function in list(functions(merged)):
        private = cls is not None and cls.name not in loose and function.name not in loose
        count = own[id(cls)][function.name] if private else mentions[function.name]
        if count != 2 or not plain(function, cls is not None):  # its own definition, and one call
            continue
        for caller in _callers(merged, cls):
            if caller is not function and _written_out(caller, function, cls is not None, number + done):
                home.remove(function)
                home.extend([] if home else [ast.Pass()])
                done += 1
                break
    return done


def _loose(trees: list[ast.Module]) -> set[str]:
    """Methods that may be asked of other objects than the one that they are written in, and classes with kin."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found = {cls.name for cls in classes if cls.bases}
    found |= {name for cls in classes for base in cls.bases for name in told(base)}
    inside: set[int] = set()
    for cls in classes:
        members = {one.name for one in cls.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
        for node in ast.walk(cls):
            if isinstance(node, ast.Attribute) and node.attr in members and _is_self(node.value):
                inside.add(id(node))
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and id(node) not in inside:
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def functions(merged: list[ast.Module]) -> Iterator[tuple[Statements, ast.ClassDef | None, ast.FunctionDef]]:
    """Each function and method, with the statements that it is one of, and its class."""
    for tree in merged:
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                yield tree.body, None, node
            elif isinstance(node, ast.ClassDef):
                yield from ((node.body, node, one) for one in node.body if isinstance(one, ast.FunctionDef))


def _callers(merged: list[ast.Module], cls: ast.ClassDef | None) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = [node for tree in merged for node in tree.body] if cls is None else [cls]
    for node in nodes:
        for one in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                yield one


def told(tree: ast.AST) -> Iterator[str]:
    """Names of definitions, and whatever tells one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.alias):
            yield node.name


def plain(function: ast.FunctionDef, method: bool) -> bool:
    """Whether a function could as well stand elsewhere."""
    args = function.args
    if args.vararg or args.kwarg or args.kwonlyargs or args.defaults or function.decorator_list:
        return False
    if function.name.startswith("__") or (method and [one.arg for one in args.args[:1]] != [SELF]):
        return False
    inner = [node for one in function.body for node in ast.walk(one)]
    return not any(
        isinstance(node, FORBIDDEN) or (isinstance(node, ast.Name) and node.id in ("super", "locals")) for node in inner
    )


def _written_out(
    caller: ast.FunctionDef | ast.AsyncFunctionDef, function: ast.FunctionDef, method: bool, number: int
) -> bool:
    """Whether the call was found in a statement of its own, and could be."""
    if method and [one.arg for one in caller.args.args[:1]] != [SELF]:
        return False
    for body in bodies(caller):
        for place, statement in enumerate(body):
            call = getattr(statement, "value", None)
            if not isinstance(call, ast.Call) or not calls(call, function.name, method):
                continue
            new = _instead(statement, call, function, method, number)
            if new is None or len(bound(caller) | bound(function)) > SHORT_LOCALS or free(function) & bound(caller):
                return False
            body[place : place + 1] = new
            return True
    return False


def bodies(node: ast.AST) -> Iterator[Statements]:
    """Lists of statements within, but not those of functions within."""
    for name in ("body", "orelse", "finalbody", "handlers"):
        inner = getattr(node, name, None)
        if isinstance(inner, list):
            if name != "handlers":
                yield inner
            for one in inner:
                if not isinstance(one, Scope):
                    yield from bodies(one)


def calls(call: ast.Call, name: str, method: bool) -> bool:
    """Whether this calls the function, or the method of the object itself."""
    func = call.func
    if method:
        return isinstance(func, ast.Attribute) and func.attr == name and _is_self(func.value)
    return isinstance(func, ast.Name) and func.id == name


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == SELF


def _instead(
    statement: ast.stmt, call: ast.Call, function: ast.FunctionDef, method: bool, number: int
) -> Statements | None:
    names = [one.arg for one in function.args.args[method:]]
    if call.keywords or len(call.args) != len(names) or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    own = {name: f"{name}_{number}_" for name in bound(function) - {SELF}}
    new: dict[str, ast.expr] = {name: ast.Name(word, ast.Load()) for name, word in own.items()}
    before: Statements = []
    stored = {
        node.id for node in ast.walk(function) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    for name, value in zip(names, call.args, strict=True):
        if name not in stored and steady(value):
            new[name] = value
        else:
            before.append(ast.Assign([ast.Name(own[name], ast.Store())], value))
    written: Statements = [_Names(new).visit(copy.deepcopy(one)) for one in function.body]
    body: Statements | None = None
    if isinstance(statement, ast.Return):
        body = written if _ends(written) else [*written, ast.Return(None)]
    elif isinstance(statement, ast.Expr):
        body = _settled(written, lambda value: [ast.Expr(value)] if value and not steady(value) else [], False)
    elif isinstance(statement, ast.Assign) and (
        _returns(function) < 2 or [type(one) for one in statement.targets] == [ast.Name]
    ):
        targets = statement.targets
        body = _settled(written, lambda value: [ast.Assign(targets, value or ast.Constant(None))], True)
    if body is None:
        return None
    for one in before:
        _place(one, statement)
    return [*before, *(_place(one, statement) for one in body)] or [_place(ast.Pass(), statement)]


def _returns(function: ast.FunctionDef) -> int:
    return sum(isinstance(node, ast.Return) for node in ast.walk(function))


def _settled(body: Statements, give: Callable[[ast.expr | None], Statements], always: bool) -> Statements | None:
    """Statements that give their result where they returned it; None where that would take more than an `if`."""
    done: Statements = []
    for place, statement in enumerate(body):
        if isinstance(statement, ast.Return):
            return [*done, *give(statement.value)]
        if not any(isinstance(node, ast.Return) for node in ast.walk(statement)):
            done.append(statement)
            continue
        rest = body[place + 1 :]
        if not isinstance(statement, ast.If):
            return None
        if _ends(statement.body):
            ways = (statement.body, [*statement.orelse, *rest])
        elif _ends(statement.orelse) or not rest:
            ways = ([*statement.body, *rest], statement.orelse)
        else:
            return None
        yes, no = (_settled(way, give, always) for way in ways)
        if yes is None or no is None:
            return None
        if yes:
            done.append(ast.copy_location(ast.If(statement.test, yes, no), statement))
        elif no:
            done.append(ast.copy_location(ast.If(ast.UnaryOp(ast.Not(), statement.test), no, []), statement))
        else:
            done += [ast.copy_location(ast.Expr(statement.test), statement)]
        return done
    return [*done, *give(None)] if always and not _ends(done) else done


def _ends(body: Statements) -> bool:
    """Whether nothing after these statements is run."""
    last = body[-1] if body else None
    if isinstance(last, ast.If):
        return _ends(last.body) and _ends(last.orelse)
    return isinstance(last, ast.Return | ast.Raise)


def steady(value: ast.expr) -> bool:
    """Whether an expression has no effect, and means the same a little later: a constant, a local."""
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id[0] != "@")


def free(function: ast.FunctionDef) -> set[str]:
    """Names of modules and of Python's own that it uses."""
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and node.id[0] != "@"}
    return used - bound(function)


def bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Its parameters and locals."""
    found = {one.arg for one in ast.walk(function) if isinstance(one, ast.arg)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


def _place(node: ast.stmt, there: ast.stmt) -> ast.stmt:
    """The statement, and those in it that come from nowhere, stand where the call stood."""
    for one in ast.walk(node):
        if isinstance(one, ast.stmt) and not hasattr(one, "origin"):
            ast.copy_location(one, there)
            one.origin = getattr(there, "origin", "")  # type: ignore[attr-defined]
    return node


class _Names(ast.NodeTransformer):
    """Locals get names of their own, or are what was given."""

    def __init__(self, new: dict[str, ast.expr]) -> None:
        self._new = new

    def visit_Name(self, node: ast.Name) -> ast.AST:
        new = self._new.get(node.id)
        if new is None:
            return node
        if isinstance(node.ctx, ast.Load):
            return ast.copy_location(copy.deepcopy(new), node)
        return ast.copy_location(ast.Name(getattr(new, "id", node.id), node.ctx), node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        if node.name in self._new:
            node.name = getattr(self._new[node.name], "id", node.name)
        return self.generic_visit(node)
