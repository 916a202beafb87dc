"""Runs inside MicroPython, called by `tests.mjs`: loads one unittest file at a time and runs its tests one by one.

micropython-lib's own runner prints; this one answers in JSON. It runs on CPython too, where its own tests are.
"""

import io
import json
import sys
import unittest

_tests: "list[tuple[type[unittest.TestCase], str]]" = []


def complete() -> None:
    """Give TestCase the everyday assertions that micropython-lib's lacks."""
    for name, assertion in (("assertNotIn", _not_in), ("assertGreater", _greater), ("assertLess", _less)):
        if not hasattr(unittest.TestCase, name):
            setattr(unittest.TestCase, name, assertion)


def load(path: str) -> str:
    """Take up the tests of one file. Answers {"count"}, and {"error"} when the file cannot even be imported."""
    folder, name = path.rsplit("/", 1)
    _tests.clear()
    try:
        module = _import(folder, name[: -len(".py")])
    except BaseException as error:
        return json.dumps({"count": 0, "error": _trace(error)})
    for found in sorted(dir(module)):
        cls = getattr(module, found)
        if isinstance(cls, type) and issubclass(cls, unittest.TestCase) and cls is not unittest.TestCase:
            _tests.extend([(cls, test) for test in sorted(dir(cls)) if test.startswith("test")])
    return json.dumps({"count": len(_tests)})


def run(index: int) -> str:
    """Run one test. Answers {"test", "outcome": passed|failed|skipped, "text"}."""
    cls, name = _tests[index]
    answer = {"test": cls.__name__ + "." + name, "outcome": "passed", "text": ""}
    told = unittest.TestResult()
    # Where micropython-lib's `subTest` puts what it catches.
    unittest.__test_result__ = told  # type: ignore[attr-defined]
    unittest.__current_test__ = (name,)  # type: ignore[attr-defined]
    try:
        _run(cls(), name)
    except unittest.SkipTest as reason:
        answer["outcome"], answer["text"] = "skipped", str(reason)
    except BaseException as error:
        answer["outcome"], answer["text"] = "failed", _trace(error)
    broken = ["".join(test[1:]) + "\n" + trace for test, trace in told.failures + told.errors]  # type: ignore[index]
    if broken:
        answer["outcome"], answer["text"] = "failed", "\n".join(broken)
    return json.dumps(answer)


def _import(folder: str, name: str) -> object:
    """A file as a module; the next file of that name is another module."""
    sys.path.insert(0, folder)
    try:
        return __import__(name)
    finally:
        sys.path.pop(0)
        sys.modules.pop(name, None)


def _run(case: unittest.TestCase, name: str) -> None:
    if hasattr(case, "setUp"):
        case.setUp()
    try:
        getattr(case, name)()
    finally:
        if hasattr(case, "tearDown"):
            case.tearDown()
        case.doCleanups()


def _trace(error: BaseException) -> str:
    if not hasattr(sys, "print_exception"):
        return repr(error)
    text = io.StringIO()
    sys.print_exception(error, text)
    return text.getvalue()


def _not_in(case: unittest.TestCase, member: object, container: "list[object]", msg: str = "") -> None:
    if member in container:
        raise AssertionError(msg or repr(member) + " is in it")


def _greater(case: unittest.TestCase, one: int, other: int, msg: str = "") -> None:
    if not one > other:
        raise AssertionError(msg or repr(one) + " is not > " + repr(other))


def _less(case: unittest.TestCase, one: int, other: int, msg: str = "") -> None:
    if not one < other:
        raise AssertionError(msg or repr(one) + " is not < " + repr(other))
