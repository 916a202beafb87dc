"""Recordings on a real littlefs, as on a board: power cut at each write of a block, and no flushed frame is lost."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from trifocal_firmware import reel
from trifocal_firmware.memory_flash import PowerCut
from trifocal_firmware.note import Photo
from trifocal_firmware.reel import Reels
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture

FRAMES = 6


def _chips() -> ModuleType:
    path = Path(__file__).parent / "io" / "test_flash_littlefs_cpython.py"
    spec = importlib.util.spec_from_file_location("littlefs_chips", path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


chips = _chips()


@pytest.fixture(autouse=True)
def _small_chip(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chip of these tests holds a quarter of a megabyte."""
    monkeypatch.setattr(reel, "LEAST_ROOM", 32_768)


def frame(number: int) -> bytes:
    return picture(number, 1_500 + 700 * number)


class Life:
    """Records, makes a video of it, hands it on; notes what was durable."""

    def __init__(self, chip: object) -> None:
        self.store = PhotoStore(chips.LittleFlash(chip), "0123abcd")
        self.reels = Reels(self.store)
        self.durable = 0
        self.delivered = False

    def live(self) -> None:
        photo = Photo("v", "", 0, 0, "0123abcd", 100)
        self.reels.begin(photo)
        for number in range(FRAMES):
            self.reels.add(photo, frame(number))
            self.reels.flush()
            self.durable = number + 1
        self.reels.end(photo)
        self.deliver()

    def deliver(self) -> list[bytes]:
        """Every whole video, which is then deleted."""
        while self.reels.waiting:
            self.reels.step()
        found = []
        for number in self.store.numbers():
            photo = self.store.load(number)
            assert photo is not None
            data = bytearray(photo.size)
            assert self.store.read_into(photo, 0, memoryview(data)) == photo.size
            assert self.store.sound(photo)
            found.append(bytes(data))
            self.delivered = True
            self.store.delete(number)
        return found


def frames_in(video: bytes) -> int:
    """How many of our frames the video holds, in their order and from the first one on."""
    count, at = 0, 0
    while count < FRAMES and (at := video.find(frame(count), at)) >= 0:
        count += 1
        at += 1
    return count


def test_power_cut_at_every_write_of_a_block_loses_no_flushed_frame_and_doubles_nothing() -> None:
    image = bytes(chips.fresh().buffer)
    whole = chips.Chip(image)
    Life(whole).live()
    assert whole.writes > 40
    for cut_at in range(1, whole.writes + 1):
        chip = chips.Chip(image, cut_at)
        life = None
        with pytest.raises(PowerCut):
            life = Life(chip)
            life.live()
        assert chip.left is not None
        durable, delivered = (life.durable, life.delivered) if life else (0, False)
        again = Life(chips.Chip(chip.left))
        found = again.deliver()
        assert len(found) <= 1, cut_at
        if not delivered:
            assert (frames_in(found[0]) if found else 0) >= durable, cut_at
        assert Life(again.store.flash._chip).deliver() == [], cut_at
        assert again.store.bad == 0
