"""What a person can set in an app: the schema that the app declares, and the values that fit it (PROTOCOL-apps §10).

A schema is a list of items. Most have a `key`, a `type` and a `defaultValue`; `group` and `titleValue` are only shown.
Apps are always told whole items with `value` filled: what the person set, or else the default. A value that was set
under an older schema and no longer fits counts as not set.

Everything here ends up in databases and in JSON for JavaScript: numbers that are exact there, text that is Unicode,
and no more depth than an option's value needs. Refusals are ValueErrors with a sentence that names the item.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeGuard

Item = dict[str, Any]

LARGEST = 2**53
DEPTH = 6
"""How deep the values inside an item may be nested."""
ITEM_LIMIT = 200
KEY_LENGTH = 128
TEXT_LENGTH = 10_000


def valued(schema: Iterable[Item], values: Mapping[str, Any]) -> list[Item]:
    """The items of a schema, each with its `value`; an item without default that nobody set has none."""
    return [_valued(item, values) for item in schema]


def checked(schema: Iterable[Item], values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` if this schema has all those keys and every value fits; None, take back what was set, always does."""
    items = {item["key"]: item for item in schema if _can_be_set(item)}
    for key, value in values.items():
        if key not in items:
            raise ValueError(f"there is no setting {key[:KEY_LENGTH]!a}")
        if value is not None and not _fits(items[key], value):
            raise ValueError(f"setting {key}: the value does not fit its type, {items[key]['type']}")
    return dict(values)


def checked_schema(items: object) -> tuple[Item, ...]:
    """The items of a schema that an app may declare. Raises ValueError.

    A label that is missing is the key, and what is null is as good as missing.
    """
    if not isinstance(items, list) or len(items) > ITEM_LIMIT:
        raise ValueError(f"settings are a list of at most {ITEM_LIMIT} items")
    found: list[Item] = []
    for number, said in enumerate(items):
        item = {name: value for name, value in said.items() if value is not None} if isinstance(said, dict) else {}
        fault = _fault(item) or _repeated(item, found)
        if fault:
            raise ValueError(f"settings[{number}]: {fault}")
        found.append({**item, "label": item.get("label", item["key"])} if _can_be_set(item) else item)
    return tuple(found)


def _valued(item: Item, values: Mapping[str, Any]) -> Item:
    if not _can_be_set(item):
        return item
    key = item["key"]
    if key in values and _fits(item, values[key]):
        return {**item, "value": values[key]}
    return {**item, "value": item["defaultValue"]} if "defaultValue" in item else item


def _can_be_set(item: Item) -> bool:
    return item["type"] in FITTING


def _fits(item: Item, value: object) -> bool:
    return FITTING[item["type"]](item, value)


def _repeated(item: Item, before: list[Item]) -> str:
    keys = [other["key"] for other in before if _can_be_set(other)]
    return "its key is there already" if _can_be_set(item) and item["key"] in keys else ""


def _fault(item: Item) -> str:
    """What is wrong with an item of a schema; empty when nothing is."""
    if not _plain(item, DEPTH):
        return "an item is a JSON object, not too deep, with numbers and text that every language can read"
    kind = item.get("type")
    if not isinstance(kind, str) or kind not in (*FITTING, *SHOWN):
        return f"the type is one of {', '.join((*FITTING, *SHOWN))}"
    if kind in SHOWN:
        return "" if isinstance(item.get(SHOWN[kind]), str) else f"{kind} needs a text {SHOWN[kind]}"
    key = item.get("key")
    if not isinstance(key, str) or not 0 < len(key) <= KEY_LENGTH or not isinstance(item.get("label", ""), str):
        return f"{kind} needs a key of 1 to {KEY_LENGTH} characters and a text label"
    return _bounds_fault(item) or _value_fault(item)


