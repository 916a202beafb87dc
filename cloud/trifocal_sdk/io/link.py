"""Drives a session's connection: its sockets, its time, and what is said over it."""

import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime

from trifocal_sdk.connection import (
    NORMAL,
    Acknowledged,
    Connection,
    Dial,
    Ended,
    Event,
    Hangup,
    Heard,
    Lost,
    Say,
)
from trifocal_sdk.errors import NotConnectedError
from trifocal_sdk.io.socket import Socket
from trifocal_sdk.wire import incoming, outgoing
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver
from trifocal_shared.message import Message, ProtocolError

GONE_S = 3.0

log = logging.getLogger("trifocal_sdk")

News = Acknowledged | Heard | Lost | Ended


class Link:
    """One session's link; `news` is told what it comes to. `run` keeps its time."""

    def __init__(
        self,
        url: str,
        session_id: str,
        *,
        package_name: str,
        api_key: str,
        clock: Clock,
        news: Callable[[News], None],
    ) -> None:
        self.url = url
        self.session_id = session_id
        self.package_name = package_name
        self._clock = clock
        self._news = news
        self._connection = Connection(session_id, package_name, api_key, random.random)
        self._driver = Driver(self._connection, clock, self._drain)
        self._socket: Socket | None = None

    @property
    def up(self) -> bool:
        """Whether messages get through now."""
        return self._connection.up

    async def run(self) -> None:
        """Keep time until cancelled."""
        await self._driver.run()

    def start(self) -> None:
        """Connect."""
        self._connection.start(self._clock.now())
        self._driver.poke()

    def say(self, message: Message) -> None:
        """Send this. Raises NotConnectedError."""
        if not self._connection.say(message):
            raise NotConnectedError("there is no connection to the cloud at this moment")
        self._driver.poke()

    def listens(self, streams: tuple[str, ...]) -> None:
        """The app wants to hear these."""
        self._connection.listens(streams, self._clock.now())
        self._driver.poke()

    def release(self, reason: str) -> None:
        """End it, and tell the cloud that this is meant."""
        self._connection.release(reason)
        self._driver.poke()

    def leave(self, reason: str, code: int = NORMAL) -> None:
        """End it without telling."""
        self._connection.leave(reason, code)
        self._driver.poke()

    async def gone(self) -> None:
        """Return when its socket is closed."""
        if self._socket is not None:
            await self._socket.gone(GONE_S)

    def opened(self, attempt: int) -> None:
        """The socket is open."""
        self._connection.opened(attempt, self._clock.now())
        self._driver.poke()

    def failed(self, attempt: int, reason: str) -> None:
        """It did not open."""
        self._connection.failed(attempt, reason, self._clock.now())
        self._driver.poke()

    def received(self, attempt: int, text: str) -> None:
        """The cloud said something; what cannot be understood is written down and forgotten."""
        try:
            received = incoming(text)
        except ProtocolError as error:
            log.warning("%s: the cloud sent what cannot be understood: %s", self.package_name, error)
            return
        if received is not None:
            self._connection.received(attempt, received, self._clock.now())
            self._driver.poke()

    def closed(self, attempt: int, code: int, reason: str) -> None:
        """The socket is closed."""
        self._connection.closed(attempt, code, reason, self._clock.now())
        self._driver.poke()

    def _drain(self) -> None:
        for event in self._connection.events():
            self._do(event)

    def _do(self, event: Event) -> None:
        if isinstance(event, Dial):
            self._socket = Socket(event.attempt, self.url, self)
        elif isinstance(event, Say):
            if self._socket is not None:
                at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                self._socket.send(outgoing(event.message, self.package_name, self.session_id, at))
        elif isinstance(event, Hangup):
            if self._socket is not None:
                self._socket.hang_up(event.code, event.reason)
        else:
            self._news(event)
