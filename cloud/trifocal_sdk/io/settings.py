"""What the person has set for the app, as the cloud tells it."""

from collections.abc import Mapping

from trifocal_sdk.app_settings import SettingChange, SettingValues, values_of
from trifocal_sdk.io.hearing import Cleanup, Hearing, Listener
from trifocal_sdk.io.rest import Rest

APP, SYSTEM = "setting", "system_setting"


class Settings:
    """`session.settings`."""

    def __init__(self, hearing: Hearing, rest: Rest, package_name: str) -> None:
        self._hearing = hearing
        self._rest = rest
        self._path = f"/appsettings/user/{package_name}"
        self._values = SettingValues()
        self._system = SettingValues()

    def get(self, key: str, default: object = None) -> object:
        """The value of a setting, or `default` where it has none."""
        return self._values.get(key, default)

    def all(self) -> dict[str, object]:
        """Every setting by its key."""
        return self._values.all()

    def system(self) -> dict[str, object]:
        """The settings of the whole system, for example `metricSystemEnabled`."""
        return self._system.all()

    def on_change(self, listener: Listener[SettingChange], key: str = "") -> Cleanup:
        """Hear of each setting that changes, or of this one; returns what ends that."""
        return self._hearing.on_news(f"{APP}:{key}" if key else APP, listener)

    def on_system_change(self, listener: Listener[SettingChange]) -> Cleanup:
        """Hear of each setting of the system that changes."""
        return self._hearing.on_news(SYSTEM, listener)

    async def fetch(self) -> dict[str, object]:
        """Ask the cloud for all settings now, instead of waiting to be told. Raises CloudError."""
        answer = await self._rest.ask("GET", self._path)
        self.told(answer.get("settings"))
        return self.all()

    def told(self, items: object) -> None:
        """The cloud sent all settings; for the SDK itself."""
        for change in self._values.replace(values_of(items)):
            self._hearing.tell(APP, change)
            self._hearing.tell(f"{APP}:{change.key}", change)

    def told_system(self, values: Mapping[str, object]) -> None:
        """The cloud sent all settings of the system; for the SDK itself."""
        for change in self._system.replace(values):
            self._hearing.tell(SYSTEM, change)
