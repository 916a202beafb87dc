"""The examples, as a developer starts them, in a real house."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from trifocal_tools.bench.kills import free_port

pytestmark = pytest.mark.journey

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
KEY = "the-key-of-an-example"


@pytest.fixture
def example(
    house: Any, tmp_path: Path, until: Callable[[Callable[[], bool]], None]
) -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Starts an example, registers it and has the cloud start it; its stdout can be read."""
    running = []

    def start(name: str) -> "subprocess.Popen[str]":
        found = re.search(r'AppServer\("([^"]+)"', (EXAMPLES / name).read_text())
        assert found
        package = found.group(1)
        port = free_port()
        environment = os.environ | {"APP_KEY": KEY, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, str(EXAMPLES / name)]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
        running.append(process)
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{url}/health"))
        house.client.put_app(package, {"publicUrl": url, "apiKey": KEY, "permissions": ["CAMERA"]})
        house.client.start_app(package)
        until(lambda: "button_press" in house.client.app(package)["subscriptions"])
        return process

    yield start
    for process in running:
        with process:
            process.kill()


def answers(url: str) -> bool:
    """Whether somebody serves there."""
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_a_photo_is_taken_on_a_button(house: Any, example: Callable[[str], Any]) -> None:
    process = example("photo_on_button.py")

    assert house.press()["status"] == "heard"

    sizes = {f"{len(data)} bytes" for data in house.pictures.values()}
    assert process.stdout.readline().strip().rpartition(", ")[2] in sizes


def test_photos_are_kept_on_disk_and_counted(house: Any, example: Callable[[str], Any], tmp_path: Path) -> None:
    process = example("photo_documentation.py")

    said = []
    for _ in range(2):
        house.press()
        said.append(process.stdout.readline().strip())

    assert [line.partition(":")[0] for line in said] == ["photo 1", "photo 2"]
    kept = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "photos").iterdir()}
    assert kept == {photo["sha256"] for photo in house.photos()[:2]}
