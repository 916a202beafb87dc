"""Doors: the cloud's WebSockets, as a protocol class for uvicorn, on picows.

Uvicorn reads a request's head and, when it asks for a WebSocket, hands the transport and the head over. From there on
nothing of ASGI is in the way: picows parses the frames in C and calls the `Line` that the door of that path gave.
A refusal is plain HTTP, before anything is upgraded (PROTOCOL-device §5.1).
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import unquote

from fastapi import FastAPI
from picows import WSAutoPingStrategy, WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener
from picows.picows import WSProtocol  # type: ignore[attr-defined] # its server makes these; so do we
from starlette.requests import HTTPConnection
from uvicorn.server import ServerState

from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.line import LONGEST_MESSAGE, SERVICE_RESTART, Line
from trifocal_cloud.io.refusals import RefusedError, not_found
from trifocal_shared import reasons

Opens = Callable[[Cloud, HTTPConnection], Line]
"""What a door does with a request: the line it becomes. Raises RefusedError."""

HANDSHAKE_S = 5.0
READ_BUFFER_BYTES = 4096
"""To begin with; it grows with what is said."""

SENTENCES = {reasons.NO_TOKEN: "No core token provided", reasons.TOKEN_REJECTED: "Invalid core token"}
"""As MentraOS says it (PROTOCOL-device §5.1)."""

quiet = logging.getLogger("trifocal.sockets")
quiet.setLevel(logging.CRITICAL)
"""Picows writes lines about each connection, and errors for what a peer did wrong; `Line` says what there is to say."""


class Door(asyncio.Protocol):
    """One connection that wants to be a WebSocket."""

    def __init__(self, app: FastAPI, doors: Mapping[str, Opens], server_state: ServerState) -> None:
        self._app = app
        self._doors = doors
        self._connections = cast("set[Any]", server_state.connections)
        self._transport: asyncio.Transport | None = None
        self._protocol: Any = None
        self._line: Line | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Uvicorn hands its transport over."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """The head of the request, as it came."""
        assert self._transport is not None
        protocol = self._protocol = self._picows()
        protocol.connection_made(self._transport)
        buffer = protocol.get_buffer(len(data))
        buffer[: len(data)] = data
        protocol.buffer_updated(len(data))
        # Uvicorn makes us the transport's protocol when we return; in the loop's next turn it is picows' own.
        asyncio.get_running_loop().call_soon(self._transport.set_protocol, protocol)

    def connection_lost(self, exc: Exception | None) -> None:
        """It was refused: the transport closes before picows' protocol takes over."""
        if self._protocol is not None:
            self._protocol.connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends. To an app this code means: come back (PROTOCOL-apps §1.6)."""
        if self._line is not None:
            self._line.close(SERVICE_RESTART, "the cloud restarts")

    def _picows(self) -> Any:
        settings = self._app.state.cloud.settings
        return WSProtocol(
            None,  # host and port, and path: a client's
            None,
            False,
            self._opened,
            quiet,
            True,  # a listener that raises ends its connection
            HANDSHAKE_S,
            True,
            settings.ping_interval_s,
            min(settings.ping_timeout_s, settings.ping_interval_s),
            WSAutoPingStrategy.PING_PERIODICALLY,
            True,
            LONGEST_MESSAGE,
            None,
            READ_BUFFER_BYTES,
        )

    def _opened(self, request: WSUpgradeRequest) -> Line | WSUpgradeResponseWithListener:
        cloud = self._app.state.cloud
        try:
            connection = self._connection(request)
            opens = self._doors.get(connection.scope["path"])
            if opens is None:
                raise not_found()
            self._line = opens(cloud, connection)
        except RefusedError as refusal:
            return WSUpgradeResponseWithListener(_denial(cloud, refusal), None)
        self._line.watch = self._watch
        return self._line

    def _connection(self, request: WSUpgradeRequest) -> HTTPConnection:
        assert self._transport is not None
        path, _, query = request.path.partition(b"?")
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.items()]
        return HTTPConnection(
            {
                "type": "websocket",
                "scheme": "ws",
                "path": unquote(path.decode("ascii", "replace")),
                "query_string": query,
                "headers": headers,
                "client": self._transport.get_extra_info("peername"),
                "app": self._app,
            }
        )

    def _watch(self, there: bool) -> None:
        (self._connections.add if there else self._connections.discard)(self)


def _denial(cloud: Cloud, refusal: RefusedError) -> WSUpgradeResponse:
    body = {
        "type": "connection_error",
        "error": refusal.reason,
        "message": SENTENCES.get(refusal.reason, refusal.message),
        "timestamp": datetime.fromtimestamp(cloud.clock.epoch_ms() / 1000, UTC).isoformat(),
    }
    headers = {"Content-Type": "application/json", **(refusal.headers or {})}
    found: WSUpgradeResponse = WSUpgradeResponse.create_error_response(
        refusal.status, json.dumps(body).encode(), headers
    )
    return found
