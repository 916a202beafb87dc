"""The glasses' end of the talk with the gateway: handshake, small talk, and final words that must arrive.

    DOWN ── opened ──▶ LINKED ── phone_ready ──▶ READY ── closed ──▶ DOWN

`phone_ready` is answered with `glasses_ready` and the battery, however often it comes; each one is told to the owner,
since it may be a new gateway. Questions (ping, battery, version) are answered in any state but DOWN. The token itself
is not kept, only that there is one. While `Owner` has locked the link, it alone hears and answers.

It promises that a final word (`say_finally`) is said after the next handshake when it could not be said, or had not
arrived before the link was lost, as far as is known: a gateway that answers no message ids is believed to have heard
what was not said in the last moments. At most `MOST_OWED` are kept, and a dropped one is counted. The far end takes the
first final word of a request and ignores its echo.

What breaks the rules is counted and answered with silence; nothing that comes over the link raises.
"""

from trifocal_firmware.owner import Owner
from trifocal_shared import messages
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.link import WHOLE, Link
from trifocal_shared.message import Message
from trifocal_shared.wire import Rejected

VERSION = "0.1.0"

VERSION_TOO = Control("cs_syvr")
"""How phones ask for the version, too."""

MOST_OWED = 16

RECENT_MS = 10_000
"""What was said so shortly before a link was lost may not have arrived."""

EARLIEST_EPOCH_MS = 1_600_000_000_000
LATEST_EPOCH_MS = 9_007_199_254_740_991
"""No honest clock stands before the year 2020, or where JavaScript's numbers end."""


