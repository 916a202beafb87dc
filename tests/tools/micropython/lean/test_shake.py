"""What lives stays, what nobody uses goes, and in doubt it stays."""

import ast

from trifocal_tools.micropython.lean.resolve import Module, Program
from trifocal_tools.micropython.lean.shake import is_message, shake


def shaken(text, other="", shown=False):
    modules = {"a": Module("a", ast.parse(text), True), "b": Module("b", ast.parse(other), False)}
    Program(modules)
    shake([modules["a"].tree], [modules["b"].tree], {"@a.Door"}, shown)
    return ast.unparse(modules["a"].tree).replace("@a.", "")


def test_a_door_lives_with_its_public_methods_and_what_they_use():
    text = (
        "import time\n"
        "import json\n"
        "X = 1\n"
        "Y = 2\n"
        "def f(): return X\n"
        "class Door:\n"
        "    def go(self): return f()\n"
        "    def _no(self): return Y"
    )
    assert shaken(text) == "X = 1\n\ndef f():\n    return X\n\nclass Door:\n\n    def go(self):\n        return f()"


def test_a_method_lives_when_its_name_occurs_and_its_class_lives():
    text = (
        "class A:\n"
        "    def go(self): pass\n"
        "    def stay(self): pass\n"
        "class B:\n"
        "    def go(self): pass\n"
        "class Door:\n"
        "    def x(self): A().go()"
    )
    found = shaken(text)
    assert "def go" in found
    assert "stay" not in found
    assert "class B" not in found


def test_another_file_and_a_text_keep_alive():
    text = "class Door:\n    def _a(self): pass\n    def _b(self): pass\n    def _c(self): pass"
    found = shaken(text, "x._a()\ngetattr(x, '_b')")
    assert "_a" in found
    assert "_b" in found
    assert "_c" not in found


def test_what_shows_objects_stays_for_tests():
    text = (
        "class Door:\n"
        "    def __repr__(self): return self._text()\n"
        "    def _text(self): return ''\n"
        "    def __eq__(self, other): return True\n"
        "    __hash__ = None"
    )
    assert shaken(text) == "class Door:\n\n    def __eq__(self, other):\n        return True"
    assert "_text(self):" in shaken(text, shown=True)
    assert "__hash__" in shaken(text, shown=True)


def test_fields_of_a_living_message_all_live():
    text = (
        "class Message:\n"
        "    TYPE = ''\n"
        "class Ping(Message):\n"
        "    TYPE = 'ping'\n"
        "    at = 0\n"
        "class Pong(Message):\n"
        "    at = 0\n"
        "class Door:\n"
        "    def x(self): return Ping()"
    )
    found = shaken(text)
    assert "class Ping(Message):\n    at = 0" in found
    assert "TYPE" not in found
    assert "Pong" not in found


def test_methods_of_a_class_from_outside_may_be_called_from_there():
    assert "def with_traceback" in shaken(
        "class E(Exception):\n    def with_traceback(self): pass\nclass Door:\n    def x(self): raise E"
    )


def test_statements_that_do_something_live():
    assert shaken("def f(): pass\ndef g(): pass\nf()") == "def f():\n    pass\nf()"


def test_messages_are_known_by_their_base():
    first, second = ast.parse("class A(Other): pass\nclass B(Message): pass").body
    second.bases[0].id = "@m.Message"
    assert (is_message(first), is_message(second)) == (False, True)
