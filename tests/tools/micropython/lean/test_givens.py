"""What is always the same is put in its place; whatever could be otherwise stays as it is."""

import ast

import pytest

from trifocal_tools.micropython.lean.givens import give

WIRE = """
class Wire:
    def __init__(self, table, ours, most=4096):
        self.table = table
        self.ours = ours
        self.most = most
    def say(self):
        return 'big' if self.ours else 'little'
    def room(self):
        return self.most - 7
"""
LINK = """
class Link(Wire):
    def __init__(self, table, ours):
        self.ids = 3 if ours else 4
        super().__init__(table, ours)
    def count(self):
        return self.ids
"""


def given(text, others="", doors=()):
    tree = ast.parse(text)
    give([tree], [ast.parse(others)], set(doors))
    return ast.unparse(ast.fix_missing_locations(tree))


def test_what_all_makers_give_is_known_and_no_longer_given():
    text = given(WIRE + "a = Wire({}, True)\nb = Wire(ours=True, table=1)")
    assert "def __init__(self, table):" in text
    assert "return 'big'" in text
    assert "return 4096 - 7" in text
    assert "self.ours" not in text
    assert text.endswith("a = Wire({})\nb = Wire(table=1)")


def test_it_is_known_to_what_a_class_derives_from():
    text = given(WIRE + LINK + "a = Link({}, False)\nb = Wire({}, False)")
    assert "return 4" in text
    assert "super().__init__(table)" in text
    assert "return 'little'" in text


def test_a_class_without_its_own_is_made_as_the_one_it_derives_from():
    text = given(WIRE + "class Link(Wire):\n    pass\na = Link({}, False)\nb = Wire({}, True)")
    assert "'big' if self.ours else 'little'" in text


@pytest.mark.parametrize(
    "makers",
    [
        "a = Wire({}, True)\nb = Wire({}, False)",
        "a = Wire({}, True)\nb = Wire({}, 1)",
        "a = Wire({}, True)\nb = Wire({}, x)",
        "a = Wire({}, True)\nb = Wire(*x)",
        "a = Wire({}, True)\nb = Wire({}, **x)",
        "a = Wire({}, True)\nb = [Wire]",
        "a = Wire({}, True)\nf(Wire)",
        "a = Wire({}, True)\nWire.__init__(a, {}, False)",
        "a = Wire({}, True)\nclass B(Wire):\n    pass\nf(B)",
        "a = Wire({}, True)\nclass B(Wire):\n    def __init__(self, x):\n        super().__init__({}, x)\nb = B(x)",
        "",
    ],
)
def test_what_may_be_otherwise_stays(makers):
    assert "'big' if self.ours else 'little'" in given(WIRE + makers)


def test_what_other_files_name_and_doors_may_be_made_by_anybody():
    text = WIRE + "a = Wire({}, True)"
    assert "self.ours = ours" in given(text, others="from a import Wire")
    assert "self.ours = ours" in given(text, others="b = a.Wire({}, True)")
    assert "self.ours = ours" in given(text, doors={"Wire"})


def test_to_ask_whether_it_is_one_makes_none():
    assert "self.ours" not in given(WIRE + "a = Wire({}, True)\nb = isinstance(a, Wire) or isinstance(a, (int, Wire))")


@pytest.mark.parametrize(
    "more",
    [
        "a.ours = True",
        "print(a.ours)",
        "getattr(a, 'ours')",
        "class B(Wire):\n    def f(self):\n        self.ours = x",
        "class B(Wire):\n    def f(self):\n        self.ours += 1",
        "class B(Wire):\n    def f(self):\n        self.ours, x = (x, 1)",
        "class B:\n    ours = 1",
        "class B:\n    def ours(self):\n        pass",
    ],
)
def test_an_attribute_that_others_look_at_or_set_stays(more):
    text = given(WIRE + "a = Wire({}, True)\n" + more)
    assert "self.ours = True" in text
    assert "'big' if self.ours else 'little'" in text


def test_one_that_another_class_sets_to_something_else_is_another():
    assert "return 'big'" in given(WIRE + "a = Wire({}, True)\nclass B:\n    def f(self):\n        self.ours = 1")


def test_one_that_other_files_speak_of_stays():
    assert "self.ours = True" in given(WIRE + "a = Wire({}, True)", others="b.ours")


def test_a_parameter_that_is_set_or_has_a_namesake_stays():
    for line in ("ours = not ours", "f = lambda ours: ours"):
        text = WIRE.replace("        self.table", f"        {line}\n        self.table") + "a = Wire({}, True)"
        assert "def __init__(self, table, ours)" in given(text)


def test_texts_are_said_once():
    assert "'a text'" in given(WIRE + "a = Wire({}, 'a text')").split("a = ")[1]


def test_the_program_does_the_same(translated):
    text = translated(
        WIRE + LINK + "class Firmware:\n    def run(self):\n        link = Link({}, True)\n"
        "        return link.say(), link.room(), link.count(), link.table\n"
    )
    assert "little" not in text