class Session:
    """One talk after the other with whatever gateway is there."""

    def __init__(self, boot_id: str, model: str, owner: Owner, catalogue=messages.TO_GLASSES) -> None:  # type: ignore[no-untyped-def]
        """`catalogue`: what these glasses understand, by type."""
        self.linked = False
        self.ready = False
        self.has_token = False
        self.battery = (100, False)
        """In percent, and whether it is charged."""
        self.counts = {"malformed": 0, "owed_dropped": 0}
        self.owner = owner
        self._boot_id = boot_id
        self._model = model
        self._epoch_at_zero: int | None = None
        self._link = Link(catalogue, True, int(boot_id, 16) << 20 | 1)
        self._owed: list[tuple[Message, int, int]] = []  # when it was said, or -1, and its id, or 0
        self._events: list[object] = []

    def opened(self, now: int) -> None:
        """Bytes pass; whether anybody listens is known from `phone_ready`."""
        self.closed(now)
        self._link.opened()
        self.owner.opened()
        self._link.deaf = self.owner.locked
        self.linked = True

    def closed(self, now: int) -> None:
        """No bytes pass any more."""
        self.linked = self.ready = False
        self._link.opened()
        self._forget(now)
        self._owed = [(word, -1, 0) for word, _, _ in self._owed]

    def receive(self, data: "bytes | bytearray", now: int) -> None:
        """Bytes from the gateway."""
        if self.linked:
            self._link.receive(bytes(data), now)
            self._listen(now)

    def restarted(self, now: int) -> None:
        """All that was known here is gone: whoever listens is to begin anew."""
        linked = self.linked
        self.closed(now)
        self.has_token = False
        self._owed = []
        self._boot_id += "r"
        if linked:
            self.opened(now)
            self._say_ready(now)

    def battery_is(self, level: int, charging: bool) -> None:
        """The battery in percent; said when it has changed and somebody listens."""
        if (level, charging) != self.battery:
            self.battery = (level, charging)
            if self.ready:
                self.say_battery()

    def epoch_known(self, epoch_ms: int, now: int) -> None:
        """The wall clock stands at `epoch_ms`; 0 is unknown."""
        self._epoch_at_zero = epoch_ms - now if epoch_ms > 0 else None

    def epoch(self, now: int) -> int:
        """Epoch milliseconds of the moment `now`, 0 unknown."""
        return 0 if self._epoch_at_zero is None else self._epoch_at_zero + now

    def say(self, message: "Message | Native") -> None:
        """Say it if anybody listens who may hear it; a Native is what a button controller would say."""
        if self.linked and not self.owner.locked:
            if isinstance(message, Native):
                self._link.say_native(message.command, message.body)
            else:
                self._link.say(message)

    def say_surely(self, message: Message, now: int) -> None:
        """Say it, if anybody listens who may hear it, until it has arrived."""
        if self.linked and not self.owner.locked:
            self._link.say_surely(message, now)

    def say_battery(self) -> None:
        """How the battery stands, whether or not that has changed."""
        self.say(messages.BatteryStatus(level=self.battery[0], charging=self.battery[1]))

    def say_finally(self, message: Message, now: int) -> None:
        """Say it now or after the next handshake."""
        self._forget(now)
        if len(self._owed) >= MOST_OWED:
            self._owed.pop(0)
            self.counts["owed_dropped"] += 1
        if self.ready:
            self._owed.append((message, now, self._link.say_surely(message, now)))
        else:
            self._owed.append((message, -1, 0))

    def deadline(self) -> "int | None":
        """When an incomplete frame is given up, or something is to be said again."""
        return self._link.deadline()

    def timeout(self, now: int) -> None:
        """Give up an incomplete frame whose time is over, say again what has not arrived."""
        self._link.timeout(now)
        self._listen(now)

    def data_to_send(self) -> "list[bytes]":
        """Drain the frames for the gateway."""
        return self._link.data_to_send()

    def events(self) -> "list[object]":
        """Drain what concerns the owner: PhoneReady, SetSystemTime and the messages about presses, photos and files."""
        events, self._events = self._events, []
        return events

    def _listen(self, now: int) -> None:
        for said in self._link.events():
            replies = self.owner.heard(said)
            if isinstance(said, int):
                self._owed = [owed for owed in self._owed if owed[2] != said]
            elif replies is not None:
                self._link.deaf = self.owner.locked
                self.ready = self.ready and not self._link.deaf
                for reply in replies:
                    self._link.say(reply)
            elif isinstance(said, Rejected):
                self.counts["malformed"] += 1
            elif isinstance(said, messages.PhoneReady):
                self._greet(said.protocol, now)
                self._events.append(said)
            elif isinstance(said, messages.AuthToken):
                self.has_token = said.core_token != ""
                self.say(messages.TokenStatus(success=self.has_token, timestamp=self.epoch(now)))
            elif isinstance(said, messages.Ping):
                self.say(messages.Pong())
            elif isinstance(said, messages.RequestBatteryState):
                self.say_battery()
            elif isinstance(said, messages.RequestVersion) or said == VERSION_TOO:
                self._say_version(now)
            elif isinstance(said, messages.SetSystemTime):
                self._set_time(said, now)
            else:
                self._events.append(said)

    def _greet(self, theirs: int, now: int) -> None:
        self.ready = True
        if theirs:
            self._link.frame_bytes = WHOLE
            self._link.answers_ids = theirs >= messages.IDS_SINCE
        self._say_ready(now)
        self.say_battery()
        for offer in self.owner.offers():
            self.say(offer)
        for at, (word, said, _) in enumerate(self._owed):
            if said < 0:
                self._owed[at] = (word, now, self._link.say_surely(word, now))

    def _say_ready(self, now: int) -> None:
        protocol = messages.PROTOCOL_VERSION
        self.say(messages.GlassesReady(sid=self._boot_id, timestamp=self.epoch(now), protocol=protocol))

    def _forget(self, now: int) -> None:
        """Final words of which nothing more will be heard are taken for heard."""
        self._owed = [owed for owed in self._owed if owed[1] < 0 or owed[2] or now - owed[1] <= RECENT_MS]

    def _say_version(self, now: int) -> None:
        build = str(messages.IDS_SINCE_BUILD)
        at = self.epoch(now)
        self.say(messages.VersionInfo(app_version=VERSION, build_number=build, device_model=self._model, timestamp=at))

    def _set_time(self, said: messages.SetSystemTime, now: int) -> None:
        if EARLIEST_EPOCH_MS <= said.timestamp_ms <= LATEST_EPOCH_MS:
            self.epoch_known(said.timestamp_ms, now)
            self._events.append(said)
        else:
            self.counts["malformed"] += 1
