"""Presses between the glasses and the cloud: each is posted once and answered once.

    pressed ──▶ PENDING ── answered, failed, 4.5 s ──▶ ENDED (remembered for 10 s)
       └──────── no token, malformed, too many ──────────▲

A press id that is pending is one press however often it comes; one that ended within the last 10 s gets the same
answer again. Presses without an id cannot be told apart: while one is pending another is the same, and none is
remembered. The glasses wait 5 s (PROTOCOL-device §6.1), so the answer leaves at the latest after 4.5 s. An answer that
comes later than that finds the photo taken on the glasses: what it asked for is `Orphaned`, since somebody may wait
for it. Answers that the glasses could not carry out (an unknown action, a request without a usable id) are failures.
"""

from collections import OrderedDict
from dataclasses import dataclass

from trifocal_gateway.names import LONGEST_REQUEST_ID, is_plain
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import ButtonPressAnswer, ButtonPressReport
from trifocal_shared.messages import ButtonPress, ButtonPressResponse

ANSWER_MS = 4_500
"""Leaves the answer half a second for its way back."""

REMEMBER_MS = 10_000
MOST_PENDING = 16
MOST_REMEMBERED = 64

NONE, TAKE_PHOTO, START_VIDEO, STOP_VIDEO = "none", "take_photo", "start_video", "stop_video"
ACTIONS = (NONE, TAKE_PHOTO, START_VIDEO, STOP_VIDEO)
CAPTURING = (TAKE_PHOTO, START_VIDEO)
"""Actions that make a photo or video, under the request id that comes with them."""


@dataclass(frozen=True)
class Post:
    """Ask the cloud; to be answered with `answered` or `failed`."""

    report: ButtonPressReport


@dataclass(frozen=True)
class Answer:
    """To the glasses."""

    response: ButtonPressResponse


@dataclass(frozen=True)
class Orphaned:
    """The cloud asked for this photo or video when the press had long been decided on the glasses."""

    request_id: str
    press_id: str


Event = Post | Answer | Orphaned


class Presses:
    """All presses in flight."""

    def __init__(self) -> None:
        self._pending: dict[str, int] = {}  # press id -> deadline
        self._ended: OrderedDict[str, tuple[int, ButtonPressResponse]] = OrderedDict()
        self._events: list[Event] = []

    def pressed(self, press: ButtonPress, has_token: bool, now: int) -> None:
        """The glasses report a press."""
        press_id = press.press_id
        self._forget(now)
        if press_id in self._pending:
            return
        if press_id in self._ended:
            self._events.append(Answer(self._ended[press_id][1]))
        elif press_id and not is_plain(press_id, LONGEST_REQUEST_ID):
            self._end(_failure(press_id, reasons.MALFORMED), now)
        elif not has_token:
            self._end(_failure(press_id, reasons.NO_TOKEN), now)
        elif len(self._pending) >= MOST_PENDING:
            self._end(_failure(press_id, reasons.TOO_MANY), now)
        else:
            self._pending[press_id] = now + ANSWER_MS
            report = ButtonPressReport(
                button_id=press.button_id,
                press_type=press.press_type,
                device_id=press.device_id,
                press_id=press_id,
                timestamp=press.timestamp,
                recording=press.recording,
            )
            self._events.append(Post(report))

    def answered(self, press_id: str, answer: ButtonPressAnswer, now: int) -> None:
        """The cloud's word on a press; may be late."""
        self.timeout(now)
        if press_id in self._pending:
            self._end(_response(press_id, answer), now)
            return
        known = press_id in self._ended and self._ended[press_id][1].request_id == answer.request_id
        if _captures(answer) and not known:
            self._events.append(Orphaned(answer.request_id, press_id))

    def failed(self, press_id: str, reason: str, now: int) -> None:
        """The cloud gave no answer that could be used; `reason` is one of `trifocal_shared.reasons`."""
        self.timeout(now)
        if press_id in self._pending:
            self._end(_failure(press_id, reason), now)

    def deadline(self) -> int | None:
        """When the patience with the oldest press ends."""
        return min(self._pending.values(), default=None)

    def timeout(self, now: int) -> None:
        """Answer what the cloud did not answer in time."""
        for press_id in [press_id for press_id, at in self._pending.items() if now >= at]:
            self._end(_failure(press_id, reasons.CLOUD_UNREACHABLE), now)

    def events(self) -> list[Event]:
        """Drain what is to be done."""
        events, self._events = self._events, []
        return events

    def _end(self, response: ButtonPressResponse, now: int) -> None:
        self._pending.pop(response.press_id, None)
        self._events.append(Answer(response))
        if response.press_id and response.error_code != reasons.MALFORMED:
            self._ended[response.press_id] = (now + REMEMBER_MS, response)
            if len(self._ended) > MOST_REMEMBERED:
                self._ended.popitem(last=False)

    def _forget(self, now: int) -> None:
        while self._ended:
            press_id, (until, _) = next(iter(self._ended.items()))
            if now < until:
                return
            del self._ended[press_id]


def _failure(press_id: str, reason: str) -> ButtonPressResponse:
    return ButtonPressResponse(press_id=press_id, success=False, error_code=reason)


def _response(press_id: str, answer: ButtonPressAnswer) -> ButtonPressResponse:
    action = answer.action or NONE
    if not answer.success or action not in ACTIONS:
        return _failure(press_id, reasons.CLOUD_ERROR)
    if action in CAPTURING and not _captures(answer):
        return _failure(press_id, reasons.CLOUD_ERROR)
    return ButtonPressResponse(
        press_id=press_id,
        success=True,
        action=action,
        request_id=answer.request_id,
        save_to_gallery=answer.save_to_gallery,
    )


def _captures(answer: ButtonPressAnswer) -> bool:
    return answer.success and answer.action in CAPTURING and is_plain(answer.request_id, LONGEST_REQUEST_ID)
