"""Glasses on Linux: a Raspberry Pi Zero 2 W with a camera, or any computer with one.

    python -m trifocal_firmware.boards.linux --camera picamera2 --light 17 --photo 27 --video 22 --listen 0.0.0.0:4860

GPIO numbers are those of the chip (BCM); buttons pull to ground, the privacy light is an LED to ground through a
resistor. Without a light somebody must say so: `--no-light`. The gateway comes over TCP, or with `--serial` over a
UART; there is no Bluetooth here, for BlueZ's peripheral side is not spoken. SIGUSR1 is a short press of the photo
button, for hardware that GPIO does not reach; SIGTERM ends it with the camera off.

It prints one line of JSON when it is ready and ends with 0, or with 3 and a sentence when something is missing or gone:
let systemd start it anew. `--watchdog /dev/watchdog` is fed by the loop (`parts/watch.py`).
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import signal
import sys

from trifocal_firmware.board import Board
from trifocal_firmware.boards.linux_camera import open_camera
from trifocal_firmware.boards.linux_link import SerialWire, TcpLink
from trifocal_firmware.boards.linux_pins import Pins, cell
from trifocal_firmware.boards.linux_publisher import Publisher
from trifocal_firmware.boards.parts.uart import UartLink
from trifocal_firmware.boards.parts.watch import Watch
from trifocal_firmware.glasses import Glasses
from trifocal_firmware.main import Firmware
from trifocal_firmware.stream_glasses import StreamGlasses

MISSING = 3
BAUD = 460_800
LOOK_SECONDS = 5
PRESS_SECONDS = 0.1
MACHINE_ID = "/etc/machine-id"


class LinuxBoard(Board):
    """The board: `settings` are those of the command line. Raises OSError for what is missing."""

    model = "Linux glasses"

    def __init__(self, settings) -> None:  # type: ignore[no-untyped-def]
        os.makedirs(settings.folder, exist_ok=True)
        super().__init__("%08x" % random.getrandbits(32), device_id(), settings.folder)
        self.tasks: list[asyncio.Task[None]] = []
        self._settings = settings
        self._camera = open_camera(settings.camera)
        buttons = {
            name: number for name, number in (("photo", settings.photo), ("video", settings.video)) if number >= 0
        }
        self._pins = Pins(_gpiozero() if buttons or settings.light >= 0 else None, settings.light, buttons)
        self._cell = cell()
        self.glasses = StreamGlasses if _encodes() else Glasses
        self._watchdog = FileWatchdog(settings.watchdog) if settings.watchdog else None
        self.link: TcpLink | UartLink | None = None

    def start(self, firmware) -> None:  # type: ignore[no-untyped-def]
        settings = self._settings
        if settings.serial:
            self.link = UartLink(SerialWire(_serial(settings.serial)), self.clock, firmware)
        else:
            host, _, port = settings.listen.rpartition(":")
            self.link = TcpLink(host, int(port), firmware)
        if self.glasses is StreamGlasses:
            self.publisher = Publisher(self._camera, self.clock, firmware.published)
        loop = asyncio.get_running_loop()
        self._pins.watch(loop, firmware.level_changed)
        loop.add_signal_handler(signal.SIGUSR1, self._press, loop, firmware)
        self.tasks = [loop.create_task(self.link.run()), loop.create_task(self._look(firmware))]

    def link_write(self, data: bytes) -> None:
        if self.link is not None:
            self.link.write(data)

    def link_pack(self, frame: memoryview) -> bool:
        return self.link is None or self.link.write_pack(frame)

    async def warm(self) -> None:
        await self._camera.warm()

    def cool(self) -> None:
        self._camera.cool()

    async def capture(self, size: str, compress: str) -> "bytes | bytearray":
        picture = await self.publisher.picture(size, compress) if self.publisher is not None else b""
        return picture or await self._camera.capture(size, compress)

    def seed(self) -> bytes:
        return os.urandom(32) if hasattr(os, "urandom") else b""

    def set_light(self, state: str) -> None:
        self._pins.set_light(state != "off")

    def battery(self) -> int:
        return self._cell[0]

    def charging(self) -> bool:
        return self._cell[1]

    def close(self) -> None:
        """Let go of what is not the firmware's: pins, and the watchdog, which restarts nothing then."""
        self._pins.close()
        if self._watchdog is not None:
            self._watchdog.close()

    def _press(self, loop, firmware) -> None:  # type: ignore[no-untyped-def]
        firmware.level_changed("photo", True)
        loop.call_later(PRESS_SECONDS, firmware.level_changed, "photo", False)

    async def _look(self, firmware) -> None:  # type: ignore[no-untyped-def]
        watch = Watch(self._watchdog) if self._watchdog is not None else None
        while watch is None or watch.feed(self.tasks[:1]):
            seen = cell()
            if seen != self._cell:
                self._cell = seen
                firmware.changed()
            await asyncio.sleep(LOOK_SECONDS)


