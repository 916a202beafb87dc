"""What the headers of tus 1.0 say: core, creation, checksum, expiration and termination of tus.io's resumable uploads.

Only reading and judging: where the bytes are is the business of `io.partial_uploads`.
"""

import base64
import binascii
import hashlib
from typing import NamedTuple

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256", "md5")
"""sha1 is the one that the protocol demands."""
CONTENT_TYPE = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460
MOST_METADATA = 4096
MOST_DIGITS = 15


class TusError(Exception):
    """A header breaks the rules; `status` is what the protocol answers with."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Checksum(NamedTuple):
    """What the bytes of one PATCH add up to."""

    algorithm: str
    digest: bytes

    def fits(self, data: "hashlib._Hash") -> bool:
        """Whether this is it."""
        return data.digest() == self.digest


def check_version(said: str | None) -> None:
    """Every request but OPTIONS names the version. Raises TusError(412)."""
    if said != VERSION:
        raise TusError(412, f"this is tus {VERSION}")


def length(said: str | None, most: int) -> int:
    """Bytes of a whole upload. Raises TusError: 400, or 413 for more than `most`."""
    found = _count(said, "Upload-Length")
    if found == 0:
        raise TusError(400, "an upload has bytes")
    if found > most:
        raise TusError(413, f"an upload has {most} bytes at most")
    return found


def offset(said: str | None) -> int:
    """Where the bytes of a PATCH belong. Raises TusError(400)."""
    return _count(said, "Upload-Offset")


def metadata(said: str | None) -> dict[str, str]:
    """Upload-Metadata: words with values in base64, separated by commas. Raises TusError(400)."""
    found: dict[str, str] = {}
    if said is None or not said.strip():
        return found
    if len(said) > MOST_METADATA:
        raise TusError(400, "Upload-Metadata is too long")
    for pair in said.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            text = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise TusError(400, "a value of Upload-Metadata is not base64 of a text") from None
        if not key or key in found:
            raise TusError(400, "a key of Upload-Metadata is empty or said twice")
        found[key] = text
    return found


def checksum(said: str | None) -> Checksum | None:
    """Upload-Checksum, if there is one. Raises TusError(400)."""
    if said is None:
        return None
    algorithm, _, value = said.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise TusError(400, f"checksums are of {', '.join(ALGORITHMS)}")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        raise TusError(400, "Upload-Checksum is not base64") from None
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise TusError(400, f"that is no {algorithm}")
    return Checksum(algorithm, digest)


def _count(said: str | None, name: str) -> int:
    if said is None or not said.isascii() or not said.isdecimal() or len(said) > MOST_DIGITS:
        raise TusError(400, f"{name} is a number of bytes")
    return int(said)
