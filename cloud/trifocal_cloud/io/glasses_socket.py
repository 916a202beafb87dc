"""`/glasses-ws`: where a gateway connects (PROTOCOL-device §5).

What apps may listen for is handed on as the bytes it came in: only its head is read. A press goes from here to the
apps' sockets in one turn of the loop.
"""

import re
from typing import TYPE_CHECKING

import msgspec
import structlog
from starlette.requests import HTTPConnection

from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.identity import Speaker
from trifocal_cloud.io.line import Line
from trifocal_cloud.io.schemas import parsed
from trifocal_cloud.presses import SOCKET, Press
from trifocal_cloud.subscriptions import STREAMS, WILDCARDS, named
from trifocal_shared.cloud_messages import TO_CLOUD
from trifocal_shared.message import ProtocolError
from trifocal_shared.stream_messages import FROM_GLASSES

if TYPE_CHECKING:
    from trifocal_cloud.sessions import Session

log = structlog.get_logger()

BUTTON_PRESS, TOUCH_EVENT = "button_press", "touch_event"
RELAYED = (
    STREAMS
    - WILDCARDS
    - {
        BUTTON_PRESS,
        "glasses_connection_state",
        "photo_request",
        "photo_response",
        "photo_taken",
        "audio_chunk",
        "video",
        "rtmp_stream_status",
        "managed_stream_status",
        "start_app",
        "stop_app",
    }
)
"""What a gateway may say to the apps that listen for it, by type; the rest the cloud says itself."""

LONGEST = 256
"""Characters of the names of a button and a press together, or of a gesture's."""
fits = re.compile(r"[A-Za-z0-9_.:-]{0,128}").fullmatch
"""What a press id looks like."""


HEARD = TO_CLOUD | FROM_GLASSES
"""What the cloud understands from a gateway, and from the glasses through it."""


class Head(msgspec.Struct, rename="camel", gc=False):
    """What is read of a message before it goes on; phones of MentraOS give a press no id (PROTOCOL-device §5.3).

    How long words may be is checked beside it: msgspec's own checks cost twice as much as reading the message.
    """

    type: str
    button_id: str = ""
    press_type: str = ""
    press_id: str = ""
    recording: bool | None = None
    timestamp: int | float | str | None = None
    gesture_name: str = msgspec.field(name="gesture_name", default="")


UNREAD = Head(type="")
"""Of a message that msgspec refuses although JSON allows it: half of a surrogate pair in somebody's words."""

read = msgspec.json.Decoder(Head).decode


class GatewayLine(Line):
    """A gateway's connection. It is acknowledged at once."""

    __slots__ = ("_cloud", "_epoch", "_expires_s", "_gateways", "_ignored", "_lane", "_session", "_user")

    def __init__(self, cloud: Cloud, speaker: Speaker) -> None:
        super().__init__(cloud.clock, cloud.settings.gateway_messages_per_second)
        self._cloud = cloud
        self._gateways = cloud.gateways
        self._lane = cloud.buttons.lane(speaker.user)
        self._user = speaker.user
        self._expires_s = speaker.expires_s
        self._epoch = 0
        self._session: Session
        self._ignored = 0

    def opened(self) -> None:
        self._epoch = self._gateways.opened(self._user, self._expires_s, self)
        session = self._gateways.session(self._user)
        assert session is not None, "the machine has just opened it"
        self._session = session

    def heard(self, text: bytes) -> None:
        try:
            head = read(text)
        except (msgspec.MsgspecError, RecursionError):
            head = UNREAD
        if head.type == BUTTON_PRESS and fits(head.press_id) and len(head.button_id) + len(head.press_type) <= LONGEST:
            session = self._session
            # Asked here first, since it is true but for a moment of a connection's life; `speaks` counts what is stale.
            if (session.epoch == self._epoch and session.connected) or self._gateways.speaks(self._user, self._epoch):
                at = head.timestamp if type(head.timestamp) is int else 0
                if not self._lane.heard(head.press_id, head.button_id, head.press_type, at, text, self.now):
                    recording = bool(head.recording)
                    press = Press(self._user, head.press_id, head.button_id, head.press_type, SOCKET, recording)
                    self.later(self._gateways.press(press, at, text))
            return
        try:
            self._other(head, text)
        except ProtocolError as error:
            self._ignored += 1
            log.info("gateway said something malformed", user=self._user, fault=str(error)[:200], ignored=self._ignored)

    def gone(self) -> None:
        self._gateways.closed(self._user, self._epoch)

    def _other(self, head: Head, text: bytes) -> None:
        message = parsed(HEARD, text)
        if message is not None:
            self.later(self._gateways.received(self._user, self._epoch, message))
        if head.type in RELAYED and self._gateways.speaks(self._user, self._epoch):
            spoken = head.type == TOUCH_EVENT and len(head.gesture_name) <= LONGEST
            detail = head.gesture_name if spoken else ""
            self._cloud.switchboard.relay(self._user, named(head.type, detail), text, self._cloud.clock.epoch_ms())


def glasses_door(cloud: Cloud, connection: HTTPConnection) -> Line:
    """For whoever has a core token. Raises RefusedError."""
    return GatewayLine(cloud, cloud.identity.of(connection))
