"""RequestReader: the heads of HTTP/1.1 requests that fetch media, read with bounds; none has a body."""

from dataclasses import dataclass

MOST_HEAD_BYTES = 8192
MOST_TARGET = 2048
METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Request:
    """One request."""

    method: str
    target: str
    keep: bool
    """Whether the connection is to stay."""


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
        head = self.rest[:end]
        self.rest = self.rest[end + 4 :]
        line, _, fields = head.partition(b"\r\n")
        words = line.split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            raise BadRequestError(400)
        method, target = words[0].decode("latin-1"), words[1].decode("latin-1")
        if method not in METHODS:
            raise BadRequestError(405)
        if len(target) > MOST_TARGET or not target.isascii() or not target.isprintable():
            raise BadRequestError(400)
        fields = b"\n" + fields.lower().replace(b"\r\n", b"\n") + b"\n"
        if b"\ncontent-length:" in fields.replace(b"\ncontent-length: 0\n", b"\n") or b"\ntransfer-encoding:" in fields:
            raise BadRequestError(400)
        keep = words[2] == b"HTTP/1.1" and b"\nconnection: close\n" not in fields
        return Request(method, target, keep)
