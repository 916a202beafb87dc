"""One button: raw levels in, gestures out.

A contact bounces, so a level counts only once it has stood still for `DEBOUNCE_MS`; until then it is a rumour.

    UP      ── stands down for 30 ms ──────────────▶ DOWN
    DOWN    ── stands up for 30 ms ── "short" ─────▶ UP
    DOWN    ── held for 800 ms ────── "long" ──────▶ HELD
    HELD    ── stands up for 30 ms ────────────────▶ UP

A long press is said while the finger is still down, once, and no short one follows. The 800 ms count from the
first edge of the press. What bounced away within 30 ms never was. A level told twice changes nothing.
"""

DEBOUNCE_MS = 30
"""Longer than the bounce of a small tactile switch, shorter than a finger's quickest tap."""

LONG_PRESS_MS = 800
"""A deliberate hold."""


UP = 0
DOWN = 1
HELD = 2


class Button:
    """One button; drained events are `short` and `long`."""

    def __init__(self) -> None:
        self.state = UP
        self._level = False
        self._since = 0  # when the raw level last changed
        self._pressed_at = 0
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
        """When a level has stood still long enough, or a press is long."""
        held = self._pressed_at + LONG_PRESS_MS if self.state == DOWN else None
        if not self._settling:
            return held
        settled = self._since + DEBOUNCE_MS
        return settled if held is None or settled < held else held

    def timeout(self, now: int) -> None:
        """Time has passed; may be called at any moment, also late."""
        if self._settling and now >= self._since + DEBOUNCE_MS:
            self._settling = False
            self._settled()
        if self.state == DOWN and now >= self._pressed_at + LONG_PRESS_MS:
            self.state = HELD
            self._events.append("long")

    def events(self) -> "list[str]":
        """Drain the gestures that happened."""
        events, self._events = self._events, []
        return events

    def _settled(self) -> None:
        if self._level and self.state == UP:
            self.state = DOWN
            self._pressed_at = self._since
        elif not self._level and self.state != UP:
            # Woken late, the release may lie beyond the 800 ms: it was long even though nobody looked in time.
            if self.state == DOWN:
                self._events.append("long" if self._since - self._pressed_at >= LONG_PRESS_MS else "short")
            self.state = UP
