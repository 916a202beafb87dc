"""The main job with `trifocal up --radio`: the gateway's own Bluetooth code, and air between it and the glasses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools.bench.fresh import fresh_up
from trifocal_tools.client import Client
from trifocal_tools.settings import Endpoint

from .conftest import Run

pytestmark = pytest.mark.journey


@pytest.fixture(params=["cpython", "micropython"])
def house(request: pytest.FixtureRequest, tmp_path: Path, pictures: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    """A house whose glasses and gateway meet by radio only."""
    with fresh_up("--radio", "--python", request.param, "--camera", str(tmp_path / "pictures")) as said:
        yield said


def test_a_press_brings_the_cameras_own_bytes_by_radio_also_after_the_glasses_were_out_of_reach(
    house: dict[str, Any], trifocal: Run, pictures: dict[str, bytes]
) -> None:
    code, said = trifocal("press", "photo", "--wait")
    assert (code, said["status"]) == (0, "stored")
    seen = {said["sha256"]}

    assert trifocal("glasses", "offline")[0] == 0
    code, said = trifocal("press", "photo")
    assert code == 0
    assert trifocal("glasses", "online")[0] == 0
    with Client(Endpoint(house["cloud"], house["token"])) as client:
        state = client.follow(said["pressId"], 30)
        assert state["status"] == "stored"
        seen.add(state["sha256"])
        photos = client.gallery()["photos"]
        assert len(photos) == len(seen) == 2
        assert all(client.photo_bytes(photo["photoUrl"]) == pictures[photo["sha256"]] for photo in photos)
