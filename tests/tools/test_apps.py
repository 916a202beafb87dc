import json
import time
from pathlib import Path
from typing import Any

import pytest

from trifocal_cloud import tokens
from trifocal_cloud.io import secret
from trifocal_tools import apps, failure, settings
from trifocal_tools.failure import Failure

ITEMS = [
    {"type": "group", "title": "Pictures"},
    {"key": "flash", "type": "toggle", "label": "Flash", "value": False},
    {"key": "title", "type": "text", "label": "Title", "value": "5"},
    {"key": "every", "type": "slider", "label": "Every", "value": 5},
    {"key": "at", "type": "time_picker", "label": "At"},
    {"key": "size", "type": "select", "options": [{"label": "S", "value": "small"}, {"label": "1", "value": 1}]},
    {"key": "days", "type": "multiselect", "options": [{"label": "Mo", "value": "mo"}, {"label": "2", "value": 2}]},
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CLOUD", "TOKEN", "DATA_DIR", "USER"):
        monkeypatch.delenv(f"TRIFOCAL_{name}", raising=False)


def token(user: str, key: str = "k" * 64) -> str:
    return tokens.issue(key, user, 60, int(time.time()))


def left_by_up(folder: Path, cloud: str) -> None:
    (folder / settings.UP_FILE).write_text(json.dumps({"cloud": cloud, "token": token("me")}))


def test_without_a_user_one_is_whoever_the_token_names() -> None:
    found = settings.load(cloud="http://c", token="t")
    assert apps.endpoint_for(found, None) == settings.Endpoint("http://c", "t")


def test_a_token_of_that_user_is_used_as_it_is() -> None:
    ours = token("ada@example.org")
    found = settings.load(cloud="http://c", token=ours)
    assert apps.endpoint_for(found, "ada@example.org").token == ours


@pytest.mark.parametrize("at_hand", [None, "no token", token("somebody")])
def test_for_another_user_a_token_is_made_from_the_clouds_data(tmp_path: Path, at_hand: str | None) -> None:
    key = secret.load_or_create(tmp_path / "cloud")
    found = settings.load(cloud="http://c", token=at_hand, data_dir=tmp_path)
    made = apps.endpoint_for(found, "ada@example.org")
    user, expires_s = tokens.verify(key, made.token, tokens.CORE, int(time.time()))
    assert (made.cloud, user) == ("http://c", "ada@example.org")
    assert expires_s - time.time() <= apps.TOKEN_S


def test_without_the_clouds_data_nobody_speaks_for_another(tmp_path: Path) -> None:
    found = settings.load(cloud="http://c", token=token("somebody"), data_dir=tmp_path)
    with pytest.raises(Failure, match=r"ada@example\.org") as caught:
        apps.endpoint_for(found, "ada@example.org")
    assert (caught.value.code, caught.value.word) == (failure.REFUSED, "no_token")
    assert list(tmp_path.iterdir()) == []


def test_a_token_made_for_our_cloud_is_shown_to_no_other(tmp_path: Path) -> None:
    secret.load_or_create(tmp_path / "cloud")
    left_by_up(tmp_path, "http://ours")
    assert apps.endpoint_for(settings.load(data_dir=tmp_path), "ada@example.org").cloud == "http://ours"
    with pytest.raises(Failure) as caught:
        apps.endpoint_for(settings.load(cloud="http://theirs", data_dir=tmp_path), "ada@example.org")
    assert caught.value.code == failure.REFUSED


def test_a_user_that_cannot_be_is_refused(tmp_path: Path) -> None:
    secret.load_or_create(tmp_path / "cloud")
    with pytest.raises(Failure) as caught:
        apps.endpoint_for(settings.load(cloud="http://c", data_dir=tmp_path), "a b")
    assert caught.value.code == failure.USAGE


@pytest.mark.parametrize("said", [ITEMS, {"settings": ITEMS, "name": "Notes"}])
def test_settings_are_a_list_or_lie_in_an_object(tmp_path: Path, said: object) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(said))
    assert apps.setting_items(tmp_path / "settings.json") == ITEMS


@pytest.mark.parametrize("text", ["", "{", "[1]", "7", '{"settings": {}}', '{"tools": []}', "[" * 100_000])
def test_a_file_that_holds_no_settings_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(Failure) as caught:
        apps.setting_items(tmp_path / "settings.json")
    assert caught.value.code == failure.USAGE


