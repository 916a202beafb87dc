"""How the glasses are, and what they can do (PROTOCOL-apps §6.2, §6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from trifocal_sdk.events import mapping, text
from trifocal_shared.message import to_camel


@dataclass(frozen=True, kw_only=True)
class DeviceState:
    """The glasses as last heard of; None is unknown. Levels are percent."""

    connected: bool = False
    model_name: str | None = None
    wifi_connected: bool = False
    wifi_ssid: str | None = None
    wifi_local_ip: str | None = None
    battery_level: int | None = None
    charging: bool | None = None
    case_battery_level: int | None = None
    case_charging: bool | None = None
    case_open: bool | None = None
    case_removed: bool | None = None
    hotspot_enabled: bool | None = None
    hotspot_ssid: str | None = None


FIELDS: dict[str, tuple[str, type]] = {
    to_camel(one.name): (one.name, str if "str" in str(one.type) else int if "int" in str(one.type) else bool)
    for one in fields(DeviceState)
}
"""By its name on the wire: the name here, and the type of a value."""


def changed(state: DeviceState, news: Mapping[str, object]) -> tuple[DeviceState, frozenset[str]]:
    """The state after these news, and the names of the fields that differ. A value of a wrong type is passed over."""
    values: dict[str, object] = {}
    for key, value in news.items():
        name, kind = FIELDS.get(key, ("", bool))
        if not name:
            continue
        if type(value) is kind:
            values[name] = value
        elif value is None:
            values[name] = getattr(DeviceState, name)
        elif kind is int and type(value) is float:
            values[name] = round(value) if abs(value) < 1e6 else getattr(state, name)
    after = replace(state, **values)  # type: ignore[arg-type]
    return after, frozenset(name for name in values if getattr(after, name) != getattr(state, name))


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What the glasses have. `details` is the cloud's whole JSON object, with resolutions, lights and so on."""

    model_name: str = ""
    has_camera: bool = False
    has_display: bool = False
    has_microphone: bool = False
    has_speaker: bool = False
    has_imu: bool = False
    has_button: bool = False
    has_light: bool = False
    has_wifi: bool = False
    details: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def camera(self) -> Mapping[str, object]:
        """The camera's own: resolution, focus, what it can record and stream."""
        return mapping(self.details, "camera")

    @classmethod
    def of(cls, data: Mapping[str, object]) -> "Capabilities":
        """From JSON."""
        return cls(
            model_name=text(data, "modelName"),
            has_camera=data.get("hasCamera") is True,
            has_display=data.get("hasDisplay") is True,
            has_microphone=data.get("hasMicrophone") is True,
            has_speaker=data.get("hasSpeaker") is True,
            has_imu=data.get("hasIMU") is True,
            has_button=data.get("hasButton") is True,
            has_light=data.get("hasLight") is True,
            has_wifi=data.get("hasWifi") is True,
            details=data,
        )
