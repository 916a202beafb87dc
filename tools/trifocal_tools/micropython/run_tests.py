"""The shared and firmware tests again, the same files, on real MicroPython; and what the whole firmware costs there."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from trifocal_tools.micropython import romfs
from trifocal_tools.micropython.heap import Heap, measure
from trifocal_tools.micropython.host import Frames, command

HOUSE = Path(__file__).resolve().parents[3]
FOLDERS = ("tests/shared", "tests/firmware")
ONLY_CPYTHON = ("_fuzz.py", "_cpython.py")
"""Ends of test files that need what MicroPython has not: hypothesis, processes, signals."""

HEAP = 16 << 20
"""Tests are no measure of memory; with a small heap they would spend two thirds of their time collecting it."""

LIMIT_SECONDS = 300


@dataclass(frozen=True)
class Broken:
    """A test that failed, or a file that could not be run."""

    name: str
    text: str


@dataclass(frozen=True)
class Result:
    """How the tests went. `heap` is None where it was not measured."""

    passed: int
    broken: tuple[Broken, ...]
    skipped: int
    seconds: float
    image: romfs.Image
    heap: Heap | None

    @property
    def good(self) -> bool:
        """Every test ran and passed, and there was one."""
        return not self.broken and not self.skipped and self.passed > 0


def run(house: Path = HOUSE, heap: bool = True) -> Result:
    """Run the tests of the house, then measure the heap. Raises Failure: something it needs is missing, or no heap."""
    began = time.monotonic()
    files = test_files(house)
    image = romfs.build(users=_users(house, files))
    answers, end = _answers(house, files, image)
    said = image.trace().readable
    broken = [Broken(f"{a['file']}::{a['test']}", said(a["text"])) for a in answers if a.get("outcome") == "failed"]
    broken += [Broken(a["file"], said(a["error"])) for a in answers if "error" in a]
    finished = {a["file"] for a in answers if "done" in a}
    for file in files:
        if file not in finished:
            broken.append(Broken(file, f"it was not run to its end\n{end}".strip()))
            end = ""  # it is the first one's fault
    return Result(
        passed=sum(a.get("outcome") == "passed" for a in answers),
        broken=tuple(broken),
        skipped=sum(a.get("outcome") == "skipped" for a in answers),
        seconds=time.monotonic() - began,
        image=romfs.build(),
        heap=measure() if heap else None,
    )


def test_files(house: Path) -> list[str]:
    """The files to run, as paths within the house."""
    found = [file for folder in FOLDERS for file in sorted((house / folder).rglob("test_*.py"))]
    return [file.relative_to(house).as_posix() for file in found if not file.name.endswith(ONLY_CPYTHON)]


def _answers(house: Path, files: list[str], image: romfs.Image) -> tuple[list[dict[str, str]], str]:
    """What each test said, and the last words of the interpreter."""
    config: dict[str, object] = {
        "house": str(house),
        "translated": str(image.folder),
        "runner": str(Path(__file__).with_name("on_device.py")),
        "files": files,
    }
    try:
        ran = subprocess.run(
            command("tests", config, HEAP, image=image), capture_output=True, timeout=LIMIT_SECONDS, check=False
        )
        said, end = ran.stdout, ran.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired as stuck:
        said, end = stuck.stdout or b"", f"nothing more came within {LIMIT_SECONDS} s"
    answers = []
    for channel, payload in Frames().receive(said):
        if channel == "r":
            answers.append(json.loads(payload))
        elif channel == "x":
            end = payload.decode(errors="replace")
    return answers, end


def _users(house: Path, files: list[str]) -> dict[str, bytes]:
    """The tests, and what they need that is not flashed, by path."""
    lent = {
        path: package.parent / path
        for package in romfs.PACKAGES
        for path in romfs.NOT_FLASHED
        if path.startswith(package.name)
    }
    found = {path: file.read_bytes() for path, file in lent.items() if file.exists()}
    return found | {file: (house / file).read_bytes() for file in files}
