"""Serves an ASGI application on a port, in the loop that runs already."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

GRACEFUL_S = 2
LOOK_S = 0.005


class HttpServer:
    """One listening port, from `start` to `stop`."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._listener: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """The address under which it is reached from this machine. Raises OSError (port taken)."""
        self._listener = _listener(self._host, self._port)
        self._server = _Server(
            uvicorn.Config(
                self._app,
                ws="websockets-sansio",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
            )
        )
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        up = asyncio.create_task(self._server.up.wait())
        await asyncio.wait((self._task, up), return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if self._task.done():
            await self._task
        return _url(self._listener)

    async def ended(self) -> None:
        """Return when it serves no longer."""
        if self._task is not None:
            await asyncio.wait((self._task,))

    async def stop(self) -> None:
        """Answer what has begun, and close."""
        if self._server is not None and self._task is not None and self._listener is not None:
            self._server.should_exit = True
            self._server.leave.set()
            await self._task
            self._listener.close()


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it, says when it is up, and ends without waiting for ticks of its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.leave = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACEFUL_S):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - plain sets
                    await asyncio.sleep(LOOK_S)
        for task in self.server_state.tasks:
            task.cancel()


def _listener(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    found = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError:
        found.close()
        raise
    return found


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what is bound to, not what binds
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
