"""Constants are put in place, and what may change or is dear to repeat is not."""

import ast

from trifocal_tools.micropython.lean.constants import fold


def name(text):
    """`A_X` in a test's text is the definition `@a.X`."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id.startswith("A_"):
            node.id = "@a." + node.id[2:]
        elif isinstance(node, ast.Attribute) and node.attr.startswith("A_"):
            node.attr = "@a." + node.attr[2:]
    return tree


def folded(*texts):
    trees = [name(text) for text in texts]
    fold(trees)
    return [ast.unparse(tree).replace("@a.", "A_") for tree in trees]


def test_what_is_computed_from_constants_is_one_in_every_file():
    assert folded("A_X = 3\nA_Y = A_X * 2 + 1", "print(A_Y, -A_X)") == ["A_X = 3\nA_Y = 3 * 2 + 1", "print(7, -3)"]


def test_what_is_assigned_twice_or_computed_is_none():
    text = "A_X = 1\nA_X = 2\nA_Y = f()\nA_Z = [1]"
    assert folded(text, "print(A_X, A_Y, A_Z)")[1] == "print(A_X, A_Y, A_Z)"


def test_what_a_test_puts_something_else_for_is_none():
    assert folded("A_X = 1", "module.A_X = 2", "print(A_X)")[2] == "print(A_X)"
    assert folded("A_X = 1", "print(module.A_X)")[1] == "print(1)"


def test_names_of_a_file_itself_stay():
    assert folded("X = 1\nprint(X)") == ["X = 1\nprint(X)"]


def test_a_dear_object_used_often_stays_one():
    often = "print(A_X, A_X, A_X)"
    assert folded("A_X = 'a text of some length'", often)[1] == often
    assert folded("A_X = 1 << 40", often)[1] == often
    assert folded("A_X = b'b'", often)[1] == often
    assert folded("A_X = 'a text of some length'", "print(A_X)")[1] == "print('a text of some length')"
    assert folded("A_X = 'a_word_of_some_length'", often)[1].count("'a_word_of_some_length'") == 3
    assert folded("A_X = True", often)[1] == "print(True, True, True)"
