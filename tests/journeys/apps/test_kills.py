"""The cloud dies and comes back, and the apps with it, without a hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools.app_client import AppClient
from trifocal_tools.bench.kills import Parts, draw_pictures
from trifocal_tools.settings import Endpoint

pytestmark = pytest.mark.journey

SDKS = ("mentra-sdk", "trifocal-sdk")


def test_a_cloud_that_is_killed_and_restarted_finds_its_apps_again(
    tmp_path: Path, probe_of: Callable[[str], Any]
) -> None:
    pictures = draw_pictures(tmp_path / "pictures", 2)
    probes = [probe_of(sdk) for sdk in SDKS]
    with Parts(tmp_path, "--allow-private-apps") as parts, AppClient(Endpoint(parts.cloud, parts.token)) as client:
        for probe in probes:
            probe.forget()
            client.put_app(probe.package, probe.registration("CAMERA"))
            client.start_app(probe.package)
            probe.hear("session")

        parts.kill("cloud")
        for probe in probes:
            probe.hear("disconnected")
        parts.start("cloud")

        for probe in probes:
            probe.hear("connected")
        parts.press()
        for probe in probes:
            assert probe.hear("button")["button"] == "photo"
            assert probe.ask("photo", options={})["result"]["sha256"] in pictures
            assert probe.unheard("session") == []
            assert probe.unheard("stop") == []
