"""RequestReader: HTTP/1.1 requests about media, read with bounds; those that bring something have a short body."""

from dataclasses import dataclass

MOST_HEAD_BYTES = 8192
MOST_BODY_BYTES = 32_768
"""Offers of browsers take about eight thousand."""
MOST_TARGET = 2048
FETCHING = ("GET", "HEAD", "OPTIONS")
METHODS = (*FETCHING, "POST", "PATCH", "DELETE")


@dataclass(frozen=True)
class Request:
    """One request."""

    method: str
    target: str
    keep: bool
    """Whether the connection is to stay."""
    kind: str = ""
    """What the body is, by its type."""
    body: bytes = b""


class BadRequestError(Exception):
    """What came is no request that is answered here; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class RequestReader:
    """Bytes in, requests out, one at a time; what has not been read yet is in `rest`."""

    def __init__(self) -> None:
        self.rest = b""

    def receive(self, data: bytes) -> None:
        """Bytes came. Raises BadRequestError when they are a head without end."""
        self.rest = self.rest + data if self.rest else data
        if len(self.rest) > MOST_HEAD_BYTES and b"\r\n\r\n" not in self.rest[:MOST_HEAD_BYTES]:
            raise BadRequestError(431)

    def next(self) -> Request | None:
        """The next request that is whole. Raises BadRequestError."""
        end = self.rest.find(b"\r\n\r\n")
        if end < 0:
            return None
        line, _, more = self.rest[:end].partition(b"\r\n")
        method, target, version = _line(line)
        fields = _fields(more)
        size = _size(fields)
        if size > (0 if method in FETCHING else MOST_BODY_BYTES):
            raise BadRequestError(400 if method in FETCHING else 413)
        after = end + 4 + size
        if len(self.rest) < after:
            return None
        body = self.rest[end + 4 : after]
        self.rest = self.rest[after:]
        keep = version == b"HTTP/1.1" and fields.get(b"connection", b"").lower() != b"close"
        kind = fields.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
        return Request(method, target, keep, kind, body)


def _line(line: bytes) -> tuple[str, str, bytes]:
    words = line.split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
        raise BadRequestError(400)
    method, target = words[0].decode("latin-1"), words[1].decode("latin-1")
    if method not in METHODS:
        raise BadRequestError(405)
    if len(target) > MOST_TARGET or not target.isascii() or not target.isprintable():
        raise BadRequestError(400)
    return method, target, words[2]


def _fields(more: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for line in more.split(b"\r\n") if more else ():
        name, colon, value = line.partition(b":")
        name = name.lower()
        # Two lengths, or one that hides in spaces or single line ends, would be read differently by others on the way.
        if not colon or name != name.strip() or b"\n" in line or (name == b"content-length" and name in found):
            raise BadRequestError(400)
        found[name] = value.strip()
    if b"transfer-encoding" in found:
        raise BadRequestError(400)
    return found


def _size(fields: dict[bytes, bytes]) -> int:
    said = fields.get(b"content-length", b"0")
    if not said.isdigit() or len(said) > 9:
        raise BadRequestError(400)
    return int(said)
