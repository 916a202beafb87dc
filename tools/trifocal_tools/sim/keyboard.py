"""Simulated glasses by hand and by script, with or without a cloud: a line in, a line out.

press photo | press video | long | battery 5 | temperature 70 | charge | unplug | fold | unfold | offline | online
drop | loss 20 | latency 300 | wifi on | wifi off | networks house:password,café | pair | reset
camera FOLDER | state | watch | quit

After `watch` each change of the state is a line of its own, as it happens; JSON has it under `changed`.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import TextIO

from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError, from_wire
from trifocal_shared.sim_messages import SimCommand, SimResult, SimState
from trifocal_tools.sim.glasses import SimulatedGlasses
from trifocal_tools.sim.hand import Hand

HELP = (
    "press photo, press video, long, battery N, temperature N, charge, unplug, fold, unfold, offline, online, "
    "drop, loss N, latency N, wifi on|off, networks NAME:PASSWORD,…, pair, reset, camera X, state, watch, quit"
)

WITH_VALUE = {"press", "battery", "temperature", "camera", "loss", "latency", "wifi", "networks"}


class Keyboard:
    """Reads lines and answers each, as plain text or as one JSON object."""

    def __init__(self, glasses: SimulatedGlasses, hand: Hand, answer: Callable[[str], None], as_json: bool) -> None:
        self._glasses = glasses
        self._hand = hand
        self._answer = answer
        self._as_json = as_json
        self._watching: Callable[[], None] | None = None

    async def run(self, lines: AsyncIterator[str]) -> bool:
        """Obey until `quit` (True) or the end of the lines (False)."""
        async for line in lines:
            words = line.split()
            if words == ["quit"]:
                return True
            if words:
                await self.obey(words)
        return False

    async def obey(self, words: list[str]) -> None:
        """Do what one line says and answer it."""
        if words == ["state"]:
            state = self._glasses.state().to_wire()
            self._answer(json.dumps(state) if self._as_json else _pairs(state))
            return
        if words == ["watch"]:
            self._answer(self._said("watch", SimResult(command_id="", success=True)))
            self._watching = self._watching or self._glasses.watch(self._changed)
            return
        try:
            command = understood(words)
        except ProtocolError:
            sentence = f"say one of: {HELP}"
            result = SimResult(command_id="", success=False, error_code=reasons.MALFORMED, error_message=sentence)
        else:
            result = await self._hand.carry_out(command, from_here=True)
        self._answer(self._said(" ".join(words), result))

    def _changed(self, state: SimState) -> None:
        wire = state.to_wire()
        self._answer(json.dumps({"changed": wire}) if self._as_json else f"changed {_pairs(wire)}")

    def _said(self, line: str, result: SimResult) -> str:
        if self._as_json:
            wire = result.to_wire()
            del wire["type"], wire["commandId"]
            return json.dumps({"line": line} | wire)
        if result.success:
            return f"ok {line}" + (f" {result.press_id}" if result.press_id else "")
        return f"failed {line}: {result.error_code}, {result.error_message}"


def understood(words: list[str]) -> SimCommand:
    """The command in a line. Raises ProtocolError."""
    if words[0] == "long":
        words = ["press", "photo", "long"] if len(words) == 1 else [*words, "long", "?"]
    long = words[0] == "press" and words[-1] == "long"
    if long:
        words = words[:-1]
    value = " ".join(words[1:])
    if bool(value) != (words[0] in WITH_VALUE):
        raise ProtocolError("a value is missing or too much")
    return from_wire(SimCommand, {"commandId": "keyboard", "command": words[0], "value": value, "long": long})


async def lines_of(stream: TextIO) -> AsyncIterator[str]:
    """The lines of a stream, read in a thread that does not keep the process alive."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before the lines have
            for line in iter(stream.readline, ""):
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, name="keyboard", daemon=True).start()
    while line := await lines.get():
        yield line


def _pairs(state: dict[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in state.items() if name != "type")
