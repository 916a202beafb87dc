"""What a photo costs the flash: erasures and bytes on a real littlefs of 2 MB, as an ESP32 has it."""

import io
from collections import Counter
from typing import Any

import pytest
from littlefs import LittleFS
from littlefs.context import UserContext

from trifocal_firmware.store import Photo, PhotoStore
from trifocal_firmware.testing import picture

BLOCK, BLOCKS = 4_096, 512
CYCLES = 100_000
"""Erasures that a block of NOR flash bears, as makers promise."""


class Chip(UserContext):
    """Counts what wears it."""

    def __init__(self) -> None:
        super().__init__(buffer=bytearray(b"\xff" * BLOCK * BLOCKS))
        self.erased: Counter[int] = Counter()
        self.written = 0

    def prog(self, cfg: Any, block: int, off: int, data: bytes) -> int:
        at = block * BLOCK + off
        self.buffer[at : at + len(data)] = data
        self.written += len(data)
        return 0

    def erase(self, cfg: Any, block: int) -> int:
        self.buffer[block * BLOCK : (block + 1) * BLOCK] = b"\xff" * BLOCK
        self.erased[block] += 1
        return 0


class LittleFlash:
    """The flash port on that chip, with the geometry of MicroPython's ESP32 port."""

    def __init__(self, chip: Chip) -> None:
        self._fs = LittleFS(
            context=chip,
            block_size=BLOCK,
            block_count=BLOCKS,
            read_size=32,
            prog_size=32,
            cache_size=256,
            lookahead_size=32,
            block_cycles=100,
        )
        self.rename, self.remove = self._fs.rename, self._fs.remove

    def names(self) -> list[str]:
        return list(self._fs.listdir("/"))

    def write(self, name: str, parts: tuple[bytes, ...]) -> None:
        with self._fs.open(name, "wb", buffering=0) as file:
            for part in parts:
                file.write(part)

    def read(self, name: str, offset: int, count: int) -> bytes:
        with self._fs.open(name, "rb") as file:
            return bytes(file.read())[offset : offset + count]

    def open(self, name: str) -> io.BytesIO:
        return io.BytesIO(self.read(name, 0, 1 << 20))

    def size(self, name: str) -> int:
        return int(self._fs.stat(name).size)

    def free(self) -> int:
        return (BLOCKS - self._fs.used_block_count) * BLOCK


def live(size: int, photos: int) -> Chip:
    """A chip on which so many photos were kept and, each in its turn, handed on."""
    chip = Chip()
    store = PhotoStore(LittleFlash(chip), "0123abcd")
    chip.erased.clear()
    chip.written = 0
    for number in range(photos):
        kept = Photo(f"local_0123abcd_{number}", f"0123abcd-{number}", 0, number, "0123abcd")
        store.add(kept, picture(number, size))
        store.delete(kept.number)
    return chip


@pytest.mark.parametrize(("size", "blocks"), [(40_000, 10), (117_000, 29)])
def test_a_photo_is_written_once_and_erases_little_more_than_the_blocks_it_fills(size: int, blocks: int) -> None:
    photos = 200
    chip = live(size, photos)
    assert blocks <= sum(chip.erased.values()) / photos <= blocks + 0.5
    assert 1 <= chip.written / (photos * size) <= 1.03


def test_the_wear_is_spread_so_that_the_flash_outlives_the_glasses() -> None:
    photos = 1_000
    chip = live(40_000, photos)
    assert len(chip.erased) == BLOCKS, "every block takes its turn"
    worst = max(chip.erased.values())
    assert worst <= 3 * sum(chip.erased.values()) / BLOCKS
    assert CYCLES / worst * photos >= 1_500_000, "at 100 photos a day, 41 years"
