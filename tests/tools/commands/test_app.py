import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trifocal_tools import cli, failure

Run = Callable[..., tuple[int, str, str]]

NAME = "org.example.notes"
APP = {"package": NAME, "name": NAME, "state": "running", "subscriptions": ["button_press"], "mine": True}
COMMANDS = ["add", "list", "show", "remove", "start", "stop", "settings"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_teaches_by_example(command: str, trifocal: Run) -> None:
    code, out, _ = trifocal("app", command, "--help")
    assert code == failure.OK
    assert f"trifocal app {command}" in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_fails_as_json_when_no_cloud_is_known(
    command: str, trifocal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIFOCAL_CLOUD", raising=False)
    words = {"list": [], "add": [NAME, "--url", "http://a"]}.get(command, [NAME])
    code, out, _ = trifocal("app", command, *words, "--json")
    assert (code, json.loads(out)["error"]) == (failure.UNREACHABLE, "cloud_unreachable")


def test_adding_says_what_was_said(table_cloud: Any, trifocal: Run, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('[{"key": "flash", "type": "toggle"}]')
    table_cloud.answer("PUT", f"/api/apps/{NAME}", APP)
    words = ["--url", "http://127.0.0.1:7010", "--key", "s3cret", "--permission", "CAMERA", "--permission", "LOCATION"]
    words += ["--hardware", "CAMERA", "--settings", "settings.json", "--name", "Notes", "--type", "standard"]
    assert trifocal("app", "add", NAME, *words, "--json") == (failure.OK, json.dumps(APP) + "\n", "")
    body = {
        "publicUrl": "http://127.0.0.1:7010",
        "type": "standard",
        "permissions": ["CAMERA", "LOCATION"],
        "hardware": ["CAMERA"],
        "settings": [{"key": "flash", "type": "toggle"}],
        "name": "Notes",
        "apiKey": "s3cret",
    }
    assert table_cloud.asked == [("PUT", f"/api/apps/{NAME}", body)]


def test_what_is_not_said_is_not_sent_so_that_a_key_stays(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("PUT", f"/api/apps/{NAME}", APP)
    assert trifocal("app", "add", NAME, "--url", "http://a")[1:] == (f"{NAME} is registered\n", "")
    body = table_cloud.asked[0][2]
    assert body == {"publicUrl": "http://a", "type": "background", "permissions": [], "hardware": [], "settings": []}


def test_a_key_that_was_made_is_shown(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("PUT", f"/api/apps/{NAME}", APP | {"apiKey": "made-here"})
    _, out, err = trifocal("app", "add", NAME, "--url", "http://a")
    assert "API key made-here" in out
    assert "only now" in err


WRONG = [
    [],
    [NAME],
    ["--url", "http://a"],
    [NAME, "--url", "http://a", "--type", "odd"],
    [NAME, "--url", "http://a", "--permission", "CAMERRA"],
    [NAME, "--url", "http://a", "--hardware", "WINGS"],
    ["no package", "--url", "http://a"],
]


@pytest.mark.parametrize("words", WRONG)
def test_a_registration_without_what_it_needs_asks_nobody(words: list[str], table_cloud: Any, trifocal: Run) -> None:
    assert trifocal("app", "add", *words)[0] == failure.USAGE
    assert table_cloud.asked == []


def test_a_name_that_is_taken_is_said(table_cloud: Any, trifocal: Run) -> None:
    said = {"error": "package_taken", "message": "somebody else has it"}
    table_cloud.answer("PUT", f"/api/apps/{NAME}", said, 409)
    code, out, _ = trifocal("app", "add", NAME, "--url", "http://a", "--json")
    assert (code, json.loads(out)) == (failure.FAILED, said)


def test_the_list_has_a_line_for_each(table_cloud: Any, trifocal: Run) -> None:
    lost = {"package": "b", "state": "lost", "message": "it cannot be reached"}
    table_cloud.answer("GET", "/api/apps", {"apps": [APP, lost]})
    assert json.loads(trifocal("app", "list", "--json")[1]) == {"apps": [APP, lost]}
    first, second = trifocal("app", "list")[1].splitlines()
    assert first == f"{NAME}  running"
    assert second.split(None, 1) == ["b", "unreachable: it cannot be reached"]


def test_an_empty_list_says_how_to_fill_it(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("GET", "/api/apps", {"apps": []})
    code, out, err = trifocal("app", "list")
    assert (code, out) == (failure.OK, "")
    assert "trifocal app add" in err


def test_one_app_is_shown(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("GET", f"/api/apps/{NAME}", APP)
    assert json.loads(trifocal("app", "show", NAME, "--json")[1]) == APP
    assert "hears     button_press" in trifocal("app", "show", NAME)[1]


def test_an_app_that_is_not_there_is_said(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("GET", "/api/apps/nope", {"error": "not_found", "message": "there is no such thing here"}, 404)
    code, out, _ = trifocal("app", "show", "nope", "--json")
    assert (code, json.loads(out)["error"]) == (failure.FAILED, "not_found")


def test_an_app_is_removed(table_cloud: Any, trifocal: Run) -> None:
    table_cloud.answer("DELETE", f"/api/apps/{NAME}", {"success": True})
    assert trifocal("app", "remove", NAME) == (failure.OK, f"{NAME} is removed\n", "")
    assert json.loads(trifocal("app", "remove", NAME, "--json")[1]) == {"success": True}


def test_the_group_has_these_commands_and_no_others() -> None:
    named = {command.name or command.callback.__name__ for command in cli.app_group.group.registered_commands}
    assert named == set(COMMANDS)
