"""Two attributes are in one family when one object may have both."""

import ast

from trifocal_tools.micropython.lean.families import families


def together(text, one, other):
    found = families([ast.parse(text)])
    assert all(any(name in family for family in found) for name in (one, other))
    return any({one, other} <= family for family in found)


TWO = "class A:\n    def f(self):\n        self.x = 1\nclass B:\n    z = 2\n    def g(self):\n        self.y = self.r\n"


def test_what_one_class_sets_reads_or_defines_is_together():
    for one, other in (("x", "f"), ("y", "z"), ("y", "g"), ("r", "z")):
        assert together(TWO, one, other)


def test_what_two_classes_have_is_not():
    assert not together(TWO, "x", "y")
    assert not together(TWO, "f", "z")


def test_ancestors_and_descendants_are_one_family():
    text = TWO.replace("class B:", "class C(A): pass\nclass B(mod.C):")
    assert together(text, "x", "y")
    assert together("class A:\n    a = 1\nclass B(A):\n    b = 1\nclass C(A):\n    c = 1\n", "b", "c")
    assert together("class B(A):\n    b = 1\nclass C(A):\n    c = 1\n", "b", "c")


def test_what_is_set_on_any_object_is_in_every_family():
    for text in ("o.x = 1\n", "o.p.x += 1\n", "del o.x\n"):
        assert together(TWO + text, "x", "y")


def test_what_no_class_sets_is_in_every_family():
    assert together(TWO + "print(o.unknown)\n", "unknown", "x")
    assert families([ast.parse("o.x = p.y\n")]) == [{"x", "y"}]


def test_a_double_of_both_keeps_them_apart():
    assert together(TWO + "class Double:\n    x = y = 0\n", "x", "y")
