"""Parameters lose their names only where nobody can have said them."""

import ast

import pytest

from trifocal_tools.micropython.lean.parameters import unname


def heads(text, other=""):
    tree = ast.parse(text.replace("AT_", "x"))
    for node in ast.walk(tree):  # as `resolve` leaves definitions
        if isinstance(node, ast.Name) and node.id[0] == "x":
            node.id = "@" + node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] == "x":
            node.name = "@" + node.name
    unname([tree], [ast.parse(other)], {"@xDoor"})
    return {node.name: ast.unparse(node.args) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_what_nobody_names_goes():
    found = heads("def x1(a, b): pass\ndef x2(a, *b): pass\nclass x3:\n    def m(self, a): pass\n")
    assert found == {"@x1": "_0_, _1_", "@x2": "_0_, *_1_", "m": "self, _0_"}


@pytest.mark.parametrize(
    "call",
    ["x1(1, b=2)", "(lambda f: f(b=2))(x1)", "{}[0](b=2)", "o.unknown(b=2)", "y = x1\ny(b=2)", "o.f = x1\no.f(b=2)"],
)
def test_what_may_be_given_by_name_stays(call):
    assert heads(f"def x1(a, b): pass\ndef f(a, b): pass\n{call}\n")["@x1"].endswith(", b")
    assert heads("def x1(a, b): pass\n", "def y(f): f(b=2)\n")["@x1"].endswith(", b")


def test_what_is_given_to_somebody_known_concerns_nobody_else():
    found = heads("def x1(a, b): pass\ndef x2(a, b): pass\nx1(1, b=2)\nclass x3:\n    def m(self, b): pass\no.m(b=1)\n")
    assert found == {"@x1": "all, b", "@x2": "_0_, _1_", "m": "self, b"}


def test_what_a_class_is_made_with_reaches_the_init_of_its_ancestors_and_no_other():
    init = "    def __init__(self, a): pass\n"
    text = f"class x1:\n{init}class x2(x1): pass\nclass x3:\n    def m(self): pass\nx2(a=1)\n"
    assert heads(text)["__init__"] == "self, a"
    assert heads(f"class x1:\n{init}class x2: pass\nx2(a=1)\n")["__init__"] == "self, _0_"


def test_doors_stay_as_they_are():
    assert heads("class xDoor:\n    def m(self, a): pass\n") == {"m": "self, a"}


def test_functions_that_take_words_keep_names_that_cannot_be_dropped():
    found = heads("def x1(a, **b): pass\ndef x2(a, *, b): pass\n")
    assert not any("_0_" in head for head in found.values())


def local(text):
    tree = ast.parse(text)
    unname([tree], [], set())
    return ast.unparse(tree)


def test_locals_get_names_that_stand_in_nobodys_way():
    found = local("def f(a):\n    b = a\n    for c, d in b:\n        try: c()\n        except OSError as e: d(e)\n")
    assert not {node.id for node in ast.walk(ast.parse(found)) if isinstance(node, ast.Name)} & set("abcde")
    assert "as _" in found
    assert "OSError" in found


def test_locals_stay_where_a_name_means_two_things_or_is_no_local():
    for text in (
        "def f():\n    global b\n    b = 1\n",
        "def f():\n    import os as b\n    b.x = 1\n",
        "def f():\n    b = 1\n    return [b for b in g(b)]\n",
        "def f():\n    b = 1\n    def b(): pass\n    return b\n",
    ):
        assert "b" in {node.id for node in ast.walk(ast.parse(local(text))) if isinstance(node, ast.Name)}


def test_a_closure_and_its_function_speak_of_the_same_local():
    space = {}
    exec(
        local("def f(a):\n    b = a + 1\n    def g(c):\n        d = b + c\n        return d\n    return g(2)\n"), space
    )
    assert space["f"](1) == 4
