"""The gateway's end of the talk with the glasses: is anybody there, and are they the same as before.

    SCANNING ── opened ──▶ LINKED ── glasses_ready ──▶ READY
        ▲                    ▲ │                         │ │
        └────── closed ──────┼─┴─────────────────────────┘ │
                             └──── another `sid` ──────────┘

LINKED says `phone_ready` every 2.5 s until it is answered, with no upper bound (PROTOCOL-device §2.8). From the second
on the button controller is asked for the battery as well (`cs_batv`), until it has said anything: where it has and the
glasses have not, `link` tells. READY begins with the greeting: the time, the token if there is one, and the questions
for battery, version and Wi-Fi. Glasses of MentraOS get the token when they have said their version, for it is long and
old ones put no pieces together, or after 2 s. A `glasses_ready` with another `sid` says that the glasses restarted
under a link that stayed: the whole handshake runs again.

From LINKED on a ping is sent every 30 s. When the second in a row has had no pong by the time the next is due, the
glasses are ready no more and are greeted again; when the third has none, the link is given up: one `Silent`, after
which this machine waits to be told that the link is closed. Only a pong counts as an answer, for glasses are known that
still send and no longer hear.
"""

from dataclasses import dataclass

from trifocal_shared import messages
from trifocal_shared.cloud_messages import GLASSES_READY, LINK_SCANNING, LINK_STANDS, MCU_READY
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.message import Message

READY_MS = 2_500
VERSION_MS = 2_000
PING_MS = 30_000
DOUBTFUL_UNANSWERED, MOST_UNANSWERED = 2, 3

DISCONNECTED = "DISCONNECTED"
SCANNING = "SCANNING"
LINKED = "CONNECTING"
READY = "CONNECTED"
"""The states, as the cloud spells them (PROTOCOL-device §5.3)."""

LONGEST_MODEL = 64


@dataclass(frozen=True)
class Say:
    """To the glasses, or to their button controller."""

    message: Message | Native


@dataclass(frozen=True)
class Greeted:
    """The glasses are ready; `restarted` when they are known not to be in the middle of anything."""

    restarted: bool


@dataclass(frozen=True)
class Changed:
    """What is known of the glasses' connection."""

    status: str
    model: str


@dataclass(frozen=True)
class Silent:
    """Nobody answers on this link: it is to be closed."""


Event = Say | Greeted | Changed | Silent


