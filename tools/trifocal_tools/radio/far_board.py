"""Real MicroPython with the boards' own Bluetooth code, whose module `bluetooth` is at this end: on bumble.

The interpreter runs in Node (`micropython/radio.mjs`). Whether a notification is taken must be answered there at once,
so it is told beforehand for how many there is room, as many as a small stack's pool holds.
"""

import asyncio
import base64
import errno
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import STRING, encode_frame
from trifocal_tools.failure import Failure
from trifocal_tools.micropython.host import Frames, command, frame
from trifocal_tools.radio.bluetooth_module import GATTS_WRITE, BluetoothModule

ROOM = 6
"""Notifications of 495 bytes in NimBLE's usual pool of 12 buffers."""

STOP_SECONDS = 5.0


class FarBoard:
    """One board. `reported(step, fields)` hears what a person before it would see."""

    def __init__(self, module: BluetoothModule, reported: Callable[[str, dict[str, Any]], None]) -> None:
        self._module = module
        self._ble = module.BLE()
        self._reported = reported
        self._handles: tuple[int, ...] = ()
        self._unsent: asyncio.Queue[bytes] = asyncio.Queue()
        self._process: asyncio.subprocess.Process

    async def start(self, flash: Path, boot_id: str, name: str, shot: bytes) -> None:
        """Boot, with a camera that always sees the same. Raises Failure: something is missing."""
        config: dict[str, object] = {
            "bootId": boot_id,
            "name": name,
            "flash": str(flash),
            "shot": base64.b64encode(shot).decode(),
        }
        line = await asyncio.to_thread(command, "radio", config)
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*line, stdin=pipe, stdout=pipe)
        self._send("R", struct.pack("<I", ROOM))

    async def run(self) -> None:
        """Serve until cancelled. Raises Failure when the interpreter ends by itself."""
        sending = asyncio.create_task(self._notify())
        frames = Frames()
        assert self._process.stdout
        try:
            while data := await self._process.stdout.read(65_536):
                for channel, payload in frames.receive(data):
                    self._heard(channel, payload)
        finally:
            sending.cancel()
        raise Failure("MicroPython has ended", word="micropython_ended")

    async def stop(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def press(self) -> None:
        """A short press of the photo button, as a button controller tells of it."""
        self._send("M", encode_frame(STRING, wrap_native("cs_pho"), False))

    def _send(self, channel: str, payload: bytes) -> None:
        if self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(frame(channel, payload))

    def _heard(self, channel: str, payload: bytes) -> None:
        if channel == "b":
            self._asked(json.loads(payload))
        elif channel == "n":
            self._unsent.put_nowait(payload)
        elif channel == "o":
            said = json.loads(payload)
            self._reported(said["step"], said["fields"])
        else:
            raise Failure(f"MicroPython said {channel}: {payload.decode(errors='replace')}", word="micropython_ended")

    def _asked(self, call: dict[str, Any]) -> None:
        ble, uuid = self._ble, self._module.UUID
        if "active" in call:
            ble.active(call["active"])
            ble.irq(self._interrupted)
        elif "config" in call:
            ble.config(**call["config"])
        elif "service" in call:
            shape = tuple((uuid(value), flags) for value, flags in call["shape"])
            (self._handles,) = ble.gatts_register_services(((uuid(call["service"]), shape),))
        elif "buffer" in call:
            handle, room, append = call["buffer"]
            ble.gatts_set_buffer(self._handles[handle - 1], room, append)
        elif "advertise" in call:
            ble.gap_advertise(call["advertise"], bytes.fromhex(call["data"]))
        else:
            ble.gap_disconnect(call["disconnect"])

    def _interrupted(self, event: int, data: tuple[Any, ...]) -> None:
        value = data[1] if isinstance(data[1], int) else 0
        written = b""
        if event == GATTS_WRITE:
            written = self._ble.gatts_read(value)
            value = self._handles.index(value) + 1
        self._send("B", struct.pack("<BHH", event, data[0], value) + written)

    async def _notify(self) -> None:
        """Hand on notifications in their order; there is room for another when bumble has taken one."""
        while True:
            payload = await self._unsent.get()
            peer, handle = struct.unpack_from("<HH", payload)
            while not self._taken(peer, self._handles[handle - 1], payload[4:]):  # noqa: ASYNC110
                await asyncio.sleep(0.001)  # nothing tells of room, here as there
            self._send("R", struct.pack("<I", 1))

    def _taken(self, peer: int, handle: int, data: bytes) -> bool:
        try:
            self._ble.gatts_notify(peer, handle, data)
        except OSError as error:
            return error.errno != errno.ENOMEM  # without a connection it goes nowhere
        return True
