"""The main job over Bluetooth with each part in a process of its own: HCI on TCP between the gateway and the radio."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from trifocal_tools.bench.kills import Parts, draw_pictures

from .test_a_part_away import arrived, await_stored

pytestmark = pytest.mark.journey


class OnAir(Parts):
    """A house whose glasses and gateway meet in a virtual radio, which is the glasses' process."""

    def __init__(self, folder: Path, python: str) -> None:
        super().__init__(folder)
        self._python = python

    def flags(self, name: str) -> list[str]:
        flags = super().flags(name)
        if name == "gateway":
            return [*flags[: flags.index("--sim")], "--ble", "--hci", f"tcp-client:127.0.0.1:{self._glasses_port}"]
        if name == "glasses":
            return [*flags, "--radio", "--python", self._python]
        return flags


@pytest.fixture(params=["cpython", "micropython"])
def house(request: pytest.FixtureRequest, tmp_path: Path, made: dict[str, bytes]) -> Iterator[OnAir]:
    """A house with that firmware, and pictures before its camera."""
    with OnAir(tmp_path, request.param) as parts:
        yield parts


@pytest.fixture
def made(tmp_path: Path) -> dict[str, bytes]:
    """The pictures, by sha256."""
    return draw_pictures(tmp_path / "pictures", 3)


def test_photos_cross_the_radio_also_when_either_process_was_killed(made: dict[str, bytes], house: OnAir) -> None:
    house.press()
    arrived(house, 1)

    house.kill("gateway")
    house.press()
    await_stored(house, 1)
    house.start("gateway")
    arrived(house, 2)

    assert house.typed("offline")["success"]
    house.press()
    await_stored(house, 1)
    house.kill("glasses")
    house.start("glasses")
    photos = arrived(house, 3)
    assert len(photos) == 3
    assert all(house.original(photo) == made[photo["sha256"]] for photo in photos)
