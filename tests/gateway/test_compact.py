"""Shortened words, long again."""

import pytest

from trifocal_gateway.compact import expand


def test_a_photo_status_is_long_again() -> None:
    short: dict[str, object] = {
        "t": "photo_status",
        "r": "r1",
        "s": 4,
        "ts": 950,
        "src": 1,
        "rcc": {"w": 640, "m": True},
    }
    assert expand(short) == {
        "type": "photo_status",
        "requestId": "r1",
        "status": "captured",
        "source": "button",
        "requestedCaptureConfig": {"width": 640, "manual": True},
    }


def test_a_stream_status_keeps_its_own_words() -> None:
    short: dict[str, object] = {
        "t": "stream_status",
        "k": 0,
        "s": "live",
        "st": {"br": 5, "f": 30, "df": 0, "du": 1, "tc": 40},
    }
    assert expand(short) == {
        "type": "stream_status",
        "kind": "lifecycle",
        "status": "live",
        "stats": {"bitrate": 5, "fps": 30, "droppedFrames": 0, "duration": 1, "temperatureC": 40},
    }


def test_lists_are_looked_into() -> None:
    short: dict[str, object] = {"t": "wifi_scan_result", "networks": ["a", {"s": "b"}], "n": None}
    assert expand(short) == {"type": "wifi_scan_result", "networks": ["a", {"status": "b"}], "n": None}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"type": "photo_status", "t": "photo_status", "r": "r1"},
        {"t": "ck", "id": "1", "c": 0, "n": 1, "d": "{}"},
        {"t": "take_photo", "r": "r1"},
        {"t": 5},
        {"t": ["photo_status"]},
        {"t": {}},
    ],
)
def test_anything_else_is_as_it_was(said: dict[str, object]) -> None:
    assert expand(said) == said


@pytest.mark.parametrize("number", [-1, 8, 1 << 70, True, 1.0, None, "captured"])
def test_numbers_that_stand_for_nothing_stay(number: object) -> None:
    assert expand({"t": "photo_status", "s": number})["status"] == number
