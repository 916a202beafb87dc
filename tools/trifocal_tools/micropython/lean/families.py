"""Which attributes one object may have at once: its class', and those of its ancestors and their descendants.

An attribute that is set on anything but `self` may be any object's, and so may one that no class here sets.
"""

import ast
from collections import defaultdict

from trifocal_tools.micropython.lean.shake import defined

SELF = "self"


def families(trees: list[ast.Module]) -> list[set[str]]:
    """The names of the attributes of each family of classes; every attribute is in one of them at least."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    kin: dict[int, set[str]] = {}
    groups: dict[str, int] = {}
    own: dict[int, set[str]] = defaultdict(set)
    for number, cls in enumerate(classes):
        kin[number] = {_name(cls.name), *(_name(one) for base in cls.bases for one in _words(base))}
        own[number] = _attributes(cls)
    for number, words in kin.items():  # whoever shares a name with another is of its family
        merged = {groups[word] for word in words if word in groups} | {number}
        for word, group in list(groups.items()):
            if group in merged:
                groups[word] = number
        groups.update(dict.fromkeys(words, number))
        for group in merged - {number}:
            own[number] |= own.pop(group)
    whole = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    anywhere = {name for tree in trees for name in _foreign(tree)} | whole.difference(*own.values())
    return [names | anywhere for names in own.values()] or [anywhere]


def _name(word: str) -> str:
    return word.rpartition(".")[2]


def _words(node: ast.expr) -> list[str]:
    return [
        one.id if isinstance(one, ast.Name) else one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Name | ast.Attribute)
    ]


def _attributes(cls: ast.ClassDef) -> set[str]:
    found = {name for node in cls.body for name in defined(node)}
    return found | {one.attr for one in ast.walk(cls) if isinstance(one, ast.Attribute) and _of_self(one)}


def _of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == SELF


def _foreign(tree: ast.Module) -> set[str]:
    stored = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load))
    return {node.attr for node in stored if not _of_self(node)}
