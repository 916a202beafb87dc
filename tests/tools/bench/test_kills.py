"""The judge of a kill run must be able to say no."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from trifocal_tools.bench import kills
from trifocal_tools.bench.kills import draw_pictures, judge, outcome_rows

PICTURES = {hashlib.sha256(data).hexdigest(): data for data in (b"one", b"two", b"three")}


class Gallery:
    """What the judge asks of the parts: photos, and their bytes."""

    def __init__(self, stored: Sequence[bytes]) -> None:
        self._stored = stored

    def gallery(self) -> list[dict[str, Any]]:
        return [{"sha256": hashlib.sha256(data).hexdigest(), "data": data} for data in self._stored]

    def original(self, photo: dict[str, Any]) -> bytes:
        data: bytes = photo["data"]
        return data


def judged(stored: Sequence[bytes], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    monkeypatch.setattr(kills, "QUIET_S", 0.0)
    outcome = judge(Gallery(stored), PICTURES, "gateway", 1, 0.0)  # type: ignore[arg-type]
    return outcome.lost, outcome.doubled, outcome.corrupt


def test_every_picture_once_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged([b"three", b"one", b"two"], monkeypatch) == (0, 0, 0)


def test_a_missing_picture_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged([b"one", b"two"], monkeypatch) == (1, 0, 0)


def test_a_picture_stored_again_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged([b"one", b"two", b"three", b"two"], monkeypatch) == (0, 1, 0)


def test_bytes_that_no_camera_made_are_corrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged([b"one", b"two", b"thre"], monkeypatch) == (1, 0, 1)


def test_the_pictures_are_different_jpegs_in_the_order_of_their_names(tmp_path: Path) -> None:
    made = draw_pictures(tmp_path / "pictures", 3)

    files = sorted((tmp_path / "pictures").iterdir())
    assert [hashlib.sha256(file.read_bytes()).hexdigest() for file in files] == list(made)
    assert len(made) == 3
    for file in files:
        with Image.open(file) as picture:
            assert picture.format == "JPEG"


def test_each_run_gives_three_figures() -> None:
    outcome = kills.Outcome("cloud", 9, 5, lost=1, doubled=2, corrupt=3, seconds=1.0)

    rows = list(outcome_rows([outcome]))

    assert [value for _, _, value in rows] == [1, 2, 3]
    assert rows[0][0] == "cloud killed 9 times, 5 photos: lost"
