"""`trifocal control`: Wi-Fi, lamps and settings of the glasses, real or simulated, by way of cloud and gateway."""

from typing import Annotated, Any

import typer

from trifocal_tools.commands import options

ACTIONS = {
    "wifi": ("request_wifi_status", ""),
    "networks": ("request_wifi_scan", ""),
    "join": ("set_wifi_credentials", "ssid"),
    "leave": ("disconnect_wifi", ""),
    "forget": ("forget_wifi", "ssid"),
    "lamp-on": ("rgb_led_control_on", ""),
    "lamp-off": ("rgb_led_control_off", ""),
    "photo-size": ("button_photo_setting", "size"),
    "video-minutes": ("button_max_recording_time", "minutes"),
    "camera-light": ("button_camera_led", "enabled"),
    "gallery-mode": ("save_in_gallery_mode", "active"),
    "photo-mode": ("set_photo_mode", "mode"),
}
"""What it is called here: the command, and the field that its value goes into."""

SWITCHES = ("enabled", "active")


def command(
    action: Annotated[str, typer.Argument(metavar="|".join(ACTIONS), help="What the glasses are to do.")],
    value: Annotated[str | None, typer.Argument(help="A network, a size, minutes, `on` or `off`.")] = None,
    *,
    password: Annotated[
        str, typer.Option("--password", envvar="TRIFOCAL_WIFI_PASSWORD", help="For `join`; asked for if not given.")
    ] = "",
    is_open: Annotated[bool, typer.Option("--open", help="For `join`: the network wants no password.")] = False,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    data_dir: options.DataDir = None,
) -> None:
    """Have the glasses do something: join or leave a Wi-Fi, light a lamp, keep a setting.

    Examples:

    - `trifocal control networks`

    - `trifocal control join house` asks for the password; `trifocal control join café --open`

    - `trifocal control photo-size large`

    - `trifocal control lamp-on`
    """
    from trifocal_tools import output, settings
    from trifocal_tools.client import Client

    name, values = errand(action, value)
    if action == "join" and not is_open:
        values["password"] = password or typer.prompt("Password", hide_input=True, err=True)
    endpoint = settings.endpoint(settings.load(cloud=cloud, token=token, data_dir=data_dir))
    with Client(endpoint) as client:
        result = client.errand(name, values)
    if as_json:
        output.print_json(result)
    else:
        for line in describe(result["values"]):
            output.print_line(line)


def errand(action: str, value: str | None) -> tuple[str, dict[str, Any]]:
    """The command and its fields. Raises BadParameter."""
    if action not in ACTIONS:
        raise typer.BadParameter(f"'{action}' is none of {', '.join(ACTIONS)}")
    name, field = ACTIONS[action]
    if not field:
        if value is not None:
            raise typer.BadParameter(f"'{action}' takes no value")
        return name, {}
    if not value:
        raise typer.BadParameter(f"'{action}' needs a value")
    if field in SWITCHES:
        if value not in {"on", "off"}:
            raise typer.BadParameter(f"'{action}' is on or off")
        return name, {field: value == "on"}
    if field == "minutes":
        if not value.isascii() or not value.isdecimal() or len(value) > 4:
            raise typer.BadParameter(f"'{action}' needs a number")
        return name, {field: int(value)}
    return name, {field: value}


def describe(values: dict[str, Any]) -> list[str]:
    """What the glasses said, in lines."""
    if "networks" in values:
        found = [each for each in values["networks"] if isinstance(each, dict)]
        return [
            f"{each.get('signal_strength', '?'):>4} dBm  {each.get('ssid')}  {each.get('security')}" for each in found
        ] or ["no networks within reach"]
    if "connected" in values:
        return [f"on {values.get('ssid')}" if values["connected"] else "on no network"]
    return ["done"]
