"""AppLine: one connection of an app (PROTOCOL-apps §1.3). Its first message proves who it is; no later one does."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Protocol

import structlog

from trifocal_cloud.io.line import POLICY_VIOLATION, Line
from trifocal_cloud.io.schemas import parsed
from trifocal_cloud.io.send_batch import SendBatch
from trifocal_shared.app_messages import FROM_APP, AppConnectionError, AppConnectionInit
from trifocal_shared.clock import Clock
from trifocal_shared.message import Message, ProtocolError

INIT_S = 10.0
"""Who has not said who they are by then is let go."""

SESSION_NOT_FOUND = "SESSION_NOT_FOUND", "no such session; the cloud starts a session by its webhook"
MALFORMED_MESSAGE = "MALFORMED_MESSAGE"

log = structlog.get_logger()


BEFORE_STAMP, AFTER_STAMP = b',"timestamp":"', b'"}'


class Stamp:
    """Instants as apps are told them: ISO 8601 in UTC, made once a millisecond."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.at = self._second = -1
        self.last = self._until_second = b""
        """What `tail` gave last, of the instant `at`."""

    def text(self) -> str:
        """The present instant, like `2026-02-03T10:00:00.150Z`."""
        return self.tail(self._clock.epoch_ms())[len(BEFORE_STAMP) : -len(AFTER_STAMP)].decode()

    def tail(self, at: int) -> bytes:
        """The end of a message whose last field is the time `at`, in epoch ms."""
        if at != self.at:
            self.at = at
            second = at // 1000
            if second != self._second:
                self._second = second
                self._until_second = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.").encode()
            self.last = b"%b%b%03dZ%b" % (BEFORE_STAMP, self._until_second, at % 1000, AFTER_STAMP)
        return self.last


Refusal = tuple[str, str]
"""A code of `tpa_connection_error` and a sentence."""


class Hall(Protocol):
    """Behind the door: what the cloud makes of an app's connection."""

    def admit(self, line: "AppLine", init: AppConnectionInit) -> Refusal | None:
        """Check the first message, and give the line its user, package and session id; or why not."""

    async def said(self, line: "AppLine", message: Message) -> None:
        """It said something more."""

    async def malformed(self, line: "AppLine", text: bytes, fault: str) -> None:
        """It said something that breaks the rules."""

    def closed(self, line: "AppLine") -> None:
        """It is gone."""


class AppLine(Line):
    """See the top of the file. `user`, `package` and `session_id` are empty until it was admitted."""

    LONGEST_MESSAGE = 2**20

    __slots__ = ("_batch", "_hall", "_heads", "_stamp", "_waiting_for_init", "package", "session_id", "user")

    def __init__(self, clock: Clock, per_second: int, stamp: Stamp, batch: SendBatch, hall: Hall) -> None:
        super().__init__(clock, per_second)
        self._stamp = stamp
        self._batch = batch
        self._hall = hall
        self._heads: dict[str, bytes] = {}
        self._waiting_for_init: asyncio.TimerHandle | None = None
        self.user = ""
        self.package = ""
        self.session_id = ""

    def opened(self) -> None:
        self._waiting_for_init = asyncio.get_running_loop().call_later(INIT_S, self._refuse, *SESSION_NOT_FOUND)

    def heard(self, text: bytes) -> None:
        self.later(self._understand(text))

    def gone(self) -> None:
        self._stop_waiting()
        if self.user:
            self._hall.closed(self)

    def send_text(self, text: bytes) -> None:
        self._batch.flush()
        super().send_text(text)

    def close(self, code: int, reason: str = "") -> None:
        self._batch.flush()
        super().close(code, reason)

    def say(self, message: Message, **more: object) -> None:
        """Send a message, with the time where it has room for that; `more` are fields that it has only sometimes."""
        if hasattr(message, "timestamp"):
            message.timestamp = self._stamp.text()
        self.send(message.to_wire() | more)

    def hear(self, stream: str, raw: bytes, at: int) -> None:
        """Something happened that the app listens for; `raw`, the JSON of it, goes out as it came in. See `Hear`."""
        head = self._heads.get(stream)
        if head is None:
            said = {"type": "data_stream", "sessionId": self.session_id, "streamType": stream}
            head = self._heads[stream] = json.dumps(said, separators=(",", ":"))[:-1].encode() + b',"data":'
        if self._transport is not None and not self.dismissed:
            stamp = self._stamp
            self._batch.add(self._transport, b"".join((head, raw, stamp.last if stamp.at == at else stamp.tail(at))))
            if self._crowded:
                self._hurry()

    async def _understand(self, text: bytes) -> None:
        if self.dismissed:
            return
        try:
            message = parsed(FROM_APP, text)
        except ProtocolError as error:
            await self._malformed(text, str(error))
            return
        if self.user:
            if message is not None:
                await self._hall.said(self, message)
        elif isinstance(message, AppConnectionInit):
            self._admit(message)
        else:
            self._refuse(*SESSION_NOT_FOUND)

    def _admit(self, init: AppConnectionInit) -> None:
        self._stop_waiting()
        refusal = self._hall.admit(self, init)
        if refusal is not None:
            self.user = ""
            self._refuse(*refusal)

    async def _malformed(self, text: bytes, fault: str) -> None:
        log.info("an app said something malformed", user=self.user, package=self.package, fault=fault)
        if self.user:
            await self._hall.malformed(self, text, fault)
        else:
            self._refuse(MALFORMED_MESSAGE, fault)

    def _refuse(self, code: str, sentence: str) -> None:
        """Closed as policy: the real client does not come back by itself then (PROTOCOL-apps §1.6)."""
        self.say(AppConnectionError(code=code, message=sentence))
        self.close(POLICY_VIOLATION, sentence)

    def _stop_waiting(self) -> None:
        if self._waiting_for_init is not None:
            self._waiting_for_init.cancel()
            self._waiting_for_init = None
