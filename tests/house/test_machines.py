"""Machines are sans-I/O: no task, clock, chance, socket or log; only `io/` and what composes may have those."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("shared", "firmware", "gateway", "cloud")

WORLD = {
    "asyncio",
    "datetime",
    "http",
    "logging",
    "random",
    "secrets",
    "select",
    "selectors",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "uuid",
}
"""Whoever imports one of these touches the world or knows what time it is."""

NOT_MACHINES = {"__init__", "__main__", "main", "settings", "testing", "board"}
"""What composes machines, what configures them, fakes for tests, and the face of the hardware."""

NOT_MACHINE_ROOMS = {"io", "boards", "migrations"}

ALLOWED = {
    ("shared/trifocal_shared/clock.py", "time"),
    ("shared/trifocal_shared/driver.py", "asyncio"),
}
"""The one place that knows the time, and the one that waits for it."""


def machines() -> list[str]:
    """Every machine's file, relative to the house."""
    found = []
    for floor in FLOORS:
        for package in (ROOT / floor).glob("trifocal_*"):
            for path in package.rglob("*.py"):
                inside = path.relative_to(package)
                if path.stem not in NOT_MACHINES and not NOT_MACHINE_ROOMS & set(inside.parts[:-1]):
                    found.append(path.relative_to(ROOT).as_posix())
    return sorted(found)


def imported(tree: ast.Module) -> Iterator[str]:
    """The full names of all modules that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("machine", machines())
def test_a_machine_touches_nothing(machine: str) -> None:
    tree = ast.parse((ROOT / machine).read_text(encoding="utf-8"))
    names = set(imported(tree))
    world = {name.split(".", maxsplit=1)[0] for name in names} & WORLD
    assert {name for name in world if (machine, name) not in ALLOWED} == set()
    rooms = {name for name in names if name.startswith("trifocal_") and NOT_MACHINE_ROOMS & set(name.split("."))}
    assert rooms == set(), "machines do not know io/"


@pytest.mark.parametrize("machine", [name for name in machines() if (name, "asyncio") not in ALLOWED])
def test_a_machine_never_waits(machine: str) -> None:
    tree = ast.parse((ROOT / machine).read_text(encoding="utf-8"))
    waits = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]
    assert [f"{machine}:{node.lineno}" for node in waits] == []


def test_the_exceptions_are_still_there() -> None:
    for path, module in ALLOWED:
        assert module in set(imported(ast.parse((ROOT / path).read_text(encoding="utf-8"))))
