"""Bytes that break the rules are forgotten, and what follows them is heard (PROTOCOL-device §2.3, DESIGN §3.6)."""

import json
import random

import pytest

from trifocal_shared.frame import PACK, STRING, encode_frame
from trifocal_tools.hil.peer import Peer

PATIENCE_S = 12.0
"""A frame that never ends is given up after a second of silence, and after ten in any case."""


def frame(payload: bytes) -> bytes:
    """A frame as a gateway sends it."""
    return encode_frame(STRING, payload, True)


BAD = {
    "no frame at all": b"hello glasses\r\n",
    "half a mark": b"#",
    "marks on marks": b"#" * 301,
    "a frame without its end": frame(b'{"C":"x"}')[:-1],
    "a frame with another end": frame(b'{"C":"x"}')[:-2] + b"%%",
    "a length beyond all bounds": b"##\x30\xff\xff" + bytes(200),
    "no length": b"##\x30\x00\x00$$",
    "a kind that nobody knows": b"##\x7f\x01\x00a$$",
    "a pack with a wrong sum": encode_frame(PACK, bytes(13), False)[:-3] + b"\xff$$",
    "a pack of no shape": encode_frame(PACK, b"\x07" + bytes(12), False),
    "no JSON": frame(b"{"),
    "JSON without end": frame(b"[" * 2_000),
    "no object": frame(b"[1,2,3]"),
    "no text in C": frame(b'{"C":7,"W":1}'),
    "no UTF-8": frame(b'{"C":"\xff\xfe","W":1}'),
    "a message of no type": frame(b'{"C":"{}","W":1}'),
    "a type that nobody knows": frame(json.dumps({"C": '{"type":"make_coffee"}', "W": 1}).encode()),
    "a request without id": frame(json.dumps({"C": '{"type":"take_photo"}', "W": 1}).encode()),
    "a request with an id of no type": frame(
        json.dumps({"C": '{"type":"take_photo","requestId":{"a":1}}', "W": 1}).encode()
    ),
    "a request with an endless id": frame(
        json.dumps({"C": json.dumps({"type": "take_photo", "requestId": "x" * 3_000}), "W": 1}).encode()
    ),
    "a time before all time": frame(json.dumps({"C": '{"type":"set_system_time","timestampMs":-1}', "W": 1}).encode()),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=list(BAD))
def test_malformed(peer: Peer, bad: bytes) -> None:
    """Glasses that are told this answer the next ping, without having restarted."""
    before = peer.hello()
    peer.say_bytes(bad)
    peer.say_bytes(bad)
    peer.ping(PATIENCE_S)
    assert peer.hello().sid == before.sid


def test_noise(peer: Peer) -> None:
    """After 20,000 bytes of noise, the same in each run, glasses hear again."""
    before = peer.hello()
    noise = random.Random(4860).randbytes(20_000)  # noqa: S311
    for at in range(0, len(noise), 500):
        peer.say_bytes(noise[at : at + 500])
    peer.ping(PATIENCE_S)
    assert peer.hello().sid == before.sid
