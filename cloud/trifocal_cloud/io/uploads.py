"""Takes in a multipart upload piece by piece: the file goes to disk as it comes, nothing is held whole in memory.

What a file is called is ignored; what it is, its first bytes say. Whatever goes wrong, nothing stays behind.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from trifocal_cloud import media
from trifocal_cloud.io.refusals import RefusedError
from trifocal_shared import reasons

FIELD_LIMIT_BYTES = 16 * 1024
PART_LIMIT = 16
FLUSH_BYTES = 512 * 1024
"""Written to disk, and hashed, in pieces of about this size, off the event loop."""


@dataclass(frozen=True)
class Limits:
    """What is too much. `stall_s` is how long an upload may send nothing."""

    photo_bytes: int
    video_bytes: int
    stall_s: float


@dataclass(frozen=True)
class Received:
    """A file that has come whole, and the text parts that came with it."""

    path: Path
    size: int
    sha256: str
    mime_type: str
    texts: dict[str, str]


class Upload:
    """One upload on its way in. A context: the staged file is gone when it ends, whatever happened."""

    def __init__(self, path: Path, content_type: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._sha256 = hashlib.sha256()
        self._pending = bytearray()
        self._size = 0
        self._limit = limits.video_bytes
        self._mime_type = ""
        self._has_file = False
        self._texts: dict[str, bytearray] = {}
        self._parts = 0
        self._name = ""
        self._header = bytearray()
        self._value = bytearray()
        self._ended = False
        self._parser = self._parser_for(content_type)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._path.unlink(missing_ok=True)

    async def receive(self, body: AsyncIterator[bytes]) -> Received:
        """Read the body to its end. Raises RefusedError, OSError, and whatever the connection raises when it breaks."""
        pieces = aiter(body)
        while True:
            try:
                async with asyncio.timeout(self._limits.stall_s):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                break
            except TimeoutError as error:
                raise RefusedError(408, reasons.TIMED_OUT) from error
            self._feed(piece)
            if len(self._pending) >= FLUSH_BYTES:
                await self._flush()
        if not self._ended:
            raise RefusedError(422, reasons.MALFORMED, "the upload was cut short")
        if not self._has_file or not self._size:
            raise RefusedError(422, reasons.MALFORMED, "the upload has no file")
        self._recognise()
        await self._flush()
        texts = {name: _text(raw) for name, raw in self._texts.items()}
        return Received(self._path, self._size, self._sha256.hexdigest(), self._mime_type, texts)

    def _parser_for(self, content_type: str) -> MultipartParser:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise RefusedError(422, reasons.MALFORMED, "an upload is multipart/form-data")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._part_data,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise RefusedError(422, reasons.MALFORMED, "the multipart boundary is too long") from error

    def _feed(self, piece: bytes) -> None:
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise RefusedError(422, reasons.MALFORMED, "the multipart body is broken") from error

    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > PART_LIMIT:
            raise RefusedError(422, reasons.MALFORMED, "the upload has too many parts")
        self._name = ""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            _, options = parse_options_header(self._value.decode("latin-1"))
            self._name = options.get(b"name", b"").decode("latin-1")
        self._header.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        if self._name == "file":
            if self._has_file:
                raise RefusedError(422, reasons.MALFORMED, "an upload has one file")
            self._has_file = True
        elif self._name in self._texts:
            raise RefusedError(422, reasons.MALFORMED, "a part was sent twice")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name != "file":
            text = self._texts.setdefault(self._name, bytearray())
            text += data[start:end]
            if len(text) > FIELD_LIMIT_BYTES:
                raise RefusedError(413, reasons.TOO_LARGE, "a text part of the upload is too long")
            return
        self._size += end - start
        self._pending += data[start:end]
        if not self._mime_type and self._size >= media.HEAD_BYTES:
            self._recognise()
        if self._size > self._limit:
            raise RefusedError(413, reasons.TOO_LARGE)

    def _end(self) -> None:
        self._ended = True

    def _recognise(self) -> None:
        """Decide what the file is while nothing of it has been flushed yet."""
        if self._mime_type:
            return
        mime_type = media.sniff(bytes(self._pending[: media.HEAD_BYTES]))
        if mime_type is None:
            raise RefusedError(415, reasons.NOT_AN_IMAGE)
        self._mime_type = mime_type
        if media.media_type(mime_type) == media.PHOTO:
            self._limit = self._limits.photo_bytes

    async def _flush(self) -> None:
        piece, self._pending = bytes(self._pending), bytearray()
        if piece:
            await asyncio.to_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        self._sha256.update(piece)
        with self._path.open("ab") as staged:
            staged.write(piece)


def _text(raw: bytearray) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(422, reasons.MALFORMED, "a text part of the upload is not UTF-8") from error
