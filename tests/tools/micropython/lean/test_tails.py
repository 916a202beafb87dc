"""What is done last is returned only where nobody takes the result."""

import ast

import pytest

from trifocal_tools.micropython.lean.tails import tails

CLASS = (
    "class A:\n    def f(self, x):\n        x.a()\n        if x:\n            x.b()\n        else:\n            x.c()\n"
)


def returned(text, kept=(), other=""):
    tree = ast.parse(text)
    tails([tree], [ast.parse(other)], set(kept))
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize(
    "call", ["o.f(1)", "def g():\n    return o.f(1)\ng()", "async def g():\n    await o.f(1)\ng()", "o.f(o.g(2)).x()"]
)
def test_what_is_done_last_is_returned(call):
    found = returned(f"{CLASS}{call.replace('o.f(o.g(2)).x()', 'o.f(2)')}\n")
    assert "return x.b()" in found
    assert "return x.c()" in found
    assert "return x.a()" not in found


@pytest.mark.parametrize(
    "use",
    [
        "y = o.f(1)",
        "h(o.f)",
        "h(o.f(1))",
        "o.f(1).x()",
        "x = [o.f(z) for z in y]",
        "getattr(o, 'f')(1)",
        "def g():\n    return o.f(1)\ny = g()",
        "def g():\n    return o.f(1)\ndef h():\n    return g()\nif h(): pass",
        "async def g():\n    return await o.f(1)\ntask(g())",
        "lambda: o.f(1)",
    ],
)
def test_a_result_that_is_taken_stays(use):
    assert "return x.b()" not in returned(f"{CLASS}{use}\n")
    assert "return x.b()" not in returned(CLASS, other=use)


def test_what_others_may_call_and_what_is_not_plain_stays():
    assert "return" not in returned(CLASS, kept=["f"])
    assert "return" not in returned(CLASS.replace("def f", "@property\n    def f"))
    assert "return" not in returned(CLASS.replace("def f", "def __init__"))
    assert "return" not in returned(CLASS.replace("x.a()", "yield x"))


def test_a_bare_return_at_the_end_takes_what_was_done_before_it():
    found = returned("def f(x):\n    if x:\n        x.a()\n        return\n    x.b()\nf(1)\n")
    assert "return x.a()" in found
    assert "    return\n" not in found
    found = returned("def f(x):\n    if x:\n        return\n    for y in x:\n        y()\nf(1)\n")
    assert "return y()" not in found