class Session:
    """One talk after the other with the same pair of glasses."""

    def __init__(self, token: str = "", protocol: int = messages.PROTOCOL_VERSION) -> None:
        """`protocol` is what the glasses are told; with an older one they use no more than that has."""
        self.status = DISCONNECTED
        self.model = ""
        self._token = token
        self._protocol = protocol
        self._sid: str | None = None
        self._announces = False
        self._controller = False
        self._ready_at: int | None = None
        self._ping_at: int | None = None
        self._token_at: int | None = None
        self._unanswered = 0
        self._epoch_at_zero: int | None = None
        self._events: list[Event] = []

    def epoch_known(self, epoch_ms: int, now: int) -> None:
        """The wall clock stands at `epoch_ms`; 0 is unknown."""
        self._epoch_at_zero = epoch_ms - now if epoch_ms > 0 else None

    def epoch(self, now: int) -> int:
        """Epoch milliseconds of the moment `now`, 0 unknown."""
        return 0 if self._epoch_at_zero is None else self._epoch_at_zero + now

    def token_changed(self, token: str) -> None:
        """Another core token, or none; ready glasses are told."""
        if token != self._token:
            self._token = token
            if self.status == READY and self._token_at is None:
                self._say(messages.AuthToken(core_token=token))

    @property
    def link(self) -> str:
        """How far the link has come, as the cloud is told it: empty while nothing is looked for."""
        if self.status == LINKED:
            return MCU_READY if self._controller else LINK_STANDS
        return {SCANNING: LINK_SCANNING, READY: GLASSES_READY}.get(self.status, "")

    @property
    def has_token(self) -> bool:
        """Whether there is a token."""
        return self._token != ""

    def searching(self) -> None:
        """The glasses are being looked for."""
        if self.status == DISCONNECTED:
            self._become(SCANNING)

    def opened(self, now: int) -> None:
        """Bytes pass; whether anybody listens is not known yet."""
        self._become(LINKED)
        self._controller = False
        self._unanswered = 0
        self._ping_at = now + PING_MS
        self._knock(now)

    def again(self, now: int) -> None:
        """The glasses on this link are to be greeted anew."""
        if self._ping_at is not None:
            self._controller = False
            self._become(LINKED)
            self._knock(now)

    def closed(self) -> None:
        """No bytes pass any more."""
        self._ready_at = self._ping_at = self._token_at = None
        self._become(DISCONNECTED)

    def controller_said(self) -> None:
        """The button controller lives; whether the glasses behind it do is another question."""
        if self.status == LINKED and not self._controller:
            self._controller = True
            self._events.append(Changed(self.status, self.model))

    def said(self, message: Message, now: int) -> None:
        """The glasses said something; what is not about the talk itself changes nothing here."""
        if isinstance(message, messages.GlassesReady):
            self._ready(message, now)
        elif isinstance(message, messages.Pong):
            self._unanswered = 0
        elif isinstance(message, messages.VersionInfo):
            model = message.device_model[:LONGEST_MODEL]
            if model and model != self.model:
                self.model = model
                self._events.append(Changed(self.status, self.model))
            if message.build_number:
                self._say_token(now)
        elif isinstance(message, messages.FileAnnounce) and self.status == READY and not self._announces:
            # They do what they have not said that they can: their answer may have been damaged on its way.
            self._say(messages.PhoneReady(timestamp=self.epoch(now), protocol=self._protocol))

    def deadline(self) -> int | None:
        """When to say something."""
        known = (self._ready_at, self._ping_at, self._token_at)
        return min((at for at in known if at is not None), default=None)

    def timeout(self, now: int) -> None:
        """Knock again, ping, or give up."""
        if self._ready_at is not None and now >= self._ready_at:
            self._knock(now)
            if not self._controller:
                self._events.append(Say(Native("cs_batv")))
        if self._token_at is not None and now >= self._token_at:
            self._say_token(now)
        if self._ping_at is None or now < self._ping_at:
            return
        if self._unanswered >= MOST_UNANSWERED:
            self._ready_at = self._ping_at = self._token_at = None
            self._events.append(Silent())
            return
        if self._unanswered == DOUBTFUL_UNANSWERED and self.status == READY:
            self.again(now)
        self._unanswered += 1
        self._ping_at = now + PING_MS
        self._say(messages.Ping())

    def events(self) -> list[Event]:
        """Drain what is to be done."""
        events, self._events = self._events, []
        return events

    def _ready(self, ready: messages.GlassesReady, now: int) -> None:
        sid = ready.sid
        self._announces = ready.protocol > 0
        if self.status == READY and sid == self._sid:
            return
        if self.status == READY:
            # The new process has not heard our `phone_ready`: the greeting waits for its answer.
            self._become(LINKED)
            self._knock(now)
        elif self.status == LINKED:
            restarted = self._sid is not None and sid != self._sid
            self._sid = sid
            self._greet(restarted, now)

    def _greet(self, restarted: bool, now: int) -> None:
        self._ready_at = None
        self._become(READY)
        if self.epoch(now) > 0:
            self._say(messages.SetSystemTime(timestamp_ms=self.epoch(now)))
        self._token_at = now + VERSION_MS
        if self._announces:
            self._say_token(now)
        self._say(messages.RequestBatteryState())
        self._say(messages.RequestVersion())
        self._say(Control("request_wifi_status"))
        self._events.append(Greeted(restarted))

    def _say_token(self, now: int) -> None:
        if self._token_at is not None and self._token:
            self._say(messages.AuthToken(core_token=self._token, timestamp=self.epoch(now)))
        self._token_at = None

    def _knock(self, now: int) -> None:
        self._token_at = None  # it is for those who have answered
        self._ready_at = now + READY_MS
        self._say(messages.PhoneReady(timestamp=self.epoch(now), protocol=self._protocol))

    def _become(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self._events.append(Changed(status, self.model))

    def _say(self, message: Message) -> None:
        self._events.append(Say(message))
