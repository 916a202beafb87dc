"""Streams sent on over real sockets: here to our own door, which is as strict as any."""

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from trifocal_cloud.addresses import LOOPBACK, PUBLIC
from trifocal_cloud.io.guarded_network import Names
from trifocal_cloud.live.io import outputs as module
from trifocal_cloud.live.io.outputs import MOST_OUTPUTS, Outputs
from trifocal_cloud.live.io.testing import Doors, playing, publishing, tags, until
from trifocal_cloud.live.stream import LiveStream
from trifocal_shared import app_words, reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.testing import VirtualClock

if TYPE_CHECKING:
    from trifocal_cloud.live.output import Output

URL = "rtmp://127.0.0.1:9/live/cam"


async def test_a_stream_is_sent_on(doors: Doors) -> None:
    here, there = doors.provision(), doors.provision("there")
    sent = tags()
    async with publishing(here.publish_url) as publisher:
        publisher.send(sent[:30])
        output = doors.ingest.send_on("cam", there.publish_url)
        await until(lambda: output.state == "active")
        async with playing(there.rtmp_url) as player:
            publisher.send(sent[30:])
            await until(lambda: player.media()[-1:] and player.media()[-1][3] == sent[-1][2])
        doors.ingest.outputs.remove(output)
        doors.ingest.outputs.remove(output)
        await until(lambda: doors.ingest._streams["there"].state == "away")
        assert output.state == "stopped"


async def test_a_dead_output_harms_nobody(doors: Doors) -> None:
    told = []
    doors.ingest.outputs.changed.append(lambda *words: told.append(words))
    place = doors.provision()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with publishing(place.publish_url) as publisher:
            with capture_logs() as logs:
                dead = doors.ingest.send_on("cam", URL + "?key=verysecret")
                hangs = doors.ingest.send_on("cam", f"rtmp://127.0.0.1:{silent.getsockname()[1]}/live/x")
                await until(lambda: dead.reason == reasons.CONNECT_REFUSED)
                await until(lambda: hangs.push is not None and hangs.push.state == "shaking")
                publisher.send(tags())
                await until(lambda: doors.ingest.statistics("cam").frames == 60)  # type: ignore[union-attr]
                doors.later(9_000)
                publisher.send([(9, 9_000, b"\x27\1\0\0\0" + bytes(3_000))])
                await until(lambda: doors.ingest.statistics("cam").dropped == 1)  # type: ignore[union-attr]
                doors.later(2_000)
                await until(lambda: hangs.reason == reasons.TIMED_OUT)
            assert "verysecret" not in str(logs)
    assert {event.state for _, output, event in told if output is dead} >= {"connecting", "waiting"}
    doors.ingest.release("cam")
    assert (dead.state, hangs.state) == ("stopped", "stopped")
    assert not doors.ingest.outputs._lines


async def test_outputs_lead_only_where_the_cloud_may_go() -> None:
    looked: list[str] = []

    def look_up(name: str) -> list[str]:
        looked.append(name)
        return ["127.0.0.1", "169.254.169.254"]

    outputs = Outputs(VirtualClock(0, 1), PUBLIC, Names(look_up))  # type: ignore[arg-type]
    stream = LiveStream("cam", 1, 0)
    stream.begin("a", 0)
    found = [outputs.add(stream, url) for url in ("rtmp://evil.example/live/x", URL, "rtmp://[::1]/live/x")]
    await until(lambda: {one.state for one in found} == {"error"})
    assert {one.reason for one in found} == {app_words.ADDRESS_FORBIDDEN}
    assert looked == ["evil.example"]
    outputs.close()


async def test_a_name_that_nobody_knows_and_a_server_without_tls() -> None:
    def look_up(name: str) -> list[str]:
        if name == "nobody.example":
            raise OSError("not known")
        return ["127.0.0.1"]

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"no TLS")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outputs = Outputs(VirtualClock(0, 1), LOOPBACK, Names(look_up))  # type: ignore[arg-type]
    stream = LiveStream("cam", 1, 0)
    stream.begin("a", 0)
    found = [outputs.add(stream, url) for url in ("rtmp://nobody.example/a/b", f"rtmps://some.example:{port}/a/b")]
    await until(lambda: {one.reason for one in found} == {reasons.CONNECT_REFUSED})
    outputs.close()
    server.close()


async def test_there_are_bounds(doors: Doors) -> None:
    doors.provision()
    for _ in range(MOST_OUTPUTS):
        doors.ingest.send_on("cam", URL)
    for url, code in ((URL, reasons.TOO_MANY), ("http://x/y/z", reasons.BAD_URL)):
        with pytest.raises(ProtocolError) as caught:
            doors.ingest.send_on("cam", url)
        assert caught.value.code == code
    with pytest.raises(ProtocolError) as caught:
        doors.ingest.send_on("nobody", URL)
    assert caught.value.code == reasons.NOT_FOUND


async def test_nothing_is_tried_while_nobody_publishes(doors: Doors) -> None:
    doors.provision()
    output: Output = doors.ingest.send_on("cam", URL)
    doors.later(60_000)
    assert (output.state, output.reason) == ("waiting", "")


async def test_a_server_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_S", 0.01)
    lost: list[Exception | None] = []
    monkeypatch.setattr(module._Wire, "connection_lost", lambda self, exc: lost.append(exc))
    with socket.create_server(("127.0.0.1", 0)) as hangs:
        outputs = Outputs(VirtualClock(0, 1), LOOPBACK)  # type: ignore[arg-type]
        stream = LiveStream("cam", 1, 0)
        stream.begin("a", 0)
        output = outputs.add(stream, f"rtmp://127.0.0.1:{hangs.getsockname()[1]}/a/b")
        await until(lambda: output.push is not None and output.push.state == "shaking")
        transport = outputs._lines[output]._transport()
        assert transport is not None
        transport.write(bytes(20_000_000))
        outputs.remove(output)
        await until(lambda: lost)
        assert transport.is_closing()
    outputs.close()


async def test_the_end_of_an_old_connection_is_not_that_of_the_new_one(doors: Doors) -> None:
    place, there = doors.provision(), doors.provision("there")
    async with publishing(place.publish_url) as publisher:
        output = doors.ingest.send_on("cam", there.publish_url)
        await until(lambda: output.state == "active")
        line = doors.ingest.outputs._lines[output]
        old = line._wire
        assert old is not None
        line._hang_up()
        line.open()
        await until(lambda: line._transport() is not None)
        await until(lambda: old.transport is None)
        assert line._transport() is not None
        publisher.send(tags())
