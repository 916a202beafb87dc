"""A linked file does what it did, without what nothing asks for."""

import subprocess

import pytest

from trifocal_tools.micropython import romfs, run_tests
from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.assemble import assemble
from trifocal_tools.micropython.lean.link import link

TEXT = """
class A:
    KIND = "a"
    def f(self, _0_, _1_=2, *_2_):
        return [self.KIND + str(one) for one in (_0_, _1_) + _2_]
    def g(self, _0_, **more):
        return _0_, sorted(more.items())
    def h(self, **more):
        return sorted(more.items())
    def k(self, *, size=1):
        return size
    def m(self, size, _1_):
        return size, _1_
class B(A):
    def f(self, _0_):
        return super().f(_0_) + [(lambda _1_: _0_ + _1_)(1)]
class C:
    if True:
        def f(self): return "C"
async def later(_0_):
    return _0_
def all_of_it():
    b = B()
    try:
        later(1).send(None)
    except StopIteration as stop:
        end = stop.value
    return [
        A().f(1), A().f(1, 3, 4), b.f(5), b.g(1, x=2, self_=3), b.h(x=1), b.k(size=5), b.k(), b.m(_1_=1, size=2),
        {x: x for x in "ab"}, C().f(), A.__name__, end,
    ]
"""

TEST = """
import io
import sys
import unittest
sys.path.insert(0, "/house/made")
import plain
import short

class TestSame(unittest.TestCase):
    def test_it_says_the_same(self):
        self.assertEqual(short.all_of_it(), plain.all_of_it())

    def test_a_traceback_names_its_functions(self):
        text = io.StringIO()
        try:
            short.B().f(None)
        except TypeError as error:
            sys.print_exception(error, text)
        self.assertTrue("in f" in text.getvalue())
"""


def compiled(folder, name, text, *options):
    (folder / "a.py").write_text(text)
    line = [romfs._compiler(), *options, "-s", name, "-o", folder / f"{name}.mpy", folder / "a.py"]
    subprocess.run(line, check=True, capture_output=True)
    return folder / f"{name}.mpy"


def linked(tmp_path, text):
    return mpy.read(link(compiled(tmp_path, "a", text, "-O3").read_bytes()))


@pytest.mark.journey
def test_it_does_what_it_did(tmp_path):
    for folder in ("made", "tests/shared", "tests/firmware"):
        (tmp_path / folder).mkdir(parents=True)
    compiled(tmp_path / "made", "plain", TEXT, "-O3")
    path = compiled(tmp_path / "made", "short", TEXT, "-O3")
    path.write_bytes(link(path.read_bytes()))
    (tmp_path / "tests/shared/test_same.py").write_text(TEST)
    assert run_tests.run(tmp_path, heap=False).broken == ()


def test_parameters_lose_their_names_where_none_is_given_by_name(tmp_path):
    text = "def f(_0_, _1_): pass\ndef g(_0_, size): pass\ndef h(_0_, **_1_): pass\ndef k(_0_, *, size=1): pass\n"
    file = linked(tmp_path, text)
    assert [len(code.words) - 1 for code in file.code.inner] == [0, 2, 1, 2]


def test_methods_and_comprehensions_lose_them_too(tmp_path):
    file = linked(tmp_path, "class A:\n    def f(self): return [x for x in self]\n    def g(self, x): pass\n")
    assert [len(code.words) for code in file.code.whole()] == [1, 1, 1, 1, 3]
    assert b"<listcomp>" not in assemble(file)


def test_only_the_beginning_of_a_class_is_taken_for_one(tmp_path):
    text = "class A:\n    x = 1\ndef f():\n    global __module__\n    __module__ = __name__\n"
    file = linked(tmp_path, text)
    assert [len(code.steps) for code in file.code.inner] == [4, 4]
    assert b"__qualname__" not in assemble(file)


def test_a_file_with_line_numbers_is_left_alone(tmp_path):
    data = compiled(tmp_path, "a", TEXT).read_bytes()
    assert link(data) == data
