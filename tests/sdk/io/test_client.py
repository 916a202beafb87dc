"""A client from its first request to its close, against a server that listens."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trifocal_sdk import CloudError, TrifocalClient
from trifocal_sdk.io.http_server import HttpServer


async def requested(request: Request) -> Response:
    """A photo was asked for."""
    if request.headers["authorization"] != "Bearer com.example.cam:key":
        return JSONResponse({"error": "app_key_wrong", "message": "the package name or the API key is wrong"}, 401)
    return JSONResponse({"requestId": "r1"})


async def result(request: Request) -> Response:
    """It is there."""
    url = str(request.base_url) + "share/p1"
    return JSONResponse({"final": True, "status": "stored", "url": url, "mimeType": "image/jpeg", "size": 7})


async def picture(_: Request) -> Response:
    """The picture itself."""
    return Response(b"picture", media_type="image/jpeg")


ROUTES = [
    Route("/api/app/photos/request", requested, methods=["POST"]),
    Route("/api/app/photos/r1", result),
    Route("/share/p1", picture),
]


async def test_a_script_takes_a_photo() -> None:
    server = HttpServer(Starlette(routes=ROUTES), "127.0.0.1", 0)
    url = await server.start()
    async with TrifocalClient("com.example.cam", "key", base_url=url) as client:
        request_id = await client.photos.request_capture(save_to_gallery=True, quality="high")
        photo = await client.photos.wait_for_result(request_id, timeout_s=30)
        assert await client.photos.download(photo) == b"picture"
    async with TrifocalClient("com.example.cam", "wrong", base_url=url) as client:
        with pytest.raises(CloudError, match="API key is wrong"):
            await client.photos.request_capture()
    await server.stop()


async def test_a_client_that_is_closed_leaves_nothing_behind() -> None:
    client = TrifocalClient("com.example.cam", "key")
    await client.close()
    assert len(asyncio.all_tasks()) == 1