class FileWatchdog:
    """Linux's watchdog: each write feeds it, and a last V says that it shall not bite any more."""

    def __init__(self, path: str) -> None:
        """It runs from here on. Raises OSError."""
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115 - it stays open as long as the glasses live

    def feed(self) -> None:
        """Give it more time."""
        self._file.write(b"\0")

    def close(self) -> None:
        """Let it sleep."""
        self._file.write(b"V")
        self._file.close()


def device_id() -> str:
    """This machine's for ever, without giving its own id away."""
    with open(MACHINE_ID, "rb") as file:
        return "linux_" + hashlib.sha256(b"trifocal" + file.read().strip()).hexdigest()[:12]


def parse(arguments: "list[str]"):  # type: ignore[no-untyped-def]
    """The command line. SystemExit(2), with a sentence, for one that cannot be understood."""
    parser = argparse.ArgumentParser(prog="trifocal_firmware.boards.linux", description="Glasses on Linux.")
    parser.add_argument("--camera", required=True, help="/dev/video0, picamera2, lavfi:GRAPH, a film or a picture")
    parser.add_argument("--light", type=int, default=-1, help="GPIO of the privacy light")
    parser.add_argument(
        "--no-light", action="store_true", help="there is none: who is before these glasses sees nothing"
    )
    parser.add_argument("--photo", type=int, default=-1, help="GPIO of the photo button")
    parser.add_argument("--video", type=int, default=-1, help="GPIO of the video button")
    parser.add_argument("--listen", default="127.0.0.1:4860", help="HOST:PORT for the gateway")
    parser.add_argument("--serial", default="", help="the gateway is at this UART instead")
    parser.add_argument("--watchdog", default="", help="Linux's watchdog device")
    home = os.environ.get("HOME", "/var/lib/trifocal") if hasattr(os, "environ") else ""
    parser.add_argument("--folder", default=home + "/.trifocal-glasses", help="where photos are kept")
    settings = parser.parse_args(arguments)
    if settings.light < 0 and not settings.no_light:
        parser.error("say which GPIO the privacy light is at (--light), or that there is none (--no-light)")
    if not settings.listen.rpartition(":")[2].isdigit():
        parser.error("--listen wants HOST:PORT")
    return settings


async def wear(settings, say) -> None:  # type: ignore[no-untyped-def]
    """Be the glasses until SIGTERM; `say` is told when they are ready. Raises OSError for what is missing or gone."""
    board = LinuxBoard(settings)
    try:
        firmware = Firmware(board)
        loop = asyncio.get_running_loop()
        running = loop.create_task(firmware.run())
        loop.add_signal_handler(signal.SIGTERM, running.cancel)
        loop.add_signal_handler(signal.SIGINT, running.cancel)
        while not board.tasks and not running.done():
            await asyncio.sleep(0)
        watched = board.tasks.copy()
        watched.append(running)
        try:
            if await _reachable(board, running):
                say({"deviceId": board.device_id, "port": getattr(board.link, "port", 0), "camera": settings.camera})
            done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not task.cancelled():
                    task.result()
        finally:
            for task in watched:
                task.cancel()
            await asyncio.gather(*watched, return_exceptions=True)
    finally:
        board.close()


async def _reachable(board: LinuxBoard, running: "asyncio.Task[None]") -> bool:
    """Whether a gateway can come; False when link or firmware end before it can."""
    if running.done() or not isinstance(board.link, TcpLink):
        return not running.done()
    waiting = asyncio.get_running_loop().create_task(board.link.listens.wait())
    for task in (running, board.tasks[0]):
        task.add_done_callback(lambda _: waiting.cancel())
    await asyncio.gather(waiting, return_exceptions=True)
    return not waiting.cancelled()


def main(arguments: "list[str]") -> int:
    """Exit code 0 after SIGTERM, 3 with a sentence when something is missing or gone."""
    settings = parse(arguments)
    try:
        asyncio.run(wear(settings, _say))
    except OSError as error:
        sys.stderr.write("these glasses cannot be: " + str(error) + "\n")
        return MISSING
    return 0


def _say(fields: "dict[str, object]") -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def _encodes() -> bool:
    """Whether there is what encodes a stream."""
    try:
        import av  # noqa: F401
    except ImportError:
        return False
    return True


def _gpiozero() -> object:
    try:
        import gpiozero  # type: ignore[import-not-found]
    except ImportError as error:
        raise OSError("buttons and light need gpiozero (Debian's python3-gpiozero)") from error
    return gpiozero


def _serial(path: str) -> object:
    try:
        import serial
    except ImportError as error:
        raise OSError("a UART needs pyserial: pip install pyserial") from error
    return serial.Serial(path, BAUD, timeout=0, write_timeout=0, exclusive=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
