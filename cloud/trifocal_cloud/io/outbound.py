"""Posts to the servers of apps. They may be slow, gone, hostile or meant to lead us astray; nobody else feels it.

No redirect is followed, no proxy or cookie is used, no more than the head of an answer is read, and every post has its
time. Where a connection may go is the business of `guarded_network`.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext

import httpcore
import httpx

from trifocal_cloud.addresses import target
from trifocal_cloud.io.blobs import BlobMissingError
from trifocal_cloud.io.guarded_network import ForbiddenError, GuardedNetwork, Names
from trifocal_cloud.io.turns import Turns
from trifocal_shared import app_words

CONNECT_S = 5.0
BODY_LIMIT = 16 * 1024
"""So much of an answer is kept; what follows is not even read."""

POSTS_AT_ONCE = 128
"""To one URL. An app may hold the post that starts it for as long as its own code takes; others are elsewhere."""
PHOTOS_AT_ONCE = 8
"""To one server, beside those."""
CONNECTIONS = 1_000
IDLE_CONNECTIONS = 100
IDLE_S = 4.0
"""Node closes an idle connection after 5 s; one that it is about to close is not used again."""

AGENT = "trifocal-cloud"


class OutboundError(Exception):
    """Nobody answered. `reason` is ADDRESS_FORBIDDEN, APP_UNREACHABLE or APP_SILENT of `app_words`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Picture:
    """A photo as an app's server takes it. Its texts are our own words: ids, types and names that were checked.

    Its `size` bytes come in pieces, and only when their turn to go out has come: many may wait for a slow server.
    """

    request_id: str
    size: int
    pieces: Callable[[], Awaitable[AsyncIterator[bytes]]]
    mime_type: str
    filename: str


@dataclass(frozen=True)
class Answer:
    """What the server said; `body` is cut after BODY_LIMIT bytes."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether that is a success. A redirect is none."""
        return 200 <= self.status < 300


class Outbound:
    """One client for all posts. `networks`: where they may go (see `addresses`)."""

    def __init__(
        self, networks: str, names: Names | None = None, network: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._names = names or Names()
        self._network = GuardedNetwork(networks, self._names, network or httpcore.AnyIOBackend())
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._posts = Turns(POSTS_AT_ONCE)
        self._photos = Turns(PHOTOS_AT_ONCE)

    async def close(self) -> None:
        """Close every connection."""
        self._names.close()
        if self._pool is not None:
            await self._pool.aclose()

    async def post_json(
        self, url: str, body: Mapping[str, object], timeout_s: float, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Post a JSON object; the answer within `timeout_s`. Raises OutboundError."""
        content = json.dumps(body, separators=(",", ":")).encode()
        return await self.post(url, content, timeout_s, headers)

    async def post(
        self, url: str, content: bytes, timeout_s: float, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Post bytes that are JSON already. Raises OutboundError."""
        more = {"Content-Type": "application/json", **(headers or {})}
        place = _place(url)
        body = _Body(len(content), lambda: _pieces(content))
        async with self._turn(self._posts, (place.scheme, place.netloc, place.raw_path), timeout_s) as asked:
            return await self._exchange(place, body, more, asked)

    async def post_photo(self, url: str, picture: Picture, timeout_s: float, auth_token: str = "") -> Answer:
        """Post a picture as a form (PROTOCOL-apps §4.2), with the token if there is one.

        Raises OutboundError, and BlobMissingError when the picture itself is at fault.
        """
        place = _place(url)
        boundary = secrets.token_hex(16)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        if auth_token:
            headers["Authorization"] = f"Bearer {auth_token}"
        async with self._turn(self._photos, (place.scheme, place.netloc), timeout_s) as asked:
            return await self._exchange(place, _form(boundary, picture), headers, asked)

    @asynccontextmanager
    async def _turn(self, turns: Turns, key: Hashable, timeout_s: float) -> AsyncIterator["_Asked"]:
        """Time and room for one post. Whatever goes wrong inside becomes an OutboundError."""
        asked = _Asked()
        try:
            async with asyncio.timeout(timeout_s), turns.holding(key):
                yield asked
        except TimeoutError as error:
            reason = app_words.APP_SILENT if asked.whole else app_words.APP_UNREACHABLE
            raise OutboundError(reason, f"no answer within {timeout_s:g} s") from error
        except ForbiddenError as error:
            raise OutboundError(app_words.ADDRESS_FORBIDDEN, f"{error} is not a place to go") from error
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise OutboundError(app_words.APP_UNREACHABLE, _sentence(error)) from error

    async def _exchange(
        self, place: httpx.URL, content: "_Body", headers: Mapping[str, str], asked: "_Asked"
    ) -> Answer:
        head = {"Host": place.netloc.decode(), "User-Agent": AGENT, "Content-Length": str(content.length), **headers}
        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=_trusted(),
                max_connections=CONNECTIONS,
                max_keepalive_connections=IDLE_CONNECTIONS,
                keepalive_expiry=IDLE_S,
                network_backend=self._network,
            )
        url = httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path)
        extensions = {"timeout": {"connect": CONNECT_S}, "trace": asked}
        async with self._pool.stream(
            "POST", url, headers=list(head.items()), content=content.pieces(), extensions=extensions
        ) as response:
            body = bytearray()
            async for piece in response.aiter_stream():
                body += piece
                if len(body) >= BODY_LIMIT:
                    break
            return Answer(response.status, bytes(body[:BODY_LIMIT]))


@dataclass(frozen=True)
class _Body:
    length: int
    pieces: Callable[[], AsyncIterator[bytes]]


class _Asked:
    """Learns from httpcore whether the whole request went out: from then on it is the app that is silent."""

    def __init__(self) -> None:
        self.whole = False

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        self.whole = self.whole or event == "http11.receive_response_headers.started"


@cache
def _trusted() -> SSLContext:
    """Whose certificates are believed; read once, for that takes a while."""
    return httpx.create_ssl_context()


def _place(url: str) -> httpx.URL:
    try:
        return httpx.URL(target(url))
    except (ValueError, httpx.InvalidURL) as error:
        raise OutboundError(app_words.ADDRESS_FORBIDDEN, str(error)) from error


def _form(boundary: str, picture: Picture) -> _Body:
    texts = {"requestId": picture.request_id, "type": "photo_upload", "success": "true"}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in texts.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="{picture.filename}"\r\n'
        f"Content-Type: {picture.mime_type}\r\n\r\n"
    )
    head, tail = "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield head
        left = picture.size
        async for piece in await picture.pieces():
            left -= len(piece)
            if left < 0:
                break
            yield piece
        if left:
            raise BlobMissingError(f"{picture.filename} is not as long as it was")
        yield tail

    return _Body(len(head) + picture.size + len(tail), pieces)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _sentence(error: Exception) -> str:
    if isinstance(error, httpcore.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpcore.ConnectError):
        return f"no connection: {error}"[:200]
    if isinstance(error, httpcore.ProtocolError):
        return "it does not speak HTTP"
    return "the connection broke"
