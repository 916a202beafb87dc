"""The runner that works inside MicroPython, on CPython: what it takes for a test, and that a fault is a failure."""

import json
import sys
import unittest

import pytest

from trifocal_tools.micropython import on_device

FILE = """
import unittest

LOG = []

class TestThings(unittest.TestCase):
    def setUp(self):
        LOG.append("up")
        self.addCleanup(LOG.append, "cleaned")

    def tearDown(self):
        LOG.append("down")

    def test_fails(self):
        self.assertEqual(1, 2)

    def test_is_broken(self):
        raise ValueError("the text")

    def test_works(self):
        self.assertEqual(1, 1)

    def test_wants_out(self):
        raise unittest.SkipTest("a reason")

    def helper(self):
        raise AssertionError("this is no test")

class NotTests:
    def test_nothing(self):
        raise AssertionError("this is no test either")
"""


@pytest.fixture
def file(tmp_path):
    """A test file, loaded."""
    path = tmp_path / "test_things.py"
    path.write_text(FILE)
    before = list(sys.path)
    assert json.loads(on_device.load(path.as_posix())) == {"count": 4}
    assert sys.path == before
    assert "test_things" not in sys.modules
    return path


def test_each_test_has_its_own_answer(file):
    answers = [json.loads(on_device.run(index)) for index in range(4)]
    assert [(answer["test"], answer["outcome"]) for answer in answers] == [
        ("TestThings.test_fails", "failed"),
        ("TestThings.test_is_broken", "failed"),
        ("TestThings.test_wants_out", "skipped"),
        ("TestThings.test_works", "passed"),
    ]
    assert "the text" in answers[1]["text"]
    assert answers[2]["text"] == "a reason"


def test_set_up_and_tear_down_surround_a_test_that_fails_too(file):
    log = on_device._tests[0][0].setUp.__globals__["LOG"]
    on_device.run(0)
    assert log == ["up", "down", "cleaned"]


def test_a_file_that_cannot_be_imported_is_an_error_not_an_absence_of_tests(tmp_path):
    path = tmp_path / "test_broken.py"
    path.write_text("import no_such_module\n")
    answer = json.loads(on_device.load(path.as_posix()))
    assert answer["count"] == 0
    assert "no_such_module" in answer["error"]


def test_a_file_of_the_same_name_elsewhere_is_another_file(file, tmp_path):
    other = tmp_path / "other" / "test_things.py"
    other.parent.mkdir()
    other.write_text("import unittest\nclass TestOther(unittest.TestCase):\n    def test_one(self):\n        pass\n")
    assert json.loads(on_device.load(other.as_posix())) == {"count": 1}


def test_what_sub_tests_catch_is_a_failure(file, monkeypatch):
    class Told:
        """As micropython-lib fills it."""

        def __init__(self):
            self.failures = [(("test_works", " (x=1)"), "1 is not 2")]
            self.errors = []

    monkeypatch.setattr(unittest, "TestResult", Told)
    answer = json.loads(on_device.run(3))
    assert (answer["outcome"], answer["text"]) == ("failed", " (x=1)\n1 is not 2")


def test_assertions_that_micropython_lacks_fail_as_they_should(monkeypatch):
    for name in ("assertNotIn", "assertGreater", "assertLess"):
        monkeypatch.delattr(unittest.TestCase, name)
    on_device.complete()
    case = unittest.TestCase()
    right = (("assertNotIn", 1, [2]), ("assertGreater", 2, 1), ("assertLess", 1, 2))
    wrong = (("assertNotIn", 1, [1]), ("assertGreater", 1, 1), ("assertLess", 1, 1))
    for name, *arguments in right:
        getattr(case, name)(*arguments)
    for name, *arguments in wrong:
        with pytest.raises(AssertionError):
            getattr(case, name)(*arguments)
