"""What can be set in an app, and which values fit."""

from typing import Any

import pytest

from trifocal_cloud.app_settings import (
    ITEM_LIMIT,
    MENTRAOS_DEFAULTS,
    MENTRAOS_SCHEMA,
    Item,
    checked,
    checked_schema,
    valued,
)

QUALITY = [{"label": "HD", "value": "hd"}, {"label": "One", "value": 1}, {"label": "Both", "value": ["a", {"b": 1}]}]


def item(kind: str, **more: Any) -> Item:
    return {"key": "k", "type": kind, "label": "K", **more}


SCHEMA: list[Item] = [
    {"type": "group", "title": "Pictures"},
    {"key": "flash", "type": "toggle", "label": "Flash", "defaultValue": False},
    {"key": "quality", "type": "select", "label": "Quality", "options": QUALITY, "defaultValue": "hd"},
    {"key": "name", "type": "text", "label": "Name"},
    {"type": "titleValue", "label": "Version", "value": "1.0"},
]


def test_every_item_is_told_with_what_was_set_or_its_default() -> None:
    told = valued(checked_schema(SCHEMA), {"flash": True})
    assert [found.get("value") for found in told] == [None, True, "hd", None, "1.0"]
    assert [found["type"] for found in told] == [found["type"] for found in SCHEMA]


def test_without_default_there_is_no_value_so_that_the_apps_own_holds() -> None:
    assert "value" not in valued(checked_schema([item("text")]), {})[0]


def test_a_value_that_the_app_declares_holds_where_it_has_no_default() -> None:
    assert valued(checked_schema([item("text", value="a")]), {})[0]["value"] == "a"


def test_what_was_set_under_another_schema_counts_as_not_set() -> None:
    assert valued(checked_schema([item("toggle", defaultValue=True)]), {"k": "yes", "old": 1})[0]["value"] is True


def test_nothing_told_changes_what_is_declared() -> None:
    schema = checked_schema(SCHEMA)
    valued(schema, {"flash": True})[1]["value"] = "scribble"
    assert schema == checked_schema(SCHEMA)


FITS: list[tuple[Item, list[Any], list[Any]]] = [
    (item("toggle"), [True, False], [1, 0, "true", [], {}]),
    (item("text"), ["", "ä\n\u0000", "x" * 10_000], [1, True, ["x"], "x" * 10_001, "\ud800"]),
    (item("text_no_save_button"), ["x"], [1]),
    (item("select", options=QUALITY), ["hd", 1, 1.0, ["a", {"b": 1}]], ["HD", True, "1", 2, [], ["a"]]),
    (item("select_with_search", options=QUALITY), ["hd"], ["x"]),
    (item("select", options=[]), [], ["hd", ""]),
    (item("multiselect", options=QUALITY), [[], ["hd"], [1, "hd"]], ["hd", ["x"], [True], ["hd"] * 4, {"hd": 1}]),
    (item("slider", min=-1, max=10), [-1, 10, 0.5], [-2, 11, "5", True, float("nan"), float("inf"), 10**400]),
    (item("numeric_input"), [0, -(2**53), 1e15], [2**53 + 1, 10**400, float("-inf"), "1", False]),
    (item("numeric_input", min=3), [3], [2]),
    (item("time_picker"), [0, 86_399], [-1, "12:00"]),
]


@pytest.mark.parametrize(("declared", "good", "bad"), FITS)
def test_values_fit_their_type_or_are_refused(declared: Item, good: list[Any], bad: list[Any]) -> None:
    schema = checked_schema([declared])
    for value in good:
        assert checked(schema, {"k": value}) == {"k": value}
    for value in bad:
        with pytest.raises(ValueError, match=r"^setting k: the value does not fit"):
            checked(schema, {"k": value})


def test_null_takes_back_what_was_set() -> None:
    assert checked(checked_schema(SCHEMA), {"flash": None}) == {"flash": None}


@pytest.mark.parametrize("key", ["nothing", "Pictures", "Version", "", "\ud800", "k" * 1_000])
def test_what_is_not_declared_cannot_be_set(key: str) -> None:
    with pytest.raises(ValueError, match=r"^there is no setting") as error:
        checked(checked_schema(SCHEMA), {"flash": True, key: "x"})
    assert len(str(error.value)) < 300


def test_a_label_that_is_missing_is_the_key_and_null_is_missing() -> None:
    found = checked_schema([{"key": "k", "type": "slider", "min": 0, "max": 1, "label": None, "defaultValue": None}])
    assert found == ({"key": "k", "type": "slider", "label": "k", "min": 0, "max": 1},)


def test_what_is_unknown_in_an_item_is_kept_for_who_knows_it() -> None:
    declared = [item("text", maxLines=3, hint={"de": ["Hallo"]})]
    assert list(checked_schema(declared)) == declared


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else 1


BAD_SCHEMAS: list[Any] = [
    None,
    {},
    "[]",
    ["text"],
    [None],
    [{}],
    [{"key": "k", "label": "K"}],
    [item("switch")],
    [{**item("text"), "type": ["text"]}],
    [{**item("text"), "type": None}],
    [{"type": "text", "label": "K"}],
    [{**item("text"), "key": 5}],
    [{**item("text"), "key": ""}],
    [{**item("text"), "key": "k" * 129}],
    [{**item("text"), "label": 5}],
    [item("text"), item("toggle")],
    [item("text", defaultValue=5)],
    [item("toggle", defaultValue="true")],
    [item("text", value=5)],
    [item("select")],
    [item("select", options={})],
    [item("select", options=["hd"])],
    [item("select", options=[{"label": "HD"}])],
    [item("select", options=[{"value": "hd"}])],
    [item("select", options=QUALITY, defaultValue="x")],
    [item("slider", min=0)],
    [item("slider", min="0", max=1)],
    [item("slider", min=2, max=1)],
    [item("slider", min=0, max=1, defaultValue=2)],
    [item("numeric_input", max=True)],
    [item("numeric_input", min=float("nan"))],
    [item("text", hint="\ud800")],
    [item("text", **{"\ud800": 1})],
    [item("text", hint=nested(9))],
    [item("text", hint=10**400)],
    [{"type": "group"}],
    [{"type": "group", "title": 5}],
    [{"type": "titleValue", "value": 5}],
    [item("text")] * (ITEM_LIMIT + 1),
]


@pytest.mark.parametrize("schema", BAD_SCHEMAS, ids=lambda schema: repr(schema)[:60])
def test_what_is_no_schema_is_refused_with_a_sentence(schema: Any) -> None:
    with pytest.raises(ValueError, match=r"^settings(\[0\]|\[1\])?:? "):
        checked_schema(schema)


def test_the_systems_own_settings_are_a_schema_like_any() -> None:
    assert checked_schema([*MENTRAOS_SCHEMA]) == MENTRAOS_SCHEMA
    assert MENTRAOS_DEFAULTS["metricSystemEnabled"] is False
    assert {found["key"]: found["value"] for found in valued(MENTRAOS_SCHEMA, {})} == MENTRAOS_DEFAULTS
    with pytest.raises(ValueError, match=r"^setting brightness"):
        checked(MENTRAOS_SCHEMA, {"brightness": 101})
