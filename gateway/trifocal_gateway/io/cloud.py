"""The WebSocket to the cloud: messages there and back (PROTOCOL-device §5). When to try again is a Reconnector's."""

import asyncio
import json
import logging
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from trifocal_gateway.errors import LinkDown, TokenRejected
from trifocal_gateway.io.addresses import is_loopback, is_token, websocket_url
from trifocal_shared import cloud_messages
from trifocal_shared.cloud_messages import TO_PHONE
from trifocal_shared.message import Message, ProtocolError, decode_json, parse
from trifocal_shared.stream_messages import TO_GLASSES

OPEN_S = 10.0
CLOSE_S = 2.0
PING_EVERY_S, PONG_WITHIN_S = 10.0, 20.0
MOST_BYTES = 65_536
MOST_UNSENT = 256

UNAUTHORIZED = 401
POLICY_VIOLATION = 1008
DISPLACED = 4001

_CATALOGUE: dict[str, type[Message]] = {**TO_PHONE, **TO_GLASSES}

# The library would write headers, and with them the token, into its debug log.
_quiet = logging.Logger("trifocal_gateway.cloud", logging.WARNING)


class Displaced(LinkDown):
    """A newer connection of the same user took over."""


class CloudLink:
    """One connection, made by `open`. `run` must be awaited for anything to be sent or received.

    `counts`: messages of an `unknown` type, `malformed` ones, `binary` ones; none of them does anything.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.counts = {"unknown": 0, "malformed": 0, "binary": 0}
        self._connection = connection
        self._unsent: asyncio.Queue[Message] = asyncio.Queue(MOST_UNSENT)
        self._refusal = ""
        self._closed = False

    @classmethod
    async def open(cls, cloud_url: str, token: str, timeout_s: float = OPEN_S) -> "CloudLink":
        """Raises LinkDown, TokenRejected, and ValueError for a wrong address."""
        url = websocket_url(cloud_url, "/glasses-ws")
        if not is_token(token):
            raise TokenRejected("there is no token that could be shown to the cloud")
        try:
            connection = await connect(
                url,
                additional_headers={"Authorization": "Bearer " + token},
                proxy=None if is_loopback(url) else True,
                open_timeout=timeout_s,
                close_timeout=CLOSE_S,
                ping_interval=PING_EVERY_S,
                ping_timeout=PONG_WITHIN_S,
                max_size=MOST_BYTES,
                logger=_quiet,
            )
        except InvalidStatus as error:
            status = error.response.status_code
            if status == UNAUTHORIZED:
                raise TokenRejected("the cloud does not take the token") from None
            raise LinkDown(f"the cloud answered with HTTP {status}") from None
        except TimeoutError:
            raise LinkDown("the cloud did not answer in time") from None
        except (OSError, WebSocketException) as error:
            raise LinkDown(f"the cloud cannot be reached: {type(error).__name__}") from None
        return cls(connection)

    def send(self, message: Message) -> None:
        """Send it in time. On a link that is down it is lost; a cloud that reads too slowly is let go."""
        if self._closed:
            return
        try:
            self._unsent.put_nowait(message)
        except asyncio.QueueFull:
            self._connection.transport.abort()

    async def run(self, received: Callable[[Message], None]) -> None:
        """Send, and hand over what comes, until `close`. Raises LinkDown, Displaced or TokenRejected at another end."""
        writer = asyncio.create_task(self._write())
        try:
            async for data in self._connection:
                self._take(data, received)
        except ConnectionClosed:
            pass
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        if not self._closed:
            raise self._end()

    async def close(self) -> None:
        """Say goodbye; what is still unsent is lost."""
        self._closed = True
        await self._connection.close()

    async def _write(self) -> None:
        try:
            while True:
                message = await self._unsent.get()
                await self._connection.send(json.dumps(message.to_wire(), separators=(",", ":")))
        except ConnectionClosed:
            return  # `run` learns of it by reading

    def _take(self, data: str | bytes, received: Callable[[Message], None]) -> None:
        if isinstance(data, bytes):
            self.counts["binary"] += 1
            return
        try:
            message = parse(_CATALOGUE, decode_json(data))
        except ProtocolError:
            self.counts["malformed"] += 1
            return
        if message is None:
            self.counts["unknown"] += 1
            return
        if isinstance(message, cloud_messages.ConnectionError):
            self._refusal = message.code
        received(message)

    def _end(self) -> LinkDown | TokenRejected:
        code = self._connection.close_code
        if code == DISPLACED:
            return Displaced("a newer connection took over")
        if code == POLICY_VIOLATION and self._refusal == "INVALID_TOKEN":
            return TokenRejected("the cloud takes the token no longer")
        return LinkDown(f"the cloud's connection ended ({code})")
