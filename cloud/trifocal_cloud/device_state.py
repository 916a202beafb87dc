"""Device state: what the cloud knows of a user's glasses, as apps are told it (PROTOCOL-apps §6.2 and §6.4).

Only what is known is said: a field that is left out is unknown to an app or as it was.
"""

from trifocal_cloud.sessions import Glasses

DeviceState = dict[str, object]


def snapshot(connected: bool, glasses: Glasses) -> DeviceState:
    """The whole state. Glasses that are not connected are on no network that anybody knows of."""
    model, battery, charging = glasses.model, glasses.battery, glasses.charging
    known = battery >= 0
    return {
        "connected": connected,
        "modelName": model or None,
        "wifiConnected": connected and glasses.wifi,
        "wifiSsid": (glasses.wifi_ssid or None) if connected and glasses.wifi else None,
        "batteryLevel": min(battery, 100) if known else None,
        "charging": charging if known else None,
    }


def difference(old: DeviceState, new: DeviceState) -> DeviceState:
    """Those fields of `new` that are not so in `old`."""
    return {name: value for name, value in new.items() if name not in old or old[name] != value}


def connection_event(state: DeviceState) -> DeviceState:
    """The `data` of the stream `glasses_connection_state`: what `getWifiStatus` of the real client reads."""
    return {
        "type": "glasses_connection_state",
        "modelName": state["modelName"] or "",
        "status": "CONNECTED" if state["connected"] else "DISCONNECTED",
        "wifi": {"connected": state["wifiConnected"], "ssid": state["wifiSsid"]},
    }
