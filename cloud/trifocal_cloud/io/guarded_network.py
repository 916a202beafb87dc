"""The network as posts to others see it: names are looked up here, and nobody is reached whom the rules forbid.

A connection goes to an address that was looked at, never to a name: nothing can change between the two. The name is
kept for TLS and for the request's head by those above.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

import httpcore

from trifocal_cloud.addresses import allowed

LOOKUP_THREADS = 8
"""Lookups have threads of their own: a name server that hangs keeps nobody from the disk."""

ADDRESS_LIMIT = 4
"""How many addresses of one name are tried."""

ANSWER_LIMIT_BYTES = 256 * 1024
"""Whoever says more than this to one request is cut off, whatever it is that they say."""


class ForbiddenError(Exception):
    """None of the addresses behind this name may be connected to."""


def lookup(name: str) -> list[str]:
    """The addresses of a name, best first. Blocks. Raises OSError (unknown), UnicodeError (no name at all)."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys([str(entry[4][0]) for entry in found]))


class Names:
    """Looks names up, each once at a time."""

    def __init__(self, look_up: Callable[[str], list[str]] = lookup) -> None:
        self._look_up = look_up
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, "lookup")
        self._under_way: dict[str, asyncio.Future[list[str]]] = {}

    async def addresses(self, name: str) -> list[str]:
        """The addresses of a name, best first; an address is its own. Raises OSError, UnicodeError."""
        if _is_address(name):
            return [name]
        looking = self._under_way.get(name)
        if looking is None:
            looking = asyncio.get_running_loop().run_in_executor(self._threads, self._look_up, name)
            self._under_way[name] = looking
            looking.add_done_callback(lambda done: self._finished(name, done))
        return await asyncio.shield(looking)

    def close(self) -> None:
        """Look nothing up any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _finished(self, name: str, done: asyncio.Future[list[str]]) -> None:
        del self._under_way[name]
        if not done.cancelled():
            done.exception()  # looked at: whoever asked may have gone


async def reachable(names: Names, host: str, networks: str) -> list[str]:
    """The addresses of a host that `networks` allows, best first. Raises ForbiddenError, OSError, UnicodeError."""
    usable = [ip for ip in await names.addresses(host) if allowed(ip, networks)][:ADDRESS_LIMIT]
    if not usable:
        raise ForbiddenError(host)
    return usable


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """TCP to addresses that `networks` allows (see `addresses`)."""

    def __init__(self, networks: str, names: Names, below: httpcore.AsyncNetworkBackend) -> None:
        self._networks = networks
        self._names = names
        self._below = below

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the signature is httpcore's)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises ForbiddenError, httpcore.ConnectError, httpcore.ConnectTimeout."""
        try:
            async with asyncio.timeout(timeout):
                usable = await reachable(self._names, host, self._networks)
                return await self._first(usable, port, timeout)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("no answer") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name is not known") from error

    async def _first(self, addresses: list[str], port: int, timeout_s: float | None) -> httpcore.AsyncNetworkStream:
        """The first that answers; each has its share of the time, for the last one may be the only one that does."""
        share = timeout_s / len(addresses) if timeout_s is not None else None
        for ip in addresses[:-1]:
            try:
                return _Bounded(await self._below.connect_tcp(ip, port, share))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return _Bounded(await self._below.connect_tcp(addresses[-1], port, share))


class _Bounded(httpcore.AsyncNetworkStream):
    """Passes everything on, and breaks when the peer says too much since it was last spoken to."""

    def __init__(self, below: httpcore.AsyncNetworkStream) -> None:
        self._below = below
        self._heard = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 (httpcore's)
        said = await self._below.read(max_bytes, timeout)
        self._heard += len(said)
        if self._heard > ANSWER_LIMIT_BYTES:
            raise httpcore.ReadError("the answer is too long")
        return said

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 (httpcore's)
        self._heard = 0
        await self._below.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._below.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's)
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _Bounded(await self._below.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await self._below.aclose()  # whoever gives up waiting for a handshake leaves a socket behind otherwise
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._below.get_extra_info(info)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
