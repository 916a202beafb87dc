"""Shortened functions do what they did: on the real interpreter, for hundreds of random ones with all kinds of flow."""

import random
import subprocess

import pytest

from trifocal_tools.micropython import romfs, run_tests
from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.assemble import assemble
from trifocal_tools.micropython.lean.flow import shorten

FUNCTIONS = 400
SEED = 20261127

TEST = """
import sys
import unittest
sys.path.insert(0, "/house/made")
import plain
import short

class TestSame(unittest.TestCase):
    def test_each_says_the_same(self):
        ends = set()
        for number in range(COUNT):
            said = plain.told("f%d" % number)
            self.assertEqual(short.told("f%d" % number), said)
            ends.add(said[-1])
        self.assertTrue({"return", "ValueError", "KeyError"} <= ends)
"""

HEAD = """
class Fuel(BaseException):
    pass

said = []

class Door:
    def __enter__(self):
        say(-1)
        return self
    def __exit__(self, kind, error, trace):
        say(-2)
        return kind is KeyError

def say(number):
    said.append(number)
    if len(said) > 60:
        raise Fuel
    return number * 7 % 5

def told(name):
    said.clear()
    try:
        said.append(repr(globals()[name](3)))
        said.append("return")
    except Exception as error:
        said.append(type(error).__name__)
    except Fuel:
        said.append("Fuel")
    return said[:]
"""


class Writer:
    """Writes a random function: what it says tells which way it went."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def function(self, name):
        return f"def {name}(x):\n    y = 0\n" + self.block(1, 0, "y") + "    return y\n"

    def block(self, depth, loops, left):
        return "".join(self.statement(depth, loops) for _ in range(self.random.randint(1, 2)))

    def say(self):
        return f"say({self.random.randint(1, 2)})"  # few, so that many blocks are the same

    def statement(self, depth, loops):
        pad = "    " * depth
        plain = [f"{pad}{self.say()}\n", f"{pad}y = {self.say()}\n", f"{pad}y += x\n{pad}say(y)\n"]
        ways = [f"{pad}return y\n", f"{pad}raise ValueError\n", f"{pad}raise KeyError\n", f"{pad}return\n"]
        if loops:
            ways += [f"{pad}break\n", f"{pad}continue\n"] * 2
        if depth > 4 or self.random.random() < 0.45:
            return self.random.choice(plain) + (self.random.choice(ways) if self.random.random() < 0.4 else "")
        inner = lambda more=0: self.block(depth + 1, loops + more, "y")  # noqa: E731
        kind = self.random.randrange(9)
        test = self.random.choice(["say(1)", "y", "not y and x", "y or say(2)", "y > x"])
        if kind < 3:
            tail = f"{pad}else:\n{inner()}" if self.random.random() < 0.6 else ""
            return f"{pad}if {test}:\n{inner()}{tail}"
        if kind == 3:
            return f"{pad}while {self.say()} or {test}:\n{inner(1)}"  # it says something each time, so that it ends
        if kind == 4:
            return f"{pad}for z in range(3):\n{inner(1)}{pad}else:\n{inner()}"
        if kind == 5:
            return f"{pad}try:\n{inner()}{pad}except ValueError as e:\n{inner()}{pad}except KeyError:\n{inner()}"
        if kind == 6:
            return f"{pad}try:\n{inner()}{pad}finally:\n{self.block(depth + 1, 0, 'y')}"
        if kind == 7:
            return f"{pad}with Door():\n{inner()}"
        return f"{pad}if {test}:\n    {self.random.choice(ways)}"


def compiled(folder, name, text):
    (folder / f"{name}.py").write_text(text)
    line = [
        romfs._compiler(),
        "-X",
        "heapsize=99999999",
        "-O3",
        "-s",
        name,
        "-o",
        folder / f"{name}.mpy",
        folder / f"{name}.py",
    ]
    subprocess.run(line, check=True, capture_output=True)
    (folder / f"{name}.py").unlink()
    return folder / f"{name}.mpy"


@pytest.mark.journey
def test_random_functions_do_what_they_did(tmp_path):
    for folder in ("made", "tests/shared", "tests/firmware"):
        (tmp_path / folder).mkdir(parents=True)
    writer = Writer(SEED)
    text = HEAD + "".join(writer.function(f"f{number}") for number in range(FUNCTIONS))
    compiled(tmp_path / "made", "plain", text)
    path = compiled(tmp_path / "made", "short", text)
    file = mpy.read(path.read_bytes())
    for code in file.code.whole():
        shorten(code.steps)
    before = path.stat().st_size
    path.write_bytes(assemble(file))
    assert path.stat().st_size < before * 0.97
    (tmp_path / "tests/shared/test_same.py").write_text(TEST.replace("COUNT", str(FUNCTIONS)))
    result = run_tests.run(tmp_path, heap=False)
    assert (result.passed, result.broken) == (1, ())


def steps(tmp_path, body):
    path = compiled(tmp_path, "a", f"def f(x, y):\n{body}")
    return mpy.read(path.read_bytes()).code.inner[0].steps


def count(tmp_path, body):
    found = steps(tmp_path, body)
    before = len(found)
    return before - len(shorten(found))


def test_what_is_never_run_goes(tmp_path):
    assert count(tmp_path, "    while True:\n        x()\n") == 2
    assert count(tmp_path, "    if x:\n        return x\n    else:\n        return y\n") == 2


def test_the_same_ends_become_one(tmp_path):
    same = "        x.f(1)\n        return y.g(x)\n"
    assert count(tmp_path, f"    if x:\n{same}    if y:\n{same}") > 6
    assert count(tmp_path, f"    if x:\n{same}    if y:\n{same.replace('g', 'h')}") == 2


def test_ends_with_a_handler_between_them_stay_two(tmp_path):
    end = "            x.f(1, 2, 3)\n            return y.g(x)\n"
    body = f"    try:\n        if x:\n{end}    finally:\n        if y:\n{end}"
    found = shorten(steps(tmp_path, body))
    assert sum(step.op == 0x14 for step in found) == 4  # methods are asked for twice each


def test_a_loop_without_end_or_way_out_is_left(tmp_path):
    assert len(shorten(steps(tmp_path, "    while True:\n        pass\n"))) == 1
