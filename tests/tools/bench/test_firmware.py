"""The report of the firmware bench: what is compared with what, and which aims are met."""

from pathlib import Path

import pytest

from trifocal_tools import bench
from trifocal_tools.bench import firmware
from trifocal_tools.failure import MISSING, Failure
from trifocal_tools.micropython.heap import Heap
from trifocal_tools.micropython.romfs import Image

LEAN = Image(
    Path("a"), 19_000, 18_500, Path("b"), {"trifocal_firmware/main.mpy": 18_000, "trifocal_firmware/boards/x.mpy": 500}
)
PLAIN = Image(Path("a"), 40_000, 40_000, Path("b"), {"trifocal_shared/a.mpy": 1, "trifocal_shared/b.mpy": 2})


def measured(live: int = 30_000, grown: int = 0, late: float = 9.0) -> Heap:
    return Heap(live, live + 500, 1, 3, (4.0,) * 10 + (late,) * 10, grown)


def summed_up(imports: float = 7.0, **found: float) -> dict[str, object]:
    heaps = (measured(**found), measured(60_000))  # type: ignore[arg-type]
    return firmware.summed_up((LEAN, PLAIN), ([imports], [14.0]), heaps, 150, {"trifocal_firmware/store": 900})


def test_ours_is_a_share_of_the_plain_sources() -> None:
    rows = {row["name"]: row for row in summed_up()["rows"]}  # type: ignore[attr-defined]
    assert rows["image, common"]["median"] == 18_500
    assert rows["image, common"]["ratio"] == pytest.approx(0.4625, rel=0.01)
    assert rows["import"]["ratio"] == 0.5
    assert rows["live heap, everything running"]["to"] == "live heap, everything running: mpy-cross"
    assert rows["  in trifocal_firmware/boards"]["median"] == 500
    assert rows["  mpy-cross: in trifocal_shared"]["median"] == 3
    assert rows["    of trifocal_firmware/store"]["median"] == 900
    assert rows["cs_pho frame to camera"]["median"] == 6.5


@pytest.mark.parametrize(
    ("found", "unmet"),
    [
        ({}, None),
        ({"imports": 8.1}, 1),
        ({"live": 40_001}, 2),
        ({"grown": 600}, 3),
        ({"grown": -600}, 3),
        ({"late": 51.0}, 4),
    ],
)
def test_every_aim_is_judged(found: dict[str, float], unmet: int | None) -> None:
    aims = summed_up(**found)["aims"]
    assert [aim["met"] for aim in aims] == [number != unmet for number in range(5)]  # type: ignore[attr-defined]


def test_both_are_measured_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def imports(times: int, image: Image) -> list[float]:
        asked.append((times, image))
        return [7.0] * times

    def measure(presses: int = 3, cap: int = 1, more: int = 0, image: Image | None = None) -> Heap:
        asked.append((presses, cap, more, image))
        return measured()

    monkeypatch.setattr(firmware.heap, "imports", imports)
    monkeypatch.setattr(firmware.heap, "measure", measure)
    monkeypatch.setattr(firmware.romfs, "build", lambda plain=False: PLAIN if plain else LEAN)
    monkeypatch.setattr(firmware, "weigh", lambda image: {"all of it": image.size})
    assert bench.run("firmware", quick=True)["bench"] == "firmware"
    assert asked == [(firmware.IMPORTS, LEAN), (firmware.IMPORTS, PLAIN)] * firmware.QUICK_STARTS + [
        (firmware.QUICK_PRESSES, 1, firmware.QUICK_PHOTOS, None),
        (3, 1, 0, PLAIN),
    ]


@pytest.mark.parametrize(
    ("code", "said"), [(MISSING, "^no Node$"), (1, "^the firmware could not be measured: no Node$")]
)
def test_what_is_missing_is_told_apart_from_what_failed(monkeypatch: pytest.MonkeyPatch, code: int, said: str) -> None:
    def imports(*_: object) -> list[float]:
        raise Failure("no Node", code)

    monkeypatch.setattr(firmware.heap, "imports", imports)
    monkeypatch.setattr(firmware.romfs, "build", lambda plain=False: LEAN)
    with pytest.raises(Failure, match=said) as told:
        firmware.run(quick=True)
    assert told.value.code == code
