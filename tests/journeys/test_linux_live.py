"""Glasses on Linux publish: a picture that FFmpeg draws, as a film on an RTMP server that is none of ours."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_firmware.testing import GatewayStub
from trifocal_shared import messages
from trifocal_shared.stream_messages import FROM_GLASSES, GlassesStreamStatus, StartRtmpStream, StopRtmpStream

from .conftest import until

pytestmark = pytest.mark.journey

PROGRAM = ("-m", "trifocal_firmware.boards.linux", "--no-light", "--listen", "127.0.0.1:0")
CAMERA = ("--camera", "lavfi:testsrc2=size=1280x720:rate=30")


class Gateway:
    """The stub of a gateway, on a TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.stub = GatewayStub(messages.TO_GATEWAY | FROM_GLASSES)
        self._reader, self._writer = reader, writer
        self._reading = asyncio.create_task(self._read())
        self.stub.greet()
        self.flush()

    def say(self, message: Any) -> None:
        """To the glasses."""
        self.stub.say(message)
        self.flush()

    def statuses(self) -> list[str]:
        """What was said of streams."""
        return [word.status for word in self.stub.heard if isinstance(word, GlassesStreamStatus)]

    def flush(self) -> None:
        """Send what there is to say."""
        self._writer.write(b"".join(self.stub.data_to_send()))

    def close(self) -> None:
        """Hang up."""
        self._reading.cancel()
        self._writer.close()

    async def _read(self) -> None:
        while data := await self._reader.read(65_536):
            self.stub.receive(data, 0)
            self.flush()


async def test_a_stream_plays_and_a_photo_is_taken_of_it(tmp_path: Path, server: Any) -> None:
    arguments = (*PROGRAM, *CAMERA, "--folder", str(tmp_path))
    glasses = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    assert glasses.stdout
    port = json.loads(await glasses.stdout.readline())["port"]
    gateway = Gateway(*await asyncio.open_connection("127.0.0.1", port))

    def shown(good: Callable[[dict[str, Any]], bool]) -> bool:
        return any(said["event"] == "picture" and good(said) for said in server.said)

    wish = {"width": 640, "height": 360, "bitrate": 600_000}
    gateway.say(StartRtmpStream(rtmp_url=server.url, stream_id="s", video=wish))
    await until(lambda: shown(lambda said: said["size"] == [640, 360] and said["at"] > 1))
    gateway.say(messages.TakePhoto(request_id="p", size="small"))
    await until(lambda: "p" in gateway.stub.photos)
    at = server.said[-1]["at"]
    await until(lambda: shown(lambda said: said["at"] > at))
    gateway.say(StopRtmpStream(stream_id="s"))
    await until(lambda: "stopped" in gateway.statuses())
    assert gateway.statuses()[0] == "initializing"
    assert "streaming" in gateway.statuses()
    assert gateway.stub.photos["p"][:2] == b"\xff\xd8"
    gateway.close()
    glasses.send_signal(signal.SIGTERM)
    assert await glasses.wait() == 0
