"""How a file moves, told at most four times a second: people want to see it, and nothing else depends on it."""

from trifocal_shared.cloud_messages import PhotoProgress
from trifocal_shared.messages import FileAnnounce

EVERY_MS = 250


class Progress:
    """One file after the other. The rate is that of the bytes since the last word; quick files need none."""

    def __init__(self) -> None:
        self._request_id = ""
        self._bytes = 0
        self._said_at = 0

    def moved(self, announce: FileAnnounce, have_bytes: int, now: int) -> PhotoProgress | None:
        """So many bytes of this file are there; what is to be said about that, if it is time for another word."""
        waited = now - self._said_at
        is_new = announce.request_id != self._request_id or have_bytes < self._bytes
        if not is_new and waited < EVERY_MS:
            return None
        came, self._bytes, self._said_at = have_bytes - self._bytes, have_bytes, now
        self._request_id = announce.request_id
        if is_new:
            return None
        return PhotoProgress(
            request_id=announce.request_id,
            press_id=announce.press_id,
            done_bytes=have_bytes,
            total_bytes=announce.size,
            bytes_per_second=came * 1_000 // waited,
        )
