"""The picture that tells the time."""

import json
import subprocess
import sys

from trifocal_cloud.live.testing import decode, messages
from trifocal_tools.bench.live_publisher import BAR, FPS, STEP, film
from trifocal_tools.bench.rtmp_process import started


def test_its_bar_goes_on_by_a_step_in_each_picture() -> None:
    found = decode(film(1, (320, 90)))
    assert len(found.pictures) == FPS
    assert all(abs(at - number * STEP) <= BAR for number, at in enumerate(found.bright))


def test_it_is_published_to_every_server_from_the_instant_it_says() -> None:
    house_command = [sys.executable, "-m", "trifocal_tools.bench.rtmp_house", "2"]
    with started(house_command, {0}) as (_, said):
        urls = [one["publish"] for one in said["streams"]]
        command = [sys.executable, "-m", "trifocal_tools.bench.live_publisher", *urls]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert json.loads(process.stdout.readline())["begun_ms"] > 1_700_000_000_000
            process.kill()


def test_what_is_sent_has_its_configurations_first() -> None:
    tags = messages(film(1, (320, 90)))
    assert [body[1] for kind, _, body in tags if kind in (8, 9)][:2] == [0, 0]
