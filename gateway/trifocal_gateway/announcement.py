"""What the glasses announce, judged before a byte of it is taken."""

import re

from trifocal_gateway.names import LONGEST_FILE_NAME, LONGEST_REQUEST_ID, is_plain
from trifocal_shared import reasons
from trifocal_shared.frame import NAME_BYTES
from trifocal_shared.messages import FileAnnounce

LIMITS = {"photo": 10_000_000, "video": 100_000_000}
"""The cloud takes no larger ones (PROTOCOL-device §6.2)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def refusal(announce: FileAnnounce) -> str:
    """Why this file can never be taken, as one of `trifocal_shared.reasons`; empty when it can."""
    if not is_plain(announce.file_name, LONGEST_FILE_NAME) or not is_plain(announce.request_id, LONGEST_REQUEST_ID):
        return reasons.MALFORMED
    if announce.size <= 0 or not _SHA256.fullmatch(announce.sha256):
        return reasons.MALFORMED
    return reasons.TOO_LARGE if announce.size > LIMITS[announce.media_type] else ""


def same(announce: FileAnnounce, other: FileAnnounce | None) -> bool:
    """Whether both speak of the same bytes; what changes from one saying to the next (its age) does not count."""
    return other is not None and (
        (announce.file_name, announce.request_id, announce.size, announce.sha256)
        == (other.file_name, other.request_id, other.size, other.sha256)
    )


def wire_name(file_name: str) -> str:
    """The name as far as it fits into a file packet (PROTOCOL-device §2.9)."""
    return file_name[:NAME_BYTES]
