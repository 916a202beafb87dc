"""Message ids: what was sent is repeated until it is acknowledged, what came twice is one (PROTOCOL-device §2.7).

    sent ──▶ WAITING ── msg_ack ──▶ arrived
               │ ▲
               │ └── no answer in time: the same bytes again, `tries` times in all
               └──▶ given up, counted

An id is a number from 1 to 2^63 - 1, in the field `mId` of any message; `{"type":"msg_ack","mId":ID,"timestamp":0}`
acknowledges it. It is acknowledged whenever it comes, for the acknowledgement before may be what
was lost, and carried out the first time only.
"""

MOST_WAITING = 10
"""Messages that may be under way; one more is said without an id."""

MAX_ID = 0x7FFF_FFFF_FFFF_FFFF

ID_BYTES = 8


class Ids:
    """Both directions of one end. `given_up` counts what was never acknowledged."""

    def __init__(self, wait_ms: int, tries: int, most_known: int) -> None:
        """`most_known` ids that came are known again, however old they are."""
        self.given_up = 0
        self._wait_ms = wait_ms
        self._tries = tries
        self._waiting: dict[int, tuple[list[bytes], int, int, int]] = {}  # frames, wait, deadline, tries that are left
        self._known_bytes = most_known * ID_BYTES
        self._known = b""

    def forget(self) -> None:
        """Nothing is waited for any more; what came stays known."""
        self._waiting = {}

    @property
    def full(self) -> bool:
        """Whether no more can be waited for."""
        return len(self._waiting) >= MOST_WAITING

    def sent(self, message_id: int, frames: "list[bytes]", now: int) -> None:
        """It was said for the first time. What goes in pieces has longer: 50 ms for 300 bytes, and the time again."""
        wait = self._wait_ms
        if len(frames) > 1:
            wait += wait + len(b"".join(frames)) // 6
        self._waiting[message_id] = (frames, wait, now + wait, self._tries - 1)

    def acked(self, message_id: int) -> bool:
        """It has arrived; False when it was not waited for any more."""
        return self._waiting.pop(message_id, None) is not None

    def deadline(self) -> "int | None":
        """When something is to be said again."""
        soonest = None
        for _, _, due, _ in self._waiting.values():
            if soonest is None or due < soonest:
                soonest = due
        return soonest

    def timeout(self, now: int) -> "list[bytes]":
        """The frames that are to be sent again now."""
        again: list[bytes] = []
        for message_id, (frames, wait, due, left) in list(self._waiting.items()):
            if now < due:
                continue
            if left:
                again += frames
                self._waiting[message_id] = (frames, wait, now + wait, left - 1)
            else:
                del self._waiting[message_id]
                self.given_up += 1
        return again

    def first(self, message_id: int) -> bool:
        """Whether this id comes for the first time; from now on it is known."""
        mark = message_id.to_bytes(ID_BYTES, "big")
        at = self._known.find(mark)
        while at > 0 and at % ID_BYTES:
            at = self._known.find(mark, at + 1)
        if at >= 0:
            return False
        self._known = (self._known + mark)[-self._known_bytes :]
        return True
