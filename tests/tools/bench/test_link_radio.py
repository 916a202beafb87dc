"""The whole chain over the virtual radio in counted time: how fast, how soon again, what goes twice; and bad twins."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from trifocal_gateway.receiver import WINDOW
from trifocal_tools import virtual_time
from trifocal_tools.bench import link_radio
from trifocal_tools.bench.link import absences
from trifocal_tools.bench.link_radio import RadioHouse, radio_house
from trifocal_tools.failure import Failure
from trifocal_tools.radio.peripheral import RadioLink

PHOTO = 300_000
PYTHONS = ["cpython", pytest.param("micropython", marks=pytest.mark.journey)]


def kept(folder: Path) -> list[str]:
    """Sums of the photos that lie whole in the gateway's spool."""
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "spool").glob("*.whole")]


def share(folder: Path, python: str = "cpython", **air: Any) -> float:
    """What part of the air's limit one photo comes to."""

    async def main() -> float:
        async with radio_house(folder, python, **air) as at:
            rate = await at.rate(PHOTO)
            assert at.room.radio.air is not None
            assert at.room.radio.air.phy == 2
            assert at.room.radio.air.interval_us == air.get("interval_ms", 15) * 1_000
            assert at.wearer.sent == PHOTO, "nothing goes twice over air that only makes it wait"
            assert kept(folder) == [hashlib.sha256(at.wearer.pictures[0]).hexdigest()]
            return rate / at.room.radio.air.most_per_second()

    return virtual_time.run(main)


@pytest.mark.parametrize(("loss", "least"), [(0.0, 0.95), (0.05, 0.94)])
@pytest.mark.parametrize("interval_ms", [15, 50])
@pytest.mark.parametrize("python", PYTHONS)
def test_nearly_all_that_the_air_can_carry_arrives(
    tmp_path: Path, python: str, interval_ms: float, loss: float, least: float
) -> None:
    assert least <= share(tmp_path, python, interval_ms=interval_ms, loss=loss) < 1


def test_file_packets_of_mentraos_come_as_near_as_they_can(tmp_path: Path) -> None:
    assert 0.86 < share(tmp_path, protocol=1) < 0.875


def test_a_sender_that_pauses_20_ms_falls_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send = RadioLink._send_pack

    async def slow(self: RadioLink, *pack: Any) -> None:
        await virtual_time.passes(0.02)
        await send(self, *pack)

    monkeypatch.setattr(RadioLink, "_send_pack", slow)
    assert share(tmp_path) < 0.2


def test_a_sender_that_waits_for_an_empty_queue_every_8_packs_falls_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, sent = RadioLink._send_pack, []

    async def draining(self: RadioLink, *pack: Any) -> None:
        sent.append(pack)
        while len(sent) % 8 == 0 and self._queue.pending:
            self._flowed.clear()
            await self._flowed.wait()
        await send(self, *pack)

    monkeypatch.setattr(RadioLink, "_send_pack", draining)
    assert share(tmp_path) < 0.9


@pytest.mark.parametrize("python", PYTHONS)
def test_twenty_cuts_of_a_photo_cost_a_window_each_at_most_and_it_goes_on_at_once(tmp_path: Path, python: str) -> None:
    async def main() -> tuple[list[float], float, RadioHouse]:
        async with radio_house(tmp_path, python) as at:
            return *await absences(at, 20), at

    resumed, twice, at = virtual_time.run(main)
    assert kept(tmp_path) == [hashlib.sha256(at.wearer.pictures[0]).hexdigest()]
    assert at.spool.written == 200_000, "each byte is written once"
    assert len(resumed) == 20
    assert max(resumed) <= 250
    assert 0 < twice <= WINDOW


def test_what_is_out_of_range_for_less_than_supervision_stays_connected(tmp_path: Path) -> None:
    async def main() -> tuple[int, float]:
        async with radio_house(tmp_path) as at:
            at.press(200_000)
            await at.spool.wrote.wait()
            at.link.go_away()
            await virtual_time.passes(1.5)
            assert at.link.linked
            await at.link.come_back()
            await at.whole()
            return at.wearer.sent, at.spool.ended - at.spool.began

    sent, took = virtual_time.run(main)
    assert sent < 200_000 + WINDOW, "asked for again, not begun again"
    assert 2.5 < took < 4


def test_a_photo_that_never_comes_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_radio, "LIMIT_S", 5.0)

    async def main() -> None:
        async with radio_house(tmp_path) as at:
            at.link.go_away()
            at.press(40_000)
            await at.whole()

    with pytest.raises(Failure, match="40000 bytes did not arrive"):
        virtual_time.run(main)


async def test_in_time_that_is_measured_it_works_too(tmp_path: Path) -> None:
    async with radio_house(tmp_path) as at:
        began = asyncio.get_running_loop().time()
        at.press(40_000)
        await at.whole()
        # 40 kB fill the air for 225 ms at least: nothing went around it.
        assert at.spool.ended - began > 0.22
