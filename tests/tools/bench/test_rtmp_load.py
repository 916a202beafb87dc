"""The load against our own house: it publishes, plays, fetches, and says what it saw."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from trifocal_tools.bench.route_servers import LoadProcess
from trifocal_tools.bench.rtmp_process import started
from trifocal_tools.failure import Failure

CPUS = os.sched_getaffinity(0)


@pytest.fixture(scope="module")
def house() -> Iterator[list[dict[str, str]]]:
    with started([sys.executable, "-m", "trifocal_tools.bench.rtmp_house", "3"], CPUS) as (_, said):
        yield said["streams"]


@pytest.fixture
def load() -> Iterator[LoadProcess]:
    with started([sys.executable, "-m", "trifocal_tools.bench.rtmp_load"], CPUS, says=False) as (process, _):
        yield LoadProcess(process)


def test_publishers_and_players(house: list[dict[str, str]], load: LoadProcess) -> None:
    assert load.tell(publish=[house[0]["publish"]], chunk=128) == {"publishing": 1}
    assert load.tell(play=[house[0]["play"]] * 2) == {"playing": 2}
    heard = load.tell(run=0.5)
    assert heard["messages"] > 20
    assert heard["received"] > 50_000
    assert load.tell(stop=True) == {"stopped": True}


def test_what_a_hop_takes(house: list[dict[str, str]], load: LoadProcess) -> None:
    found: dict[str, Any] = load.tell(hop=[house[1]["publish"], house[1]["play"]], seconds=0.8)
    assert 0 < found["hop_ms"] <= found["hop95_ms"] < 5_000
    assert found["join_ms"] > 0


def test_parts_are_found_and_fetched(house: list[dict[str, str]], load: LoadProcess) -> None:
    assert load.tell(part=[house[2]["publish"], house[2]["hls"]])["part_ms"] > 150
    load.tell(publish=[house[2]["publish"]], chunk=4096)
    load.tell(run=1.2)
    url = load.tell(find=house[2]["hls"])["url"]
    assert load.tell(fetch=url, seconds=0.2)["requests"] > 0


def test_what_fails_is_said(load: LoadProcess) -> None:
    with pytest.raises(Failure):
        load.tell(publish=["rtmp://127.0.0.1:1/live/x"], chunk=128)
