"""Reader: the bytes on their way to one RTMP player, bounded: who is too slow loses pictures, not the connection.

While the connection takes bytes they pass through. While it does not they wait here; when more wait than the bound,
all that waits is dropped and nothing goes on before decoding can begin anew, with how to decode it told again. After
10 s in which nothing could be written it is given up.
"""

MOST_WAITING_BYTES = 2 * 2**20
STUCK_MS = 10_000


class Reader:
    """One player's queue; `dropped` counts the messages it did not get."""

    def __init__(self, most_bytes: int = MOST_WAITING_BYTES) -> None:
        self.dropped = 0
        self.waits_for_key = False
        self._most = most_bytes
        self._heads: dict[int, bytes] = {}
        """The latest of each kind that tells how to decode."""
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._stuck_since: int | None = None

    def configure(self, kind: int, data: bytes) -> None:
        """How to decode what follows of this kind."""
        self._heads[kind] = data
        if not self.waits_for_key:
            self._add(data)

    def offer(self, data: bytes, starts: bool) -> None:
        """A message for this player; `starts`: decoding may begin with it."""
        if self.waits_for_key:
            if not starts:
                self.dropped += 1
                return
            self.waits_for_key = False
            for head in self._heads.values():
                self._add(head)
        self._add(data)

    def _add(self, data: bytes) -> None:
        self._waiting.append(data)
        self._bytes += len(data)
        if self._stuck_since is not None and self._bytes > self._most:
            self.dropped += len(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            self.waits_for_key = True

    def paused(self, now: int) -> None:
        """The connection takes no more for now."""
        if self._stuck_since is None:
            self._stuck_since = now

    def resumed(self) -> None:
        """It takes bytes again."""
        self._stuck_since = None

    def deadline(self) -> int | None:
        """When it is to be given up if nothing changes."""
        return None if self._stuck_since is None else self._stuck_since + STUCK_MS

    def stuck(self, now: int) -> bool:
        """Whether it is to be given up."""
        return self._stuck_since is not None and now - self._stuck_since >= STUCK_MS

    def data_to_send(self) -> bytes:
        """What may be written now, once."""
        if self._stuck_since is not None or not self._waiting:
            return b""
        data = self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        return data
