"""Every example does what it says, against the scripted cloud; and stays short enough to be read at a glance."""

import asyncio
import importlib.util
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from trifocal_sdk.testing import PICTURE, ScriptedCloud, ScriptedSession

FOLDER = Path(__file__).resolve().parents[2] / "examples"
LINES = 40


class Said:
    """What an example prints; can be waited for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._news = asyncio.Event()

    def print(self, *words: object) -> None:
        """In place of the real one."""
        self.lines.append(" ".join(map(str, words)))
        self._news.set()

    async def line(self, number: int) -> str:
        """A line, once it is there."""
        async with asyncio.timeout(5):
            while len(self.lines) <= number:
                self._news.clear()
                await self._news.wait()
        return self.lines[number]


@pytest.fixture
def said() -> Said:
    """Nothing is said yet."""
    return Said()


@pytest.fixture
def example(said: Said, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Loads an example anew, for a free port, with this environment."""

    def load(name: str, **environment: str) -> ModuleType:
        for key, value in {"PORT": "0", "APP_KEY": "key", **environment}.items():
            monkeypatch.setenv(key, value)
        found = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
        assert found is not None
        assert found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        module.print = said.print  # type: ignore[attr-defined]
        return module

    return load


@pytest.fixture
async def cloud() -> AsyncIterator[ScriptedCloud]:
    """A cloud with working glasses."""
    async with ScriptedCloud() as made:
        yield made


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_is_short_and_has_a_test(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < LINES
    assert re.search(rf'example\("{path.stem}"', Path(__file__).read_text(encoding="utf-8"))


async def test_photo_on_button(example: Callable[..., Any], cloud: ScriptedCloud, said: Said) -> None:
    async with cloud.running(example("photo_on_button").app) as there:
        await there.press(press_type="long")
        request = await there.expect("photo_request")
        assert request["size"] == "large"
        assert await said.line(0) == f"{request['requestId']}.jpg: image/jpeg, {len(PICTURE)} bytes"
        cloud.answering = False
        await there.press()
        request = await there.expect("photo_request")
        await there.fail_photo(request["requestId"], "PERMISSION_DENIED", "declare CAMERA for this app")
        assert await said.line(1) == "no photo for ann@example.com: declare CAMERA for this app (PERMISSION_DENIED)"


async def test_photo_documentation(
    example: Callable[..., Any], cloud: ScriptedCloud, said: Said, tmp_path: Path
) -> None:
    cloud.settings = [{"key": "large", "value": True}]
    cloud.storage = {"count": "6"}
    async with cloud.running(example("photo_documentation", PHOTOS=str(tmp_path / "photos")).app) as there:
        await there.press()
        request = await there.expect("photo_request")
        assert (request["size"], request["saveToGallery"]) == ("full", True)
        assert (await said.line(0)).startswith("photo 7: ")
        (file,) = (tmp_path / "photos").iterdir()
        assert file.read_bytes() == PICTURE
        assert cloud.storage == {"count": "7"}
        cloud.answering = False
        await there.press()
        request = await there.expect("photo_request")
        await there.fail_photo(request["requestId"], "CAMERA_BUSY", "the camera is in use")
        assert await said.line(1) == "no photo: the camera is in use (CAMERA_BUSY)"
        assert cloud.storage == {"count": "7"}


async def asked_for(there: ScriptedSession, address: str) -> None:
    """The stream to this address was asked for, and goes live."""
    request = await there.expect("rtmp_stream_request")
    assert (request["rtmpUrl"], request["video"]) == (address, {"width": 1280, "height": 720, "bitrate": 2_000_000})
    await there.rtmp_status("initializing")
    await there.rtmp_status("active")


async def test_security_camera(example: Callable[..., Any], cloud: ScriptedCloud, said: Said) -> None:
    cloud.answering = False
    address = "rtmp://192.168.1.9/cam"
    app = example("security_camera", RTMP_URL=address, AGAIN_S="0").app
    async with cloud.running(app) as there:
        await asked_for(there, address)
        assert [await said.line(n) for n in (0, 1)] == ["ann@example.com: initializing", "ann@example.com: active"]
        await there.rtmp_status("error", errorDetails="the server went away")
        await asked_for(there, address)
        await there.stop()
        assert not app.sessions


async def test_managed_stream_with_restream(example: Callable[..., Any], cloud: ScriptedCloud, said: Said) -> None:
    app = example("managed_stream_with_restream", RESTREAM_URL="rtmp://a.example/live/key").app
    async with cloud.running(app) as there:
        await there.press()
        request = await there.expect("managed_stream_request")
        assert request["restreamDestinations"] == [{"url": "rtmp://a.example/live/key", "name": "Platform"}]
        assert await said.line(1) == "ann@example.com: active Platform active"
        assert await said.line(2) == "watch at https://media.example/m1.m3u8"
        await there.press()
        await there.expect("managed_stream_stop")
        assert await said.line(3) == "ann@example.com: stopped"
        cloud.answering = False
        await there.press()
        await there.expect("stream_status_check")
        await there.send({"type": "stream_status_check_response", "hasActiveStream": False})
        await there.expect("managed_stream_request")
        await there.managed_status("error", message="these glasses cannot do that")
        assert await said.line(5) == "no stream: these glasses cannot do that (error)"
