"""The control plane on the glasses: every command that is not about photos, presses or files has its answer here.

What a command is and which answer is due stands in `control_messages.COMMANDS`; this machine knows the ways with them.
Settings are checked, kept on flash and acknowledged. Questions about what is known here are answered at once. What only
hardware can do (Wi-Fi, hotspot, lamps, power) is one `control` event for the board, and the board's word makes the
answer. Words of the button controller that are no presses end here too.

It promises one answer to each command that is due one; for the hardware's, when `Firmware` brings the board's word, a
failure or that nothing came. What a board lacks is `unsupported`, and counted. No answer carries a password. The
privacy light cannot be switched off from here.
"""

from trifocal_firmware.mcu import TOUCH
from trifocal_firmware.owner import Owner
from trifocal_firmware.press import Presses
from trifocal_firmware.session import VERSION, Session
from trifocal_firmware.store import PhotoStore
from trifocal_shared import reasons
from trifocal_shared.control_messages import CHARGING_MV, COMMANDS, Control, name_of, row
from trifocal_shared.envelope import Native

RESET = "cs_fcrst"
"""The controller's word for the reset by its button."""

POWER = "power"
"""A key that takes no pictures, where a board has one: a tap tells the battery, and it can be held."""

MOST_NETWORKS = 20

MOST_MINUTES = 180
SIZES = ("small", "medium", "large", "full")
MODES = ("cloud", "save_locally")
PHOTO_SIZE = "button_photo_setting"
CAMERA_LED = "button_camera_led"
LEGAL = {PHOTO_SIZE: SIZES, "set_photo_mode": MODES}

# Events, as tuples:
#   ("control", said)           for the board; answer with `answered`
#   ("power", level, charging)  what the button controller measures
#   ("reset",)                  it says that its button wants everything forgotten
#   ("report", step, fields)    see `SimHost.report`


