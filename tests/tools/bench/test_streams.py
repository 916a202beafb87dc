"""Both sides do the same work, and what was measured is held against the aims."""

import asyncio
import json

import pytest

from trifocal_cloud.testing import eventually
from trifocal_tools.bench import streams
from trifocal_tools.bench.streams import COUNTS, OURS, PEER, SIDES, Measured


@pytest.mark.parametrize("name", [OURS, PEER])
def test_each_stream_is_asked_each_period(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PERIOD_S", 0.2)

    async def asked() -> None:
        count = await SIDES[name](40)
        await eventually(lambda: count() >= 120)

    asyncio.run(asked())


def test_a_run_measures_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PERIOD_S", 0.1)
    found = asyncio.run(streams.measured(SIDES[OURS], 100))
    assert found.cpu_us > 0
    assert found.stall_ms >= 0


@pytest.mark.parametrize(("cpu_us", "met"), [(2.0, True), (2.1, False)])
def test_aims_are_held_against_the_medians(cpu_us: float, met: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def pretended(side: object, count: int) -> Measured:
        return Measured(cpu_us, 5.0) if side is SIDES[OURS] else Measured(20.0, 500.0)

    monkeypatch.setattr(streams, "measured", pretended)
    found = streams.run(quick=False)
    assert [aim["met"] for aim in found["aims"]] == [met, True, True, met, True]
    shares = {row["name"]: row["median"] for row in found["rows"] if row["unit"] == "%"}
    assert shares[f"share of a core, {COUNTS[0]:,} streams: {PEER}"] == pytest.approx(1.333)
    json.dumps(found)
