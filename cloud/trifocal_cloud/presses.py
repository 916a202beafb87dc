"""Presses: what a button press leads to, and that the same press said twice is one press.

A press that apps are listening for (`heard`) is theirs. Any other gets the default action: a short press of the photo
button takes a photo. For WINDOW_MS the same press id of the same user gets the same decision, however often and by
whatever road it is reported (PROTOCOL-device §11, cloud 5).

A press without an id cannot be told from the next one by the same road. Glasses and phones of MentraOS give none, and
report a press by both: one by each road, of the same button and kind and within TWIN_MS, are one press.

Refusals: more than `limit` presses of one user within the window are refused (None): no thumb is that fast.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import NamedTuple

WINDOW_MS = 10_000
TWIN_MS = 2_000
PRESS_LIMIT = 100

PHOTO_BUTTONS = ("photo", "camera", "action")
"""The photo button by its names (PROTOCOL-device, compatibility notes)."""
TAKE_PHOTO = "take_photo"

HTTP, SOCKET = "http", "socket"


class Press(NamedTuple):
    """Who pressed what, and how long; the id is empty when the peer gives none. `road` is how we were told."""

    user: str
    press_id: str
    button_id: str
    press_type: str
    road: str = HTTP


class Decision(NamedTuple):
    """What to do about a press: an action with the request it makes, or nothing (`action` empty)."""

    press_id: str
    action: str = ""
    request_id: str = ""
    first: bool = True


@dataclass(slots=True)
class _Nameless:
    """A press without an id, until its twin has come by the other road."""

    at: int
    press: Press
    decision: Decision
    paired: bool = False


class _Recent:
    """The last presses of one user."""

    def __init__(self) -> None:
        self.named: OrderedDict[str, tuple[int, Decision]] = OrderedDict()
        self.nameless: deque[_Nameless] = deque()
        self.next_at = 0
        """Until then nothing is older than the window."""

    def forget(self, now: int) -> None:
        """Drop what is older than the window."""
        named, nameless = self.named, self.nameless
        if now < self.next_at:
            return
        while named:
            oldest = next(iter(named))
            if named[oldest][0] + WINDOW_MS > now:
                break
            del named[oldest]
        while nameless and nameless[0].at + WINDOW_MS <= now:
            nameless.popleft()
        left = [named[next(iter(named))][0]] if named else []
        left += [nameless[0].at] if nameless else []
        self.next_at = min(left, default=now) + WINDOW_MS

    def twin(self, press: Press, now: int) -> _Nameless | None:
        """The report of this very press by the other road."""
        for other in self.nameless:
            same = (other.press.button_id, other.press.press_type) == (press.button_id, press.press_type)
            if same and other.press.road != press.road and not other.paired and other.at + TWIN_MS > now:
                return other
        return None


class Presses:
    """See the top of the file. Times in ms; needs no timer, for it forgets when asked again."""

    def __init__(self, limit: int = PRESS_LIMIT) -> None:
        self._limit = limit
        self._recent: dict[str, _Recent] = {}

    def pressed(self, press: Press, heard: bool, request_id: str, now: int) -> Decision | None:
        """The decision about a press, `first` only once; None when there are too many. Uses up `request_id` or not."""
        recent = self._fresh(press.user, now)
        if press.press_id:
            known = recent.named.get(press.press_id)
            if known is not None:
                return _again(known[1])
        elif (twin := recent.twin(press, now)) is not None:
            twin.paired = True
            return _again(twin.decision)
        if len(recent.named) + len(recent.nameless) >= self._limit:
            return None
        takes_photo = not heard and press.button_id in PHOTO_BUTTONS and press.press_type == "short"
        decision = Decision(press.press_id, TAKE_PHOTO, request_id) if takes_photo else Decision(press.press_id)
        if press.press_id:
            recent.named[press.press_id] = (now, decision)
        else:
            recent.nameless.append(_Nameless(now, press, decision))
        return decision

    def restored(self, user: str, press_id: str, request_id: str, age_ms: int, now: int) -> None:
        """Before the restart, `age_ms` ago, this press was answered with this request. Oldest first."""
        recent = self._fresh(user, now)
        recent.named[press_id] = (now - age_ms, Decision(press_id, TAKE_PHOTO, request_id))
        recent.next_at = 0

    def forgotten(self, user: str, press_id: str, now: int) -> None:
        """The decision could not be carried out; when the press is reported again, decide anew."""
        recent = self._fresh(user, now)
        recent.named.pop(press_id, None)
        recent.nameless = deque([other for other in recent.nameless if other.press.press_id != press_id])

    def _fresh(self, user: str, now: int) -> _Recent:
        recent = self._recent.get(user)
        if recent is None:
            recent = self._recent[user] = _Recent()
        recent.forget(now)
        return recent


def _again(decision: Decision) -> Decision:
    return Decision(decision.press_id, decision.action, decision.request_id, first=False)
