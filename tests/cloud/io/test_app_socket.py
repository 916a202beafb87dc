"""The apps' door: open to anybody, who is nobody until they have said who they are."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from trifocal_cloud.testing import Running

pytestmark = pytest.mark.journey


async def test_without_a_session_it_closes_as_the_official_cloud_does(server: Running) -> None:
    init = {"type": "tpa_connection_init", "sessionId": "s", "packageName": "p", "apiKey": "k"}
    async with connect(server.ws("/app-ws")) as peer:
        await peer.send(json.dumps(init))
        told = json.loads(await asyncio.wait_for(peer.recv(), 10))
        assert (told["type"], told["code"]) == ("tpa_connection_error", "SESSION_NOT_FOUND")
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(peer.recv(), 10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


async def test_compression_that_a_client_offers_is_not_taken_up(server: Running) -> None:
    async with connect(server.ws("/app-ws"), compression="deflate") as peer:
        assert peer.response is not None
        assert "Sec-WebSocket-Extensions" not in peer.response.headers
