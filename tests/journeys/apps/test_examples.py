"""The examples, as a developer starts them, in a real house."""

import os
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
PACKAGE = "com.example.cam"
KEY = "the-key-of-an-example"


@pytest.fixture
def example(
    house: Any, tmp_path: Path, until: Callable[[Callable[[], bool]], None]
) -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Starts an example, registers it and has the cloud start it; its stdout can be read."""
    running = []

    def start(name: str) -> "subprocess.Popen[str]":
        port = free_port()
        environment = os.environ | {"APP_KEY": KEY, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, str(EXAMPLES / name)]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
        running.append(process)
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{url}/health"))
        house.client.put_app(PACKAGE, {"publicUrl": url, "apiKey": KEY, "permissions": ["CAMERA"]})
        house.client.start_app(PACKAGE)
        until(lambda: "button_press" in house.client.app(PACKAGE)["subscriptions"])
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
