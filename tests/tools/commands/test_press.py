import json
from collections.abc import Callable
from typing import Any

import pytest

from trifocal_tools import failure
from trifocal_tools.commands.press import outcome, steps

Run = Callable[..., tuple[int, str, str]]

STORED = {
    "requestId": "r1",
    "pressId": "a-1",
    "status": "stored",
    "final": True,
    "photoUrl": "/api/gallery/p1/original",
    "sha256": "abc",
    "steps": [
        {"source": "cloud", "step": "requested", "at": 1_000_040},
        {"source": "glasses", "step": "pressed", "at": 1_000_000},
        {"source": "cloud", "step": "stored", "at": 1_000_120},
    ],
}


@pytest.fixture(autouse=True)
def _pressable(table_cloud: Any) -> None:
    table_cloud.answer("POST", "/api/glasses/sim", {"success": True, "pressId": "a-1"})


def test_a_press_alone_gives_its_id(table_cloud: Any, trifocal: Run) -> None:
    assert trifocal("press", "photo", "--long", "--json") == (0, '{"pressId": "a-1"}\n', "")
    assert table_cloud.asked == [("POST", "/api/glasses/sim", {"command": "press", "value": "photo", "long": True})]
    assert "a-1" in trifocal("press")[1]


def test_waiting_ends_well_only_with_the_photo_in_the_gallery(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("GET", "/api/presses/a-1", {"status": "queued", "final": False})
    table_cloud.answer("GET", "/api/presses/a-1", STORED)
    code, out, err = trifocal("press", "photo", "--wait", "--json")
    assert (code, err) == (failure.OK, "")
    said = json.loads(out)
    assert list(said)[:5] == ["requestId", "status", "photoUrl", "sha256", "ms"]
    assert said["photoUrl"] == "http://cloud.test/api/gallery/p1/original"
    assert said["steps"][1] == {"source": "cloud", "step": "requested", "ms": 40}
    assert "reason" not in said


def test_for_people_the_way_of_the_photo_is_told(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("GET", "/api/presses/a-1", STORED)
    code, out, _ = trifocal("press", "--wait")
    assert code == failure.OK
    assert "in the gallery after" in out
    assert "120 ms  cloud    stored" in out


def test_a_press_that_an_app_takes_ends_well_without_a_photo(table_cloud: Any, trifocal: Run) -> None:
    heard = [{"source": "cloud", "step": "heard", "at": 1_000_010}]
    table_cloud.answer("GET", "/api/presses/a-1", {"status": "heard", "final": True, "steps": heard})
    code, out, err = trifocal("press", "--wait", "--json")
    assert (code, err, json.loads(out)["status"]) == (failure.OK, "", "heard")
    assert "reason" not in json.loads(out)
    code, out, _ = trifocal("press", "--wait")
    assert (code, "an app took the press" in out) == (failure.OK, True)


def test_a_failed_photo_ends_with_1_and_the_reason(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("GET", "/api/presses/a-1", {"status": "failed", "final": True, "reason": "battery_low"})
    code, out, _ = trifocal("press", "--wait", "--json")
    told = json.loads(out)
    assert (code, told["reason"], told["error"]) == (failure.FAILED, "battery_low", "battery_low")
    assert "the battery is too low" in told["message"]
    code, out, err = trifocal("press", "--wait")
    assert (code, out) == (failure.FAILED, "")
    assert "the battery is too low" in err


def test_a_press_that_nobody_makes_a_photo_of_ends_with_its_reason(table_cloud: Any, trifocal: Run) -> None:
    said = {"status": "unknown", "final": True, "reason": "unsupported"}
    table_cloud.answer("GET", "/api/presses/a-1", said)
    code, _, err = trifocal("press", "video", "--wait")
    assert (code, "cannot do that" in err) == (failure.FAILED, True)


def test_time_that_runs_out_says_where_it_stands(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("GET", "/api/presses/a-1", {"status": "captured", "final": False})
    code, out, _ = trifocal("press", "--wait", "--timeout", "0", "--json")
    said = json.loads(out)
    assert (code, said["status"], said["reason"]) == (failure.FAILED, "captured", "timed_out")
    assert "'captured'" in trifocal("press", "--wait", "--timeout", "0")[2]


def test_without_simulated_glasses_the_cloud_says_so(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answers.clear()
    table_cloud.answer("POST", "/api/glasses/sim", {"error": "no_simulator", "message": "none is attached"}, 409)
    assert trifocal("press", "--json")[0] == failure.FAILED


def test_a_token_that_expired_ends_with_5(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answers.clear()
    table_cloud.answer("POST", "/api/glasses/sim", {"error": "expired", "message": "it has expired"}, 401)
    code, out, _ = trifocal("press", "--json")
    assert (code, json.loads(out)["error"]) == (failure.REFUSED, "expired")


def test_a_state_with_nothing_in_it_is_still_an_outcome() -> None:
    found = outcome({}, "a-1", 5)
    assert (found["status"], found["reason"], found["steps"], found["requestId"]) == ("unknown", "timed_out", [], "")
    assert steps([]) == []
