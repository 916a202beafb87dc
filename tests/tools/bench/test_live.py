"""What the benchmark of live video makes of what a page has seen; the page itself is tried by a browser's test."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from trifocal_tools.bench import live
from trifocal_tools.bench.live import HLS, LL_HLS, WHEP, Seen, Stage, late_ms, p95, summed_up
from trifocal_tools.bench.live_publisher import FPS, SECONDS, STEP


def test_a_picture_tells_how_long_ago_it_was_sent() -> None:
    begun = 1_770_000_000_000.0
    assert late_ms(begun + 40, 0, begun) == pytest.approx(40)
    assert late_ms(begun + 1_000, 15 * STEP, begun) == pytest.approx(500)
    assert late_ms(begun + SECONDS * 1_000 * 3 + 1_040, FPS * STEP, begun) == pytest.approx(40)
    assert late_ms(begun, -1, begun) is None


def test_ninety_five_in_a_hundred() -> None:
    assert p95([float(number) for number in range(1, 101)]) == 95
    assert p95([7.0]) == 7


def test_every_way_is_a_row_beside_nginx_and_every_aim_is_judged() -> None:
    found = summed_up(Seen({WHEP: [30.0, 20.0], LL_HLS: [1_000.0], HLS: [4_000.0]}, [200.0], [0.3]))
    rows = {row["name"]: row for row in found["rows"]}
    assert rows[f"sent to shown: {LL_HLS}"]["ratio"] == 0.25
    assert rows[f"sent to shown: {WHEP}"]["to"] == f"sent to shown: {HLS}"
    assert [aim["met"] for aim in found["aims"]] == [True, True, True, True, False]


class Page:
    """A page that sees every picture 50 ms after it was sent."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def evaluate(self, expression: str, argument: Any = None) -> Any:
        self.asked.append(expression)
        return {"seen.first": 120.0, "seen.shown": [[50.0, 0], [1_050.0, FPS * STEP], [60.0, -1]]}.get(expression)

    def wait_for_timeout(self, ms: float) -> None:
        pass

    def wait_for_function(self, expression: str, timeout: float) -> None:
        pass


def test_all_ways_are_watched_and_viewers_are_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []
    spent = iter([0.10, 0.16])

    @contextlib.contextmanager
    def page(browser: Any, url: str) -> Iterator[Page]:
        pages.append(url)
        yield Page()

    @contextlib.contextmanager
    def stage() -> Iterator[Stage]:
        yield Stage(None, 0, {WHEP: "w", LL_HLS: "l", HLS: "h"}, 0.0)  # type: ignore[arg-type]

    monkeypatch.setattr(live, "_page", page)
    monkeypatch.setattr(live, "stage", stage)
    monkeypatch.setattr(live, "_spent", lambda pid, ms: next(spent))
    rows = {row["name"]: row for row in live.run(quick=True)["rows"]}
    assert pages == ["w", "l", "h", *["w"] * 5]
    assert rows[f"sent to shown: {WHEP}"]["median"] == 50
    assert rows["offer to first picture: WebRTC"]["median"] == 120
    assert rows["a viewer-minute by WebRTC"]["median"] == pytest.approx(1.8)
