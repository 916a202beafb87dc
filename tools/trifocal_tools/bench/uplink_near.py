"""The gateway's end of `trifocal bench uplink`: its own link, presses and uploads, from where it is started.

One JSON object a line comes in, `{"do": NAME, ...}`; one goes out, what was measured or `{"error": why}`.
"""

import asyncio
import hashlib
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx

from trifocal_gateway.errors import LinkDown, TokenRejected
from trifocal_gateway.io.cloud import CloudLink
from trifocal_gateway.io.presses import PressPoster
from trifocal_gateway.io.uploads import Uploads, http_client
from trifocal_gateway.queue_entry import UPLOADED, QueuedPhoto
from trifocal_shared.cloud_messages import ButtonPressAnswer, ButtonPressReport
from trifocal_shared.message import Message

FILM_HEAD = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00"
"""What the cloud knows a video by."""

REPLY_S = 20.0
BETWEEN_PRESSES_S = 0.05


class _Failed(Exception):  # noqa: N818 - told to the bench
    """Something that is measured did not happen."""


class Near:
    """What a gateway does, measured in ms. `cloud` is the cloud's address."""

    def __init__(self, cloud: str, token: str) -> None:
        self._cloud = cloud
        self._token = token
        self._sequence = 0
        self._presses = PressPoster(cloud, REPLY_S)

    async def wake(self, count: int) -> list[float]:
        """From nothing to the cloud's first word, by the gateway's own link; one connection after the other."""
        return [await self._woken() for _ in range(count)]

    async def press(self, count: int) -> list[float]:
        """Presses in a row that ask for no photo, and how long each waited for its answer."""
        return [await self._pressed() for _ in range(count)]

    async def upload(self, size: int, cap: int = 0, congestion: str = "") -> float:
        """One video, random but for its head, as the gateway sends it under a cap in bytes/s (0: none), or by another
        congestion control than its own.
        """
        client = http_client(self._cloud, cap)
        if congestion:
            await client.aclose()
            options = [(socket.IPPROTO_TCP, socket.TCP_CONGESTION, congestion.encode())]
            transport = httpx.AsyncHTTPTransport(socket_options=options)
            client = httpx.AsyncClient(base_url=self._cloud, trust_env=False, transport=transport)
        async with client:
            return await self._uploaded(Uploads(client, "bench"), FILM_HEAD + os.urandom(size - len(FILM_HEAD)))

    async def both(self, size: int, cap: int = 0) -> dict[str, Any]:
        """An upload, and the presses for as long as it runs."""
        upload = asyncio.create_task(self.upload(size, cap))
        presses = []
        try:
            while not upload.done():
                presses.append(await self._pressed())
            # The last one ended after the upload had.
            return {"upload": await upload, "presses": presses[:-1] or presses}
        finally:
            upload.cancel()
            await asyncio.gather(upload, return_exceptions=True)

    async def _woken(self) -> float:
        heard = asyncio.Event()

        def received(_: Message) -> None:
            heard.set()

        started = time.perf_counter()
        link = await CloudLink.open(self._cloud, self._token, REPLY_S)
        running = asyncio.create_task(link.run(received))
        try:
            await asyncio.wait_for(heard.wait(), REPLY_S)
            return _ms_since(started)
        finally:
            await link.close()
            await running

    async def _pressed(self) -> float:
        self._sequence += 1
        report = ButtonPressReport(button_id="bench", press_type="short", press_id=f"bench-{self._sequence}")
        started = time.perf_counter()
        answer = await self._presses.post(report, self._token)
        took = _ms_since(started)
        if not isinstance(answer, ButtonPressAnswer):
            raise _Failed(f"a press was answered {answer}")
        await asyncio.sleep(BETWEEN_PRESSES_S)
        return took

    async def _uploaded(self, uploads: Uploads, data: bytes) -> float:
        self._sequence += 1
        name = f"local_bench_{self._sequence}_{time.time_ns()}"
        photo = QueuedPhoto(name, hashlib.sha256(data).hexdigest(), len(data), media_type="video")
        with tempfile.NamedTemporaryFile(prefix="trifocal-") as file:
            await asyncio.to_thread(file.write, data)
            file.flush()
            started = time.perf_counter()
            outcome = await uploads.upload(photo, Path(file.name), self._token)
            took = _ms_since(started)
        if outcome.kind != UPLOADED:
            raise _Failed(f"an upload ended as {outcome.kind}: {outcome.reason}")
        return took


async def serve(near: Near, line: Callable[[], str], say: Callable[[str], None]) -> None:
    """Do what the lines ask until they end."""
    known: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {
        "wake": near.wake,
        "press": near.press,
        "upload": near.upload,
        "both": near.both,
    }
    while asked := await asyncio.to_thread(line):
        order = json.loads(asked)
        action = known[order.pop("do")]
        try:
            said = await action(**order)
        except (_Failed, LinkDown, TokenRejected, OSError, TimeoutError) as error:
            said = {"error": str(error) or type(error).__name__}
        say(json.dumps(said))


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(Near(*sys.argv[1:3]), sys.stdin.readline, _say))
