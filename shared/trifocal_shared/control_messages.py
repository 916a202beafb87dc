"""The control plane on the link, once: a table of messages, and one class for all of them (PROTOCOL-device §4).

There are many such messages, few have a field in common, and glasses do much the same with most of them; a class each
would be the largest thing on their flash. A row of a table is

    set_wifi_credentials w ssid! password

the message's type, a letter for what is to be done about it, and its fields as they are spelt on the wire. `!` marks a
field that must be there, `:i`, `:b`, `:o` and `:l` a whole number, a boolean, an object and a list; all others are
texts. Unknown fields are dropped, so that a newer peer can say more. The letters:

    w n f h l p  the hardware's business; answered by wifi_status, wifi_scan_result (several), wifi_forget_result,
                 hotspot_status_update or hotspot_error, `<type>_response` or rgb_led_control_error, nothing
    q g v        a question, answered at once by wifi_status, gallery_status, version_info
    s m          a setting, whose value is the first field; answered by settings_ack, set_photo_mode_ack
    u            a setting of cameras that are not here; answered by a settings_ack that says so
    o            about whose glasses these are; answered by owner_state
    r            a live stream, which is the hardware's business; a board without one answers by rtmp_stream_status
    -            a report

What Mentra's glasses take and neither answer nor do anything about (`keep_awake`, `set_mic_state`, …) is not here: it
is counted as unknown, and that is all that is due.
"""

from trifocal_shared.message import MAX_INT, Message, ProtocolError

SECRETS = ("password", "key", "rtmpUrl")
"""Fields that `repr` does not show, in whatever message."""

GESTURES = "single_tap double_tap triple_tap long_press forward_swipe backward_swipe up_swipe down_swipe"
"""In the order of the numbers in the controller's `sr_tpevt`."""

ECHOES = ["request_id", "requestId"]
"""Texts by which an answer names its question: any message may have them, so they stand in no row."""

CHARGING_MV = 4_000
"""Of a controller's report: above it the battery is being charged (PROTOCOL-device §7)."""

COMMANDS = """
set_wifi_credentials w ssid! password
request_wifi_status q
request_wifi_scan n
cs_syvr v
disconnect_wifi w
forget_wifi f ssid!
set_hotspot_state h enabled:b! ssid password
query_gallery_status g
set_photo_mode m mode
save_in_gallery_mode s active:b!
button_photo_setting s size!
button_video_recording_setting s params:o!
button_max_recording_time s minutes:i!
button_camera_led s enabled:b!
button_mode_setting u
camera_fov_setting u
camera_tuning_config u
set_gallery_server_enabled u
rgb_led_control_on l led:i ontime:i offtime:i count:i brightness:i
rgb_led_control_off l
rgb_led_photo_flash l duration:i brightness:i
rgb_led_video_solid l brightness:i
reboot p
shutdown p
start_rtmp_stream r streamId rtmpUrl!
owner_pair o key!
owner_proof o nonce! proof!
"""
"""What the glasses understand beside the classes of `messages`."""

REPORTS = """
wifi_status - connected:b! ssid local_ip error
wifi_scan_result - networks:l networks_neo:l scan_complete:b
wifi_forget_result - ssid success:b
hotspot_status_update - hotspot_enabled:b! hotspot_ssid hotspot_gateway_ip
hotspot_error - error_message
gallery_status - photos:i videos:i total:i total_size:i has_content:b camera_busy
set_photo_mode_ack - mode
settings_ack - setting success:b! error
rgb_led_control_on_response - success:b!
rgb_led_control_off_response - success:b!
rgb_led_photo_flash_response - success:b!
rgb_led_video_solid_response - success:b!
rgb_led_control_error - error
touch_event - gesture_name! device_model press_id timestamp:i
swipe_volume_status - enabled:b!
switch_status - switch_type:i switch_value:i
rtmp_stream_status - streamId status! errorDetails
owner_state - state! key nonce proof
"""
"""What the gateway understands beside the classes of `messages`."""

_KINDS = {"": str, "i": int, "b": bool, "o": dict, "l": list}


class Control(Message):
    """A message of the control plane; `TYPE` is its own, `values` are its fields by their names on the wire."""

    def __init__(self, kind: str, **values: object) -> None:
        self.TYPE = kind
        self.values = values

    def to_wire(self) -> "dict[str, object]":
        """The JSON object of this message; empty texts are left out."""
        wire = {name: value for name, value in self.values.items() if value != ""}
        wire["type"] = self.TYPE
        return wire

    def __repr__(self) -> str:
        shown = [name + "=" + ("..." if name in SECRETS else repr(value)) for name, value in self.values.items()]
        return self.TYPE + "(" + ", ".join(shown) + ")"


def row(table: str, kind: str) -> "list[str]":
    """What stands in the table about this type: a letter and its fields, as they are written; empty: nothing."""
    start = -1 if not kind or " " in kind or "\n" in kind else table.find("\n" + kind + " ")
    if start < 0:
        return []
    start += len(kind) + 2
    return table[start : table.find("\n", start)].split(" ")


def name_of(field: str) -> str:
    """The name of a field as it is written in a row."""
    return field.rstrip("!").partition(":")[0]


def command(data: "dict[str, object]") -> "Control | None":
    """What a gateway says, if it is in COMMANDS. Raises ProtocolError."""
    return _parse(COMMANDS, data)


def report(data: "dict[str, object]") -> "Control | None":
    """What glasses say, if it is in REPORTS. Raises ProtocolError."""
    return _parse(REPORTS, data)


def gesture(number: object) -> str:
    """The gesture that the controller means by a number, or an empty text."""
    known = GESTURES.split(" ")
    return known[number] if type(number) is int and 0 <= number < len(known) else ""


def _parse(table: str, data: "dict[str, object]") -> "Control | None":
    """The message that a JSON object is, or None for a type that is not in the table. Raises ProtocolError."""
    kind = str(data["type"])
    words = row(table, kind)
    if not words:
        return None
    values = {}
    for field in words[1:] + ECHOES:
        name, _, sort = field.rstrip("!").partition(":")
        value = data.get(name)
        if value is not None:
            if type(value) is not _KINDS[sort] or (sort == "i" and not -MAX_INT <= value <= MAX_INT):  # type: ignore[operator]
                raise ProtocolError(kind + "." + name + " is not of its type")
            values[name] = value
        elif field[-1] == "!":
            raise ProtocolError(kind + "." + name + " is missing")
    return Control(kind, **values)
