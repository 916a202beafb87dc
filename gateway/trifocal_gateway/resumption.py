"""An upload that goes on wherever it broke off: what to ask of the cloud next (tus 1.0).

    ASK ──▶ SEND ──▶ FETCH ──▶ over       ASK    announce it; the cloud says how much it has
     ▲        │                           SEND   the bytes from `offset` on
     └────────┘ it broke, but it moved    FETCH  everything is there: what became of it
              └──▶ STUCK                  STUCK  nothing got through since it was last asked: later again

The cloud alone knows how far it is: nothing of this is kept anywhere, and after a restart it begins with ASK.
"""

ASK, SEND, FETCH, STUCK = "ask", "send", "fetch", "stuck"


class Resumption:
    """One attempt at an upload of `size` bytes."""

    def __init__(self, size: int) -> None:
        self.step = ASK
        self.offset = 0
        """How much the cloud has, as far as it said."""
        self._size = size
        self._asked_at = -1

    def found(self, offset: int) -> None:
        """The cloud has so many bytes: its answer to ASK, or to SEND."""
        moved = offset > self._asked_at
        self._asked_at = self.offset = offset
        if offset == self._size:
            self.step = FETCH
        else:
            self.step = SEND if moved and 0 <= offset < self._size else STUCK

    def broke(self) -> None:
        """The connection ended, or was ended, while sending."""
        self.step = ASK
