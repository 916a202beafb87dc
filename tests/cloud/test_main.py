"""The composition root: an application that says all it can do, and a server that starts, serves and stops."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from trifocal_cloud import main
from trifocal_cloud.settings import CloudSettings
from trifocal_cloud.testing import Running, pressed, serving, uploaded

PUBLIC = {"/health", "/s/{token}", "/api/public/permissions/{package}", "/api/sdk/version", "/api/tts"}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    paths = main.create_app(CloudSettings(data_dir=Path("nowhere"))).openapi()["paths"]
    return [(path, method, told) for path, methods in paths.items() for method, told in methods.items()]


def test_every_operation_is_documented_in_full() -> None:
    for path, method, told in operations():
        where = f"{method} {path}"
        assert told["summary"], where
        assert told["description"], where
        for status, answer in told["responses"].items():
            assert answer["description"], where
            if status != "304":
                assert answer["content"], where


def test_every_operation_but_the_public_ones_names_the_ways_to_say_who_one_is() -> None:
    for path, method, told in operations():
        if path in PUBLIC or (path, method) == ("/api/console/session", "post"):
            assert "security" not in told, path
        else:
            ways = [name for way in told["security"] for name in way]
            assert ways in (["coreToken", "consoleCookie"], ["appKey"], ["appSession"]), path
            assert "401" in told["responses"], path


def test_making_the_application_touches_nothing() -> None:
    main.create_app(CloudSettings(data_dir=Path("nowhere")))
    assert not Path("nowhere").exists()


async def test_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client(None) as client:
        assert (await client.get("/health")).json()["status"] == "ok"
        url = server.url
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as client:
            await client.get(f"{url}/health")


async def test_what_was_acknowledged_over_a_real_socket_is_there_at_the_next_start(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.client() as client:
        photo_id = await uploaded(client, (await pressed(client))["requestId"])
    async with serving(tmp_path) as server, server.client() as client:
        assert (await client.get(f"/api/gallery/{photo_id}")).status_code == 200


async def test_stopping_does_not_wait_for_those_who_wait(tmp_path: Path) -> None:
    stop, url = asyncio.Event(), asyncio.get_running_loop().create_future()
    server = asyncio.create_task(main.serve(CloudSettings(data_dir=tmp_path, port=0), url.set_result, stop))
    running = Running(await url, tmp_path)
    async with running.client() as client:
        await pressed(client)
        waiting = asyncio.create_task(client.get("/api/presses/boot-1?wait=60"))
        async with running.client() as other:
            await other.get("/health")
        stop.set()
        assert (await waiting).json()["final"] is False
    async with asyncio.timeout(main.GRACEFUL_S):
        await server


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = CloudSettings(data_dir=tmp_path, port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            await main.serve(settings, lambda url: None, asyncio.Event())


async def test_a_broken_data_directory_is_said(tmp_path: Path) -> None:
    (tmp_path / "cloud.sqlite3").write_bytes(b"this is no database" * 100)
    with pytest.raises(Exception, match="not a database"):
        await main.serve(CloudSettings(data_dir=tmp_path, port=0), lambda url: None, asyncio.Event())


async def test_it_leaves_signals_alone(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    async with serving(tmp_path):
        assert signal.getsignal(signal.SIGINT) is before


async def test_ipv6_is_fine(tmp_path: Path) -> None:
    if not socket.has_ipv6:
        return
    async with serving(tmp_path, host="::1") as server:
        assert server.url.startswith("http://[::1]:")
