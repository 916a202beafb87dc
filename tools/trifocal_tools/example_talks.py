"""Talks over the link: what one end hears frame by frame, what it makes of that, and what it answers at once."""

import json

from trifocal_shared.chunk import HANDSHAKE, OFFER, chunks, fragments
from trifocal_shared.envelope import wrap_from_glasses, wrap_from_phone
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.link import Link
from trifocal_shared.message import Message
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES, ButtonPress, TakePhoto
from trifocal_tools.example_messages import AT, PRESS, REQUEST

Vector = dict[str, object]

TAKE = TakePhoto(request_id=REQUEST, size="large", timestamp=AT)
PRESSED = ButtonPress(press_id=PRESS, button_id="photo", press_type="short", device_id="d" * 64, timestamp=AT)
ID = 1_760_000_000_007


def _string(to: str, wire: dict[str, object]) -> bytes:
    if to == "glasses":
        return encode_frame(STRING, wrap_from_phone(wire), little_endian=True)
    return encode_frame(STRING, wrap_from_glasses(wire), little_endian=False)


def _whole(to: str, message: Message, message_id: int = 0) -> bytes:
    wire = message.to_wire()
    return _string(to, wire | {"mId": message_id} if message_id else wire)


def _first_way(to: str, message: Message, message_id: int = 0) -> list[bytes]:
    text = json.dumps(message.to_wire(), separators=(",", ":")).encode()
    return [_string(to, chunk) for chunk in chunks(text, f"{message_id}_{AT}_1", message_id, 76)]


def _second_way(message: Message, longest: int = 120) -> list[bytes]:
    text = json.dumps(message.to_wire(), separators=(",", ":")).encode()
    return fragments(text, 0x0102, 0, longest)


def _talk(name: str, to: str, frames: list[bytes], means: list[Message]) -> Vector:
    link = Link(TO_GLASSES, True) if to == "glasses" else Link(TO_GATEWAY, False)
    answers = []
    for frame in frames:
        link.receive(frame, 0)
        link.events()
        answers += link.data_to_send()
    shown = {"means": [message.to_wire() for message in means], "answers": [answer.hex() for answer in answers]}
    return {"name": name, "to": to, "frames": [frame.hex() for frame in frames], **shown}


_TAKE, _PRESSED = _first_way("glasses", TAKE, ID), _first_way("gateway", PRESSED)
_OLD_SPELLING = {"type": "chunked_msg", "chunkId": "1_1_1", "total": 2}

TALKS: list[Vector] = [
    _talk("with an id, and again because the answer was lost", "glasses", [_whole("glasses", TAKE, ID)] * 2, [TAKE]),
    _talk("in chunks, the id on the last one", "glasses", _TAKE, [TAKE]),
    _talk("in chunks, backwards and each twice", "gateway", [one for one in _PRESSED[::-1] for _ in "12"], [PRESSED]),
    _talk(
        "chunks of two messages among each other",
        "glasses",
        [*_TAKE[:1], *_first_way("glasses", TAKE), *_TAKE[1:]],
        [TAKE, TAKE],
    ),
    _talk("one chunk is missing", "gateway", _PRESSED[1:], []),
    _talk(
        "in chunks of the older spelling",
        "glasses",
        [
            _string("glasses", _OLD_SPELLING | {"chunk": 0, "data": '{"type":"pi'}),
            _string("glasses", _OLD_SPELLING | {"chunk": 1, "data": 'ng"}'}),
        ],
        [TO_GLASSES["ping"]()],
    ),
    _talk(
        "the second way offered, and a message in it",
        "gateway",
        [*fragments(OFFER, 1, HANDSHAKE, 240), *_second_way(PRESSED)],
        [PRESSED],
    ),
    _talk("fragments backwards", "gateway", _second_way(PRESSED)[::-1], [PRESSED]),
    _talk("an unknown message with an id", "glasses", [_string("glasses", {"type": "from_the_future", "mId": 9})], []),
]
