"""Frames of the protocol document, streams that are not only whole frames, and JSON that is refused."""

from trifocal_shared.frame import FRAGMENT, PACK, PHOTO, STRING, encode_file_packet, encode_frame
from trifocal_shared.pack import Have, Piece, encode

Vector = dict[str, object]


def _document(name: str, direction: str, kind: str, hex_text: str, means: Vector) -> Vector:
    return {"name": name, "direction": direction, "kind": kind, "hex": hex_text.replace(" ", ""), "means": means}


_HAVE, _PIECE = Have(number=7, offset=972, window=9_222), Piece(7, 972, b"$$##")

DOCUMENT: list[Vector] = [
    _document(
        "ping",
        "phone to SoC",
        "message",
        "23 23 30 21 00 7b 22 43 22 3a 22 7b 5c 22 74 79 70 65 5c 22 3a 5c 22 70 69 6e 67 5c 22 7d 22 2c 22 57 22 3a 31"
        " 7d 24 24",
        {"type": "ping"},
    ),
    _document(
        "pong",
        "SoC to phone",
        "message",
        "23 23 30 00 28 7b 22 43 22 3a 22 7b 5c 22 74 79 70 65 5c 22 3a 5c 22 70 6f 6e 67 5c 22 7d 22 2c 22 56 22 3a 31"
        " 2c 22 42 22 3a 7b 7d 7d 24 24",
        {"type": "pong"},
    ),
    _document(
        "short press, little-endian",
        "MCU to SoC",
        "native",
        "23 23 30 1b 00 7b 22 43 22 3a 22 63 73 5f 70 68 6f 22 2c 22 56 22 3a 31 2c 22 42 22 3a 22 22 7d 24 24",
        {"command": "cs_pho", "body": ""},
    ),
    _document(
        "short press, big-endian",
        "MCU to SoC",
        "native",
        "23 23 30 00 1b 7b 22 43 22 3a 22 63 73 5f 70 68 6f 22 2c 22 56 22 3a 31 2c 22 42 22 3a 22 22 7d 24 24",
        {"command": "cs_pho", "body": ""},
    ),
    _document(
        "battery",
        "MCU to phone",
        "native",
        "23 23 30 00 2d 7b 22 43 22 3a 22 73 72 5f 62 61 74 76 22 2c 22 56 22 3a 31 2c 22 42 22 3a 7b 22 76 74 22 3a 33"
        " 39 31 32 2c 22 70 74 22 3a 36 37 7d 7d 24 24",
        {"command": "sr_batv", "body": {"vt": 3912, "pt": 67}},
    ),
    _document(
        "file packet",
        "SoC to phone",
        "file_packet",
        "23 23 31 00 04 00 00 00 00 00 04 49 30 30 30 30 30 30 30 34 32 2e 6a 70 67 00 00 00 00 ff d8 ff e0 b6 24 24",
        {"type": 49, "index": 0, "fileSize": 4, "name": "I000000042.jpg", "flags": 0, "data": "ffd8ffe0"},
    ),
    _document(
        "v2 handshake",
        "phone to SoC",
        "fragment",
        "23 23 40 09 00 0b 01 00 00 01 02 00 76 32 24 24",
        {"payload": "0b0100000102007632"},
    ),
]

_LITTLE = encode_frame(STRING, b'{"type":"ping"}', little_endian=True)
_BIG = encode_frame(STRING, b'{"type":"pong","note":"## and $$ mean nothing here"}', little_endian=False)
_PLAIN = encode_frame(STRING, b'{"type":"pong","note":"nothing but letters and spaces"}', little_endian=False)
_PING: Vector = {"kind": "message", "means": {"type": "ping"}}
_PONG: Vector = {"kind": "message", "means": {"type": "pong", "note": "## and $$ mean nothing here"}}
_MARKED = encode_frame(STRING, b'{"type":"ping","n":"' + b"x" * 13 + b'"}', little_endian=True)
_MARKED_PING: Vector = {"kind": "message", "means": {"type": "ping", "n": "x" * 13}}


def _packet(index: int) -> bytes:
    return encode_file_packet(PHOTO, index, 12, "P000000042.jpg", bytes((index,)) * 4)


def _piece(index: int) -> Vector:
    data = (bytes((index,)) * 4).hex()
    means = {"type": PHOTO, "index": index, "fileSize": 12, "name": "P000000042.jpg", "flags": 0, "data": data}
    return {"kind": "file_packet", "means": means}


def _stream(name: str, data: bytes, finds: list[Vector], discarded: dict[str, int], silence: bool = False) -> Vector:
    return {"name": name, "hex": data.hex(), "silence": silence, "finds": finds, "discarded": discarded}