class Controls:
    """All commands in hand. What is kept of them is `settings`, by the commands' names."""

    def __init__(self, session: Session, owner: Owner, store: PhotoStore, model: str) -> None:
        self.settings = owner.settings
        self.unsupported = 0
        self._session = session
        self._owner = owner
        self._store = store
        self._model = model
        self._wifi: tuple[bool, str, str] = (False, "", "")
        self._asked: list[Control] = []
        self._events: list[tuple[object, ...]] = []

    def start(self) -> None:
        """Power is on: join the network that was joined last."""
        ssid, password = self.settings.get("wifi", ["", ""])
        if ssid:
            self._ask(Control("set_wifi_credentials", ssid=ssid, password=password))

    def heard(self, said: Control) -> None:
        """A command came."""
        words = row(COMMANDS, said.TYPE)
        way = words[0]
        if way in "smu":
            self._set(said, words)
        elif way == "q":
            self._say_wifi("")
        elif way == "g":
            kept = [one for one in map(self._store.load, self._store.numbers()) if one]
            count = len(kept)
            videos = sum([one.interval > 0 for one in kept])
            size = sum([one.size for one in kept])
            self._say(
                "gallery_status",
                photos=count - videos,
                videos=videos,
                total=count,
                total_size=size,
                has_content=count > 0,
            )
        else:
            self._ask(said)

    def native(self, said: Native) -> None:
        """A word of or to the button controller that is no press: what the controller would answer is answered."""
        word = said.command
        answer: dict[str, object] | None = None
        body: dict[str, object] = said.body if isinstance(said.body, dict) else {}
        part, volts, kind, switch = [body.get(name) for name in ("pt", "vt", "type", "switch")]
        level, charging = self._session.battery
        if word == "cs_batv":
            # No board measures volts for others; above 4,000 mV reads as charging on the other side (§7).
            answer = {"pt": level, "vt": (CHARGING_MV + 1 if charging else 3_200) + 8 * level}
        elif word == "cs_syvr":
            answer = {"version": VERSION}
        elif word in ("cs_hrt", "cs_shut"):
            answer = {}
            if word == "cs_shut":
                self._ask(Control("shutdown"))
        elif word == RESET:
            self._events.append(("reset",))
        elif word == "hm_batv" and type(part) is int and 0 <= part <= 100:
            self._events.append(("power", part, type(volts) is int and volts > CHARGING_MV))
        elif word == "sr_keyevt" and body == {"button": 0, "type": 0}:  # a tap on the power key
            self._session.say_battery()
        elif word == "sr_fbvol":
            self._say("swipe_volume_status", enabled=switch == 1)
        elif word == "sr_swst" and type(kind) is int and type(switch) is int:
            self._say("switch_status", switch_type=kind, switch_value=switch)
        else:
            self.unsupported += 1
        if answer is not None:
            self._session.say(Native("sr" + word[2:], answer))

    def gesture(self, button: str, press_type: str, presses: Presses, now: int) -> bool:
        """Whether this press is for nobody to decide about: a touch that apps hear of, or the hold that pairs."""
        if button == TOUCH:
            self.touched(press_type, presses.new_id(), now)
        elif press_type == "pair" and self._owner.held(now):
            self._events.append(("report", "pairing", {"open": True}))
            for offer in self._owner.offers():
                self._session.say(offer)
        elif button == POWER and press_type == "short":
            self._session.say_battery()
        return button in {TOUCH, POWER} or press_type == "pair"

    def touched(self, gesture: str, press_id: str, now: int) -> None:
        """A gesture that apps hear of and nobody decides about."""
        self._say(
            "touch_event",
            gesture_name=gesture,
            device_model=self._model,
            press_id=press_id,
            timestamp=self._session.epoch(now),
        )

    def wifi(self, connected: bool, ssid: str, local_ip: str) -> None:
        """How the glasses stand with Wi-Fi; said when it has changed."""
        if (connected, ssid, local_ip) != self._wifi:
            self._wifi = (connected, ssid, local_ip)
            self._say_wifi("")

    def events(self) -> "list[tuple[object, ...]]":
        """Drain what is to be done."""
        events, self._events = self._events, []
        return events

    def forget(self) -> None:
        """Whoever asked is nobody any more: what comes of it is not kept, and told to nobody."""
        self._asked = []
        self._events = []

    def _ask(self, said: Control) -> None:
        self._asked.append(said)
        self._events.append(("control", said))

    def answered(self, said: Control, outcome) -> None:  # type: ignore[no-untyped-def]
        """What came of this command; see `Board.control`."""
        if said not in self._asked:
            return
        self._asked.remove(said)
        kind, values = said.TYPE, said.values
        way = row(COMMANDS, kind)[0]
        self.unsupported += outcome is None
        reason = outcome if isinstance(outcome, str) else "" if outcome is not None else reasons.UNSUPPORTED
        ssid = values.get("ssid", "")
        if way == "w":
            if ssid and not reason:
                self.settings.put("wifi", [ssid, values.get("password", "")])
            self._say_wifi(reason)
        elif way == "n":
            found = [] if reason else outcome[:MOST_NETWORKS]
            for name, signal, security in found:
                network = {"ssid": name, "signal_strength": signal, "security": security}
                self._say("wifi_scan_result", networks_neo=[network], scan_complete=False)
            # Older phones take this one for everything.
            self._say("wifi_scan_result", networks=[network[0] for network in found], scan_complete=True)
        elif way == "f":
            if self.settings.get("wifi", [""])[0] == ssid:
                self.settings.put("wifi", None)
            self._say("wifi_forget_result", ssid=ssid, success=not reason)
        elif way == "h":
            if reason:
                self._say("hotspot_error", error_message=reason)
            else:
                self._say(
                    "hotspot_status_update",
                    hotspot_enabled=values["enabled"],
                    hotspot_ssid=ssid,
                    hotspot_gateway_ip=outcome.get("ip", ""),
                )
        elif way == "r" and reason:
            stream_id = values.get("streamId", "")
            self._say("rtmp_stream_status", streamId=stream_id, status="error", errorDetails=reason)
        elif way == "l":
            self._lit(kind, reason, values.get("requestId", ""))

    def _lit(self, kind: str, reason: str, echo: object) -> None:
        if reason:
            self._say("rgb_led_control_error", error=reason, requestId=echo)
        else:
            self._say(kind + "_response", success=True, requestId=echo)

    def _set(self, said: Control, words: "list[str]") -> None:
        kind, way = said.TYPE, words[0]
        value = said.values.get(name_of(words[-1]), MODES[1])
        reason = ""
        if way == "u":
            reason = reasons.UNSUPPORTED
        elif kind == CAMERA_LED and not value:  # it is lit when the camera looks
            reason = reasons.FORBIDDEN
        elif not _legal(kind, value):
            reason = reasons.MALFORMED
        elif not self.settings.put(kind, value):
            reason = reasons.STORAGE_FULL
        if way == "m":
            self._say("set_photo_mode_ack", mode=self.settings.get(kind, MODES[0]))
        else:
            echo = said.values.get("request_id", "")
            self._say("settings_ack", setting=kind, success=not reason, error=reason, request_id=echo)

    def _say_wifi(self, reason: str) -> None:
        connected, ssid, local_ip = self._wifi
        self._say("wifi_status", connected=connected, ssid=ssid, local_ip=local_ip, error=reason)

    def _say(self, kind: str, **values: object) -> None:
        if self._session.ready:
            self._session.say(Control(kind, **values))


def _legal(kind: str, value: object) -> bool:
    if isinstance(value, dict):
        return all(type(part) is int and 0 < part < 10_000 for part in value.values())
    if type(value) is int:
        return 0 < value <= MOST_MINUTES
    return value in LEGAL.get(kind, (value,))
