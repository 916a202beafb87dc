"""One connection of WebRTC, with aiortc at the other end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiortc import RTCCertificate, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from trifocal_cloud.live import offer, rtcp
from trifocal_cloud.live.io import peer
from trifocal_cloud.live.io.peer import Peer
from trifocal_cloud.live.io.testing import until


class Ends:
    """A browser that wants to watch, and our end; what our end is told is written down."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.heard: list[bytes] = []
        self.browser = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        certificate = RTCCertificate.generateCertificate()
        self.ours = Peer(certificate, self.heard.append, self.heard.append, self._connected, self._gone)

    async def meet(self, wrong: bool = False, arrives: bool = True) -> None:
        self.browser.addTransceiver("audio", direction="recvonly")
        await self.browser.setLocalDescription(await self.browser.createOffer())
        wanted = offer.read(self.browser.localDescription.sdp, "sendonly")
        taken = wanted.taken("audio")
        assert taken
        assert taken.format
        self.format = taken.format
        local = await self.ours.local({"audio": 7}, "us")
        prints = [(kind, "00" + value[2:]) for kind, value in wanted.prints]
        self.ours.open(replace(wanted, prints=prints) if wrong else wanted)
        if arrives:
            said = offer.answer(wanted, local, "sendonly")
            await self.browser.setRemoteDescription(RTCSessionDescription(said, "answer"))

    def _connected(self) -> None:
        self.told.append("connected")

    def _gone(self, _: bytes) -> None:
        self.told.append("gone")


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    found = Ends()
    yield found
    await found.ours.closed()
    await found.browser.close()


async def test_packets_go_once_the_connection_stands(ends: Ends) -> None:
    ends.ours.send([b"\x80" * 20], [])
    await ends.meet()
    await until(lambda: ends.told == ["connected"])
    ends.ours.send([b"too short"], [b""])
    sound = bytes([0x80, ends.format, 0, 1]) + bytes(8) + b"sound"
    await until(lambda: ends.ours.send([sound], []) or ends.heard)  # once it hears that, the browser reports
    assert list(rtcp.heard(ends.heard[0])) == []
    ends.ours.send([], [rtcp.goodbye(7)])
    await ends.browser.close()
    await until(lambda: ends.told == ["connected", "gone"])
    ends.ours.send([b"\x80" * 20], [])


async def test_another_certificate_than_was_named_is_not_let_in(ends: Ends) -> None:
    await ends.meet(wrong=True)
    await until(lambda: ends.told == ["gone"])


async def test_who_does_not_come_is_not_waited_for(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "CONNECT_S", 0.01)
    await ends.meet(arrives=False)
    await until(lambda: ends.told == ["gone"])


async def test_after_hanging_up_nothing_is_told(ends: Ends) -> None:
    await ends.meet()
    await ends.ours.closed()
    await ends.ours.closed()
    await asyncio.sleep(0)
    assert "gone" not in ends.told
