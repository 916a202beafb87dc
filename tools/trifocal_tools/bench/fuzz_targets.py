"""What is fuzzed: functions that take any bytes and raise only when a promise is broken.

`frames`, `words` and `pieces` are the decoder: bytes into frames, payloads into messages, and messages in pieces with
ids into whole ones, at both ends. `talk` is the link: real glasses and a real gateway, with everything between them
dropped, doubled, held back or changed as the bytes say, until these are used up; then all photos must still arrive. The
rest are the doors of live video (`fuzz_media`).
"""

import json
from collections.abc import Callable
from heapq import heappop, heappush
from pathlib import Path

from trifocal_firmware.testing import picture
from trifocal_gateway import gateway
from trifocal_gateway.compact import expand
from trifocal_shared import messages, pack
from trifocal_shared.chunk import HEAD, chunks
from trifocal_shared.cloud_messages import ConnectionAck, PhotoRequest
from trifocal_shared.envelope import Native, unwrap, wrap_from_glasses, wrap_from_phone, wrap_native
from trifocal_shared.frame import (
    FRAGMENT,
    MAX_PACK,
    PACK,
    PACKET_OVERHEAD,
    STRING,
    FilePacket,
    FrameDecoder,
    encode_frame,
)
from trifocal_shared.link import Link
from trifocal_shared.mentra_messages import TO_GATEWAY
from trifocal_shared.message import Message, ProtocolError, parse
from trifocal_shared.pack import Piece
from trifocal_shared.wire import Rejected, Wire
from trifocal_tools import vectors
from trifocal_tools.bench import fuzz_media
from trifocal_tools.bench.link_ends import Ends
from trifocal_tools.radio.air import Air, Arrived

SAID = (Message, Native, FilePacket, Piece, Rejected, int)
LIMIT = 512
LARGEST = max(LIMIT, MAX_PACK) + PACKET_OVERHEAD
GATEWAY_KNOWS = {**messages.TO_GATEWAY, **TO_GATEWAY}
PICTURE = 1_500
ITEM_US = 10_000

_PING = encode_frame(STRING, b'{"type":"ping"}', little_endian=True)


def frames(data: bytes) -> None:
    """The frame decoder, fed in pieces whose size the first byte tells: bounded, and alive after a silence."""
    decoder = FrameDecoder(LIMIT)
    size = 1 + data[0] if data else 1
    for at in range(1, len(data), size):
        decoder.receive(data[at : at + size], at)
        assert len(decoder._buffer) < LARGEST
    decoder.timeout(100_000)
    decoder.events()
    assert decoder.deadline() is None
    decoder.receive(_PING, 200_000)
    assert [frame.payload for frame in decoder.events()] == [b'{"type":"ping"}']  # type: ignore[attr-defined]


def words(data: bytes) -> None:
    """What is in a frame: understood or refused, and what is understood can be said again."""
    pack.parse(data)
    try:
        content = unwrap(data)
    except ProtocolError:
        return
    if isinstance(content, Native):
        return
    for catalogue in (messages.TO_GLASSES, GATEWAY_KNOWS):
        try:
            message = parse(catalogue, expand(content))
        except ProtocolError:
            continue
        if message is not None:
            json.dumps(message.to_wire()).encode()
            repr(message)


class Pieces:
    """Two ends that live on from input to input, and with them whatever they would gather."""

    def __init__(self) -> None:
        self._now = 0
        self._ends = (Link(messages.TO_GLASSES, glasses_side=True), Link(GATEWAY_KNOWS, glasses_side=False))

    def __call__(self, data: bytes) -> None:
        at = 0
        while at + 2 < len(data):
            choice, size = data[at], data[at + 1]
            frame = _frame(choice, data[at + 2 : at + 2 + size])
            at += 2 + size
            self._now += choice * 8
            for link in self._ends:
                link.receive(frame, self._now)
                self._settle(link, choice)

    def _settle(self, link: Link, choice: int) -> None:
        for said in link.events():
            assert isinstance(said, SAID), said
        if choice & 0x80:
            link.say_surely(messages.Ping(), self._now)
        answers = link.data_to_send()
        assert len(answers) <= 400, len(answers)
        if (due := link.deadline()) is not None and due <= self._now:
            link.timeout(self._now)
        gathering = link._gathering
        assert gathering._kept() <= gathering._room
        if choice == 0x7F:
            link.opened()


