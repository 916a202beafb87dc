"""A board to flash: real MicroPython at its prompt behind a pty, with a folder as its flash."""

import contextlib
import json
import os
import select
import subprocess
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trifocal_tools import npm
from trifocal_tools.flash.boards import Board
from trifocal_tools.micropython import host, install

HERE = Path(__file__).parent

BOOT = """
import os, sys
os.chdir("/flash")
sys.path.append("/flash/lib")
started = []
if "main.py" in os.listdir():
    try:
        exec(open("main.py").read())
    except Exception as error:
        sys.print_exception(error)
"""

TINY = "\nos.statvfs = lambda path: (4096, 4096, 16, 4, 4, 0, 0, 0, 0, 255)\n"

WORN = """
_open = open
def open(path, mode="r"):
    file = _open(path, mode)
    if mode == "wb" and path.endswith("main.mpy"):
        file.write(b"?")
    return file
"""


class Stand:
    """The board on its stand."""

    def __init__(self, flash: Path, boot: str) -> None:
        self.flash = flash
        self.restarts = 0
        self.typed = 0
        self.dies_after = 1 << 60
        """Bytes that may be typed before its power is cut for good."""
        self._boot = boot
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self._thread.start()

    def files(self) -> dict[str, bytes]:
        """What is on the flash."""
        paths = [path for path in self.flash.rglob("*") if path.is_file()]
        return {path.relative_to(self.flash).as_posix(): path.read_bytes() for path in paths}

    def close(self) -> None:
        """Power off."""
        self._ended.set()
        self._thread.join()
        with contextlib.suppress(OSError):
            os.close(self._ours)
        os.close(self._theirs)

    def _live(self) -> None:
        code, raw = 0, False
        while not self._ended.is_set() and code in (0, 64, 65):
            config = {
                "interpreter": str(install.ensure()),
                "disk": str(host.SCRIPT.with_name("disk.mjs")),
                "flash": str(self.flash),
                "boot": self._boot,
                "raw": raw,
            }
            command = [str(npm.node(install.NAME)), str(HERE / "board.mjs"), json.dumps(config)]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
                try:
                    self._carry(process)
                finally:
                    process.kill()
            code, raw = process.returncode, process.returncode == 64
            self.restarts += 1

    def _carry(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin
        assert process.stdout
        out = process.stdout.fileno()
        while not self._ended.is_set():
            for end in select.select([out, self._ours], [], [], 0.05)[0]:
                data = os.read(end, 4096)
                if end == out and not data:
                    process.wait()
                    return
                if end == out:
                    os.write(self._ours, data)
                    continue
                self.typed += len(data)
                if self.typed > self.dies_after:
                    return
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(data)
                    process.stdin.flush()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Callable[..., Stand]]:
    """Puts boards on the stand; the same folder again is the same board."""
    made: list[Stand] = []

    def make(boot: str = "", name: str = "flash") -> Stand:
        (tmp_path / name).mkdir(exist_ok=True)
        made.append(Stand(tmp_path / name, BOOT + boot))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def paper_board() -> Board:
    """What the board on the stand says that it is, with the firmware of a real one."""
    return Board(
        "paper",
        "a board of paper",
        module="xiao_sense",
        class_name="XiaoSense",
        platform="webassembly",
        machine="Emscripten",
    )
