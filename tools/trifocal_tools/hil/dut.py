"""Devices under test: simulated glasses at the end of a pty, or a board at a serial port. Each says what it can."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import serial

from trifocal_tools import failure
from trifocal_tools.failure import Failure

POWER, BATTERY, TEMPLES, BUTTON, LIGHT, CABLE = "power", "battery", "temples", "button", "light", "cable"

NEEDS = {
    POWER: "somebody who restarts it: give --power COMMAND, or --power lines for DTR and RTS",
    BATTERY: "a battery that can be set: only simulated glasses have one",
    TEMPLES: "temples that fold on demand: only simulated glasses have them",
    BUTTON: "a finger on its button: run with --hand",
    LIGHT: "eyes on its light: run with --hand",
    CABLE: "a cable that can be pulled: only simulated glasses have one",
}
"""What a case may need that frames cannot do, and what it takes."""

LINES = "lines"
RESET_S = 0.1
ANSWER_S = 15.0
START_S = 60.0
POWER_S = 60.0


class Dut(Protocol):
    """A device under test. What it `can` not do is never asked of it."""

    name: str
    port: str
    baud: int
    can: frozenset[str]
    """Words of NEEDS."""

    def cut_power(self) -> None:
        """Off without warning, and on again."""

    def press(self) -> None:
        """The photo button, short."""

    def set_battery(self, percent: int) -> None:
        """What the battery is said to hold."""

    def set_folded(self, folded: bool) -> None:
        """The temples."""

    def set_plugged(self, plugged: bool) -> None:
        """The cable between the glasses and us."""

    def watch_light(self, during: Callable[[], object]) -> list[tuple[str, str]]:
        """What light and camera showed while `during` ran, until the camera was off again; the light's word first.

        Somebody who only sees the light says `photo` or `off`, and the camera is not known: "".
        """

    def close(self) -> None:
        """Leave it."""


class SimDut:
    """`trifocal sim --pty` in a process of its own, in a folder of its own."""

    can = frozenset(NEEDS)
    baud = 460_800

    def __init__(self, python: str, command: tuple[str, ...] = (sys.executable, "-m", "trifocal_tools.cli")) -> None:
        """On `cpython` or `micropython`. Raises Failure when they do not start."""
        self.name = f"simulated glasses, {python}"
        self._folder = tempfile.TemporaryDirectory(prefix="trifocal-hil-")
        self._command = [*command, "sim", "--pty", "--python", python, "--data-dir", self._folder.name, "--json"]
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._states: queue.Queue[dict[str, Any]] = queue.Queue()
        self._process: subprocess.Popen[str] | None = None
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def cut_power(self) -> None:
        self._end(subprocess.Popen.kill)
        self._start()

    def press(self) -> None:
        self._typed("press photo")

    def set_battery(self, percent: int) -> None:
        self._typed(f"battery {percent}")

    def set_folded(self, folded: bool) -> None:
        self._typed("fold" if folded else "unfold")

    def set_plugged(self, plugged: bool) -> None:
        self._typed("online" if plugged else "offline")

    def watch_light(self, during: Callable[[], object]) -> list[tuple[str, str]]:
        self._typed("watch")
        before = self._seen(worked=True)[-1:]  # what came earlier is of the photo before
        during()
        return before + self._seen(worked=False)

    def close(self) -> None:
        self._end(subprocess.Popen.terminate)
        self._folder.cleanup()

    def _start(self) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TRIFOCAL_") or "CACHE" in key}
        self._process = subprocess.Popen(
            self._command,
            env=kept,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        said = self._answer(START_S)
        if "error" in said:
            raise Failure(f"the simulated glasses did not start: {said['message']}", failure.MISSING, "no_dut")
        self.port = str(said["glasses"]).removeprefix("serial:")

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        for line in process.stdout:
            said = json.loads(line)
            if "changed" in said:
                self._states.put(said["changed"])
            else:
                self._answers.put(said)

    def _typed(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        said = self._answer(ANSWER_S)
        assert said.get("success"), said

    def _answer(self, within_s: float) -> dict[str, Any]:
        try:
            return self._answers.get(timeout=within_s)
        except queue.Empty:
            return {"error": "silent", "message": f"they said nothing for {within_s:.0f} s"}

    def _seen(self, worked: bool) -> list[tuple[str, str]]:
        """Light and camera, change by change, until the camera has worked and is off, or nothing changes any more."""
        seen: list[tuple[str, str]] = []
        with contextlib.suppress(queue.Empty):
            while not worked or seen[-1:] != [("off", "off")]:
                state = self._states.get(timeout=ANSWER_S)
                seen.append((str(state["light"]), str(state["cameraState"])))
                worked = worked or seen[-1][1] != "off"
        return seen

    def _end(self, how: Callable[["subprocess.Popen[str]"], object]) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        how(process)
        try:
            process.wait(ANSWER_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


class SerialDut:
    """A board on a port. `power` is a command that cuts its power and gives it back; `ask` asks who sits beside it."""

    def __init__(self, port: str, baud: int, power: str = "", ask: Callable[[str], str] | None = None) -> None:
        """With power `lines`, RTS holds the board's reset as the usual USB adapters have it wired."""
        self.name = f"the board at {port}"
        self.port = port
        self.baud = baud
        self._power = power
        self._ask = ask
        self.can = frozenset(({POWER} if power else set()) | ({BUTTON, LIGHT} if ask else set()))

    def cut_power(self) -> None:
        if self._power == LINES:
            reset(self.port)
            return
        done = subprocess.run(self._power, shell=True, timeout=POWER_S, check=False)  # noqa: S602 - the person's own
        assert done.returncode == 0, f"'{self._power}' ended with {done.returncode}"

    def press(self) -> None:
        assert self._ask
        self._ask("Press the photo button, then Enter: ")

    def set_battery(self, percent: int) -> None:
        raise NotImplementedError

    def set_folded(self, folded: bool) -> None:
        raise NotImplementedError

    def set_plugged(self, plugged: bool) -> None:
        raise NotImplementedError

    def watch_light(self, during: Callable[[], object]) -> list[tuple[str, str]]:
        assert self._ask
        self._ask("Watch the privacy light, then Enter: ")
        during()
        lit = self._ask("Was it dark, lit while the photo was taken, and dark again? [y/n] ").strip().lower() == "y"
        return [("off", ""), ("photo", ""), ("off", "")] if lit else [("off", "")]

    def close(self) -> None:
        return


def reset(port: str) -> None:
    """Pull the reset line of a board: RTS without DTR. AssertionError where the port has no such lines."""
    try:
        with serial.Serial(port) as lines:
            lines.dtr = False
            lines.rts = True
            time.sleep(RESET_S)
            lines.rts = False
    except OSError as error:
        raise AssertionError(f"{port} has no lines that could reset the board ({error})") from error


def open_dut(name: str, baud: int = 460_800, power: str = "", ask: Callable[[str], str] | None = None) -> Dut:
    """The device that is named `sim`, `cpython`, `micropython` or `serial:PORT`. Raises Failure."""
    if name.startswith("serial:"):
        port = name.removeprefix("serial:")
        if not Path(port).exists():
            hint = "is it plugged in? `python -m serial.tools.list_ports` lists what is there"
            raise Failure(f"there is no port {port}", failure.MISSING, "no_port", hint)
        return SerialDut(port, baud, power, ask)
    python = "cpython" if name == "sim" else name
    if python not in ("cpython", "micropython"):
        raise Failure(f"there is no device '{name}'", failure.USAGE, "usage", "sim, micropython or serial:PORT")
    return SimDut(python)
