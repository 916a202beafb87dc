"""Presses: what a button press leads to, and that the same press said twice is one press.

A press that the apps are not listening for (`heard` is False) gets the default action: a short press of the photo
button takes a photo. For WINDOW_MS the same press id of the same user gets the same decision, however often and
by whatever road it is reported (PROTOCOL-device §11, cloud 5). A press without an id cannot be told from another one.

Refusals: more than PRESS_LIMIT presses of one user within the window are refused (`too_many`): no thumb is that fast.
"""

from collections import deque
from dataclasses import dataclass

WINDOW_MS = 10_000
PRESS_LIMIT = 100

PHOTO_BUTTONS = ("photo", "camera", "action")
"""The photo button by its names (PROTOCOL-device, compatibility notes)."""
TAKE_PHOTO = "take_photo"


@dataclass(frozen=True)
class Press:
    """Who pressed what, and how long; the id is empty when the peer gives none."""

    user: str
    press_id: str
    button_id: str
    press_type: str


@dataclass(frozen=True)
class Decision:
    """What to do about a press: an action with the request it makes, or nothing (`action` empty)."""

    press_id: str
    action: str = ""
    request_id: str = ""
    first: bool = True


class Presses:
    """See the top of the file. Times in ms; needs no timer, for it forgets when asked again."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[tuple[int, Decision]]] = {}

    def pressed(self, press: Press, heard: bool, request_id: str, now: int) -> Decision | None:
        """The decision about a press, `first` only once; None when there are too many. Uses up `request_id` or not."""
        recent = self._fresh(press.user, now)
        for _, decision in recent:
            if press.press_id and decision.press_id == press.press_id:
                return Decision(press.press_id, decision.action, decision.request_id, first=False)
        if len(recent) >= PRESS_LIMIT:
            return None
        takes_photo = not heard and press.button_id in PHOTO_BUTTONS and press.press_type == "short"
        decision = Decision(press.press_id, TAKE_PHOTO, request_id) if takes_photo else Decision(press.press_id)
        recent.append((now, decision))
        return decision

    def restored(self, user: str, press_id: str, request_id: str, age_ms: int, now: int) -> None:
        """Before the restart, `age_ms` ago, this press was answered with this request."""
        self._fresh(user, now).append((now - age_ms, Decision(press_id, TAKE_PHOTO, request_id)))

    def forgotten(self, user: str, press_id: str, now: int) -> None:
        """The decision could not be carried out; when the press is reported again, decide anew."""
        kept = [entry for entry in self._fresh(user, now) if entry[1].press_id != press_id]
        self._recent[user] = deque(kept)

    def _fresh(self, user: str, now: int) -> deque[tuple[int, Decision]]:
        recent = self._recent.setdefault(user, deque())
        while recent and recent[0][0] + WINDOW_MS <= now:
            recent.popleft()
        return recent
