from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from trifocal_tools import failure
from trifocal_tools.bench import uplink
from trifocal_tools.failure import Failure
from trifocal_tools.network.pipe import Shape


class Ends:
    """A line on which everything takes as long as is said here."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], float]] = []
        self.loss = 0.0
        self.line = SimpleNamespace(reshape=self._reshape)

    def ask(self, action: str, **options: Any) -> Any:
        self.asked.append((action, options, self.loss))
        if action == "both":
            return {"upload": 10_000.0 if "cap" in options else 8_000.0, "presses": [60.0, 120.0]}
        if action == "upload":
            return (5_000.0 if "congestion" in options else 1_000.0) * (1 + self.loss)
        return [110.0 if action == "wake" else 55.0] * options["count"]

    def _reshape(self, shape: Shape) -> None:
        self.loss = shape.loss


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    made = Ends()

    @contextmanager
    def line(shape: Shape) -> Iterator[Ends]:
        assert shape == uplink.SHAPE
        yield made

    monkeypatch.setattr(uplink, "uplink", line)
    return made


def by_name(found: dict[str, Any], words: str) -> dict[str, Any]:
    return next(row for row in found["rows"] if words in row["name"])


def test_everything_is_measured_in_one_run(ends: Ends) -> None:
    found = uplink.run(quick=False)
    assert found["bench"] == "uplink"
    assert by_name(found, "wake-up")["median"] == 110
    assert by_name(found, "press beside 20 MB up")["ratio"] == pytest.approx(90 / 55, rel=1e-3)
    assert by_name(found, "10% loss")["ratio"] == pytest.approx(1.1)
    assert by_name(found, uplink.CUBIC + ",")["ratio"] == pytest.approx(5)
    assert [options["size"] for action, options, _ in ends.asked if action == "both"] == [uplink.BIG] * 6


def test_each_upload_has_the_loss_it_is_named_for_and_the_line_is_whole_again(ends: Ends) -> None:
    uplink.run(quick=True)
    uploads = [(options.get("congestion"), loss) for action, options, loss in ends.asked if action == "upload"]
    assert uploads == [(None, 0.0), (None, 0.02), (uplink.CUBIC, 0.02), (None, 0.1)]
    assert ends.loss == 0


def test_aims_are_met_or_not_as_measured(ends: Ends) -> None:
    aims = {aim["aim"]: aim for aim in uplink.run(quick=True)["aims"]}
    assert not aims["wake-up to first word, ms"]["met"]
    assert not aims["press p99 beside an upload, x at rest"]["met"]
    assert aims["upload at 2 % loss, x lossless"] == {
        "aim": "upload at 2 % loss, x lossless",
        "value": 1.02,
        "at_most": 1.25,
        "met": True,
    }
    share = aims["capped upload, share of the line"]
    assert share["value"] == pytest.approx(0.4)
    assert not share["met"]


def test_of_a_hundred_one_may_be_slower() -> None:
    assert uplink.p99([*range(99), 1000.0]) == 1000
    assert uplink.p99([1.0] * 200 + [9.0]) == 1
    assert uplink.p99([7.0]) == 7


def test_without_namespaces_the_bench_is_missing_something(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def none(_: Shape) -> Iterator[Ends]:
        raise Failure("no network namespace", failure.MISSING)
        yield Ends()

    monkeypatch.setattr(uplink, "uplink", none)
    with pytest.raises(Failure) as caught:
        uplink.run(quick=True)
    assert caught.value.code == failure.MISSING
