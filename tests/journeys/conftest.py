"""What the journeys set out with: a whole house, and pictures for its camera."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools.bench.fresh import fresh_up
from trifocal_tools.bench.kills import draw_pictures

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, bytes]:
    """Three pictures by sha256; they lie in `tmp_path / "pictures"` in the order the camera takes them."""
    return draw_pictures(tmp_path / "pictures", 3)


@pytest.fixture
def house(tmp_path: Path, pictures: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    """`trifocal up` with these pictures before its camera: what it announced."""
    with fresh_up("--camera", str(tmp_path / "pictures")) as said:
        yield said


@pytest.fixture
def trifocal(house: dict[str, Any], tmp_path: Path) -> Run:
    """Runs a client command with --json against the house: its exit code and its answer."""
    return command_line(house, tmp_path)


def command_line(house: dict[str, Any], folder: Path) -> Run:
    """A function that runs client commands against this house."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRIFOCAL_")}
    environment |= {"TRIFOCAL_CLOUD": house["cloud"], "TRIFOCAL_TOKEN": house["token"]}

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, "-m", "trifocal_tools.cli", *words, "--json"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=90, check=False
        )
        return done.returncode, json.loads(done.stdout)

    return run
