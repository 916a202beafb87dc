"""Doors on a real socket: refusals in plain HTTP, and requests that are no WebSocket after all."""

import asyncio
import json
import socket
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from trifocal_cloud.testing import Running, serving


@pytest.mark.parametrize("path", ["/glasses-ws", "/sim-ws", "/console-ws"])
async def test_no_token(server: Running, path: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(server.ws(path))
    body = json.loads(caught.value.response.body)
    assert caught.value.response.status_code == 401
    assert caught.value.response.headers["Content-Type"] == "application/json"
    assert (body["type"], body["error"], body["message"]) == ("connection_error", "no_token", "No core token provided")
    assert body["timestamp"]


async def test_a_wrong_token(server: Running) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(server.ws("/glasses-ws"), additional_headers={"Authorization": "Bearer x"})
    assert json.loads(caught.value.response.body)["message"] == "Invalid core token"


@pytest.mark.parametrize("path", ["/", "/glasses-ws/", "/glasses-ws%2f", "/GLASSES-WS", "/api/glasses", "/%ff"])
async def test_there_is_no_door(server: Running, path: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(server.ws(path), additional_headers=server.headers())
    assert caught.value.response.status_code == 404


@pytest.mark.parametrize(
    "head",
    [
        "GET /app-ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "GET /app-ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 7\r\n\r\n",
        "POST /app-ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_half_a_handshake_is_refused_and_harms_nobody(server: Running, head: str) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode())
    status = await asyncio.wait_for(reader.readline(), 10)
    assert status.split()[1].startswith(b"4")
    assert await asyncio.wait_for(reader.read(), 10) is not None
    writer.close()
    async with connect(server.ws("/glasses-ws"), additional_headers=server.headers()) as other:
        assert json.loads(await other.recv())["type"] == "connection_ack"


async def test_a_frame_without_end_is_not_waited_for(server: Running) -> None:
    async with connect(server.ws("/glasses-ws"), additional_headers=server.headers()) as peer:
        await peer.recv()
        raw = peer.transport.get_extra_info("socket")
        assert isinstance(raw.family, socket.AddressFamily)
        peer.transport.write(b"\x81\xff" + (2**40).to_bytes(8, "big") + b"\x00" * 4 + b"x" * 1000)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(peer.recv(), 10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


async def test_an_app_is_told_to_come_back_when_the_cloud_ends(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        peer = await connect(server.ws("/app-ws"))
    with pytest.raises(ConnectionClosed) as closed:
        await peer.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    await peer.close()
