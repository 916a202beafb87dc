"""The main job: press the button, the photo is in the gallery, and where it cannot be, the reason is said."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from trifocal_tools.client import Client
from trifocal_tools.settings import Endpoint

pytestmark = pytest.mark.journey

Run = Callable[..., tuple[int, dict[str, Any]]]


def gallery(house: dict[str, Any]) -> list[dict[str, Any]]:
    with Client(Endpoint(house["cloud"], house["token"])) as client:
        photos: list[dict[str, Any]] = client.gallery()["photos"]
        return photos


def test_a_press_brings_the_cameras_own_bytes_into_the_gallery(
    house: dict[str, Any], trifocal: Run, pictures: dict[str, bytes]
) -> None:
    code, said = trifocal("press", "photo", "--wait")

    assert code == 0
    assert said["status"] == "stored"
    assert said["sha256"] in pictures
    with Client(Endpoint(house["cloud"], house["token"])) as client:
        data = client.photo_bytes(said["photoUrl"])
    assert data == pictures[said["sha256"]]
    assert [photo["requestId"] for photo in gallery(house)] == [said["requestId"]]
    assert {step["source"] for step in said["steps"]} == {"glasses", "gateway", "cloud"}


def test_out_of_reach_the_photo_is_kept_on_the_glasses_and_follows(
    house: dict[str, Any], trifocal: Run, pictures: dict[str, bytes]
) -> None:
    assert trifocal("glasses", "offline")[0] == 0
    code, said = trifocal("press", "photo")
    assert code == 0
    assert gallery(house) == []

    assert trifocal("glasses", "online")[0] == 0
    with Client(Endpoint(house["cloud"], house["token"])) as client:
        state = client.follow(said["pressId"], 20)

    assert state["status"] == "stored"
    assert state["requestId"].startswith("local_")
    assert hashlib.sha256(pictures[state["sha256"]]).hexdigest() == state["sha256"]


@pytest.mark.parametrize(
    ("how", "back", "reason"),
    [(("battery", "5"), ("battery", "80"), "battery_low"), (("fold",), ("unfold",), "glasses_folded")],
)
def test_a_camera_that_may_not_run_says_why_and_works_again_afterwards(
    how: tuple[str, ...], back: tuple[str, ...], reason: str, trifocal: Run
) -> None:
    trifocal("glasses", *how)

    code, said = trifocal("press", "photo", "--wait")

    assert code == 1
    assert said["status"] == "failed"
    assert said["reason"] == reason
    trifocal("glasses", *back)
    assert trifocal("press", "photo", "--wait")[0] == 0


def test_presses_in_a_burst_are_as_many_photos(house: dict[str, Any], trifocal: Run) -> None:
    with Client(Endpoint(house["cloud"], house["token"])) as client:
        pressed = [client.tell_glasses("press", "photo")["pressId"] for _ in range(3)]
        states = [client.follow(press_id, 20) for press_id in pressed]

    assert [state["status"] for state in states] == ["stored"] * 3
    assert len(gallery(house)) == 3
