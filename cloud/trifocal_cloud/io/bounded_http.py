"""HTTP as uvicorn and httptools speak it, and what both leave to others: a request's head has bounds in size and time.

Without this anybody, token or not, could send headers without end or open connections and say nothing.

A request for live media goes, with its connection, to a protocol of its own, which gives it back when another comes.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trifocal_cloud.live.io.media_http import MARK, HandBack, Lost, MediaHttp

HEAD_LIMIT_BYTES = 64 * 1024
HEAD_TIMEOUT_S = 30.0


class BoundedHttp(HttpToolsProtocol):
    """Closes a connection whose request line and headers are too long, or too long in coming."""

    def __init__(
        self,
        *args: Any,
        media: Callable[[HandBack, Lost], MediaHttp] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._media = media
        self._in_head = True
        self._head_bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection stands; its first request is to come soon."""
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes came; those of a head that is still open after them are counted."""
        if MARK in data[:16] and self._media is not None and self._idle():
            self._lend(data)
            return
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT_BYTES:
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begin_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is whole; the body has bounds of its own."""
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def _idle(self) -> bool:
        """Whether no request is under way, so that these bytes begin one."""
        return self._head_bytes == 0 and (self.cycle is None or self.cycle.response_complete)

    def _lend(self, data: bytes) -> None:
        """Give the connection to whoever serves media, until something else is asked for."""
        assert self._media is not None
        self._unset_keepalive_if_required()
        self._stop_timer()
        protocol = self._media(self._returned, self.connection_lost)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        protocol.data_received(data)

    def _returned(self, transport: asyncio.Transport, data: bytes) -> None:
        transport.set_protocol(self)
        self._begin_head()
        self.data_received(data)

    def _begin_head(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        self._stop_timer()
        self._timer = self.loop.call_later(HEAD_TIMEOUT_S, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
