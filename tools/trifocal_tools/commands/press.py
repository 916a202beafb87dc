"""`trifocal press`: a finger on the button of the simulated glasses."""

import time
from typing import Annotated, Any, Literal

import typer

from trifocal_tools.commands import options

STORED = "stored"
HEARD = "heard"
DONE = (STORED, HEARD)
"""How a press ends well: with a photo, or in the hands of an app that asked to hear it."""


def command(
    button: Annotated[Literal["photo", "video"], typer.Argument(help="Which button.")] = "photo",
    *,
    long: Annotated[bool, typer.Option("--long", help="Hold it down.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until it has ended.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", metavar="S", help="How long --wait stays, in seconds.")] = 60.0,
    as_json: options.Json = False,
    cloud: options.Cloud = None,
    token: options.Token = None,
    data_dir: options.DataDir = None,
) -> None:
    """Press a button of the simulated glasses.

    With `--wait` the command ends with 0 only if the photo is in the gallery (`stored`), or if an app that listens to
    the button took the press (`heard`); then the app decides what comes of it.

    Examples:

    - `trifocal press photo --wait`

    - `trifocal press photo --wait --json | jq -r .photoUrl`

    - `trifocal press photo --long`
    """
    from trifocal_tools import output, settings
    from trifocal_tools.client import Client
    from trifocal_tools.failure import Failure

    endpoint = settings.endpoint(settings.load(cloud=cloud, token=token, data_dir=data_dir))
    with Client(endpoint) as client:
        started = time.monotonic()
        press_id = str(client.tell_glasses("press", button, long).get("pressId", ""))
        if not wait:
            _pressed(press_id, as_json)
            return
        state = client.follow(press_id, timeout)
        found = outcome(state, press_id, round((time.monotonic() - started) * 1000), client.absolute)
    if as_json:
        if found["status"] in DONE:
            output.print_json(found)
        else:
            output.print_json(found | {"error": found["reason"], "message": _why(found)})
            raise typer.Exit(1)
    elif found["status"] not in DONE:
        raise Failure(_why(found), word=found["reason"], hint=_hint(found))
    else:
        _tell(found)


def outcome(state: dict[str, Any], press_id: str, ms: int, absolute: Any = str) -> dict[str, Any]:
    """What `press --wait --json` prints: the result, and when each step was, in ms since the first."""
    found: dict[str, Any] = {
        "requestId": state.get("requestId") or "",
        "status": state.get("status") or "unknown",
        "photoUrl": absolute(state.get("photoUrl") or ""),
        "sha256": state.get("sha256") or "",
        "ms": ms,
        "pressId": press_id,
        "steps": steps(state.get("steps") or []),
    }
    if found["status"] not in DONE:
        found["reason"] = state.get("reason") or ("timed_out" if not state.get("final") else "failed")
    return found


def steps(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps in the order of their times, each with its distance from the first."""
    ordered = sorted(said, key=lambda step: int(step.get("at") or 0))
    start = int(ordered[0].get("at") or 0) if ordered else 0
    return [
        {"source": step["source"], "step": step["step"], "ms": int(step.get("at") or 0) - start} for step in ordered
    ]


def _pressed(press_id: str, as_json: bool) -> None:
    from trifocal_tools import output

    if as_json:
        output.print_json({"pressId": press_id})
    else:
        output.print_line(f"pressed ({press_id}); add --wait to see what comes of it")


def _to_come(found: dict[str, Any]) -> bool:
    """Whether our patience ended and not the press."""
    return bool(found["status"] != "failed" and found["reason"] == "timed_out")


def _why(found: dict[str, Any]) -> str:
    from trifocal_shared.reasons import SENTENCES

    reason = str(found["reason"])
    if _to_come(found):
        return f"no photo within {found['ms'] / 1000:.0f} s; the press stands at '{found['status']}'"
    return f"no photo: {SENTENCES.get(reason, reason)}"


def _hint(found: dict[str, Any]) -> str:
    if _to_come(found):
        return "it may still come: `trifocal glasses` shows whether they are online and what waits on them"
    return "`trifocal glasses` shows how they are"


def _tell(found: dict[str, Any]) -> None:
    from trifocal_tools import output

    if found["status"] == HEARD:
        output.print_line(f"an app took the press after {found['ms']} ms")
    else:
        output.print_line(f"in the gallery after {found['ms']} ms: {found['photoUrl']}")
        output.print_line(f"  sha256 {found['sha256']}")
    for step in found["steps"]:
        output.print_line(f"  {step['ms']:6} ms  {step['source']:8} {step['step']}")
