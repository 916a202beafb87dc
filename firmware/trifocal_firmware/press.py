"""Presses that wait for their answer: who decides what a press does, and what happens when nobody does.

    pressed ── gateway at hand ──▶ WAITING ── take_photo ──▶ PHOTO, under the cloud's request id
       │                             │ ├───── none ────────▶ NOTHING
       │                             │ ├───── start_video ─▶ VIDEO, under the cloud's request id
       │                             │ └───── stop_video ──▶ STOP
       │                             │
       └──── nobody to ask ────▶ decided here: PHOTO or VIDEO under a `local_` id; REFUSED for other presses
                                     ▲
              failure, 5 s of silence, link lost

A long press, or one of the video button, is for videos: while one is recorded, it is told to the gateway and is STOP
at once, for a recording must always end when somebody wants it.

Each press ends in exactly one of these, whatever is said how often and how late; but of what a reset made it `forget`,
nothing is said any more. A request that comes after the end, or for a press that is unknown here (of an earlier boot),
may be one that somebody waits for: it is LATE, with reason `captured_locally` when the press was decided here, else
`stale`. `Photos` knows whether it is only the repeated answer to a request that is being served.
"""

from trifocal_shared import reasons
from trifocal_shared.messages import LOCAL_PREFIX, PRESS_ANSWER_MS, ButtonPress, ButtonPressResponse

MOST_WAITING = 8
"""Presses in flight; one more is decided here at once."""

MOST_REMEMBERED = 16
"""Presses decided here whose late answers are still understood."""

SHUTTER = "photo", "short"
"""The press that takes a photo where nobody says otherwise: each press of a burst is one."""

# Events, as tuples:
#   ("ask", press_id, button, press_type, recording)            say it to the gateway
#   ("photo" or "video", press_id, request_id, reason)      the reason says why it was decided here, if it was
#   ("refused", press_id, request_id, reason)
#   ("nothing" or "stop", press_id, "", "")
#   ("late", press_id, request_id, reason)


class Presses:
    """All presses in flight."""

    def __init__(self, boot_id: str) -> None:
        self._boot_id = boot_id
        self._count = 0
        self._waiting: dict[str, tuple[str, str, int]] = {}  # press id -> button, type, deadline
        self._here: list[int] = []  # the latest that were decided here
        self._events: list[tuple[str, ...]] = []

    def pressed(self, button: str, press_type: str, refusal: str, now: int, recording: bool = False) -> str:
        """A press; `refusal` says why nobody can be asked, if so. Returns its id."""
        press_id = self.new_id()
        if not refusal and len(self._waiting) >= MOST_WAITING:
            refusal = reasons.CAMERA_BUSY
        self._waiting[press_id] = (button, press_type, now + PRESS_ANSWER_MS)
        if not refusal:
            self._events.append(("ask", press_id, button, press_type, "recording" if recording else ""))
        if recording and _is_for_videos(button, press_type):
            self._end("stop", press_id, "", "")
        elif refusal:
            self._decide_here(press_id, refusal)
        return press_id

    def new_id(self) -> str:
        """An id that no other press has, of this boot or another."""
        self._count += 1
        return self._boot_id + "-" + str(self._count)

    def answered(self, answer: ButtonPressResponse, now: int) -> None:
        """The gateway's word on a press; may be late, repeated, or about no press of ours."""
        self.timeout(now)
        press_id = answer.press_id
        if press_id not in self._waiting:
            self._answered_late(answer)
        elif not answer.success:
            self._decide_here(press_id, answer.error_code or reasons.CLOUD_ERROR)
        elif answer.action in ("none", "stop_video"):
            self._end("nothing" if answer.action == "none" else "stop", press_id, "", "")
        elif answer.request_id:
            self._end("photo" if answer.action == "take_photo" else "video", press_id, answer.request_id, "")
        else:
            self._decide_here(press_id, reasons.MALFORMED)

    def called_off(self) -> int:
        """The button is held on: a press for a video that waits was not meant. Returns how many there were."""
        waiting = [press_id for press_id, press in self._waiting.items() if _is_for_videos(press[0], press[1])]
        for press_id in waiting:
            self._end("nothing", press_id, "", "")
        return len(waiting)

    def forget(self) -> None:
        """Whoever pressed is nobody any more: no press waits, and no answer finds one."""
        self._waiting = {}
        self._here = []
        self._events = []

    def link_lost(self) -> None:
        """Nobody is there to answer any more."""
        for press_id in sorted(self._waiting, key=self._age):
            self._decide_here(press_id, reasons.GATEWAY_OFFLINE)

    def deadline(self) -> "int | None":
        """When the patience with the oldest press ends."""
        return min([deadline for _, _, deadline in self._waiting.values()]) if self._waiting else None

    def timeout(self, now: int) -> None:
        """Decide here what nobody has decided in time."""
        for press_id in sorted(self._waiting, key=self._age):
            if now >= self._waiting[press_id][2]:
                self._decide_here(press_id, reasons.TIMED_OUT)

    def events(self) -> "list[tuple[str, ...]]":
        """Drain what became of presses."""
        events, self._events = self._events, []
        return events

    def _age(self, press_id: str) -> "tuple[int, int]":
        return self._waiting[press_id][2], self._number(press_id)

    def _number(self, press_id: str) -> int:
        try:
            number = int(press_id[len(self._boot_id) + 1 :])
        except ValueError:
            return 0
        return number if press_id == self._boot_id + "-" + str(number) else 0

    def _decide_here(self, press_id: str, reason: str) -> None:
        self._here.append(self._number(press_id))
        if len(self._here) > MOST_REMEMBERED:
            self._here.pop(0)
        button, press_type, _ = self._waiting[press_id]
        if (button, press_type) == SHUTTER:
            self._end("photo", press_id, _local_id(press_id), reason)
        elif _is_for_videos(button, press_type):
            self._end("video", press_id, _local_id("video-" + press_id), reason)
        else:
            self._end("refused", press_id, _local_id(press_id), reasons.UNSUPPORTED)

    def _end(self, kind: str, press_id: str, request_id: str, reason: str) -> None:
        del self._waiting[press_id]
        self._events.append((kind, press_id, request_id, reason))

    def _answered_late(self, answer: ButtonPressResponse) -> None:
        if answer.request_id:
            here = self._number(answer.press_id) in self._here
            reason = reasons.CAPTURED_LOCALLY if here else reasons.STALE
            self._events.append(("late", answer.press_id, answer.request_id, reason))


def _is_for_videos(button: str, press_type: str) -> bool:
    return button == "video" or (button, press_type) == ("photo", "long")


def _local_id(press_id: str) -> str:
    return LOCAL_PREFIX + press_id.replace("-", "_")


def question(event: "tuple[str, ...]", device_id: str, epoch_ms: int) -> ButtonPress:
    """What is said to the gateway for an `ask`."""
    _, press_id, button, press_type, recording = event
    return ButtonPress(
        press_id=press_id,
        button_id=button,
        press_type=press_type,
        device_id=device_id,
        timestamp=epoch_ms,
        recording=recording != "",
    )
