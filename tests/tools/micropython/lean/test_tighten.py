"""Methods that are the same become one and still do the same."""

import ast

from trifocal_tools.micropython.lean.tighten import tighten

FIRST = "class A:\n\n    def f(self):\n        return self.x\n"


def tightened(text):
    tree = ast.parse(text)
    tighten(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


def test_the_same_method_of_a_later_class_is_taken_from_the_earlier():
    found = tightened(FIRST + "class B:\n    x = 7\n    def g(self):\n        return self.x\n")
    assert "    g = A.f" in found
    space = {}
    exec(found, space)
    assert space["B"]().g() == 7


def test_what_differs_or_depends_on_its_class_stays():
    for method in (
        "def f(self):\n        return self.y",
        "def f(self, x):\n        return self.x",
        "async def f(self):\n        return self.x",
        "@property\n    def f(self):\n        return self.x",
    ):
        assert method in tightened(f"{FIRST}class B:\n    {method}\n")
    above = "def f(self):\n        return super().f()"
    assert tightened(f"class A:\n    {above}\nclass B:\n    {above}\n").count("super()") == 2


def test_a_member_that_is_called_like_the_earlier_class_hides_it():
    assert (
        tightened(FIRST + "class B:\n    A = 1\n    def f(self):\n        return self.x\n").count("return self.x") == 2
    )


def test_two_methods_of_one_class_stay_two():
    assert " = A." not in tightened(FIRST + "    def g(self):\n        return self.x\n")
