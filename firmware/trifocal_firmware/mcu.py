"""What the button controller says: its words for a press (PROTOCOL-device §3.1), on its own wire or through the link.

Its frames carry no id, and a bad link may double them: the same press twice within `REPEAT_MS` is one. Touches are
presses too, of the button `touch`. Words that are not about presses come out as they came in.
"""

from trifocal_shared.control_messages import gesture
from trifocal_shared.envelope import Native
from trifocal_shared.wire import Wire

REPEAT_MS = 150
"""Nobody presses a button twice within this time; a link that repeats a frame does."""

TOUCH = "touch"

_WORDS = {
    "cs_pho": ("photo", "short"),
    "cs_vdo": ("video", "long"),
    "button click": ("photo", "short"),
    "button long click": ("video", "long"),
}
"""Older controllers name the press in the command, newer ones in the body of `hs_ntfy`."""


class Mcu:
    """The button controller's wire; drained events are (button, press_type), or a Native."""

    def __init__(self) -> None:
        self._wire = Wire({}, glasses_side=True)
        self._heard: dict[tuple[str, str], int] = {}  # press -> when
        self._events: list[object] = []

    def receive(self, data: "bytes | bytearray", now: int) -> None:
        """Bytes from the controller."""
        self._wire.receive(bytes(data), now)
        self._listen(now)

    def said(self, native: Native, now: int) -> None:
        """A word of the controller, by whatever way it came."""
        press = _press(native.command, native.body if isinstance(native.body, dict) else {})
        if press is None:
            self._events.append(native)
            return
        before = self._heard.get(press)
        self._heard[press] = now
        if before is None or now - before >= REPEAT_MS:
            self._events.append(press)

    def deadline(self) -> "int | None":
        """When an incomplete frame is given up."""
        return self._wire.deadline()

    def timeout(self, now: int) -> None:
        """Give up an incomplete frame whose time is over."""
        self._wire.timeout(now)
        self._listen(now)

    def events(self) -> "list[object]":
        """Drain what was said."""
        events, self._events = self._events, []
        return events

    def _listen(self, now: int) -> None:
        for said in self._wire.events():
            if isinstance(said, Native):
                self.said(said, now)


def _press(word: object, body: "dict[str, object]") -> "tuple[str, str] | None":
    """The press that a word means, if it means one."""
    touch = gesture(body.get("type")) if word == "sr_tpevt" else ""
    if touch:
        return TOUCH, touch
    if word == "sr_keyevt" and body == {"button": 1, "type": 0}:  # the camera's key on the latest controllers
        return "photo", "short"
    if word == "hs_ntfy":
        word = body.get("msg")
    return _WORDS.get(word) if isinstance(word, str) else None
