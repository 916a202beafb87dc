"""The ways to the glasses, by the scheme of their address, and what all of them have in common."""

from collections.abc import Callable
from typing import Protocol

import structlog

from trifocal_gateway.errors import LinkDown
from trifocal_gateway.io import ble, glasses_link, serial
from trifocal_gateway.io.ble import Backends, Central
from trifocal_gateway.io.glasses_link import GlassesLink
from trifocal_gateway.io.serial import SerialLink

log = structlog.get_logger()


class Link(Protocol):
    """A connection to the glasses that has just been made."""

    most: int
    """Bytes that one write takes, known before the first one; 0 any number."""

    async def run(self, received: Callable[[bytes], None], packed: Callable[[bytes], None]) -> None:
        """Hand over what comes, until `close`: bytes of frames, and packs that came without one. Raises LinkDown when
        the connection ends otherwise.
        """

    async def write(self, data: bytes) -> None:
        """Send it; returns when the next may follow. A link that is down takes it and loses it."""

    async def close(self) -> None:
        """Close it, once or more often."""


def check(url: str) -> None:
    """ValueError unless glasses can be at this address: `tcp://host:port`, `ble:` and perhaps a name, or
    `serial:PORT[?baud=N]`.
    """
    if url.startswith("serial:"):
        serial.port_of(url)
    else:
        (ble.name_of if url.startswith("ble:") else glasses_link.address)(url)


class Links:
    """Connects to the glasses of one address, again and again. `backends` are those of `Central`."""

    def __init__(self, url: str, backends: Backends | None = None) -> None:
        """ValueError for an address at which no glasses can be."""
        check(url)
        self._url = url
        self._missed = ""
        self._central = Central(ble.name_of(url), backends) if url.startswith("ble:") else None

    async def connect(self) -> Link:
        """The next connection. Raises LinkDown; why is logged when it is not what it was the last time."""
        try:
            link = await self._connect()
        except LinkDown as error:
            if str(error) != self._missed:
                self._missed = str(error)
                log.info("no glasses", why=self._missed)
            raise
        self._missed = ""
        return link

    async def _connect(self) -> Link:
        if self._central:
            return await self._central.connect()
        way = SerialLink if self._url.startswith("serial:") else GlassesLink
        return await way.connect(self._url)
