"""The last step, on the one file in its last names: methods that are the same become one, frequent words come first."""

import ast
import builtins
from collections import Counter
from collections.abc import Iterator

FREQUENT = 64
"""A file's first 128 words are told in one byte, the others in two. At its top stand many that are told only once."""


def tighten(tree: ast.Module) -> None:
    """Do both. Traces of a shared method name each that it was."""
    _share(tree)
    words = [word for word, _ in Counter(_words(tree)).most_common(FREQUENT)]
    if words:
        tree.body.insert(0, _mention(words))


def _share(tree: ast.Module) -> None:
    """A method like one of an earlier class becomes `name = Earlier.name`."""
    known: dict[str, tuple[str, str]] = {}
    for cls in tree.body:
        if not isinstance(cls, ast.ClassDef):
            continue
        # Words are shared between kinds of names: a member may be called as the earlier class is.
        members = {name for one in cls.body for name in _bound(one)}
        own: dict[str, tuple[str, str]] = {}
        for place, method in enumerate(cls.body):
            key = _key(method)
            if not key or not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if key in known and known[key][0] not in members:
                name, attribute = known[key]
                earlier = ast.Attribute(ast.Name(name, ast.Load()), attribute, ast.Load())
                cls.body[place] = ast.Assign([ast.Name(method.name, ast.Store())], earlier)
            else:
                own.setdefault(key, (cls.name, method.name))
        known = own | known


def _key(node: ast.stmt) -> str:
    """What a method does, in words; none for one that depends on where it stands."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.decorator_list:
        return ""
    if any(isinstance(one, ast.Name) and one.id == "super" for one in ast.walk(node)):
        return ""
    return type(node).__name__ + ast.dump(node.args) + "".join(ast.dump(one) for one in node.body)


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]


def _words(tree: ast.Module) -> Iterator[str]:
    """Each telling of a word, about as the compiler does it: locals have none."""
    told = {name for node in tree.body for name in _bound(node)} | set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (node.name, node.name)
        elif isinstance(node, ast.Name) and node.id in told:
            yield node.id


def _mention(words: list[str]) -> ast.If:
    """A statement that says these words and is never run."""
    said: ast.expr = ast.Name(words[0], ast.Load())
    for word in words[1:]:
        said = ast.Attribute(said, word, ast.Load())
    return ast.If(ast.UnaryOp(ast.Not(), ast.Name("__name__", ast.Load())), [ast.Expr(said)], [])
