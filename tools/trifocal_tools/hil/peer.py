"""Who talks with the glasses under test: a gateway's end of the wire that does what it is told, and waits for answers.

Everything that comes is kept until somebody asks for it, in the order it came. All waits have an end.
"""

import termios
import time
from collections.abc import Callable
from typing import TypeVar

import serial

from trifocal_shared import messages
from trifocal_shared.frame import FilePacket
from trifocal_shared.message import Message
from trifocal_shared.messages import FileAnnounce, GlassesReady, PhoneReady, Ping, Pong, TransferComplete
from trifocal_shared.pack import DATA_BYTES, Have, Piece
from trifocal_shared.wire import Wire

T = TypeVar("T")

ANSWER_S = 15.0
"""For what takes no camera."""

PHOTO_S = 20.0
"""For a photo, from the request to the announcement: a sensor warms up, a flash is slow."""

BOOT_S = 30.0
KNOCK_S = 2.5
READ_S = 0.02
STALL_S = 1.0
ASK_EVERY = 8
WINDOW = 2 * ASK_EVERY * DATA_BYTES
PACKET = 400


class Peer:
    """One end of a serial port. What is not as it should be raises AssertionError, or OSError from the port itself."""

    def __init__(self, port_name: str, baud: int) -> None:
        self._where = (port_name, baud)
        self._heard: list[object] = []
        self._wire = Wire(messages.TO_GATEWAY, glasses_side=False)
        self._port: serial.Serial | None = None
        self.reopen()

    def reopen(self, within_s: float = BOOT_S) -> None:
        """Be another gateway: close the port, open it as soon as it is there, and know nothing of before."""
        self.close()
        self._heard.clear()
        self._wire = Wire(messages.TO_GATEWAY, glasses_side=False)
        name, baud = self._where
        end = time.monotonic() + within_s
        while self._port is None:
            try:
                self._port = serial.Serial(name, baud, timeout=READ_S, exclusive=True)
            except (OSError, termios.error):
                if time.monotonic() > end:
                    raise
                time.sleep(READ_S)

    def close(self) -> None:
        """Leave the port."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def say(self, message: Message) -> None:
        """One message."""
        self.say_bytes(self._wire.encode(message))

    def say_native(self, word: str, times: int = 1) -> None:
        """A word of the button controller, so many times in one breath."""
        self.say_bytes(times * self._wire.encode_native(word))

    def say_bytes(self, data: bytes) -> None:
        """Any bytes."""
        assert self._port
        self._port.write(data)

    def hear(self, kind: type[T], within_s: float | None = None, where: Callable[[T], bool] = lambda _: True) -> T:
        """The next of this kind for which `where` holds. AssertionError when none comes in time."""
        within_s = ANSWER_S if within_s is None else within_s
        found = self.listen(kind, within_s, where)
        assert found is not None, f"no {kind.__name__} within {within_s} s; came: {self._heard[-8:]}"
        return found

    def listen(self, kind: type[T], within_s: float, where: Callable[[T], bool] = lambda _: True) -> T | None:
        """The next of this kind for which `where` holds, or None when none comes in time."""
        end = time.monotonic() + within_s
        late = False
        while True:
            for at, said in enumerate(self._heard):
                if isinstance(said, kind) and where(said):
                    del self._heard[at]
                    return said
            if late:
                return None
            late = time.monotonic() > end  # looked at once more, however busy this machine is
            self._read()

    def forget(self) -> None:
        """Whatever came and was not asked for is old news."""
        self._heard.clear()

    def hello(self, protocol: int = messages.PROTOCOL_VERSION, within_s: float = BOOT_S) -> GlassesReady:
        """Say that a gateway is here, again and again, until the glasses answer."""
        end = time.monotonic() + within_s
        knocks = 0
        while True:
            self.say(PhoneReady(protocol=protocol))
            knocks += 1
            ready = self.listen(GlassesReady, KNOCK_S)
            if ready is not None:
                break
            assert time.monotonic() < end, f"nobody answered phone_ready within {within_s} s"
        if knocks > 1:  # each may have its answer on the way, and photos are announced after each: begin anew
            self.ping()
            self.forget()
            self.say(PhoneReady(protocol=protocol))
            ready = self.hear(GlassesReady)
        return ready

    def ping(self, within_s: float | None = None) -> None:
        """The glasses are there, and have taken in everything that was said before."""
        self.say(Ping())
        self.hear(Pong, within_s)

    def fetch(self, photo: FileAnnounce, held: bytes = b"", until: int = 0) -> bytes:
        """The announced photo by packs, from the first byte that is not `held`, whole or at least `until` so many."""
        data, last = bytearray(held), until or photo.size
        self._want(photo, data)
        pieces = silences = 0
        while len(data) < last:
            piece = self.listen(Piece, STALL_S, lambda piece: piece.number == photo.number)
            if piece is None:
                silences += 1
                assert silences < 10, f"the photo stopped at byte {len(data)} of {photo.size}"
                self._want(photo, data)
            elif piece.offset == len(data):
                data += piece.data
                pieces += 1
                if pieces % ASK_EVERY == 0:
                    self._want(photo, data)
            elif piece.offset > len(data):  # bytes were lost on the wire
                self._want(photo, data)
        if until:
            return bytes(data)
        self._want(photo, data)
        return bytes(data)

    def fetch_packets(self, photo: FileAnnounce) -> bytes:
        """The announced photo by file packets, as a gateway of MentraOS takes it."""
        data = b""
        while len(data) < photo.size:
            self.say(messages.FileHave(file_name=photo.file_name, offset=len(data), window=4 * PACKET))
            for _ in range(4):
                packet = self.listen(FilePacket, STALL_S)
                if packet is not None and packet.index * PACKET == len(data):
                    data += packet.data
                if len(data) >= photo.size:
                    break
        return data

    def confirm(self, photo: FileAnnounce, good: bool = True) -> None:
        """Say that the photo is durably stored here, or that it is of no use."""
        self.say(TransferComplete(file_name=photo.file_name, success=good))

    def _want(self, photo: FileAnnounce, data: bytearray) -> None:
        self.say(Have(number=photo.number, offset=len(data), window=WINDOW))

    def _read(self) -> None:
        assert self._port
        data = self._port.read(max(1, self._port.in_waiting))
        now = int(time.monotonic() * 1000)
        self._wire.receive(data, now)
        self._wire.timeout(now)
        self._heard += self._wire.events()
