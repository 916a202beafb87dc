"""The main job over a serial port, also when the cable is cut in the middle of a photo and mended later."""

import contextlib
import hashlib
import io
import os
import random
import select
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from PIL import Image

from trifocal_tools.bench.kills import Parts

from .test_a_part_away import arrived, until

pytestmark = pytest.mark.journey

WINDOW = 21_700
"""Bytes that the gateway lets be under way where it does not know the link."""

WORDS = 4_000
"""More than what is said around a photo. A pack adds less than a twentieth to its data."""


class Cable:
    """What lies between the glasses' port and the gateway's, and can be cut. It counts what goes to the gateway."""

    def __init__(self, glasses: Path, gateway: Path) -> None:
        self.passed = 0
        self.cut_after = 1 << 60
        self._glasses, self._gateway = glasses, gateway
        self._whole = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self._whole.set()
        self._thread.start()

    def mend(self) -> None:
        """Put the cable in again."""
        self.cut_after = 1 << 60
        self._whole.set()

    @property
    def is_cut(self) -> bool:
        """Whether it is."""
        return not self._whole.is_set()

    def close(self) -> None:
        """Away with it."""
        self._ended.set()
        self._whole.set()
        self._thread.join()

    def _live(self) -> None:
        while not self._ended.is_set():
            if not self._whole.wait(0.05) or not self._glasses.exists():
                continue
            ours, theirs = os.openpty()
            tty.setraw(theirs)
            self._gateway.symlink_to(os.ttyname(theirs))
            try:
                with serial.Serial(str(self._glasses), 460_800, timeout=0) as port, contextlib.suppress(OSError):
                    self._carry(port, ours)
            finally:
                self._gateway.unlink()
                os.close(theirs)
                os.close(ours)

    def _carry(self, port: serial.Serial, ours: int) -> None:
        while self._whole.is_set() and not self._ended.is_set():
            for end in select.select([port.fileno(), ours], [], [], 0.05)[0]:
                data = os.read(end, 4096)
                if not data:
                    return  # the glasses' port is gone
                if end == ours:
                    port.write(data)
                    continue
                data = data[: self.cut_after - self.passed]
                while data:
                    sent = os.write(ours, data)
                    self.passed += sent
                    data = data[sent:]
                if self.passed >= self.cut_after:
                    self._whole.clear()


class Wired(Parts):
    """A house whose glasses hang on a cable."""

    def __init__(self, folder: Path, python: str) -> None:
        super().__init__(folder)
        self._python = python
        self.glasses_port = folder / "data" / "glasses" / "tty"

    def flags(self, name: str) -> list[str]:
        flags = super().flags(name)
        if name == "gateway":
            return [*flags[: flags.index("--sim")], "--serial", str(self._folder / "ttyUSB0")]
        if name == "glasses":
            return [*flags, "--pty", "--python", self._python]
        return flags


@pytest.fixture(params=["cpython", "micropython"])
def wired(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Wired, Cable]]:
    """A house with that firmware, and its cable."""
    house = Wired(tmp_path, request.param)
    with contextlib.closing(Cable(house.glasses_port, tmp_path / "ttyUSB0")) as cable, house:
        yield house, cable


@pytest.fixture
def made(tmp_path: Path) -> dict[str, bytes]:
    """The pictures before the camera, by sha256: each many windows long."""
    folder, pictures = tmp_path / "pictures", {}
    folder.mkdir()
    for number in range(2):
        noise = random.Random(number).randbytes(640 * 480 * 3)
        buffer = io.BytesIO()
        Image.frombytes("RGB", (640, 480), noise).save(buffer, "JPEG", quality=30)
        (folder / f"{number}.jpg").write_bytes(buffer.getvalue())
        pictures[hashlib.sha256(buffer.getvalue()).hexdigest()] = buffer.getvalue()
    return pictures


def test_a_press_brings_the_cameras_own_bytes_and_a_cut_costs_no_more_than_a_window(
    made: dict[str, bytes], wired: tuple[Wired, Cable]
) -> None:
    house, cable = wired
    house.press()
    (first,) = arrived(house, 1)
    assert house.original(first) == made[first["sha256"]]

    size = len(next(data for sha, data in made.items() if sha != first["sha256"]))
    before = cable.passed
    cable.cut_after = before + size // 2
    house.press()
    assert until(lambda: cable.is_cut, bool)
    assert len(house.gallery()) == 1
    cable.mend()
    photos = arrived(house, 2)

    assert {photo["sha256"] for photo in photos} == set(made)
    assert all(house.original(photo) == made[photo["sha256"]] for photo in photos)
    assert size > 3 * WINDOW
    assert cable.passed - before < (size + WINDOW) * 1.05 + WORDS


def test_glasses_that_are_unplugged_and_plugged_in_again_bring_what_was_pressed_meanwhile(
    made: dict[str, bytes], wired: tuple[Wired, Cable]
) -> None:
    house, _ = wired
    assert house.typed("offline")["success"]
    for _ in made:
        house.press()
    assert house.typed("online")["success"]
    photos = arrived(house, 2)
    assert [photo["sha256"] for photo in reversed(photos)] == list(made)
