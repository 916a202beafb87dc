"""Device state: what the cloud knows of a user's glasses, as apps are told it (PROTOCOL-apps §6.2 and §6.4).

Only what is known is said: a field that is left out is unknown to an app or as it was. Everything these glasses send
goes through their gateway, hence they are never on a Wi-Fi of their own.
"""

DeviceState = dict[str, object]


def snapshot(connected: bool, model: str, battery: int, charging: bool) -> DeviceState:
    """The whole state. `model` is empty and `battery` (percent) negative while unknown."""
    known = battery >= 0
    return {
        "connected": connected,
        "modelName": model or None,
        "wifiConnected": False,
        "wifiSsid": None,
        "batteryLevel": min(battery, 100) if known else None,
        "charging": charging if known else None,
    }


def difference(old: DeviceState, new: DeviceState) -> DeviceState:
    """Those fields of `new` that are not so in `old`."""
    return {name: value for name, value in new.items() if name not in old or old[name] != value}


def connection_event(connected: bool, model: str) -> DeviceState:
    """The `data` of the stream `glasses_connection_state`: what `getWifiStatus` of the real client reads."""
    return {
        "type": "glasses_connection_state",
        "modelName": model,
        "status": "CONNECTED" if connected else "DISCONNECTED",
        "wifi": {"connected": False, "ssid": None},
    }
