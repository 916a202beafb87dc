"""What the button controller says: its words for a press (PROTOCOL-device §3.1), on its own wire or through the link.

Its frames carry no id, and a bad link may double them: the same press twice within `REPEAT_MS` is one. Words that are
not about presses are no business of ours.
"""

from trifocal_shared.envelope import Native
from trifocal_shared.wire import Wire

REPEAT_MS = 150
"""Nobody presses a button twice within this time; a link that repeats a frame does."""

_WORDS = {
    "cs_pho": ("photo", "short"),
    "cs_vdo": ("video", "long"),
    "button click": ("photo", "short"),
    "button long click": ("video", "long"),
}
"""Older controllers name the press in the command, newer ones in the body of `hs_ntfy`."""


class Mcu:
    """The button controller's wire; drained events are (button, press_type)."""

    def __init__(self) -> None:
        self._wire = Wire({}, glasses_side=True)
        self._heard: dict[str, int] = {}  # button -> when
        self._events: list[tuple[str, str]] = []

    def receive(self, data: "bytes | bytearray", now: int) -> None:
        """Bytes from the controller."""
        self._wire.receive(bytes(data), now)
        self._listen(now)

    def said(self, native: Native, now: int) -> None:
        """A word of the controller, by whatever way it came."""
        word: object = native.command
        if word == "hs_ntfy" and isinstance(native.body, dict):
            word = native.body.get("msg")
        press = _WORDS.get(word) if isinstance(word, str) else None
        if press is None:
            return
        before = self._heard.get(press[0])
        self._heard[press[0]] = now
        if before is None or now - before >= REPEAT_MS:
            self._events.append(press)

    def deadline(self) -> "int | None":
        """When an incomplete frame is given up."""
        return self._wire.deadline()

    def timeout(self, now: int) -> None:
        """Give up an incomplete frame whose time is over."""
        self._wire.timeout(now)
        self._listen(now)

    def events(self) -> "list[tuple[str, str]]":
        """Drain the presses."""
        events, self._events = self._events, []
        return events

    def _listen(self, now: int) -> None:
        for said in self._wire.events():
            if isinstance(said, Native):
                self.said(said, now)
