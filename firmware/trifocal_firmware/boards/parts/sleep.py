"""When a board may sleep so deeply that it forgets everything but its flash, and is started anew by a button.

    AWAKE ── nothing owed for `QUIET_MS` ─────────────────────▶ sleep until a button
    AWAKE ── only photos owed, no gateway for `PATIENCE_MS` ──▶ sleep until a button, for `RETRY_MS` at most
       ▲                                                             │
       └── a gateway within `LOOK_MS`, or a button ◀── wakes up ─────┘

It never sleeps while a press waits for its answer, the camera has power (photo, video or stream), a charger or computer
feeds the board, or a gateway is linked: a sleeping radio is out of reach, and an app may ask for a photo at any time.
Whoever wants the battery to last longer than that says after how long a link without presses and photos may be given
up (`linked_ms`). What is owed to a gateway that is away are photos, and final words of requests; the latter are lost
with the memory, and their asker's own deadline ends them.

What it knows comes from `Board.report` and from looks at the hardware.
"""

QUIET_MS = 20_000
PATIENCE_MS = 600_000
RETRY_MS = 900_000
LOOK_MS = 15_000
"""A gateway in reach has found glasses that advertise, and has connected, long before."""

# Events, as tuples:
#   ("sleep", wake_ms)     at the latest in `wake_ms`; 0: by a button only.


class Sleep:
    """One board's life between two starts. `retry`: it was woken by the time, to look for a gateway."""

    def __init__(self, retry: bool, now: int, linked_ms: "int | None" = None) -> None:
        self._patience = LOOK_MS if retry else PATIENCE_MS
        self._linked_ms = linked_ms
        self._presses: list[object] = []
        self._camera = False
        self._kept = 0
        self._owed = False
        self._linked = False
        self._powered = False
        self._since = now
        self._events: list[tuple[str, int]] = []

    def reported(self, step: str, fields: "dict[str, object]", now: int) -> None:
        """What the firmware reports (`SimHost.report` lists the steps)."""
        if step == "pressed":
            self._presses.append(fields["pressId"])
            self._patience = PATIENCE_MS
        elif step == "pressEnded":
            self._presses = [press for press in self._presses if press != fields["pressId"]]
        elif step == "camera":
            self._camera = fields["state"] != "off"
        elif step == "stored":
            self._kept = int(str(fields["photos"]))
            if self._kept and not self._camera and not self._presses:
                return  # only counted, after the start
        elif step == "photo":
            self._owed = self._owed or (fields["status"] == "failed" and not self._linked)
        else:
            return
        self._since = now

    def looked(self, in_touch: bool, powered: bool, now: int) -> None:
        """How the board is: a gateway connected, a charger or computer plugged in."""
        if (in_touch, powered) != (self._linked, self._powered):
            self._since = now
        if in_touch:
            self._owed = False
            self._patience = PATIENCE_MS
        self._linked = in_touch
        self._powered = powered

    def deadline(self) -> "int | None":
        """When it may sleep, or None while it may not."""
        if self._presses or self._camera or self._powered:
            return None
        if self._linked:
            return None if self._linked_ms is None or self._kept else self._since + self._linked_ms
        return self._since + (self._patience if self._kept or self._owed else QUIET_MS)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        deadline = self.deadline()
        if deadline is not None and now >= deadline:
            self._since = now
            self._events.append(("sleep", RETRY_MS if self._kept else 0))

    def events(self) -> "list[tuple[str, int]]":
        """Drain what is to be done."""
        events, self._events = self._events, []
        return events
