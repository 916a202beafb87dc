"""What nobody uses is not flashed: functions, classes, methods and values whose names occur in nothing that lives.

Names of methods and attributes are looked at whatever object they are asked of, so that more may live than must. A
value at the top of a module is taken to be free of effects, as the machines' house rules want it.
"""

import ast

SHOWN = {"__repr__", "__hash__"}
"""What makes an object showable to a person, and refuses it as a key: of use where tests fail, not on a device."""


def shake(merged: list[ast.Module], others: list[ast.Module], doors: set[str], shown: bool) -> None:
    """Leave in the merged modules what lives: what `doors` (`@module.Class`) offer and the other files use.

    `shown` keeps what only serves to show objects.
    """
    live = _Live(shown)
    for tree in others:
        live.see(tree)
    for tree in merged:
        live.take(tree)
    live.doors(doors)
    live.grow()
    for tree in merged:
        tree.body = [one for one in (live.rest(node) for node in tree.body) if one is not None]


class _Live:
    def __init__(self, shown: bool) -> None:
        self._shown = shown
        self._names: set[str] = set()
        self._waiting: list[tuple[list[set[str]], ast.AST]] = []  # any of each of these names makes it live

    def see(self, node: ast.AST) -> None:
        """This lives; so does every name in it."""
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
                self._names.add(one.id)
            elif isinstance(one, ast.Attribute) and (isinstance(one.ctx, ast.Load) or one.attr[0] == "@"):
                self._names.add(one.attr)
            elif isinstance(one, ast.alias):
                self._names.add(one.name)
            elif isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.isidentifier():
                self._names.add(one.value)

    def doors(self, doors: set[str]) -> None:
        """Classes that are used from outside, with all their public methods."""
        self._names |= doors
        for conditions, node in list(self._waiting):
            if len(conditions) == 2 and conditions[0] & doors and not any(name[0] == "_" for name in conditions[1]):
                self._names |= conditions[1]
                self.see(node)

    def take(self, tree: ast.Module) -> None:
        """Statements of a merged module: each waits for its names, or lives at once."""
        for node in tree.body:
            names = defined(node)
            if not names:
                if not isinstance(node, ast.Pass):
                    self.see(node)
            elif isinstance(node, ast.ClassDef):
                self._take_class(node, names)
            else:
                self._waiting.append(([names], node))

    def _take_class(self, cls: ast.ClassDef, names: set[str]) -> None:
        for one in [*cls.bases, *cls.decorator_list]:
            self._waiting.append(([names], one))
        outside = any(isinstance(one, ast.Name) and one.id[0] != "@" for one in cls.bases)
        for node in cls.body:
            inner = defined(node)
            if not inner or outside or (isinstance(node, ast.Assign) and _fields(cls) & inner):
                self._waiting.append(([names], node))
            elif next(iter(inner)).startswith("__"):
                if self._shown or not inner & SHOWN:
                    self._waiting.append(([names], node))
            else:
                self._waiting.append(([names, inner], node))

    def grow(self) -> None:
        """Until nothing more comes to life."""
        while ready := [entry for entry in self._waiting if self._lives(entry[0])]:
            self._waiting = [entry for entry in self._waiting if entry not in ready]
            for _, node in ready:
                self.see(node)

    def _lives(self, conditions: list[set[str]]) -> bool:
        return all(names & self._names for names in conditions)

    def rest(self, node: ast.stmt) -> ast.stmt | None:
        """What stays of a statement."""
        dead = {id(one) for _, one in self._waiting}
        if id(node) in dead or isinstance(node, ast.Pass):
            return None
        if isinstance(node, ast.ClassDef):
            if not defined(node) & self._names:
                return None
            gone = self._gone(node, dead)
            node.body = [one for one in node.body if id(one) not in gone] or [ast.Pass()]
        return node

    def _gone(self, cls: ast.ClassDef, dead: set[int]) -> set[int]:
        return dead | {id(one) for one in cls.body if defined(one) & SHOWN and not self._shown}


def defined(node: ast.stmt) -> set[str]:
    """The names that a statement defines; none for one that does anything else."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign):
        return {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return set()


def is_message(cls: ast.ClassDef) -> bool:
    """Whether this is a class of messages: names on the wire derive from those of its lower-case members."""
    return any(isinstance(one, ast.Name) and one.id.endswith(".Message") for one in cls.bases)


def _fields(cls: ast.ClassDef) -> set[str]:
    if not is_message(cls):
        return set()
    return {name for node in cls.body if isinstance(node, ast.Assign) for name in defined(node) if name.islower()}
