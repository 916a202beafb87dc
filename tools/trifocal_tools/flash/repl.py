"""A board at its prompt: mpremote's serial transport, with failures that say what to do."""

import contextlib
import errno
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import serial
from mpremote.transport import TransportError, TransportExecError  # type: ignore[import-untyped]
from mpremote.transport_serial import SerialTransport  # type: ignore[import-untyped]

from trifocal_gateway.io.serial import reason
from trifocal_tools import failure
from trifocal_tools.failure import Failure

BAUD = 115_200
"""Of the prompt; a port that is USB itself has none."""

BACK_S = 20.0
"""For a board that restarts: its port may go away meanwhile."""

ANSWER_S = 15.0
PIECE = 1_024
PAUSE_S = 0.1

EXISTS = """
import os
def exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False
"""


class Repl:
    """A board whose prompt is ours, as a context manager. Every method raises Failure when the board goes away."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._transport: Any = None

    def __enter__(self) -> Self:
        """Interrupt what runs and take the prompt. Raises Failure: no port, a busy one, nobody at the prompt."""
        check_port(self._port)
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, TransportError):
            if kind is None:
                self._transport.exit_raw_repl()
            self._transport.close()

    def evaluate(self, expression: str, *, first: str = "") -> Any:
        """The value of a plain expression there, after the statements `first`."""
        with self._told(f"asking for {expression}"):
            if first:
                self._transport.exec(first)
            return self._transport.eval(expression)

    def sums(self, paths: list[str]) -> dict[str, str]:
        """SHA-256 of those of the files that exist, read back from the board."""
        with self._told("reading back"):
            there = [path for path in paths if self._exists(path)]
            return {path: self._transport.fs_hashfile(path, "sha256", PIECE).hex() for path in there}

    def read(self, path: str) -> bytes:
        """A file, empty where there is none."""
        with self._told(f"reading {path}"):
            return bytes(self._transport.fs_readfile(path, PIECE)) if self._exists(path) else b""

    def write(self, path: str, data: bytes, moved: Callable[[int], None]) -> None:
        """A file and the folders it lies in; `moved` is told how many more bytes are there."""
        with self._told(f"copying {path}"):
            parts = path.split("/")
            for depth in range(1, len(parts)):
                folder = "/".join(parts[:depth])
                if not self._exists(folder):
                    self._transport.fs_mkdir(folder)
            done = 0

            def progress(written: int, _: int) -> None:
                nonlocal done
                moved(written - done)
                done = written

            self._transport.fs_writefile(path, data, PIECE, progress)

    def remove(self, path: str) -> None:
        """A file is no more."""
        with self._told(f"removing {path}"):
            self._transport.fs_rmfile(path)

    def rename(self, old: str, new: str) -> None:
        """A file has another name; one that had it is no more."""
        with self._told(f"renaming {old}"):
            if self._exists(new):
                self._transport.fs_rmfile(new)
            self._transport.exec(f"import os\nos.rename({old!r}, {new!r})")

    def restart(self) -> None:
        """Restart the board and leave it to itself."""
        with self._told("restarting"):
            self._transport.exec("import machine")
            self._transport.exec_raw_no_follow("machine.reset()")
            time.sleep(PAUSE_S)
            with contextlib.suppress(OSError):
                self._transport.close()

    def come_back(self) -> None:
        """Take the prompt of a board that was just restarted, as soon as it has one."""
        end = time.monotonic() + BACK_S
        while True:
            try:
                self._connect()
                return
            except Failure:
                if time.monotonic() > end:
                    raise
                time.sleep(PAUSE_S)

    def _exists(self, path: str) -> bool:
        self._transport.exec(EXISTS)
        return bool(self._transport.eval(f"exists({path!r})"))

    def _connect(self) -> None:
        spoken = io.StringIO()  # mpremote prints what it does not understand
        try:
            with contextlib.redirect_stdout(spoken):
                self._transport = SerialTransport(self._port, BAUD, timeout=ANSWER_S)
                self._transport.enter_raw_repl(soft_reset=False, timeout_overall=ANSWER_S)
        except (TransportError, OSError) as error:
            if self._transport is not None:
                with contextlib.suppress(OSError):
                    self._transport.close()
            hint = "is MicroPython on it? `--interpreter FILE.bin` puts it there; a reset button may help too"
            raise Failure(f"nobody answers at the prompt of {self._port}", word="no_prompt", hint=hint) from error

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        except TransportExecError as error:
            raise Failure(f"{what}: the board said {_last(error.error_output)}", word="board_failed") from error
        except OSError as error:
            if error.errno == errno.ENOSPC and not isinstance(error, serial.SerialException):
                raise Failure(f"{what}: the board has no room left", word="no_space") from error
            hint = "start the same again: what has been copied is not copied twice"
            raise Failure(f"{what}: the board went away ({reason(error)})", word="board_lost", hint=hint) from error
        except (TransportError, ValueError, SyntaxError) as error:
            hint = "start the same again: what has been copied is not copied twice"
            raise Failure(f"{what}: the board does not answer ({error})", word="board_lost", hint=hint) from error


def check_port(port: str) -> None:
    """Raises Failure when there is no such port, or when it cannot be used now."""
    if not Path(port).exists():
        hint = "is it plugged in? `python -m serial.tools.list_ports` lists what is there"
        raise Failure(f"there is no port {port}", failure.MISSING, "no_port", hint)
    try:
        serial.Serial(port, exclusive=True).close()
    except OSError as error:
        hint = "a gateway, a terminal program or another flashing holds it; or your user lacks the group `dialout`"
        raise Failure(f"the port {port} cannot be used: {reason(error)}", failure.MISSING, "busy_port", hint) from error


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "nothing"
