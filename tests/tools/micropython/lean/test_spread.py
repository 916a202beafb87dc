"""Tuples are told part by part where that is shorter, and are the same tuples on the real interpreter."""

import subprocess

import pytest

from trifocal_tools.micropython import romfs, run_tests
from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.link import link
from trifocal_tools.micropython.lean.spread import spread

WORDS = "def f(a):\n    a.warming; a.capturing; a.ready\n    return a.off, ('warming', 'capturing', 'ready')\n"

TEXT = """
class O:
    off = warming = capturing = ready = 0
def whole():
    return (0, 1, -16, 47, 48, 63, 64, 127, 128, 8191, 8192, 300, 1000000, "warming", "capturing", "ready")
def kinds():
    return (None, True, False, "warming", "capturing", "ready", "a text that is long enough", "off")
def deep(x):
    return [x, [x, [x, (x, ("warming", "capturing", "ready", "off"))]], "a text that is long enough"]
def left():
    return (1.5, "warming", "capturing", "ready", b"x", (1, 2)), (-17, "warming", "off"), (1 << 40, "ready")
def powers():
    return [
        (1 << 62) + 3, (1 << 64) - 1, 2**255 - 19, 2**255 - 21, 2**200, 2**100 + 1000000, 2**100 - 1000000,
        2**100 + 2000000, -(2**100), 3 * 2**100, 9223372036854775807, -9223372036854775808,
    ]
def way(x):
    for y in range(3):
        if y == x:
            continue
        z = ("warming", "capturing", "ready", "off") if y else ("warming", "capturing", "ready", "off", None)
    return z
def all_of_it():
    return [whole(), kinds(), deep(1), left(), powers(), way(1), way(2), way(5)]
"""

TEST = """
import sys
import unittest
sys.path.insert(0, "/house/made")
import plain
import short

class TestSame(unittest.TestCase):
    def test_they_are_the_same(self):
        self.assertEqual(short.all_of_it(), plain.all_of_it())
"""


def compiled(folder, name, text):
    (folder / "a.py").write_text(text)
    line = [romfs._compiler(), "-O3", "-s", name, "-o", folder / f"{name}.mpy", folder / "a.py"]
    subprocess.run(line, check=True, capture_output=True)
    return folder / f"{name}.mpy"


def tuples(tmp_path, text):
    file = mpy.read(compiled(tmp_path, "x", text).read_bytes())
    before = file.code.inner[0].signature.places
    spread(file)
    used = [step.number for code in file.code.whole() for step in code.steps if step.op == mpy.LOAD_CONST_OBJ]
    return sum(file.constants[one][0] == mpy.TUPLE for one in used), file.code.inner[0].signature.places - before


def test_a_tuple_of_words_that_are_told_anyway_goes_and_there_is_room_for_its_parts(tmp_path):
    assert tuples(tmp_path, WORDS) == (0, 2)


@pytest.mark.parametrize("parts", ["1, 2", "1.5, 'warming', 'capturing', 'ready'", "'warming', 'capturing', b'ready'"])
def test_others_stay(tmp_path, parts):
    assert tuples(tmp_path, WORDS.replace("'warming', 'capturing', 'ready'", parts)) == (1, 0)


def numbers(tmp_path, text):
    """How many whole numbers stay digit by digit."""
    file = mpy.read(compiled(tmp_path, "x", text).read_bytes())
    spread(file)
    used = {step.number for code in file.code.whole() for step in code.steps if step.op == mpy.LOAD_CONST_OBJ}
    return len(used)


def test_a_power_of_two_and_a_little_is_told_so(tmp_path):
    for told in ("2**255 - 19", "2**255", "1 << 255", "(1 << 200) + 1000"):
        assert numbers(tmp_path, f"def f():\n    return {told}\n") == 0


@pytest.mark.parametrize("whole", ["3 << 100", "-(1 << 255)", "(1 << 255) - (1 << 100)", "10**9"])
def test_other_whole_numbers_stay(tmp_path, whole):
    assert numbers(tmp_path, f"def f():\n    return {whole}\n") == (whole != "10**9")


@pytest.mark.journey
def test_the_interpreter_sees_the_same_tuples(tmp_path):
    for folder in ("made", "tests/shared", "tests/firmware"):
        (tmp_path / folder).mkdir(parents=True)
    compiled(tmp_path / "made", "plain", TEXT)
    path = compiled(tmp_path / "made", "short", TEXT)
    data = link(path.read_bytes())
    assert len(data) < path.stat().st_size - 100
    path.write_bytes(data)
    (tmp_path / "tests/shared/test_same.py").write_text(TEST)
    assert run_tests.run(tmp_path, heap=False).broken == ()
