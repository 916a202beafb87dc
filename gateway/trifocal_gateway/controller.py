"""What the button controller of Mentra's glasses says to a gateway by itself, in the words of `messages`."""

from trifocal_shared.control_messages import CHARGING_MV, Control, gesture
from trifocal_shared.envelope import Native
from trifocal_shared.message import Message
from trifocal_shared.messages import BatteryStatus


def meaning(said: Native) -> Message | None:
    """What it means; None for what is no business of a gateway, or nonsense."""
    body = said.body
    if not isinstance(body, dict):
        return None
    if said.command == "sr_batv":
        level, millivolts = body.get("pt"), body.get("vt")
        charging = type(millivolts) is int and millivolts > CHARGING_MV
        return BatteryStatus(level=level, charging=charging) if type(level) is int else None
    touch = gesture(body.get("type")) if said.command == "sr_tpevt" else ""
    return Control("touch_event", gesture_name=touch) if touch else None
