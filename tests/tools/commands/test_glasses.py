import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from trifocal_tools import failure
from trifocal_tools.commands import glasses

Run = Callable[..., tuple[int, str, str]]

SIM = {
    "python": "cpython",
    "online": True,
    "folded": False,
    "battery": 87,
    "charging": True,
    "light": "off",
    "camera": "pattern",
    "cameraState": "off",
    "storedPhotos": 2,
    "loss": 20,
    "latencyMs": 300,
}
STATE = {"gateway": True, "connected": True, "model": "Sim", "battery": -1, "charging": False, "sim": SIM}


@pytest.fixture(autouse=True)
def _state(table_cloud: Any) -> None:
    table_cloud.answer("GET", "/api/glasses", STATE)
    table_cloud.answer("POST", "/api/glasses/sim", {"success": True})


def test_without_an_action_the_state_is_shown(table_cloud: Any, trifocal: Run) -> None:
    assert json.loads(trifocal("glasses", "--json")[1]) == STATE
    out = trifocal("glasses")[1]
    assert "87 %, charging" in out
    assert "20 % lost, 300 ms late" in out
    assert "2 wait on the glasses" in out
    assert [method for method, _, _ in table_cloud.asked] == ["GET", "GET"]


@pytest.mark.parametrize(
    ("words", "command", "value"),
    [
        (["offline"], "offline", ""),
        (["battery", "5"], "battery", "5"),
        (["camera", "pattern"], "camera", "pattern"),
        (["loss", "90"], "loss", "90"),
        (["latency", "5000"], "latency", "5000"),
        (["drop"], "drop", ""),
    ],
)
def test_an_action_is_done_and_the_state_after_it_shown(
    table_cloud: Any, trifocal: Run, words: list[str], command: str, value: str
) -> None:
    assert trifocal("glasses", *words)[0] == failure.OK
    assert table_cloud.asked[0][2] == {"command": command, "value": value, "long": False}


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("dance", None),
        ("battery", None),
        ("battery", "-1"),
        ("battery", "101"),
        ("battery", "٣"),
        ("fold", "x"),
        ("drop", "1"),
        ("loss", None),
        ("loss", "91"),
        ("latency", "5001"),
        ("latency", "-1"),
        ("camera", ""),
    ],
)
def test_a_wrong_action_or_value_is_refused_before_anybody_is_asked(action: str, value: str | None) -> None:
    with pytest.raises(typer.BadParameter):
        glasses.check(action, value)


def test_a_camera_that_is_a_path_here_is_sent_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    assert glasses.absolute("pictures") == str(tmp_path / "pictures")
    assert glasses.absolute("pattern") == "pattern"


def test_glasses_that_are_not_there_are_described_too() -> None:
    lines = dict(glasses.describe({"gateway": False, "connected": False, "battery": -1, "sim": None}))
    assert lines == {"gateway": "not connected", "glasses": "not connected", "simulated": "none attached"}
    half = dict(glasses.describe({"gateway": True, "connected": False, "link": "mcu_ready", "sim": None}))
    assert half["glasses"] == "not connected: linked, only their button controller answers"
    real = dict(glasses.describe({"gateway": True, "connected": True, "battery": 40, "sim": None}))
    assert real["battery"] == "40 %"
