import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.responses import JSONResponse, Response

from trifocal_gateway.errors import StorageError, StorageLocked
from trifocal_gateway.main import run
from trifocal_shared import messages
from trifocal_shared.cloud_messages import PhotoRequest


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_photos_travel_from_the_glasses_to_the_cloud(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    await cloud.start()
    sent = {f"local_{number}": glasses.shoot(number) for number in (1, 2, 3)}
    async with cloud.gateway(tmp_path, glasses) as gateway:
        await glasses.until(lambda: cloud.stored == sent and gateway.queue()["bytes"] == 0)
        await glasses.until(lambda: cloud.statuses("local_3") == ["queued", "uploading", "uploaded"])
        assert gateway.status.snapshot()["glasses"] == "up"
        assert gateway.status.snapshot()["cloud"] == "up"
        await glasses.until(lambda: not list((tmp_path / "spool").iterdir()))
    assert cloud.uploads == ["local_1", "local_2", "local_3"]
    assert glasses.photos == {}
    assert gateway.status.snapshot() == {"running": False}


async def test_presses_go_up_and_photo_requests_down(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    await cloud.start()
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: any(isinstance(said, messages.AuthToken) for said in glasses.heard))
        glasses.say(messages.ButtonPress(press_id="boot-1", button_id="photo", press_type="short"))
        answers = lambda: [said for said in glasses.heard if isinstance(said, messages.ButtonPressResponse)]  # noqa: E731
        await glasses.until(lambda: len(answers()) == 1)
        assert (answers()[0].press_id, answers()[0].action, answers()[0].request_id) == ("boot-1", "take_photo", "r1")
        await glasses.until(lambda: len(cloud.lines) == 1)
        await cloud.ask(PhotoRequest(request_id="r7", app_id="a"))
        await glasses.until(lambda: any(isinstance(said, messages.TakePhoto) for said in glasses.heard))
        glasses.say(messages.PhotoStatus(request_id="r7", status="failed", error_code="battery_low"))
        await glasses.until(lambda: cloud.statuses("r7") == ["failed"])


async def test_photos_wait_for_an_absent_cloud_and_arrive_in_order(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    for number in (1, 2, 3):
        glasses.shoot(number)
    async with cloud.gateway(tmp_path, glasses) as gateway:
        await glasses.until(lambda: not glasses.photos)
        assert gateway.queue()["bytes"] == 90_000
        glasses.say(messages.ButtonPress(press_id="boot-1", button_id="photo", press_type="short"))
        await glasses.until(lambda: isinstance(glasses.heard[-1], messages.ButtonPressResponse))
        assert glasses.heard[-1].error_code == "cloud_unreachable"
    async with cloud.gateway(tmp_path, glasses) as gateway:
        assert sum(gateway.queue()[state] for state in ("queued", "uploading", "failed")) == 3
        await cloud.start()
        await glasses.until(lambda: len(cloud.stored) == 3)
    assert cloud.uploads == ["local_1", "local_2", "local_3"]


async def test_a_last_word_waits_for_an_absent_cloud_over_a_restart(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: any(isinstance(said, messages.AuthToken) for said in glasses.heard))
        glasses.say(messages.PhotoStatus(request_id="r1", status="failed", error_code="camera_busy"))
        await glasses.until(lambda: b"camera_busy" in (tmp_path / "queue.json.log").read_bytes())
    await cloud.start()
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: cloud.statuses("r1") == ["failed"])
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: len(cloud.lines) == 2 and len(cloud.said) >= 3)
    assert cloud.statuses("r1") == ["failed"]


async def test_a_broken_link_is_taken_up_where_it_was(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    await cloud.start()
    data = glasses.shoot(1, 400_000)
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: sum(isinstance(said, messages.FileHave) for said in glasses.heard) > 20)
        glasses.hang_up()
        await glasses.until(lambda: "local_1" in cloud.stored)
    offsets = [said.offset for said in glasses.heard if isinstance(said, messages.FileHave)]
    assert offsets.count(0) == 1
    assert cloud.stored["local_1"] == data