def _frame(choice: int, rest: bytes) -> bytes:
    """A frame that is right in most things, so that what lies behind is reached."""
    kind = choice & 7
    head, tail = rest[:3], rest[3:]
    index, count, key = (*head, 0, 0, 0)[:3]
    if kind == 0:
        return rest
    if kind in (1, 2):
        message_id = bytes((index, count, key, index, count, key, index, choice))[: choice >> 3 & 7]
        text = tail.decode("utf-8", "replace")
        chunk = {"t": "ck", "id": str(key & 15), "c": index & 15, "n": count & 15, "d": text}
        said = dict(chunk, mId=int.from_bytes(message_id, "little")) if message_id else chunk
        return encode_frame(STRING, wrap_from_glasses(said) if kind == 1 else wrap_from_phone(said), kind == 2)
    if kind == 3 and rest:
        return encode_frame(FRAGMENT, rest, True)
    if kind == 4:
        inner = bytes((choice >> 4, key & 15, 0, index & 15, count & 15)) + len(tail).to_bytes(2, "little") + tail
        return encode_frame(FRAGMENT, inner, True)
    if kind == 5:
        return encode_frame(STRING, wrap_from_phone({"type": "msg_ack" if key & 1 else "ping", "mId": index}), True)
    if kind == 6 and rest:
        return encode_frame(PACK, rest, False)
    return encode_frame(STRING, wrap_native(tail.decode("utf-8", "replace") or "x"), bool(index & 1))


