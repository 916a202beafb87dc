"""What happens to a person, for scripts that have no session: a socket of their own, opened anew when it breaks."""

import asyncio
import logging
import random
from collections.abc import Callable

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from trifocal_sdk.errors import CloudError
from trifocal_sdk.events import Data, mapping, text
from trifocal_sdk.io.hearing import Cleanup, once
from trifocal_sdk.io.rest import Rest
from trifocal_sdk.io.socket import CLOSE_S, MOST_BYTES, OPEN_S, PING_EVERY_S, PONG_WITHIN_S, is_loopback
from trifocal_shared.backoff import Backoff
from trifocal_shared.message import ProtocolError, decode_json

BASE_MS, CAP_MS = 1_000, 30_000
ENDED = 1000
FINAL = frozenset({401, 403, 404, 422})
"""Refusals that another try does not change."""

log = logging.getLogger("trifocal_sdk")
_quiet = logging.Logger("trifocal_sdk.events", logging.WARNING)

Heard = Callable[[str, Data], None]
"""Takes the stream and what happened on it."""


class ClientEvents:
    """The subscriptions of one client."""

    def __init__(self, rest: Rest, user_id: str) -> None:
        self._rest = rest
        self._user_id = user_id
        self._tasks: set[asyncio.Task[None]] = set()

    async def subscribe(self, streams: tuple[str, ...], heard: Heard) -> Cleanup:
        """Hear these; returns, once the cloud has agreed, what ends it. Raises CloudError."""
        address = await self._ticket(streams)
        task = asyncio.create_task(self._listen(streams, heard, address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return once(lambda: _cancel(task))

    async def close(self) -> None:
        """End all of them."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ticket(self, streams: tuple[str, ...]) -> str:
        body: dict[str, object] = {"streams": list(streams)}
        if self._user_id:
            body["userId"] = self._user_id
        return text(await self._rest.ask("POST", "/api/app/subscribe", body=body), "websocketUrl")

    async def _listen(self, streams: tuple[str, ...], heard: Heard, address: str) -> None:
        backoff = Backoff(BASE_MS, cap_ms=CAP_MS)
        while True:
            try:
                if not address:
                    address = await self._ticket(streams)
                if await _drained(address, heard, backoff):
                    return
            except CloudError as error:
                if error.status in FINAL:
                    log.error("the subscription to %s has ended: %s", ", ".join(streams), error)
                    return
            address = ""
            await asyncio.sleep(backoff.next(random.random()) / 1000)  # noqa: S311 - spreads tries in time


async def _drained(address: str, heard: Heard, backoff: Backoff) -> bool:
    """Hear what one socket says; True when the cloud has ended it for good."""
    try:
        async with connect(
            address,
            compression=None,
            proxy=None if is_loopback(address) else True,
            open_timeout=OPEN_S,
            close_timeout=CLOSE_S,
            ping_interval=PING_EVERY_S,
            ping_timeout=PONG_WITHIN_S,
            max_size=MOST_BYTES,
            logger=_quiet,
        ) as connection:
            backoff.reset()
            try:
                async for data in connection:
                    _tell(data, heard)
            except ConnectionClosed:
                return False
            return connection.close_code == ENDED
    except (OSError, WebSocketException, ValueError):
        return False


def _tell(data: str | bytes, heard: Heard) -> None:
    try:
        message = decode_json(data)
    except ProtocolError:
        return
    if isinstance(message, dict) and text(message, "streamType"):
        heard(text(message, "streamType"), mapping(message, "data"))


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
