"""The cloud dies and comes back, and the apps with it, without a hand."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools.app_client import AppClient
from trifocal_tools.bench.kills import Parts, draw_pictures
from trifocal_tools.settings import Endpoint

pytestmark = pytest.mark.journey


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, bytes]:
    return draw_pictures(tmp_path / "pictures", 2)


@pytest.fixture
def parts(tmp_path: Path, pictures: dict[str, bytes]) -> Iterator[Parts]:
    with Parts(tmp_path, "--allow-private-apps") as parts:
        yield parts


@pytest.fixture
def client(parts: Parts) -> Iterator[AppClient]:
    with AppClient(Endpoint(parts.cloud, parts.token)) as client:
        yield client


@pytest.fixture
def probes(client: AppClient, new_probe: Callable[[str], Any]) -> list[Any]:
    """One app of each SDK, running in this house."""
    probes = [new_probe(sdk) for sdk in ("mentra-sdk", "trifocal-sdk")]
    for probe in probes:
        client.put_app(probe.package, probe.registration("CAMERA"))
        client.start_app(probe.package)
        probe.await_subscription(client)
    return probes


def test_a_cloud_that_ends_and_returns_finds_its_apps_again(
    parts: Parts, client: AppClient, probes: list[Any], pictures: dict[str, bytes]
) -> None:
    official = probes[0]
    parts.stop("cloud")
    for probe in probes:
        probe.hear("disconnected")
    parts.start("cloud")
    all_is_well(parts, client, probes, pictures)

    # The official client gives up some 6 s after the loss; then it is asked anew.
    official.forget()
    parts.kill("cloud")
    assert "permanently lost" in official.hear("stop")["reason"]
    parts.start("cloud")
    all_is_well(parts, client, probes, pictures)


def all_is_well(parts: Parts, client: AppClient, probes: list[Any], pictures: dict[str, bytes]) -> None:
    """Every app hears the button and gets its photo."""
    parts.await_joined()
    for probe in probes:
        probe.await_subscription(client)
    parts.press()
    for probe in probes:
        assert probe.hear("button")["button"] == "photo"
        assert probe.ask("photo", options={})["result"]["sha256"] in pictures
