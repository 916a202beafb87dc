"""The one file in its last names: methods that are the same become one."""

import ast


def tighten(tree: ast.Module) -> None:
    """A method like one of an earlier class becomes `name = Earlier.name`. Its traces name each that it was."""
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
