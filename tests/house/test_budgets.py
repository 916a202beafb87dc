"""How large a thing may be, that it says what it is for, and words that have no place here."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("shared", "firmware", "gateway", "cloud", "tools")

FILE_LINES = 300
FUNCTION_LINES = 60
USUAL_FUNCTION_LINES = 30
PUBLIC_METHODS = 15
MESSAGE_CATALOGUES = {"shared/trifocal_shared/messages.py", "shared/trifocal_shared/app_messages.py"}
NAMELESS = {"utils", "util", "helper", "helpers", "manager", "managers", "service", "services", "handler", "handlers"}
WORDS_LEFT_OVER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
SKIPS = {"skip", "skipif", "skipIf", "skipUnless", "skipTest", "SkipTest", "xfail", "importorskip", "expectedFailure"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(path: Path, node: ast.AST | None = None) -> str:
    """Where something is, as an editor takes it."""
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{node.lineno}" if node is not None and hasattr(node, "lineno") else name


@cache
def sources() -> list[Path]:
    """Every Python file of the five floors."""
    return [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "__pycache__" not in path.parts]


@cache
def checks() -> list[Path]:
    """Every Python file of the tests."""
    return [path for path in (ROOT / "tests").rglob("*.py") if "__pycache__" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(node: Function) -> int:
    """Lines of a function with its signature and docstring, without its decorators."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def public(node: ast.stmt) -> bool:
    """Whether a definition is for others to use."""
    return isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")


def test_files_are_short() -> None:
    scripts = [
        path for floor in FLOORS for ending in ("*.js", "*.mjs", "*.css") for path in (ROOT / floor).rglob(ending)
    ]
    long = [
        f"{place(path)} has {lines} lines"
        for path in sources() + checks() + scripts
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
        and place(path) not in MESSAGE_CATALOGUES
    ]
    assert not long, "\n".join(long)


def test_functions_are_short() -> None:
    long = [
        f"{place(path, node)} {node.name} has {length(node)} lines"
        for path in sources() + checks()
        for node in functions(path)
        if length(node) > FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def test_nine_functions_in_ten_are_very_short() -> None:
    for floor in FLOORS:
        lengths = [length(node) for path in sources() if path.is_relative_to(ROOT / floor) for node in functions(path)]
        long = sum(lines > USUAL_FUNCTION_LINES for lines in lengths)
        assert long * 10 <= len(lengths), f"{floor}: {long} of {len(lengths)} functions are over 30 lines"


def test_classes_have_few_public_methods() -> None:
    wide = []
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                methods = {item.name for item in node.body if isinstance(item, Function) and public(item)}
                if len(methods) > PUBLIC_METHODS:
                    wide.append(f"{place(path, node)} {node.name} has {len(methods)} public methods")
    assert not wide, "\n".join(wide)


def documented_methods() -> set[str]:
    """Names of methods that say somewhere what they are for: whoever implements such a port need not repeat it."""
    return {
        item.name
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, Function) and ast.get_docstring(item)
    }


def test_every_module_says_what_it_is_for() -> None:
    mute = [place(path) for path in sources() if not ast.get_docstring(tree(path))]
    assert not mute, "\n".join(mute)


def test_everything_public_says_what_it_is_for() -> None:
    ported = documented_methods()
    mute = []
    for path in sources():
        for node in filter(public, tree(path).body):
            methods = [item for item in node.body if public(item)] if isinstance(node, ast.ClassDef) else []
            silent = [item for item in methods if not ast.get_docstring(item) and item.name not in ported]
            mute += [f"{place(path, item)} {item.name}" for item in silent]
            if not ast.get_docstring(node):
                mute.append(f"{place(path, node)} {node.name}")
    assert not mute, "\n".join(mute)


def test_no_word_puts_work_off() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix not in {".jpg", ".png", ".lock"} and path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"{name}:{number}" for number, line in enumerate(lines, 1) if WORDS_LEFT_OVER.search(line)]
    assert not found, "\n".join(found)


def test_modules_are_named_for_what_they_are() -> None:
    named = {place(path): {*path.stem.split("_"), path.parent.name} for path in sources()}
    nameless = [name for name, words in named.items() if NAMELESS & words]
    assert not nameless, "\n".join(nameless)


def test_no_test_is_passed_over() -> None:
    passed_over = [
        f"{place(path, node)} {node.attr}"
        for path in checks()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in SKIPS
    ]
    assert not passed_over, "\n".join(passed_over)


def test_no_test_sleeps() -> None:
    """One place may wait by polling: a `conftest.py` or fixture module, where it has a deadline."""
    asleep = []
    for path in checks():
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and path.name.startswith("test_")):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            naps = name in {"sleep", "sleep_ms", "wait_for_timeout"} and node.args
            if naps and not (isinstance(node.args[0], ast.Constant) and node.args[0].value == 0):
                asleep.append(f"{place(path, node)} {name}")
    assert not asleep, "\n".join(asleep)