STREAMS: list[Vector] = [
    _stream("two frames in one read", _LITTLE + _BIG, [_PING, _PONG], {}),
    _stream("a length whose byte is a marker", _MARKED + _LITTLE, [_MARKED_PING, _PING], {}),
    _stream("garbage before a frame", b"\xa0lc3#{}" + _BIG, [_PONG], {"garbage": 7}),
    _stream("markers overlap", b"#" + _LITTLE + b"##" + _BIG, [_PING, _PONG], {"garbage": 3}),
    _stream("a lone marker at the end", _LITTLE + b"#", [_PING], {"garbage": 1}, silence=True),
    _stream(
        "a length too short, the end further on",
        _PLAIN[:3] + b"\x00\x1e" + _PLAIN[5:] + _LITTLE,
        [_PING],
        {"bad_end": 1, "garbage": len(_PLAIN)},
    ),
    _stream("a length beyond the limit", b"##0\xff\xfe" + _BIG, [_PONG], {"too_long": 1, "garbage": 5}),
    _stream(
        "a frame cut short", _PLAIN[:-30] + _LITTLE, [_PING], {"stalled": 1, "garbage": len(_PLAIN) - 30}, silence=True
    ),
    _stream("an unknown kind", b"##\x7f\x02\x00hi$$" + _LITTLE, [_PING], {"unknown_type": 1, "garbage": 9}),
    _stream(
        "a file packet with a wrong sum",
        _packet(0) + _packet(1)[:-3] + b"\xee$$" + _packet(2),
        [_piece(0), _piece(2)],
        {"bad_checksum": 1},
    ),
    _stream("a packet twice", _packet(0) * 2, [_piece(0)] * 2, {}),
    _stream("the last packet first", _packet(2) + _packet(0) + _packet(1), [_piece(2), _piece(0), _piece(1)], {}),
    _stream(
        "a fragment among strings",
        _LITTLE + encode_frame(FRAGMENT, b"$$##", little_endian=True) + _BIG,
        [_PING, {"kind": "fragment", "means": {"payload": "24242323"}}, _PONG],
        {},
    ),
    _stream(
        "packs among strings: a have and a piece of photo 7",
        _LITTLE + encode_frame(PACK, encode(_HAVE), False) + encode_frame(PACK, encode(_PIECE), False) + _BIG,
        [
            _PING,
            {"kind": "pack", "means": {"number": 7, "offset": 972, "window": 9222}},
            {"kind": "pack", "means": {"number": 7, "offset": 972, "data": "24242323"}},
            _PONG,
        ],
        {},
    ),
    _stream(
        "a pack with a wrong sum",
        _LITTLE + encode_frame(PACK, encode(_PIECE), False)[:-3] + b"\x00$$" + _BIG,
        [_PING, _PONG],
        {"bad_checksum": 1},
    ),
]

REFUSED: list[Vector] = [
    {"name": "no JSON", "to": "glasses", "text": "take_photo"},
    {"name": "cut short", "to": "glasses", "text": '{"type":"take_photo","requestId":"r1"'},
    {"name": "no object", "to": "glasses", "text": '["take_photo"]'},
    {"name": "no type", "to": "glasses", "text": '{"requestId":"r1"}'},
    {"name": "a type that is no text", "to": "glasses", "text": '{"type":7}'},
    {"name": "a required field missing", "to": "glasses", "text": '{"type":"take_photo"}'},
    {"name": "a number for a text", "to": "glasses", "text": '{"type":"take_photo","requestId":1}'},
    {"name": "a truth for a number", "to": "glasses", "text": '{"type":"file_have","fileName":"a","offset":true}'},
    {"name": "a fraction for a number", "to": "glasses", "text": '{"type":"file_have","fileName":"a","offset":1.5}'},
    {
        "name": "a number beyond 2^53",
        "to": "glasses",
        "text": '{"type":"file_have","fileName":"a","offset":9007199254740993}',
    },
    {
        "name": "an unknown choice",
        "to": "glasses",
        "text": '{"type":"take_photo","requestId":"r1","size":"gigantic"}',
    },
    {
        "name": "an envelope around half a message",
        "to": "glasses",
        "text": '{"C":"{\\"type\\":\\"take_photo\\"","W":1}',
    },
    {"name": "nested too deep", "to": "gateway", "text": '{"type":"pong","x":' + "[" * 40 + "]" * 40 + "}"},
    {"name": "an announcement without a sum", "to": "gateway", "text": '{"type":"file_announce","fileName":"a"}'},
]
