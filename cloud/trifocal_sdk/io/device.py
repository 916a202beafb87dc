"""How the glasses are, as the cloud tells it."""

from collections.abc import Mapping

from trifocal_sdk.device_state import DeviceState, changed
from trifocal_sdk.io.hearing import Cleanup, Hearing, Listener

CHANGED = "device"


class Device:
    """`session.device`."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._state = DeviceState()

    @property
    def state(self) -> DeviceState:
        """The glasses as last heard of."""
        return self._state

    def on_change(self, listener: Listener[DeviceState], *fields: str) -> Cleanup:
        """Be told the new state when one of these fields has changed, for example "battery_level"; of any, without.

        Returns what ends that. Raises ValueError for a field that there is not.
        """
        for field in fields:
            if not hasattr(self._state, field):
                raise ValueError(f"a device state has no {field}")
        wanted = frozenset(fields)

        def heard(names: frozenset[str]) -> object:
            return listener(self._state) if not wanted or names & wanted else None

        return self._hearing.on_news(CHANGED, heard)  # type: ignore[arg-type] # what a listener returns goes through

    def told(self, news: Mapping[str, object]) -> None:
        """The cloud sent what has changed; for the SDK itself."""
        self._state, names = changed(self._state, news)
        if names:
            self._hearing.tell(CHANGED, names)
