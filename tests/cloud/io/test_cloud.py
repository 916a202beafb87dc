"""One cloud from opening to end: taken up where the last one stopped, and never half alive."""

import asyncio
from pathlib import Path

import pytest

from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.desk import Desk
from trifocal_cloud.main import random_id
from trifocal_cloud.settings import CloudSettings
from trifocal_cloud.testing import ANN, housed, pressed, uploaded
from trifocal_shared.clock import Clock


async def test_open_requests_are_taken_up_again(tmp_path: Path) -> None:
    async with housed(tmp_path) as house, house.client() as client:
        request_id = (await pressed(client))["requestId"]
    async with housed(tmp_path) as house, house.client() as client:
        waiting = asyncio.create_task(client.get(f"/api/photos/requests/{request_id}?wait=60"))
        photo_id = await uploaded(client, request_id)
        assert (await waiting).json()["photoId"] == photo_id


async def test_an_open_request_that_nothing_comes_of_ends_after_a_restart_too(tmp_path: Path) -> None:
    async with housed(tmp_path) as house, house.client() as client:
        request_id = (await pressed(client))["requestId"]
        clock = house.clock
    async with housed(tmp_path, clock) as house, house.client() as client:
        clock.advance(60_000)
        house.cloud.desk.expire()
        state = (await client.get(f"/api/photos/requests/{request_id}?wait=60")).json()
        assert (state["status"], state["reason"]) == ("failed", "gateway_offline")


async def test_a_deletion_cut_short_is_finished_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    async def cut(*args: object) -> None:
        raise PowerCut

    def files() -> list[Path]:
        return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]

    async with housed(tmp_path) as house, house.client() as client:
        photo_id = await uploaded(client, "local_1")
        with monkeypatch.context() as broken:
            broken.setattr(Cloud, "erase", cut)
            with pytest.raises(PowerCut):
                await client.delete(f"/api/gallery/{photo_id}")
        assert len(files()) == 1
    async with housed(tmp_path) as house, house.client() as client:
        assert files() == []
        assert (await client.get("/api/gallery")).json()["photos"] == []


async def test_a_part_that_dies_takes_the_cloud_down_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dies(desk: Desk) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Desk, "run", dies)
    with pytest.raises(ExceptionGroup) as caught:
        async with Cloud.opened(CloudSettings(data_dir=tmp_path), Clock(), random_id):
            await asyncio.Event().wait()
    assert caught.group_contains(ZeroDivisionError)


async def test_two_clouds_in_one_process_do_not_meet(tmp_path: Path) -> None:
    async with (
        housed(tmp_path / "a") as one,
        housed(tmp_path / "b") as two,
        one.client() as ann_here,
        two.client() as ann_there,
    ):
        await uploaded(ann_here, "local_1")
        assert (await ann_there.get("/api/gallery")).json()["photos"] == []
        foreign = {"Authorization": f"Bearer {one.token(ANN)}"}
        assert (await ann_there.get("/api/gallery", headers=foreign)).status_code == 401
