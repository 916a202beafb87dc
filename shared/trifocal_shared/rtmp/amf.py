"""AMF0: the values in RTMP's commands (Action Message Format 0), read with bounds on depth, width and length.

Numbers become floats, objects and associative arrays dicts, null and undefined None, dates their milliseconds. What a
peer may say at most is far more than any publisher says; beyond it, or cut short, is a ProtocolError.
"""

import struct

from trifocal_shared.message import ProtocolError

MOST_DEPTH = 16
MOST_KEYS = 256
MOST_ITEMS = 1024
MOST_VALUES = 64
"""Values side by side in one message."""

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_MAP, _END, _LIST, _DATE, _LONG_STRING, _UNSUPPORTED, _XML, _TYPED = 8, 9, 10, 11, 12, 13, 15, 16


def decode(data: bytes) -> list[object]:
    """The values of a message, one after the other. Raises ProtocolError."""
    reader = _Reader(data)
    found: list[object] = []
    while reader.left():
        if len(found) == MOST_VALUES:
            raise ProtocolError("too many values")
        found.append(reader.value(0))
    return found


def encode(*values: object) -> bytes:
    """The bytes of these values: None, bool, int, float, str, and dicts and lists of them."""
    return b"".join([_encoded(value) for value in values])


class _Reader:
    """Goes through a message once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def left(self) -> int:
        return len(self._data) - self._at

    def value(self, depth: int) -> object:
        if depth > MOST_DEPTH:
            raise ProtocolError("values lie too deep in each other")
        marker = self._take(1)[0]
        if marker == _NUMBER:
            return struct.unpack(">d", self._take(8))[0]
        if marker == _BOOLEAN:
            return self._take(1) != b"\0"
        if marker == _STRING:
            return self._text(2)
        if marker in (_NULL, _UNDEFINED, _UNSUPPORTED):
            return None
        if marker in (_LONG_STRING, _XML):
            return self._text(4)
        if marker == _DATE:
            return struct.unpack(">dh", self._take(10))[0]
        return self._compound(marker, depth + 1)

    def _compound(self, marker: int, depth: int) -> object:
        if marker == _TYPED:
            self._text(2)
        if marker == _MAP:
            self._take(4)  # how many keys, which nobody keeps to
        if marker in (_OBJECT, _TYPED, _MAP):
            return self._keys(depth)
        if marker == _LIST:
            count = self._whole(4)
            if count > MOST_ITEMS:
                raise ProtocolError("the array is too long")
            return [self.value(depth) for _ in range(count)]
        raise ProtocolError("no such kind of value")

    def _keys(self, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while True:
            key = self._text(2)
            if not key and self._peek() == _END:
                self._take(1)
                return found
            if len(found) == MOST_KEYS:
                raise ProtocolError("the object has too many keys")
            found[key] = self.value(depth)

    def _peek(self) -> int:
        return self._data[self._at] if self.left() else -1

    def _text(self, width: int) -> str:
        try:
            return str(self._take(self._whole(width)), "utf-8")
        except UnicodeError as error:
            raise ProtocolError("a text is not UTF-8") from error

    def _whole(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def _take(self, count: int) -> bytes:
        at = self._at
        if count > len(self._data) - at:
            raise ProtocolError("a value is cut short")
        self._at = at + count
        return bytes(self._data[at : at + count])


def _encoded(value: object) -> bytes:
    if value is None:
        return bytes((_NULL,))
    if isinstance(value, bool):
        return bytes((_BOOLEAN, value))
    if isinstance(value, (int, float)):
        return struct.pack(">Bd", _NUMBER, value)
    if isinstance(value, str):
        raw = value.encode()
        if len(raw) > 0xFFFF:
            return bytes((_LONG_STRING,)) + len(raw).to_bytes(4, "big") + raw
        return bytes((_STRING,)) + len(raw).to_bytes(2, "big") + raw
    if isinstance(value, dict):
        parts = [_key(key) + _encoded(one) for key, one in value.items()]
        return bytes((_OBJECT,)) + b"".join(parts) + bytes((0, 0, _END))
    if isinstance(value, list):
        return bytes((_LIST,)) + len(value).to_bytes(4, "big") + b"".join([_encoded(one) for one in value])
    raise TypeError("AMF0 has no such value")


def _key(key: str) -> bytes:
    raw = key.encode()
    return len(raw).to_bytes(2, "big") + raw
