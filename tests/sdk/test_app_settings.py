"""Settings by key, and what changes in them."""

from trifocal_sdk.app_settings import SettingChange, SettingValues, values_of


def test_changes_are_told_once() -> None:
    values = SettingValues()
    assert values.replace({"quality": "hd", "flash": True}) == [
        SettingChange("quality", "hd", None),
        SettingChange("flash", True, None),
    ]
    assert values.replace({"quality": "hd", "flash": True}) == []
    assert values.replace({"quality": "sd"}) == [
        SettingChange("quality", "sd", "hd"),
        SettingChange("flash", None, True),
    ]


def test_a_default_stands_where_there_is_no_value() -> None:
    values = SettingValues()
    values.replace({"a": None, "b": False, "c": ""})
    assert [values.get(key, "default") for key in "abcd"] == ["default", False, "", "default"]


def test_all_is_a_copy() -> None:
    values = SettingValues()
    values.replace({"a": 1})
    values.all()["a"] = 2
    assert values.get("a") == 1


def test_items_give_their_value_or_their_default() -> None:
    items = [
        {"key": "a", "value": 1, "defaultValue": 2},
        {"key": "b", "defaultValue": 2},
        {"key": "c", "value": None},
        {"type": "group", "title": "no setting"},
        {"key": 7, "value": 1},
        "junk",
    ]
    assert values_of(items) == {"a": 1, "b": 2, "c": None}


def test_what_is_no_list_has_no_settings() -> None:
    assert values_of({"a": 1}) == values_of(None) == {}
