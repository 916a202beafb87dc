"""The journeys' gate picks its tests by their mark: a journey without it would run in no gate at all."""

from pathlib import Path

import pytest

JOURNEYS = Path(__file__).resolve().parents[1] / "journeys"


@pytest.mark.parametrize("path", sorted(JOURNEYS.rglob("test_*.py")), ids=lambda path: path.name)
def test_every_journey_is_marked_as_one(path: Path) -> None:
    assert "\npytestmark = pytest.mark.journey\n" in path.read_text(encoding="utf-8")