async def test_a_rejected_token_keeps_the_photo(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    await cloud.start()
    glasses.shoot(1)
    async with cloud.gateway(tmp_path, glasses, token="old") as gateway:
        await glasses.until(lambda: cloud.uploads == ["local_1"] and gateway.queue()["queued"] == 1)
    assert cloud.stored == {}
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: "local_1" in cloud.stored)


async def test_a_refused_photo_is_kept_dead_and_told(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    await cloud.start()
    cloud.refuse = lambda name: JSONResponse({"error": "not_an_image"}, 415) if name == "local_1" else None
    data = glasses.shoot(1)
    glasses.shoot(2)
    async with cloud.gateway(tmp_path, glasses) as gateway:
        await glasses.until(lambda: list(cloud.stored) == ["local_2"] and cloud.statuses("local_1")[-1:] == ["failed"])
        assert gateway.queue()["dead"] == 1
    async with cloud.gateway(tmp_path, glasses) as gateway:
        assert gateway.queue()["dead"] == 1
    (kept,) = (tmp_path / "spool").glob("*.whole")
    assert kept.read_bytes() == data


async def test_a_whole_photo_without_a_row_is_found_again(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    data = glasses.shoot(1)
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: not glasses.photos)
    (tmp_path / "queue.json").unlink()
    (tmp_path / "queue.json.log").unlink()
    await cloud.start()
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: cloud.stored == {"local_1": data})


async def test_it_stops_at_once_while_an_upload_hangs(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", cloud.port)
    glasses.shoot(1)
    async with cloud.gateway(tmp_path, glasses) as gateway:
        await glasses.until(lambda: gateway.queue()["uploading"] == 1)
    server.close()
    await server.wait_closed()


async def test_one_gateway_uses_a_folder(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    async with cloud.gateway(tmp_path, glasses):
        with pytest.raises(StorageLocked):
            await run(cloud.gateway(tmp_path, glasses).settings, asyncio.Event(), lambda: None)


async def test_a_folder_that_cannot_be_used_is_a_typed_error(tmp_path: Path, glasses: Any, cloud: Any) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        await run(cloud.gateway(tmp_path / "file", glasses).settings, asyncio.Event(), lambda: None)


async def test_the_token_is_written_nowhere(
    tmp_path: Path, glasses: Any, cloud: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "s3cret-token-of-mine"
    caplog.set_level(0)
    cloud.token = secret
    await cloud.start()
    glasses.shoot(1)
    async with cloud.gateway(tmp_path, glasses, token=secret) as gateway:
        await glasses.until(lambda: "local_1" in cloud.stored)
        assert secret not in json.dumps(gateway.status.snapshot())
    said = "".join(capsys.readouterr()) + caplog.text
    assert "gateway starts" in said
    assert secret not in said
    assert not any(secret.encode() in data for data in contents(tmp_path))


Refusal = Callable[[str], Response | None]


async def test_one_photo_that_breaks_the_cloud_does_not_stop_the_others(
    tmp_path: Path, glasses: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trifocal_gateway.upload_queue.PAUSE_MS", 2)
    monkeypatch.setattr("trifocal_gateway.upload_queue.PAUSE_CAP_MS", 20)
    await cloud.start()
    refuse: Refusal = lambda name: Response("broken", 500) if name == "local_1" else None  # noqa: E731
    cloud.refuse = refuse
    data = glasses.shoot(1)
    glasses.shoot(2)
    async with cloud.gateway(tmp_path, glasses):
        await glasses.until(lambda: list(cloud.stored) == ["local_2"])
        cloud.refuse = lambda name: None
        await glasses.until(lambda: "local_1" in cloud.stored)
    assert hashlib.sha256(cloud.stored["local_1"]).digest() == hashlib.sha256(data).digest()
