"""The chain in real time: a photo comes whole, and twenty absences on its way cost at most a window each."""

import hashlib
from pathlib import Path

import pytest

from trifocal_firmware.testing import picture
from trifocal_shared.messages import PROTOCOL_VERSION
from trifocal_tools.bench import link_house
from trifocal_tools.bench.air import Air
from trifocal_tools.bench.link import Samples, absences
from trifocal_tools.bench.link_house import glasses, house
from trifocal_tools.failure import Failure

WINDOW = 2 * 15 * 177_800 // 1_000 + 8 * 486


def kept(folder: Path) -> list[str]:
    """Sums of the photos that lie whole in the gateway's spool."""
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "spool").glob("*.whole")]


@pytest.mark.parametrize(("protocol", "sent"), [(1, 40_000), (2, 40_000)])
async def test_a_photo_goes_over_once_and_lies_in_the_spool(tmp_path: Path, protocol: int, sent: int) -> None:
    async with glasses(tmp_path, "cpython") as pair, house(tmp_path, pair, Air(15), protocol) as at:
        pressed = await at.begin(40_000)
        await at.whole()
    assert kept(tmp_path) == [hashlib.sha256(picture(1, 40_000)).hexdigest()]
    assert (at.wearer.sent, at.spool.written) == (sent, 40_000)
    # 40 kB fill the air for 225 ms at least: nothing went around it.
    assert pressed + 0.22 < at.spool.whole < at.spool.durable


@pytest.mark.journey
async def test_twenty_absences_on_the_way_of_one_photo(tmp_path: Path) -> None:
    found = Samples()
    async with glasses(tmp_path, "cpython") as pair, house(tmp_path, pair, Air(15), PROTOCOL_VERSION) as at:
        await absences(at, 200_000, 20, found)
    assert kept(tmp_path) == [hashlib.sha256(picture(1, 200_000)).hexdigest()]
    assert at.spool.written == 200_000
    assert len(found.resumed) == 20
    assert 0 < found.twice[0] <= WINDOW


async def test_a_photo_that_never_comes_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_house, "LIMIT_S", 0.05)
    async with glasses(tmp_path, "cpython") as pair, house(tmp_path, pair, Air(15), PROTOCOL_VERSION) as at:
        at.radio.leave()
        await at.begin(40_000)
        with pytest.raises(Failure, match="40000 bytes did not arrive"):
            await at.whole()
