"""Final answers, told to the app that asked: once each, with a link, and to no other."""

import json
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from trifocal_cloud.io import rows
from trifocal_cloud.io.app_streams import Listener
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.photos import Ticket
from trifocal_cloud.testing import ANN, BOB, eventually, picture, uploaded
from trifocal_shared.messages import PhotoStatus

CAM, OTHER = "com.example.cam", "com.example.other"


def listening(app_side: Any, package: str = CAM, user: str = ANN) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    key = f"{package} {user}"
    app_side.cloud.app_streams.join(
        Listener(key, user, package, ("photo_result",), lambda stream, raw, at: heard.append(json.loads(raw)))
    )
    return heard


async def test_a_stored_photo_is_told_with_its_link(app_side: Any) -> None:
    app_side.cloud.apps.posts.base_url = "https://cloud.example"
    await app_side.register(OTHER)
    app_side.run(ANN, OTHER)
    mine, others, bobs = listening(app_side), listening(app_side, OTHER), listening(app_side, CAM, BOB)
    await app_side.cloud.desk.request(Ticket(ANN, "r1"), CAM, False)
    async with app_side.house.client() as ann:
        await uploaded(ann, "r1", picture(7))
    await eventually(lambda: bool(mine))
    (told,) = mine
    assert (told["requestId"], told["userId"], told["status"], told["final"]) == ("r1", ANN, "stored", True)
    assert told["url"].startswith("https://cloud.example/s/")
    assert told["size"] == len(picture(7))
    assert (others, bobs) == ([], [])


async def test_a_failure_is_told_with_its_word(app_side: Any) -> None:
    mine = listening(app_side)
    await app_side.cloud.desk.request(Ticket(ANN, "r1"), CAM, False)
    await app_side.cloud.desk.report(ANN, PhotoStatus(request_id="r1", status="failed", error_code="camera_busy"))
    await eventually(lambda: bool(mine))
    assert (mine[0]["status"], mine[0]["reason"], mine[0]["url"]) == ("failed", "camera_busy", "")


async def test_a_photo_that_no_app_asked_for_is_no_result(app_side: Any) -> None:
    mine = listening(app_side)
    async with app_side.house.client() as ann:
        await uploaded(ann, "local_1")
    await app_side.cloud.desk.request(Ticket(ANN, "r1"), CAM, False)
    await app_side.cloud.desk.report(ANN, PhotoStatus(request_id="r1", status="failed", error_code="camera_busy"))
    await eventually(lambda: bool(mine))
    assert [told["requestId"] for told in mine] == ["r1"]


async def test_nobody_is_asked_when_nobody_listens(app_side: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await app_side.cloud.desk.request(Ticket(ANN, "r1"), CAM, False)
    monkeypatch.setattr(app_side.cloud.app_results, "_tell", None)
    await app_side.cloud.desk.report(ANN, PhotoStatus(request_id="r1", status="failed", error_code="camera_busy"))
    await eventually(lambda: app_side.cloud.feed.trails(ANN).request("r1").final)


async def test_a_result_that_cannot_be_read_harms_nobody(app_side: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = listening(app_side)

    async def broken(*args: Any) -> None:
        raise OperationalError("", None, Exception("the disk is full"))

    with monkeypatch.context() as patched:
        await app_side.cloud.desk.request(Ticket(ANN, "r1"), CAM, False)
        patched.setattr(app_side.cloud.app_results, "result", broken)
        await app_side.cloud.desk.report(ANN, PhotoStatus(request_id="r1", status="failed", error_code="camera_busy"))
        await eventually(lambda: app_side.cloud.feed.trails(ANN).request("r1").final)
        await app_side.cloud.app_results.close()
    assert mine == []


async def test_of_two_users_with_the_same_id_one_has_to_be_named(app_side: Any) -> None:
    for user in (ANN, BOB):
        await app_side.cloud.desk.request(Ticket(user, "r1"), CAM, False)
    await app_side.cloud.desk.request(Ticket(ANN, "r2"), CAM, False)
    results = app_side.cloud.app_results
    assert await results.owner(CAM, "r2") == ANN
    with pytest.raises(RefusedError) as several:
        await results.owner(CAM, "r1")
    assert several.value.status == 422
    with pytest.raises(RefusedError) as nobody:
        await results.owner(OTHER, "r2")
    assert nobody.value.status == 404


async def test_an_answer_that_could_not_be_written_down_is_told_all_the_same(
    app_side: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*args: Any) -> None:
        raise OSError("the disk is full")

    await app_side.cloud.desk.request(Ticket(ANN, "r1"), CAM, False)
    monkeypatch.setattr(rows, "failed", full)
    await app_side.cloud.desk.report(ANN, PhotoStatus(request_id="r1", status="failed", error_code="camera_busy"))
    await app_side.cloud.app_results.final(CAM, ANN, "r1", 10)
    found = await app_side.cloud.app_results.result(CAM, ANN, "r1", "")
    assert (found.final, found.reason) == (True, "camera_busy")
