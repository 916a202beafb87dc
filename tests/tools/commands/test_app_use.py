import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_cloud import tokens
from trifocal_cloud.io import secret
from trifocal_tools import failure

Run = Callable[..., tuple[int, str, str]]

NAME = "org.example.notes"
RUNNING = {"package": NAME, "user": "ada@example.org", "state": "running"}
STOPPED = RUNNING | {"state": "stopped"}
ITEMS = [{"key": "flash", "type": "toggle", "label": "Flash", "value": False}]


def test_start_ends_well_when_the_app_runs(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("POST", f"/api/apps/{NAME}/start", RUNNING)
    assert trifocal("app", "start", NAME, "--json") == (failure.OK, json.dumps(RUNNING) + "\n", "")
    assert trifocal("app", "start", NAME)[1] == f"{NAME} runs for ada@example.org\n"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(409, "gateway_offline"), (409, "hardware_missing"), (502, "app_refused"), (504, "app_silent")],
)
def test_an_app_that_does_not_start_ends_with_1_and_the_reason(
    table_cloud: Any, trifocal: Run, status: int, reason: str
) -> None:
    said = {"error": reason, "message": "as it says"}
    table_cloud.answer("POST", f"/api/apps/{NAME}/start", said, status)
    code, out, _ = trifocal("app", "start", NAME, "--json")
    assert (code, json.loads(out)) == (failure.FAILED, said)
    code, out, err = trifocal("app", "start", NAME)
    assert (code, out, err) == (failure.FAILED, "", "trifocal: as it says\n")


def test_stop_says_for_whom(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("POST", f"/api/apps/{NAME}/stop", STOPPED)
    assert json.loads(trifocal("app", "stop", NAME, "--json")[1]) == STOPPED
    assert trifocal("app", "stop", NAME)[1] == f"{NAME} is stopped for ada@example.org\n"


@pytest.mark.parametrize("command", ["start", "stop"])
def test_beside_the_clouds_data_one_may_act_for_any_user(
    command: str, table_cloud: Any, trifocal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = secret.load_or_create(tmp_path / "cloud")
    shown = []

    def answer(request: Any) -> Any:
        shown.append(request.headers["authorization"].removeprefix("Bearer "))
        return real(table_cloud, request)

    real = type(table_cloud).__call__
    monkeypatch.setattr(type(table_cloud), "__call__", lambda self, request: answer(request))
    table_cloud.answer("POST", f"/api/apps/{NAME}/{command}", RUNNING)
    words = [NAME, "--user", "ada@example.org", "--data-dir", str(tmp_path)]
    assert trifocal("app", command, *words)[0] == failure.OK
    assert tokens.verify(key, shown[0], tokens.CORE, int(time.time()))[0] == "ada@example.org"


def test_away_from_the_clouds_data_one_may_not(table_cloud: Any, trifocal: Run) -> None:
    code, out, _ = trifocal("app", "start", NAME, "--user", "ada@example.org", "--json")
    assert (code, json.loads(out)["error"]) == (failure.REFUSED, "no_token")
    assert table_cloud.asked == []


def test_settings_are_shown_and_set(table_cloud: Any, trifocal: Run) -> None:
    path = f"/api/apps/{NAME}/settings"
    table_cloud.answer("GET", path, {"settings": ITEMS})
    table_cloud.answer("PUT", path, {"settings": [ITEMS[0] | {"value": True}]})
    assert trifocal("app", "settings", NAME)[1].split() == ["flash", "false", "Flash"]
    assert json.loads(trifocal("app", "settings", NAME, "--json")[1]) == {"settings": ITEMS}
    code, out, _ = trifocal("app", "settings", NAME, "flash=on", "--json")
    assert (code, json.loads(out)["settings"][0]["value"]) == (failure.OK, True)
    assert table_cloud.asked[-1] == ("PUT", path, {"values": {"flash": True}})


def test_a_setting_that_is_none_is_not_sent(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("GET", f"/api/apps/{NAME}/settings", {"settings": ITEMS})
    assert trifocal("app", "settings", NAME, "flahs=on")[0] == failure.USAGE
    assert [method for method, _, _ in table_cloud.asked] == ["GET"]
