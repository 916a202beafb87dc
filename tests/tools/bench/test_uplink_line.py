import subprocess
import sys
from collections.abc import Iterator

import pytest

from trifocal_tools.bench.uplink_line import Uplink, json_line, uplink
from trifocal_tools.failure import Failure
from trifocal_tools.network.pipe import Shape


@pytest.fixture(scope="module")
def ends() -> Iterator[Uplink]:
    """Both ends over 5 ms each way; it needs root."""
    with uplink(Shape(delay_us=5_000)) as made:
        yield made


def test_a_gateway_wakes_up_over_the_line(ends: Uplink) -> None:
    waits = ends.ask("wake", count=2)
    assert len(waits) == 2
    assert min(waits) >= 20  # two times there and back


def test_presses_and_an_upload_go_over_it_together(ends: Uplink) -> None:
    both = ends.ask("both", size=200_000, cap=1_000_000)
    assert min(both["presses"]) >= 10
    assert both["upload"] >= 10
    assert ends.line.counts[0]["passed"] > 200_000 / 1500


def test_what_fails_at_the_end_of_the_line_is_said(ends: Uplink) -> None:
    with pytest.raises(Failure, match="upload over the line failed"):
        ends.ask("upload", size=100, congestion="carrier-pigeon")
    assert len(ends.ask("press", count=1)) == 1


@pytest.mark.parametrize("program", ["pass", "print('no JSON')", "input()"])
def test_an_end_that_says_nothing_of_use_has_failed(program: str) -> None:
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        with pytest.raises(Failure, match="ended"):
            json_line(process, 0.5)
        process.kill()
