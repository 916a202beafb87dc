"""What the glasses report of themselves by the control plane: their Wi-Fi, and touches, each once."""

from collections import deque

from trifocal_gateway.session import READY, Session
from trifocal_shared.cloud_messages import LONGEST_SSID, GlassesConnectionState
from trifocal_shared.control_messages import Control

MOST_TOUCHES = 32
"""Touches whose echo is still known."""


class Reports:
    """Of one pair of glasses; `wifi` is {connected, ssid}, empty while unknown."""

    def __init__(self) -> None:
        self.wifi: dict[str, object] = {}
        self._touches: deque[object] = deque(maxlen=MOST_TOUCHES)

    def link_closed(self) -> None:
        """Nobody knows what the glasses do now."""
        self.wifi = {}

    def connection(self, session: Session) -> GlassesConnectionState:
        """How the cloud is told of the glasses' connection; of their Wi-Fi only when they can have spoken of it."""
        wifi = self.wifi if session.status == READY else {}
        return GlassesConnectionState(status=session.status, model_name=session.model, wifi=wifi, link=session.link)

    def heard(self, said: Control, model: str, epoch_ms: int) -> Control | None:
        """A report. Returns a touch that apps have not heard of, complete; a controller gives no ids and no times."""
        values = said.values
        if said.TYPE == "wifi_status":
            ssid = str(values.get("ssid", "")) if values["connected"] else ""
            self.wifi = {"connected": values["connected"], "ssid": ssid[:LONGEST_SSID] or None}
        press_id = values.get("press_id")
        if said.TYPE != "touch_event" or (press_id is not None and press_id in self._touches):
            return None
        if press_id is not None:
            self._touches.append(press_id)
        return Control("touch_event", **({"device_model": model, "timestamp": epoch_ms} | values))
