"""One button: raw levels in, gestures out; and which short press is the second half of a double one.

A contact bounces, so a level counts only once it has stood still for `DEBOUNCE_MS`; until then it is a rumour.

    UP      ── stands down for 30 ms ──────────────▶ DOWN
    DOWN    ── stands up for 30 ms ── "short" ─────▶ UP
    DOWN    ── held for 800 ms ────── "long" ──────▶ HELD ── 5 s ── "pair" ── 15 s ── "reset"
    HELD    ── stands up for 30 ms ────────────────▶ UP

A long press is said while the finger is still down, once, and no short one follows; so are the two holds that go on
from there. They count from the first edge of the press. What bounced away within 30 ms never was. A level told twice
changes nothing.

A double press delays nothing and swallows nothing: both presses are `short` at once, since a shutter must not wait for
what may come after; that the second one makes a double press is a word of its own beside them.
"""

DEBOUNCE_MS = 30
"""Longer than the bounce of a small tactile switch, shorter than a finger's quickest tap."""

LONG_PRESS_MS = 800
"""A deliberate hold."""

HOLDS = ((LONG_PRESS_MS, "long"), (5_000, "pair"), (15_000, "reset"))
"""What a finger says that stays: the last two no hand does by chance, and no bag for so long."""

DOUBLE_MS = 400
"""From release to release: the 300 ms that phones give between two taps, and the second tap itself."""

UP = 0
DOWN = 1
HELD = 2


class Button:
    """One button; drained events are `short` and the words of HOLDS."""

    def __init__(self) -> None:
        self.state = UP
        self._level = False
        self._since = 0  # when the raw level last changed
        self._pressed_at = 0
        self._said = 0  # how many of HOLDS
        self._settling = False
        self._events: list[str] = []

    def level_changed(self, down: bool, now: int) -> None:
        """The raw level is `down` now."""
        self.timeout(now)
        if down == self._level:
            return
        self._level = down
        self._since = now
        self._settling = True

    def deadline(self) -> "int | None":
        """When a level has stood still long enough, or a press has lasted for the next word."""
        held = None
        if self.state != UP and self._said < len(HOLDS):
            held = self._pressed_at + HOLDS[self._said][0]
        if not self._settling:
            return held
        settled = self._since + DEBOUNCE_MS
        return settled if held is None or settled < held else held

    def timeout(self, now: int) -> None:
        """Time has passed; may be called at any moment, also late."""
        if self._settling and now >= self._since + DEBOUNCE_MS:
            self._settling = False
            self._settled()
        self._hold(now)

    def events(self) -> "list[str]":
        """Drain the gestures that happened."""
        events, self._events = self._events, []
        return events

    def _settled(self) -> None:
        if self._level and self.state == UP:
            self.state = DOWN
            self._said = 0
            self._pressed_at = self._since
        elif not self._level and self.state != UP:
            self._hold(self._since)  # woken late, the release may lie beyond a hold that nobody looked at in time
            if self.state == DOWN:
                self._events.append("short")
            self.state = UP

    def _hold(self, now: int) -> None:
        while self.state != UP and self._said < len(HOLDS) and now >= self._pressed_at + HOLDS[self._said][0]:
            self.state = HELD
            self._events.append(HOLDS[self._said][1])
            self._said += 1


class Doubles:
    """Notices the second of two short presses, wherever they come from."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}  # button -> when its first short press was

    def second(self, button: str, press_type: str, now: int) -> bool:
        """Whether this press and the one before it are a double one."""
        before = self._last.pop(button, None)
        if press_type != "short":
            return False
        if before is not None and now - before <= DOUBLE_MS:
            return True
        self._last[button] = now
        return False
