"""Bodies are bounded in size and time before anybody reads them: the server itself has no limit."""

import asyncio
from collections.abc import Collection, Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trifocal_shared import reasons


class BodyLimit:
    """Reading more than `limit` bytes raises 413 in whoever reads, and a wait of `stall_s` for the next piece 408.

    Below some folders more is allowed: `folders` has path (with a slash at its end) -> bytes. `spared` paths see to it
    themselves.
    """

    def __init__(
        self, app: ASGIApp, *, limit: int, stall_s: float, spared: Collection[str], folders: Mapping[str, int]
    ) -> None:
        self._app = app
        self._limit = limit
        self._stall_s = stall_s
        self._spared = spared
        self._folders = folders

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._spared:
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        announced = _announced(scope)
        read, whole = 0, False

        async def limited() -> Message:
            nonlocal read, whole
            if whole:  # what follows a body is only that the peer is gone, and that may take its time
                return await receive()
            try:
                async with asyncio.timeout(self._stall_s):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408, reasons.SENTENCES[reasons.TIMED_OUT]) from error
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if max(read, announced) > limit:
                raise HTTPException(413, reasons.SENTENCES[reasons.TOO_LARGE])
            return message

        await self._app(scope, limited, send)

    def _limit_of(self, path: str) -> int:
        return next((limit for folder, limit in self._folders.items() if path.startswith(folder)), self._limit)


def _announced(scope: Scope) -> int:
    """The length that the request claims; 0 when it claims none, for what comes is counted anyway."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
