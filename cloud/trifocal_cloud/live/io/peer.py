"""Peer: one WebRTC connection, as far as both directions share it: addresses, keys, and encrypted packets.

aiortc finds the way (ICE) and agrees on keys (DTLS); media does not go through its senders and receivers, which decode
and encode. What it has no public names for is used here and nowhere else; its version is pinned.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCIceGatherer, RTCIceParameters
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcicetransport import RTCIceTransport
from aiortc.sdp import candidate_to_sdp
from pylibsrtp import Error as SrtpError

from trifocal_cloud.live.offer import Local, Offer

CONNECT_S = 10.0

Heard = Callable[[bytes], None]

log = structlog.get_logger("trifocal.webrtc")


class _Dtls(RTCDtlsTransport):
    """Hands packets over as they are, decrypted."""

    rtp: Heard
    rtcp: Heard

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        self.rtp(data)

    async def _handle_rtcp_data(self, data: bytes) -> None:
        self.rtcp(data)


class Peer:
    """`rtp` and `rtcp` are called with what comes, `connected` once packets can go, `gone` once when it is over."""

    def __init__(
        self, certificate: RTCCertificate, rtp: Heard, rtcp: Heard, connected: Callable[[], None], gone: Heard
    ) -> None:
        self._gatherer = RTCIceGatherer(iceServers=[])
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = _Dtls(self._ice, [certificate])
        self._dtls.rtp, self._dtls.rtcp = rtp, rtcp
        self._certificate = certificate
        self._connected = connected
        self._gone: Heard | None = gone
        self._send: Callable[[bytes], None] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._opening: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    async def local(self, sources: dict[str, int], name: str) -> Local:
        """Our end of it, for the answer: addresses, keys, and tracks by kind, which belong together by `name`."""
        await self._gatherer.gather()
        mine = self._gatherer.getLocalParameters()
        prints = self._certificate.getFingerprints()
        fingerprint = next(one.value for one in prints if one.algorithm == "sha-256")
        candidates = [candidate_to_sdp(one) for one in self._gatherer.getLocalCandidates()]
        return Local(mine.usernameFragment or "", mine.password or "", fingerprint, candidates, sources, name)

    def open(self, offer: Offer) -> None:
        """The peer knows of us: wait for it."""
        self._opening = asyncio.create_task(self._open(offer))

    def send(self, packets: list[bytes], reports: list[bytes]) -> None:
        """Encrypt and send RTP and RTCP; before the connection stands, and after it, nothing goes."""
        if self._send is None or self._transport is None:
            return
        if self._transport.is_closing():
            self._over()  # its host says that nobody is there any more
            return
        session: Any = self._dtls._tx_srtp
        try:
            for packet in packets:
                self._send(session.protect(packet))
            for report in reports:
                self._send(session.protect_rtcp(report))
        except (SrtpError, ConnectionError, OSError) as error:
            log.info("a packet could not be sent", error=str(error))

    def close(self) -> None:
        """Hang up; `gone` is not called any more."""
        self._gone = None
        if self._closing is None:
            self._send = None
            self._closing = asyncio.create_task(self._close())

    async def closed(self) -> None:
        """Wait until everything of it is closed."""
        self.close()
        assert self._closing is not None
        await asyncio.wait([self._closing])

    async def _open(self, offer: Offer) -> None:
        ice = RTCIceParameters(usernameFragment=offer.user, password=offer.password)
        prints = [RTCDtlsFingerprint(algorithm=kind, value=value) for kind, value in offer.prints]
        self._dtls._set_role("client" if offer.waits else "server")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_S):
                await self._ice.start(ice)
                if self._ice.state == "completed":
                    await self._dtls.start(RTCDtlsParameters(fingerprints=prints))
        if self._dtls.state != "connected":
            self._over()
            return
        self._dtls.on("statechange", self._over)
        pair = self._ice._connection._nominated[1]
        self._transport = pair.protocol.transport
        send, address = self._transport.sendto, pair.remote_addr
        self._send = lambda data: send(data, address)
        self._connected()

    def _over(self) -> None:
        self._send = None
        gone, self._gone = self._gone, None
        if gone is not None:
            gone(b"")

    async def _close(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        with contextlib.suppress(ConnectionError):
            await self._dtls.stop()
        await self._ice.stop()
