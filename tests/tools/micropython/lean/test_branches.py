"""Only what a constant decides goes; the facts are MicroPython's own."""

import ast

import pytest

from trifocal_tools.micropython import run_tests
from trifocal_tools.micropython.lean.branches import FACTS, decide, know


def decided(text):
    return ast.unparse(decide(ast.parse(text)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("if True:\n    a()\nelse:\n    b()", "a()"),
        ("if False:\n    a()", "pass"),
        ("if False:\n    a()\nelif x:\n    b()", "if x:\n    b()"),
        ("x = a if not True else b", "x = b"),
        ("x = not False and a and b", "x = a and b"),
        ("x = False or a", "x = a"),
        ("x = False and a", "x = False"),
        ("x = True or a", "x = True"),
    ],
)
def test_what_is_never_run_goes(text, left):
    assert decided(text) == left


@pytest.mark.parametrize("text", ["if x:\n    a()", "x = a and True", "x = 0 and a", "if 1:\n    a()", "x = -1 or a"])
def test_everything_else_stays(text):
    assert decided(text) == text


def test_facts_stand_where_the_question_was():
    assert ast.unparse(know(ast.parse("x = hasattr(os, 'fsync')"))) == "x = False"
    assert ast.unparse(know(ast.parse("x = hasattr(os, 'sync')"))) == "x = hasattr(os, 'sync')"


@pytest.mark.journey
def test_micropython_answers_as_is_known(tmp_path):
    (tmp_path / "tests/shared").mkdir(parents=True)
    (tmp_path / "tests/firmware").mkdir()
    lines = "".join(f"        self.assertEqual({question}, {answer})\n" for question, answer in FACTS.items())
    head = "import json\nimport os\nimport sys\nimport time\nimport unittest\n\nclass Test(unittest.TestCase):\n"
    (tmp_path / "tests/shared/test_facts.py").write_text(f"{head}    def test_facts(self):\n{lines}")
    assert run_tests.run(tmp_path, heap=False).broken == ()
