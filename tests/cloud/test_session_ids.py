"""Ids of apps' sessions: read back as they were made, and nobody guesses them."""

import pytest

from trifocal_cloud.session_ids import SessionIds

ANN, CAM = "ann@example.com", "com.example.cam"


def test_an_id_is_read_back_and_stays_the_same() -> None:
    ids = SessionIds("x" * 32)
    made = ids.of(ANN, CAM)
    assert ids.read(made) == (ANN, CAM)
    assert SessionIds("x" * 32).of(ANN, CAM) == made


@pytest.mark.parametrize("text", ["", "-", "---", "a-b", "a-b-c", "\ud800-x-0123456789abcdef", "é-é-é", "-" * 3000])
def test_what_is_no_id_is_nobodys(text: str) -> None:
    assert SessionIds("x" * 32).read(text) is None


def test_an_id_cannot_be_made_up() -> None:
    made = SessionIds("x" * 32).of(ANN, CAM)
    assert SessionIds("y" * 32).read(made) is None
    assert SessionIds("x" * 32).read(made.replace("ann", "bob")) is None
    assert SessionIds("x" * 32).read(made[:-1]) is None