def test_a_file_that_is_not_there_or_not_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be read") as caught:
        apps.setting_items(tmp_path / "nothing.json")
    assert caught.value.code == failure.MISSING
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Failure, match="no JSON"):
        apps.setting_items(tmp_path / "binary.json")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("flash=on", True),
        ("flash=FALSE", False),
        ("flash=perhaps", "perhaps"),
        ("title=5", "5"),
        ("title=", ""),
        ("title=a=b", "a=b"),
        ("every=30", 30),
        ("every=0.5", 0.5),
        ("every=true", "true"),
        ("every=often", "often"),
        ("at=08:30", 30_600),
        ("at=30600", 30_600),
        ("at=25:00", "25:00"),
        ("size=small", "small"),
        ("size=1", 1),
        ("size=huge", "huge"),
        ("days=mo,2", ["mo", 2]),
        ("days=", []),
    ],
)
def test_a_word_becomes_the_value_that_its_setting_wants(word: str, value: object) -> None:
    (found,) = apps.chosen(ITEMS, [word]).values()
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("word", ["flash", "=on", "", "nope=1", "Pictures=1"])
def test_a_word_that_sets_nothing_is_a_mistake_of_usage(word: str) -> None:
    with pytest.raises(Failure) as caught:
        apps.chosen(ITEMS, [word])
    assert caught.value.code == failure.USAGE


def test_an_unknown_setting_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Failure) as caught:
        apps.chosen(ITEMS, ["nope=1"])
    assert "flash, title, every" in caught.value.hint
    with pytest.raises(Failure) as caught:
        apps.chosen([], ["nope=1"])
    assert caught.value.hint == "it has none"


def test_settings_are_listed_with_their_values() -> None:
    assert apps.setting_lines(ITEMS)[:2] == [("flash", "false", "Flash"), ("title", '"5"', "Title")]


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ({"state": "stopped"}, "stopped"),
        ({"state": "grace"}, "reconnecting"),
        ({"state": "stopped", "reason": "app_refused", "message": "it refused"}, "stopped: it refused"),
        ({"state": "lost", "reason": "app_silent", "nextTryAt": 9_000}, "unreachable: app_silent; tried again in 5 s"),
        ({"state": "lost", "nextTryAt": 1_000}, "unreachable; tried again in 0 s"),
        ({"state": "somehow"}, "somehow"),
        ({}, ""),
    ],
)
def test_a_state_is_said_with_its_reason_and_what_comes_next(app: dict[str, Any], words: str) -> None:
    assert apps.state_words(app, 4.0) == words


def test_an_app_is_described_in_full() -> None:
    app = {
        "package": "org.example.notes",
        "name": "Notes",
        "publicUrl": "http://127.0.0.1:7010",
        "type": "background",
        "permissions": [{"type": "CAMERA", "description": ""}, "LOCATION"],
        "hardware": [{"type": "CAMERA", "level": "REQUIRED"}],
        "mine": True,
        "state": "running",
        "since": 1_000,
        "subscriptions": ["button_press", "touch_event:long_press"],
        "lastErrors": [{"at": 1_000, "reason": "app_refused", "message": "it said 500"}, {"reason": "app_silent"}],
    }
    lines = apps.describe(app)
    assert [label for label, _ in lines] == [
        "app",
        "state",
        "url",
        "type",
        "may",
        "hardware",
        "hears",
        "error",
        "error",
    ]
    told = dict(lines[:7])
    assert told["app"] == "org.example.notes (Notes)"
    assert told["state"].startswith("running since ")
    assert told["may"] == "CAMERA, LOCATION"
    assert told["hears"] == "button_press, touch_event:long_press"
    assert [text.split("  ")[1] for _, text in lines[7:]] == [
        "the app's server refused: it said 500",
        "the app did not connect in time",
    ]


def test_words_are_taken_as_the_cloud_spells_them() -> None:
    assert apps.words_of("permission", ["camera", "ALL"], ("CAMERA", "ALL")) == ["CAMERA", "ALL"]
    assert apps.words_of("permission", None, ("CAMERA",)) == []
    with pytest.raises(Failure, match="'CAMERRA' is no permission") as caught:
        apps.words_of("permission", ["CAMERRA"], ("CAMERA", "ALL"))
    assert (caught.value.code, caught.value.hint) == (failure.USAGE, "there are CAMERA, ALL")


def test_an_app_of_somebody_else_is_described_without_its_address() -> None:
    told = dict(apps.describe({"package": "a", "name": "a", "state": "stopped", "type": "standard", "mine": False}))
    assert told == {"app": "a", "state": "stopped", "type": "standard", "may": "nothing that needs a permission"}
