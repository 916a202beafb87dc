"""The store on a real littlefs, as on a board: power cut at each write of a block, and no photo is lost or doubled."""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from littlefs import LittleFS, LittleFSError
from littlefs.context import UserContext

from trifocal_firmware.memory_flash import PowerCut
from trifocal_firmware.note import Photo
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture

BLOCK, BLOCKS, PROG = 4_096, 64, 256
SIZES = (3_000, 9_000, 500)


class Chip(UserContext):
    """Flash that loses power at its `cut_at`-th write or erasure; `left` is what then lies on it, that one half done.

    littlefs itself goes on as if nothing had been, for no call of it can be stopped; what it still writes is gone.
    """

    def __init__(self, image: bytes = b"\xff" * BLOCK * BLOCKS, cut_at: int = 0) -> None:
        super().__init__(buffer=bytearray(image))
        self.cut_at = cut_at
        self.writes = 0
        self.left: bytes | None = None

    def prog(self, cfg: Any, block: int, off: int, data: bytes) -> int:
        return self._write(block * BLOCK + off, data)

    def erase(self, cfg: Any, block: int) -> int:
        return self._write(block * BLOCK, b"\xff" * BLOCK)

    def _write(self, at: int, data: bytes) -> int:
        self.writes += 1
        if self.writes == self.cut_at:
            self.buffer[at : at + len(data) // 2] = data[: len(data) // 2]
            self.left = bytes(self.buffer)
        self.buffer[at : at + len(data)] = data
        return 0


class LittleFlash:
    """The flash port on a littlefs; once the power is gone everything raises PowerCut."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        with self._powered():
            self._fs = LittleFS(
                context=chip, block_size=BLOCK, block_count=BLOCKS, prog_size=PROG, read_size=PROG, cache_size=PROG
            )

    @contextmanager
    def _powered(self) -> Iterator[None]:
        try:
            yield
        except LittleFSError as error:
            raise OSError(-error.code, "littlefs") from error
        if self._chip.left is not None:
            raise PowerCut

    def names(self) -> list[str]:
        return list(self._fs.listdir("/"))

    def write(self, name: str, parts: tuple[bytes, ...]) -> None:
        with self._powered(), self._fs.open(name, "wb", buffering=0) as file:
            for part in parts:
                file.write(part)

    def create(self, name: str) -> "GrowingFile":
        with self._powered():
            return GrowingFile(self, self._fs.open(name, "wb", buffering=0))

    def sync(self, file: "GrowingFile") -> None:
        with self._powered():
            file.raw.flush()

    def powered(self) -> AbstractContextManager[None]:
        return self._powered()

    def rename(self, old: str, new: str) -> None:
        with self._powered():
            self._fs.rename(old, new)

    def remove(self, name: str) -> None:
        with self._powered():
            self._fs.remove(name)

    def read(self, name: str, offset: int, count: int) -> bytes:
        return self._all(name)[offset : offset + count]

    def open(self, name: str) -> io.BytesIO:
        return io.BytesIO(self._all(name))

    def size(self, name: str) -> int:
        return int(self._fs.stat(name).size)

    def free(self) -> int:
        return (BLOCKS - self._fs.used_block_count) * BLOCK

    def _all(self, name: str) -> bytes:
        with self._powered(), self._fs.open(name, "rb", buffering=0) as file:
            return bytes(file.read())


class GrowingFile:
    """A file that is appended to."""

    def __init__(self, flash: LittleFlash, raw: Any) -> None:
        self.raw = raw
        self._flash = flash

    def write(self, data: bytes) -> int:
        with self._flash.powered():
            return int(self.raw.write(data))

    def close(self) -> None:
        with self._flash.powered():
            self.raw.close()


class Owner:
    """Takes photos and hands them on as the glasses do; knows what was promised and what went over."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self.promised: list[str] = []
        self.durable: list[str] = []  # at the gateway, before the glasses hear of it
        self.numbers: list[int] = []
        self._boots = 0

    def boot(self) -> PhotoStore:
        self._boots += 1
        return PhotoStore(LittleFlash(self.chip), f"{self._boots:08x}")

    def live(self) -> None:
        store = self.boot()
        for seed, size in enumerate(SIZES):
            request_id = f"r{seed}"
            if request_id not in self.promised:
                kept = Photo(request_id, "", 0, 0, "00000001")
                store.add(kept, picture(seed, size))
                self.promised.append(request_id)
        self.deliver(store)

    def deliver(self, store: PhotoStore) -> None:
        for number in store.numbers():
            kept = store.load(number)
            assert kept is not None
            found = bytearray(kept.size)
            assert store.read_into(kept, 0, memoryview(found)) == kept.size
            assert bytes(found) == picture(int(kept.request_id[1:]), kept.size)
            if kept.request_id not in self.durable:  # the far end knows an id that it has
                self.durable.append(kept.request_id)
            assert number not in self.numbers or self.numbers[-1] == number
            self.numbers.append(number)
            store.delete(number)


def fresh() -> Chip:
    chip = Chip()
    LittleFS(context=chip, block_size=BLOCK, block_count=BLOCKS, prog_size=PROG, read_size=PROG, cache_size=PROG)
    return chip


def cut(image: bytes, cut_at: int) -> tuple[Owner, bytes]:
    """A life that ends with a power cut, and what it left on the flash."""
    owner = Owner(Chip(image, cut_at))
    with pytest.raises(PowerCut):
        owner.live()
    assert owner.chip.left is not None
    return owner, owner.chip.left


@pytest.fixture(scope="module")
def image() -> bytes:
    """A fresh file system."""
    return bytes(fresh().buffer)


@pytest.fixture(scope="module")
def instants(image: bytes) -> int:
    """How often a whole life writes or erases."""
    owner = Owner(Chip(image))
    owner.live()
    return owner.chip.writes


def test_a_life_writes_blocks_and_leaves_nothing_behind(image: bytes, instants: int) -> None:
    owner = Owner(Chip(image))
    owner.live()
    assert owner.durable == owner.promised == ["r0", "r1", "r2"]
    assert owner.boot().count == 0
    assert instants > 50


def test_power_cut_at_every_write_of_a_block_loses_and_doubles_nothing(image: bytes, instants: int) -> None:
    for cut_at in range(1, instants + 1):
        owner, left = cut(image, cut_at)
        owner.chip = Chip(left)
        owner.deliver(owner.boot())
        assert set(owner.promised) <= set(owner.durable), cut_at
        assert len(owner.durable) == len(set(owner.durable)), cut_at
        assert owner.boot().count == 0


def test_power_cut_again_while_starting_after_a_cut(image: bytes, instants: int) -> None:
    twice = 0
    for cut_at in range(1, instants + 1):
        owner, left = cut(image, cut_at)
        for second in range(1, 9):
            owner.chip = Chip(left, second)
            try:
                owner.boot()
            except PowerCut:
                twice += 1
            again = Owner(Chip(owner.chip.left or bytes(owner.chip.buffer)))
            again.deliver(again.boot())
            assert set(owner.promised) - set(owner.durable) <= set(again.durable), (cut_at, second)
    assert twice > 0
