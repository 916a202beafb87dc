"""What the glasses are to do for a person in the cloud: Wi-Fi, lamps, settings; each errand ends in one answer.

    asked ── said to the glasses ──▶ UNDER WAY ── the report that answers it ──▶ done, or its reason
                                        └── no such report in time: glasses_silent; link lost: glasses_offline

Few reports name the command that they answer, and some come by themselves as well. So of a family (what is answered by
the same report) one errand is under way at a time, another is refused, and a report counts only if it says what the
errand wanted or why it failed: that the glasses are on some network is no answer to the wish for another.
"""

from dataclasses import dataclass

from trifocal_shared import control_messages, reasons
from trifocal_shared.cloud_messages import ControlRequest, ControlResult
from trifocal_shared.control_messages import Control
from trifocal_shared.message import Message, ProtocolError

ANSWER_MS = 10_000
WIFI_MS = 40_000
"""Glasses may take half a minute to join a network or to listen for all that are there."""

MOST_NETWORKS = 64

WIFI, FORGET, SCAN, LAMP, SETTING, MODE = range(6)
"""Families."""

FAMILIES = {
    "request_wifi_status": WIFI,
    "set_wifi_credentials": WIFI,
    "disconnect_wifi": WIFI,
    "forget_wifi": FORGET,
    "request_wifi_scan": SCAN,
    "rgb_led_control_on": LAMP,
    "rgb_led_control_off": LAMP,
    "rgb_led_photo_flash": LAMP,
    "rgb_led_video_solid": LAMP,
    "save_in_gallery_mode": SETTING,
    "button_photo_setting": SETTING,
    "button_video_recording_setting": SETTING,
    "button_max_recording_time": SETTING,
    "button_camera_led": SETTING,
    "set_photo_mode": MODE,
}
"""What a person may ask for. Power, hotspot and ownership are not among it."""


@dataclass(frozen=True)
class Say:
    """To the glasses."""

    message: Control


@dataclass(frozen=True)
class Answer:
    """To the cloud."""

    result: ControlResult


Event = Say | Answer


@dataclass
class _Errand:
    command_id: str
    command: Control
    deadline: int
    networks: list[object]


class Errands:
    """See the top of the file."""

    def __init__(self) -> None:
        self._under_way: dict[int, _Errand] = {}
        self._events: list[Event] = []

    def asked(self, request: ControlRequest, ready: bool, now: int) -> None:
        """The cloud asks; `ready` says whether the glasses are."""
        family = FAMILIES.get(request.command)
        try:
            command = control_messages.command({**request.values, "type": request.command})
        except ProtocolError:
            command = None
        if family is None or command is None:
            self._answer(request.command_id, reasons.MALFORMED)
        elif not ready:
            self._answer(request.command_id, reasons.GLASSES_OFFLINE)
        elif family in self._under_way:
            self._answer(request.command_id, reasons.TOO_MANY)
        else:
            patience_ms = WIFI_MS if family in {WIFI, SCAN} else ANSWER_MS
            self._under_way[family] = _Errand(request.command_id, command, now + patience_ms, [])
            self._events.append(Say(command))

    def heard(self, said: Message) -> None:
        """The glasses said something."""
        if not isinstance(said, Control):
            return
        for family, errand in list(self._under_way.items()):
            reason = verdict(errand.command, said)
            if said.TYPE == "wifi_scan_result" and family == SCAN:
                found = said.values.get("networks_neo") or []
                assert isinstance(found, list), "the grammar of the message says so"
                errand.networks += found[: MOST_NETWORKS - len(errand.networks)]
            if reason is not None:
                del self._under_way[family]
                self._answer(errand.command_id, reason, shown(errand, said))

    def link_lost(self) -> None:
        """The glasses are away."""
        for errand in self._under_way.values():
            self._answer(errand.command_id, reasons.GLASSES_OFFLINE)
        self._under_way.clear()

    def deadline(self) -> int | None:
        """When the patience with the oldest ends."""
        return min((errand.deadline for errand in self._under_way.values()), default=None)

    def timeout(self, now: int) -> None:
        """Time has passed."""
        for family, errand in list(self._under_way.items()):
            if now >= errand.deadline:
                del self._under_way[family]
                self._answer(errand.command_id, reasons.GLASSES_SILENT)

    def events(self) -> list[Event]:
        """Drain what is to be done."""
        events, self._events = self._events, []
        return events

    def _answer(self, command_id: str, reason: str, values: dict[str, object] | None = None) -> None:
        told = {} if reason else values or {}
        self._events.append(
            Answer(ControlResult(command_id=command_id, success=not reason, reason=reason, values=told))
        )


def verdict(command: Control, said: Control) -> str | None:
    """What a report says of a command: empty, it is done; a reason, it failed; None, nothing."""
    values, kind = said.values, said.TYPE
    family = FAMILIES[command.TYPE]
    if family == WIFI and kind == "wifi_status":
        return _of_wifi(command, values)
    if family == FORGET and kind == "wifi_forget_result" and values.get("ssid") == command.values["ssid"]:
        return "" if values.get("success") else reasons.FAILED
    if family == SCAN and kind == "wifi_scan_result":
        return "" if values.get("scan_complete") else None
    if family == LAMP and kind in {command.TYPE + "_response", "rgb_led_control_error"}:
        return "" if values.get("success") else _reason(values.get("error"))
    if family == SETTING and kind == "settings_ack" and values["setting"] == command.TYPE:
        return "" if values["success"] else _reason(values.get("error"))
    if family == MODE and kind == "set_photo_mode_ack":
        return "" if values.get("mode") == command.values.get("mode") else reasons.MALFORMED
    return None


def shown(errand: _Errand, said: Control) -> dict[str, object]:
    """What the cloud is told of a report."""
    if said.TYPE == "wifi_scan_result":
        return {"networks": errand.networks}
    if said.TYPE == "wifi_status":
        return {name: said.values.get(name, "") for name in ("connected", "ssid", "local_ip")}
    return {}


def _of_wifi(command: Control, values: dict[str, object]) -> str | None:
    connected = values["connected"]
    if values.get("error"):
        return _reason(values["error"])
    if command.TYPE == "set_wifi_credentials":
        return "" if connected and values.get("ssid") == command.values["ssid"] else None
    if command.TYPE == "disconnect_wifi":
        return None if connected else ""
    return ""


def _reason(word: object) -> str:
    """A word of ours, whatever glasses call it."""
    return word if isinstance(word, str) and word in reasons.SENTENCES else reasons.FAILED