def _bounds_fault(item: Item) -> str:
    if item["type"] in CHOOSING and not _are_options(item.get("options")):
        return f"{item['type']} needs options, each with a text label and a value"
    if item["type"] == "slider" and not (_is_number(item.get("min")) and _is_number(item.get("max"))):
        return "slider needs min and max"
    if any(not _is_number(item.get(name, 0)) for name in ("min", "max")):
        return "min and max are numbers"
    return "" if item.get("min", -LARGEST) <= item.get("max", LARGEST) else "min is not above max"


def _value_fault(item: Item) -> str:
    for name in ("defaultValue", "value"):
        if name in item and not _fits(item, item[name]):
            return f"{name} does not fit the type, {item['type']}"
    return ""


def _are_options(options: object) -> bool:
    return isinstance(options, list) and all(
        isinstance(option, dict) and isinstance(option.get("label"), str) and "value" in option for option in options
    )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and _plain(value, 0)


def _is_text(item: Item, value: object) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_LENGTH and _plain(value, 0)


def _is_within(item: Item, value: object) -> bool:
    return _is_number(value) and item.get("min", -LARGEST) <= value <= item.get("max", LARGEST)


def _is_time(item: Item, value: object) -> bool:
    """In seconds."""
    return _is_within({"min": 0}, value)


def _is_option(item: Item, value: object) -> bool:
    """JavaScript's `===` rather than Python's `==`, to which True is 1."""
    return any(
        isinstance(option["value"], bool) == isinstance(value, bool) and option["value"] == value
        for option in item["options"]
    )


def _are_chosen(item: Item, value: object) -> bool:
    return (
        isinstance(value, list) and len(value) <= len(item["options"]) and all(_is_option(item, one) for one in value)
    )


def _plain(value: object, depth: int) -> bool:
    """Whether this is JSON that every language reads alike, nested at most `depth` deep."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, int | float):  # bool is an int, and fine
        return abs(value) <= LARGEST  # which is also not so for what is no number or without end
    if isinstance(value, list):
        return depth > 0 and all(_plain(one, depth - 1) for one in value)
    if isinstance(value, dict):
        return depth > 0 and all(_plain(key, 0) and _plain(one, depth - 1) for key, one in value.items())
    return value is None


FITTING: dict[str, Callable[[Item, object], bool]] = {
    "toggle": lambda item, value: isinstance(value, bool),
    "text": _is_text,
    "text_no_save_button": _is_text,
    "select": _is_option,
    "select_with_search": _is_option,
    "multiselect": _are_chosen,
    "slider": _is_within,
    "numeric_input": _is_within,
    "time_picker": _is_time,
}
"""The types of items that can be set -> whether a value fits such an item."""

SHOWN = {"group": "title", "titleValue": "label"}
"""The types of items that are only shown -> the text that they must have."""

CHOOSING = ("select", "select_with_search", "multiselect")


def _toggle(key: str, label: str, default: bool) -> Item:
    return {"key": key, "type": "toggle", "label": label, "defaultValue": default}


def _slider(key: str, label: str, most: int, default: int) -> Item:
    return {"key": key, "type": "slider", "label": label, "min": 0, "max": most, "defaultValue": default}


MENTRAOS_SCHEMA: tuple[Item, ...] = (
    _toggle("useOnboardMic", "Use the glasses' own microphone", False),
    _toggle("contextualDashboard", "Contextual dashboard", True),
    _slider("headUpAngle", "Head-up angle in degrees", 90, 20),
    _slider("brightness", "Brightness in percent", 100, 50),
    _toggle("autoBrightness", "Automatic brightness", False),
    _toggle("sensingEnabled", "Sensing", True),
    _toggle("alwaysOnStatusBar", "Status bar always on", False),
    _toggle("bypassVad", "Bypass voice activity detection", False),
    _toggle("bypassAudioEncoding", "Bypass audio encoding", False),
    _toggle("metricSystemEnabled", "Metric units", False),
)
"""What a person can set in the whole system, as a schema like any app's."""

MENTRAOS_DEFAULTS: dict[str, Any] = {item["key"]: item["defaultValue"] for item in MENTRAOS_SCHEMA}
