"""Presses: what a button press leads to, and that the same press said twice is one press.

A press that apps are listening for (`heard`) is theirs. Any other gets the default action: a short press of the photo
button takes a photo; a long one and any of the video button begin a video, or end the one that the glasses say they are
recording. For WINDOW_MS the same press id of the same user gets the same decision, however often and by whatever road
it is reported (PROTOCOL-device §11, cloud 5).

A press without an id cannot be told from the next one by the same road. Glasses and phones of MentraOS give none, and
report a press by both: one by each road, of the same button and kind and within TWIN_MS, are one press.

Refusals: more than `limit` presses of one user within the window are refused (None): no thumb is that fast. A limit
above REMEMBERED is none, since no more are counted.
"""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

WINDOW_MS = 10_000
TWIN_MS = 2_000
PRESS_LIMIT = 100
REMEMBERED = 128
"""So many presses of a user are remembered at least, if they come faster than WINDOW_MS lets them be forgotten."""

PHOTO_BUTTONS = ("photo", "camera", "action")
"""The photo button by its names (PROTOCOL-device, compatibility notes)."""
VIDEO_BUTTON = "video"
TAKE_PHOTO, START_VIDEO, STOP_VIDEO = "take_photo", "start_video", "stop_video"
CAPTURING = (TAKE_PHOTO, START_VIDEO)
"""Actions that make a photo or video, under a request id."""

HTTP, SOCKET = "http", "socket"


class Press(NamedTuple):
    """Who pressed what, and how long; the id is empty when the peer gives none. `road` is how we were told.

    `recording` glasses were making a video when the button was pressed.
    """

    user: str
    press_id: str
    button_id: str
    press_type: str
    road: str = HTTP
    recording: bool = False


_Answer = int | tuple[int, str, str]
"""When a press was decided, with the action and the request that it makes, if it makes any."""


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


class UserPresses:
    """The last presses of one user; the same object as long as the cloud runs.

    What is remembered lies in two layers. Once in a window, or when the younger one holds REMEMBERED presses, the older
    one is let go as a whole. So what a user costs is bounded, whatever the limit, and nobody looks for each press whose
    time is over.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._young: dict[str, _Answer] = {}
        self._old: dict[str, _Answer] = {}
        self._turn_at = 0
        self.nameless: deque[_Nameless] = deque(maxlen=REMEMBERED)

    def heard(self, press_id: str, now: int) -> bool:
        """A press with an id is the apps' own: whether they are to be told. They are once, of `limit` at the most."""
        young, old = self._young, self._old
        if now >= self._turn_at or len(young) >= REMEMBERED:
            self._turn(now)
            young, old = self._young, self._old
        if (press_id in young or press_id in old) and self.known(press_id, now) is not None:
            return False
        if len(young) + len(old) >= self._limit and self.full(now):
            return False
        young[press_id] = now
        return True

    def keep(self, press_id: str, action: str, request_id: str, now: int) -> None:
        """A press with an id was decided at `now`."""
        if now >= self._turn_at or len(self._young) >= REMEMBERED:
            self._turn(now)
        self._young[press_id] = (now, action, request_id) if action else now

    def keep_nameless(self, press: Press, decision: Decision, now: int) -> None:
        """A press without an id was decided at `now`."""
        nameless = self.nameless
        while nameless and nameless[0].at + WINDOW_MS <= now:
            nameless.popleft()
        nameless.append(_Nameless(now, press, decision))

    def known(self, press_id: str, now: int) -> Decision | None:
        """What this press was answered within the window."""
        answer = self._young.get(press_id, self._old.get(press_id))
        if answer is None or _at(answer) + WINDOW_MS <= now:
            return None
        action, request_id = ("", "") if isinstance(answer, int) else answer[1:]
        return Decision(press_id, action, request_id, first=False)

    def forget(self, press_id: str) -> None:
        """Decide this press anew when it is said again; one without an id could be any of those."""
        if not press_id:
            self.nameless.clear()
        self._young.pop(press_id, None)
        self._old.pop(press_id, None)

    def full(self, now: int) -> bool:
        """Whether there were `limit` presses within the window."""
        if len(self._young) + len(self._old) + len(self.nameless) < self._limit:
            return False
        moments = [_at(answer) for layer in (self._young, self._old) for answer in layer.values()]
        moments += [other.at for other in self.nameless]
        return sum(at + WINDOW_MS > now for at in moments) >= self._limit

    def _turn(self, now: int) -> None:
        self._young, self._old = {}, self._young
        self._turn_at = now + WINDOW_MS

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
        self._recent: dict[str, UserPresses] = {}

    def of(self, user: str) -> UserPresses:
        """The presses of this user."""
        found = self._recent.get(user)
        if found is None:
            found = self._recent[user] = UserPresses(self._limit)
        return found

    def pressed(self, press: Press, heard: bool, request_id: str, now: int) -> Decision | None:
        """The decision about a press, `first` only once; None when there are too many. Uses up `request_id` or not."""
        recent = self.of(press.user)
        if press.press_id:
            known = recent.known(press.press_id, now)
            if known is not None:
                return known
        elif (twin := recent.twin(press, now)) is not None:
            twin.paired = True
            return twin.decision._replace(first=False)
        if recent.full(now):
            return None
        action = "" if heard else default_action(press)
        decision = Decision(press.press_id, action, request_id if action in CAPTURING else "")
        if press.press_id:
            recent.keep(press.press_id, decision.action, decision.request_id, now)
        else:
            recent.keep_nameless(press, decision, now)
        return decision

    def restored(  # noqa: PLR0917 - as they stand in a row
        self, user: str, press_id: str, action: str, request_id: str, age_ms: int, now: int
    ) -> None:
        """Before the restart, `age_ms` ago, this press was answered with this action and request."""
        self.of(user).keep(press_id, action, request_id, now - age_ms)

    def forgotten(self, user: str, press_id: str) -> None:
        """The decision could not be carried out; when the press is reported again, decide anew."""
        self.of(user).forget(press_id)


def default_action(press: Press) -> str:
    """What a press that no app listens for is for; empty for nothing."""
    of_photo = press.button_id in PHOTO_BUTTONS
    if press.button_id == VIDEO_BUTTON or (of_photo and press.press_type == "long"):
        return STOP_VIDEO if press.recording else START_VIDEO
    return TAKE_PHOTO if of_photo and press.press_type == "short" else ""


def _at(answer: _Answer) -> int:
    return answer if isinstance(answer, int) else answer[0]