class BadAir(Air):
    """Items take 10 ms; what else befalls them the bytes say, one each, until they are used up. Times in us."""

    def __init__(self) -> None:
        super().__init__(lambda: 1.0)
        self.fate = b""
        self._count = 0
        self._under_way: list[tuple[int, int, bool, bytes]] = []
        self._arrived: list[Arrived] = []

    def notify(self, to_central: bool, size: int, item: object, now: int) -> None:
        """Put it on its way, or not, or twice, or late, or changed."""
        assert isinstance(item, bytes)
        fate, self.fate = (self.fate[0] if self.fate else 0), self.fate[1:]
        kind = fate & 7
        if kind == 1:
            return
        if kind == 2:
            self._put(now + ITEM_US + (fate >> 3) * 40_000, to_central, item)
        if kind == 3 and item:
            at = (fate >> 3) * len(item) // 32
            item = item[:at] + bytes((item[at] ^ (1 << (fate >> 5)),)) + item[at + 1 :]
        if kind == 4:
            item = item[: (fate >> 3) * len(item) // 32]
        self._put(now + ITEM_US + (fate >> 3) * 30_000 * (kind == 5), to_central, item)

    def cut(self) -> None:
        """The connection is gone."""
        self._under_way.clear()

    def deadline(self) -> int | None:
        """When the next item arrives."""
        return self._under_way[0][0] if self._under_way else None

    def timeout(self, now: int) -> None:
        """Let arrive what is due."""
        while self._under_way and self._under_way[0][0] <= now:
            _, _, to_central, item = heappop(self._under_way)
            self._arrived.append(Arrived(to_central, item))

    def events(self) -> list[Arrived]:
        """Drain what arrived."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def _put(self, at: int, to_central: bool, item: bytes) -> None:
        self._count += 1
        heappush(self._under_way, (at, self._count, to_central, item))


class House(Ends):
    """Both ends with a camera: what it took is in `taken`."""

    def __init__(self, air: BadAir) -> None:
        self.taken: list[bytes] = []
        super().__init__(air)
        self.gateway.cloud_connected(0)
        self.gateway.cloud_said(ConnectionAck(session_id="s", user_session={}), 0)

    def _glasses_want(self, command: tuple[object, ...]) -> None:
        if command[0] == "capture":
            self.taken.append(picture(len(self.taken), PICTURE))
            self.glasses.warmed(command[1], self.clock.now())  # type: ignore[arg-type]
            self.glasses.captured(command[1], self.taken[-1], self.clock.now())  # type: ignore[arg-type]
            return
        super()._glasses_want(command)

    def _gateway_wants(self, event: gateway.Event) -> None:
        if isinstance(event, gateway.CloseGlasses):
            self.cut()
        super()._gateway_wants(event)


_CONTROLLER = Wire({}, glasses_side=False)


def talk(data: bytes) -> None:
    """A stored photo, one that is asked for and one by the button, while their words go wrong: all that were taken
    arrive, and nothing else does. Where no bytes are changed, each arrives once.
    """
    air = BadAir()
    house = House(air)
    stored = picture(99, PICTURE)
    house.add_photo("stored", stored)
    house.taken.append(stored)
    air.fate = (
        bytes(each if each & 7 not in (3, 4) else each & 0xF8 for each in data[1:]) if data[:1] < b"\x80" else data[1:]
    )
    house.run(lambda: house.gateway.relay.session.status == "CONNECTED", 30_000)
    now = house.clock.now()
    house.gateway.cloud_said(PhotoRequest(request_id="asked", app_id="a"), now)
    house.glasses.mcu_received(_CONTROLLER.encode_native("cs_pho"), now)
    assert house.run(lambda: len(house.taken) >= 2 and house.store.count == 0 and not air.fate, 3_600_000)
    air.fate = b""
    house.run(lambda: False, 30_000)
    names = [name for name, _ in house.stored]
    assert all(jpeg in house.taken for _, jpeg in house.stored)
    if data[:1] < b"\x80":
        assert len(set(names)) == len(names), names
        assert set(house.taken) == {jpeg for _, jpeg in house.stored}


TARGETS: dict[str, Callable[[], Callable[[bytes], None]]] = {
    "frames": lambda: frames,
    "words": lambda: words,
    "pieces": Pieces,
    "publishers": lambda: fuzz_media.publishers,
    "servers": lambda: fuzz_media.servers,
    "viewers": fuzz_media.Viewers,
    "talk": lambda: talk,
}


def corpus(target: str) -> list[bytes]:
    """Inputs to begin with: of the link the golden vectors, in the shape that the target takes."""
    if target in fuzz_media.CORPUS:
        return fuzz_media.CORPUS[target]
    if target == "talk":
        return [bytes(8), b"\x00" + bytes(range(1, 60)), b"\xff" + bytes(range(3, 250, 7)) * 2]
    whole = [bytes.fromhex(text) for text in _hexes(vectors.FOLDER)]
    if target == "frames":
        return [bytes((len(data) * 37 & 0xFF,)) + data for data in whole]
    if target == "words":
        return [data[5:-2] for data in whole]
    made = [bytes((0, min(len(data), 255))) + data[:255] for data in whole]
    for part in chunks(b'{"type":"ping","mId":77}', "1", 0, 8):
        text = str(part["d"]).encode()
        made.append(bytes((1, len(text) + 3, int(str(part["c"])), int(str(part["n"])), 1)) + text)
    return [*made, b"".join(made[-3:]), bytes((4, 3 + HEAD, 0, 1, 1)) + b'{"t":1}']


def _hexes(folder: Path) -> list[str]:
    found: list[str] = []
    for name in ("document.json", "link.json", "streams.json", "talks.json", "mentra_live.json"):
        for vector in json.loads((folder / name).read_text("utf-8"))["vectors"]:
            found += [vector["hex"]] if "hex" in vector else vector.get("frames", vector.get("glasses", []))
    return found
