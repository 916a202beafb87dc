"""Tests mirror sources: every module has its test file, every test file its module."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = {
    "shared": "shared/trifocal_shared",
    "firmware": "firmware/trifocal_firmware",
    "gateway": "gateway/trifocal_gateway",
    "cloud": "cloud/trifocal_cloud",
    "sdk": "cloud/trifocal_sdk",
    "tools": "tools/trifocal_tools",
}
"""The rooms of the tests, and the packages that they mirror."""

UNMIRRORED = {"shared/test_vectors.py", "sdk/test_vectors.py", "sdk/test_examples.py"}
"""Test files about the vectors and the examples, which are no modules."""


def modules(floor: str) -> dict[str, Path]:
    """The modules of a floor, by their path within its package without `.py`."""
    package = ROOT / FLOORS[floor]
    return {
        path.relative_to(package).with_suffix("").as_posix(): path
        for path in package.rglob("*.py")
        if "__pycache__" not in path.parts
    }


def checks(floor: str) -> dict[str, Path]:
    """The test files of a floor, by their path without `test_` and `.py`."""
    folder = ROOT / "tests" / floor
    found = {}
    for path in folder.rglob("test_*.py"):
        inside = path.relative_to(folder)
        if f"{floor}/{inside.as_posix()}" not in UNMIRRORED:
            stem = inside.stem.removeprefix("test_")
            found[inside.with_name(stem).as_posix()] = path
            found.setdefault(inside.with_name(stem.removesuffix("_cpython")).as_posix(), path)  # never on a device
    return found


def needs_no_test(name: str, path: Path) -> bool:
    """Packages, programs' first lines, pure data; migrations, which the database's tests run, and cases for hardware,
    which are tests and run as a journey.
    """
    if path.stem in {"__init__", "__main__"} or {"migrations", "suite"} & {*Path(name).parts}:
        return True
    if path.stem.endswith("messages") or path.stem.startswith("example_"):
        return True
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return not any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) for node in ast.walk(tree))


def belongs(name: str, known: dict[str, Path]) -> bool:
    """Whether a test file is a module's: `test_frame.py` or, for one side of it, `test_frame_streams.py`."""
    folder, _, stem = name.rpartition("/")
    words = stem.split("_")
    stems = ("_".join(words[:count]) for count in range(1, len(words) + 1))
    return any((f"{folder}/{stem}" if folder else stem) in known for stem in stems)


def test_every_module_has_its_test_file() -> None:
    lonely = []
    for floor in FLOORS:
        known = checks(floor)
        for name, path in modules(floor).items():
            if name not in known and not needs_no_test(name, path):
                lonely.append(f"{path.relative_to(ROOT)} wants tests/{floor}/{Path(name).parent}/test_{path.name}")
    assert not lonely, "\n".join(lonely)


def test_every_test_file_has_its_module() -> None:
    stray = [
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for name, path in checks(floor).items()
        if not belongs(name, modules(floor))
    ]
    assert not stray, "\n".join(stray)


def test_every_package_is_mirrored() -> None:
    on_disk = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/trifocal_*/__init__.py")}
    assert on_disk == set(FLOORS.values())


def test_every_room_is_known() -> None:
    rooms = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms <= {*FLOORS, "house", "journeys", "browser", "vectors", "hil"}
