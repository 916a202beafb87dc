"""What the person has set: for this app, and for the whole system (PROTOCOL-apps §10)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SettingChange:
    """One setting has another value now; None is no value."""

    key: str
    value: object
    previous: object


class SettingValues:
    """Values by key, and what changes in them."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def get(self, key: str, default: object = None) -> object:
        """The value of a setting, or `default` where there is none."""
        value = self._values.get(key)
        return default if value is None else value

    def all(self) -> dict[str, object]:
        """Every setting."""
        return dict(self._values)

    def replace(self, values: Mapping[str, object]) -> list[SettingChange]:
        """These are all values now; what is different from before."""
        before, self._values = self._values, dict(values)
        keys = [*self._values, *(key for key in before if key not in self._values)]
        return [
            SettingChange(key, self._values.get(key), before.get(key))
            for key in keys
            if self._values.get(key) != before.get(key)
        ]


def values_of(items: object) -> dict[str, object]:
    """The values in a list of setting items: `value`, else `defaultValue`. What is no setting is passed over."""
    found: dict[str, object] = {}
    for item in items if isinstance(items, list) else []:
        key = item.get("key") if isinstance(item, dict) else None
        if isinstance(key, str):
            value = item.get("value")
            found[key] = item.get("defaultValue") if value is None else value
    return found
