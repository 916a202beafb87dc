"""Announcements judged."""

import pytest

from trifocal_gateway.announcement import LIMITS, refusal, same, wire_name
from trifocal_shared import reasons
from trifocal_shared.messages import FileAnnounce


def announce(
    *,
    file_name: str = "P000000001.jpg",
    request_id: str = "r-1",
    size: int = 1_000,
    sha256: str = "0a" * 32,
    media_type: str = "photo",
    age_ms: int = 5,
) -> FileAnnounce:
    return FileAnnounce(
        file_name=file_name, request_id=request_id, size=size, sha256=sha256, media_type=media_type, age_ms=age_ms
    )


def test_a_sound_announcement_is_taken() -> None:
    assert refusal(announce()) == ""
    assert refusal(announce(size=LIMITS["photo"])) == ""
    assert refusal(announce(size=LIMITS["video"], media_type="video")) == ""


def test_what_the_cloud_would_not_take_is_too_large() -> None:
    assert refusal(announce(size=LIMITS["photo"] + 1)) == reasons.TOO_LARGE
    assert refusal(announce(size=LIMITS["video"] + 1, media_type="video")) == reasons.TOO_LARGE


@pytest.mark.parametrize("size", [0, -1])
def test_a_file_has_at_least_one_byte(size: int) -> None:
    assert refusal(announce(size=size)) == reasons.MALFORMED


@pytest.mark.parametrize("sha256", ["", "0a" * 31, "0A" * 32, "0g" * 32, "0a" * 33, "0a" * 32 + "\n"])
def test_a_sum_is_64_small_hex_digits(sha256: str) -> None:
    assert refusal(announce(sha256=sha256)) == reasons.MALFORMED


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a/b", "a" * 65, ".part"])
def test_tricks_with_paths_are_malformed(name: str) -> None:
    assert refusal(announce(file_name=name)) == reasons.MALFORMED
    if len(name) != 65:
        assert refusal(announce(request_id=name)) == reasons.MALFORMED


def test_request_ids_may_be_longer_than_file_names() -> None:
    assert refusal(announce(request_id="a" * 120)) == ""
    assert refusal(announce(request_id="a" * 121)) == reasons.MALFORMED


def test_the_same_bytes_are_the_same_however_old() -> None:
    assert same(announce(age_ms=1), announce(age_ms=2))
    assert not same(announce(), announce(sha256="0b" * 32))
    assert not same(announce(), announce(request_id="r-2"))
    assert not same(announce(), None)


def test_a_packet_has_room_for_sixteen_bytes_of_name() -> None:
    assert wire_name("P000000001.jpg") == "P000000001.jpg"
    assert wire_name("P0000000000000001.jpg") == "P000000000000000"
