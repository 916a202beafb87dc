"""The runner on a small house of its own: every way in which a test can go wrong is told, none is lost."""

import pytest

from trifocal_tools.micropython import run_tests

GOOD = """
import sys
import unittest
from trifocal_shared.frame import STRING, encode_frame

class TestGood(unittest.TestCase):
    def test_this_is_micropython_from_the_image(self):
        self.assertEqual(sys.implementation[0], "micropython")
        self.assertEqual(len(encode_frame(STRING, b"a", False)), 8)
        self.assertIn("trifocal_firmware.main", sys.modules)
        self.assertNotIn("trifocal_shared.frame", sys.modules)

    def test_files_of_the_house_can_be_read_but_not_written(self):
        with open("tests/shared/note.txt") as file:
            self.assertEqual(file.read(), "a note")
        with self.assertRaises(OSError):
            open("tests/shared/new.txt", "w")
        with open("/tmp" + "/scratch", "w") as file:
            file.write("where tests may write")
"""

BAD = """
import unittest

class TestBad(unittest.TestCase):
    def test_fails(self):
        self.assertEqual(1, 2)

    def test_raises(self):
        raise ValueError("the text")

    def test_some_of_many(self):
        for x in range(3):
            with self.subTest(x=x):
                self.assertTrue(x != 1)

    def test_works(self):
        pass

    def test_wants_out(self):
        self.skipTest("a reason")
"""

BROKEN = "import dataclasses\n"

FUZZ = "import hypothesis\n"

ENDLESS = """
import unittest

class TestEndless(unittest.TestCase):
    def test_never_ends(self):
        while True:
            pass
"""


@pytest.fixture
def house(tmp_path):
    """A house with two floors of tests."""
    for folder in ("tests/shared/io", "tests/firmware", "tests/gateway"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "tests/shared/note.txt").write_text("a note")
    return tmp_path


def test_files_that_need_cpython_are_left_to_it(house):
    for name in ("shared/test_b.py", "shared/io/test_a.py", "firmware/test_c.py", "gateway/test_d.py"):
        (house / "tests" / name).write_text("")
    for name in ("shared/test_b_fuzz.py", "firmware/test_c_cpython.py", "shared/conftest.py"):
        (house / "tests" / name).write_text(FUZZ)
    wanted = ["tests/shared/io/test_a.py", "tests/shared/test_b.py", "tests/firmware/test_c.py"]
    assert run_tests.test_files(house) == wanted


@pytest.mark.journey
def test_good_tests_pass_on_the_image(house):
    (house / "tests/shared/test_good.py").write_text(GOOD)
    result = run_tests.run(house, heap=False)
    assert (result.passed, result.broken, result.skipped, result.heap) == (2, (), 0, None)
    assert result.good
    assert result.image.size > 10_000


@pytest.mark.journey
def test_whatever_goes_wrong_is_told(house):
    (house / "tests/firmware/test_bad.py").write_text(BAD)
    (house / "tests/firmware/test_broken.py").write_text(BROKEN)
    result = run_tests.run(house, heap=False)
    told = {broken.name: broken.text for broken in result.broken}
    assert not result.good
    assert (result.passed, result.skipped) == (1, 1)
    assert set(told) == {
        "tests/firmware/test_bad.py::TestBad.test_fails",
        "tests/firmware/test_bad.py::TestBad.test_raises",
        "tests/firmware/test_bad.py::TestBad.test_some_of_many",
        "tests/firmware/test_broken.py",
    }
    assert (
        'File "tests/firmware/test_bad.py", line 6, in test_fails'
        in told["tests/firmware/test_bad.py::TestBad.test_fails"]
    )
    assert "the text" in told["tests/firmware/test_bad.py::TestBad.test_raises"]
    assert "x=1" in told["tests/firmware/test_bad.py::TestBad.test_some_of_many"]
    assert "dataclasses" in told["tests/firmware/test_broken.py"]


@pytest.mark.journey
def test_a_test_without_end_ends_and_the_ones_after_it_count_as_not_run(house, monkeypatch):
    monkeypatch.setattr(run_tests, "LIMIT_SECONDS", 1.5)
    (house / "tests/shared/test_a.py").write_text(GOOD)
    (house / "tests/shared/test_b.py").write_text(ENDLESS)
    (house / "tests/shared/test_c.py").write_text(GOOD)
    result = run_tests.run(house, heap=False)
    assert result.passed == 2
    assert [broken.name for broken in result.broken] == ["tests/shared/test_b.py", "tests/shared/test_c.py"]
    assert "nothing more came within" in result.broken[0].text


@pytest.mark.journey
def test_no_tests_at_all_are_no_success(house):
    assert not run_tests.run(house, heap=False).good
