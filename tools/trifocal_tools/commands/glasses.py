"""`trifocal glasses`: how the glasses are, and the hand that handles the simulated ones."""

from pathlib import Path
from typing import Annotated, Any

import typer

from trifocal_tools.commands import options

WITH_VALUE = {
    "battery": "a number from 0 to 100",
    "temperature": "a number from 0 to 120",
    "camera": "pattern, broken, or the camera they were started with",
    "loss": "a number from 0 to 90",
    "latency": "a number from 0 to 5000",
    "wifi": "on or off",
    "networks": "what is within reach: house:password,café",
}
"""Actions that need a value, and which."""

ACTIONS = (
    *("online", "offline", "drop", "loss", "latency", "wifi", "networks"),
    *("battery", "temperature", "charge", "unplug", "fold", "unfold", "camera", "pair", "reset"),
)
LINKS = {
    "scanning": "not connected: looked for",
    "linked": "not connected: linked, nobody answers yet",
    "mcu_ready": "not connected: linked, only their button controller answers",
}
"""How far the link to glasses that are not connected has come."""
MOST = {"battery": 100, "temperature": 120, "loss": 90, "latency": 5_000}


def command(
    action: Annotated[
        str | None, typer.Argument(metavar="|".join(ACTIONS), help="What to do with the simulated glasses.")
    ] = None,
    value: Annotated[
        str | None, typer.Argument(help="Battery, loss: percent. Temperature: °C. Latency: ms. Camera: the source.")
    ] = None,
    *,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    data_dir: options.DataDir = None,
) -> None:
    """Show the glasses, or do something to the simulated ones.

    Examples:

    - `trifocal glasses`

    - `trifocal glasses offline` then `trifocal press photo` then `trifocal glasses online`: the photo arrives late

    - `trifocal glasses battery 5`

    - `trifocal glasses loss 20`, `trifocal glasses latency 300`: a weak radio; 0 makes it good again

    - `trifocal glasses drop`: the link breaks once, and comes back by itself

    - `trifocal glasses camera pattern`

    - `trifocal glasses networks house:secret` then `trifocal glasses wifi off`: they were on it, and are no longer

    - `trifocal glasses pair`: five seconds later a gateway with `--pair` is their owner; `reset` ends that
    """
    from trifocal_tools import output, settings
    from trifocal_tools.client import Client

    check(action, value)
    endpoint = settings.endpoint(settings.load(cloud=cloud, token=token, data_dir=data_dir))
    with Client(endpoint) as client:
        if action:
            client.tell_glasses(action, absolute(value or "") if action == "camera" else value or "")
        state = client.glasses()
    if as_json:
        output.print_json(state)
    else:
        for label, text in describe(state):
            output.print_line(f"{label:9} {text}")


def check(action: str | None, value: str | None) -> None:
    """Refuse an action without its value, or a value without an action that takes one. Raises BadParameter."""
    if action is None:
        return
    if action not in ACTIONS:
        raise typer.BadParameter(f"'{action}' is none of {', '.join(ACTIONS)}")
    if action in WITH_VALUE and not value:
        raise typer.BadParameter(f"'{action}' needs {WITH_VALUE[action]}")
    if action not in WITH_VALUE and value:
        raise typer.BadParameter(f"'{action}' takes no value")
    if action in MOST and not (
        value and value.isascii() and value.isdecimal() and len(value) < 9 and int(value) <= MOST[action]
    ):
        raise typer.BadParameter(f"{action} needs {WITH_VALUE[action]}")


def absolute(source: str) -> str:
    """A camera source as the glasses find it, wherever they were started: paths that exist here become absolute."""
    path = Path(source).expanduser()
    return str(path.absolute()) if path.exists() else source


def describe(state: dict[str, Any]) -> list[tuple[str, str]]:
    """The state in lines of label and words."""
    lines = [
        ("gateway", "connected" if state.get("gateway") else "not connected"),
        ("glasses", "connected" if state.get("connected") else LINKS.get(state.get("link", ""), "not connected")),
    ]
    if state.get("model"):
        lines[1] = ("glasses", f"{lines[1][1]} ({state['model']})")
    sim = state.get("sim")
    power = sim or state  # simulated glasses tell theirs themselves, with or without a gateway
    if isinstance(power.get("battery"), int) and power["battery"] >= 0:
        lines.append(("battery", f"{power['battery']} %" + (", charging" if power.get("charging") else "")))
    if not sim:
        return [*lines, ("simulated", "none attached")]
    return [
        *lines,
        ("simulated", f"{'online' if sim.get('online') else 'offline'}, firmware on {sim.get('python')}"),
        ("radio", f"{sim.get('loss', 0)} % lost, {sim.get('latencyMs', 0)} ms late"),
        ("wifi", (sim.get("wifi") or "on none") if sim.get("wifiOn") else "off"),
        ("lid", "folded" if sim.get("folded") else "open"),
        ("camera", f"{sim.get('camera')} ({sim.get('cameraState')}), privacy light {sim.get('light')}"),
        ("queue", f"{sim.get('storedPhotos', 0)} wait on the glasses"),
    ]
