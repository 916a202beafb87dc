"""What people say about apps on the command line, and what is said to them."""

import json
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from trifocal_tools import failure, settings
from trifocal_tools.client import Json
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Endpoint, Settings

TOKEN_S = 600
"""How long a token lives that is made to speak for somebody during one command."""

TRUE = ("true", "on", "yes", "1")
FALSE = ("false", "off", "no", "0")
NUMBERS = ("slider", "numeric_input", "time_picker")
CLOCK = r"([01]?[0-9]|2[0-3]):([0-5][0-9])"
CHOICES = ("select", "select_with_search")

STATES = {
    "stopped": "stopped",
    "starting": "starting",
    "running": "running",
    "grace": "reconnecting",
    "restarting": "restarting",
    "lost": "unreachable",
    "stopping": "stopping",
}
"""The states of an app, as people call them."""


def endpoint_for(found: Settings, user: str | None) -> Endpoint:
    """The cloud, and a token for `user`: the one at hand if it is theirs, else one made from the cloud's own data.

    Raises Failure(REFUSED) when that data does not lie in the data folder, and what `settings.endpoint` raises.
    """
    if user is None:
        return settings.endpoint(found)
    at_hand = settings.known(found)
    if at_hand.token and _subject(at_hand.token) == user:
        return at_hand
    return Endpoint(at_hand.cloud, _token_for(found, at_hand.cloud, user))


def _subject(token: str) -> str:
    import jwt

    try:
        return str(jwt.decode(token, options={"verify_signature": False}).get("sub", ""))
    except jwt.PyJWTError:
        return ""


def _token_for(found: Settings, cloud: str, user: str) -> str:
    from trifocal_cloud.io import secret
    from trifocal_tools.up import core_token

    ours = settings.left_by_up(found.data_dir).get("cloud", cloud) == cloud
    if not ours or not (found.data_dir / "cloud" / secret.NAME).is_file():
        hint = "name its data folder with --data-dir, or bring a token of that user with --token"
        sentence = f"the data of {cloud} does not lie in {found.data_dir}, so no token can be made for {user}"
        raise Failure(sentence, failure.REFUSED, "no_token", hint)
    return core_token(found.data_dir, user, TOKEN_S, int(time.time()))


def setting_items(path: Path) -> list[Json]:
    """The settings that a file declares: a list of items, or an object with it under `settings`. Raises Failure."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}", failure.MISSING, "not_found") from error
    except (ValueError, RecursionError) as error:
        raise Failure(f"{path} is no JSON: {error}", failure.USAGE, "usage") from error
    items = said.get("settings") if isinstance(said, dict) else said
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        hint = 'for example [{"key": "flash", "type": "toggle", "label": "Flash", "defaultValue": false}]'
        raise Failure(f"{path} holds no list of settings", failure.USAGE, "usage", hint)
    return items


def words_of(kind: str, words: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """The words as the cloud spells them. Raises Failure(USAGE) for one that is none of the known."""
    found = [word.upper() for word in words or ()]
    for word in found:
        if word not in known:
            raise Failure(f"'{word}' is no {kind}", failure.USAGE, "usage", f"there are {', '.join(known)}")
    return found


def chosen(items: Iterable[Json], words: Sequence[str]) -> Json:
    """The values that `KEY=VALUE` words give, each as its item wants it. Raises Failure(USAGE)."""
    known = {str(item["key"]): item for item in items if "key" in item}
    values = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise Failure(f"'{word}' is not KEY=VALUE", failure.USAGE, "usage")
        if key not in known:
            hint = f"it has {', '.join(known)}" if known else "it has none"
            raise Failure(f"the app has no setting '{key}'", failure.USAGE, "usage", hint)
        values[key] = _value(known[key], text)
    return values


def _value(item: Json, text: str) -> Any:
    kind = item.get("type")
    if kind == "toggle" and text.lower() in TRUE + FALSE:
        return text.lower() in TRUE
    if kind == "time_picker" and (clock := re.fullmatch(CLOCK, text)):
        return (int(clock[1]) * 60 + int(clock[2])) * 60
    if kind in NUMBERS:
        return _number(text)
    if kind in CHOICES:
        return _option(item, text)
    if kind == "multiselect":
        return [_option(item, part) for part in text.split(",") if part]
    return text


def _number(text: str) -> Any:
    try:
        number = json.loads(text)
    except ValueError:
        return text
    return number if isinstance(number, int | float) and not isinstance(number, bool) else text


def _option(item: Json, text: str) -> Any:
    options = item.get("options")
    found = [one.get("value") for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    return next((value for value in found if str(value) == text), text)


def describe(app: Json) -> list[tuple[str, str]]:
    """An app in lines of label and words."""
    name = said(app, "name")
    lines = [("app", said(app, "package") + (f" ({name})" if name not in ("", app.get("package")) else ""))]
    lines.append(("state", state_words(app, time.time())))
    if app.get("mine"):
        lines.append(("url", said(app, "publicUrl")))
    lines.append(("type", said(app, "type")))
    lines.append(("may", ", ".join(_kinds(app.get("permissions"))) or "nothing that needs a permission"))
    if needs := _kinds(app.get("hardware")):
        lines.append(("hardware", ", ".join(needs)))
    if heard := app.get("subscriptions"):
        lines.append(("hears", ", ".join(map(str, heard))))
    errors = app.get("lastErrors") or ()
    return [*lines, *(("error", f"{_clock(one.get('at'))}  {_fault_words(one)}") for one in errors)]


def _fault_words(fault: Json) -> str:
    from trifocal_shared.reasons import SENTENCES

    reason, detail = said(fault, "reason"), said(fault, "message")
    sentence = SENTENCES.get(reason, reason)
    return sentence if detail in ("", sentence) else f"{sentence}: {detail}"


def state_words(app: Json, now_s: float) -> str:
    """How an app is: its state, why, and when it is tried again."""
    state = said(app, "state")
    words = STATES.get(state, state)
    if state == "running" and app.get("since"):
        words += f" since {_clock(app['since'])}"
    if message := said(app, "message") or said(app, "reason"):
        words += f": {message}"
    if again := app.get("nextTryAt"):
        words += f"; tried again in {max(0, round(again / 1000 - now_s))} s"
    return words


def setting_lines(items: Iterable[Json]) -> list[tuple[str, str, str]]:
    """Key, value and label of everything that can be set."""
    return [
        (str(item["key"]), json.dumps(item.get("value"), ensure_ascii=False), said(item, "label"))
        for item in items
        if "key" in item
    ]


def said(found: Json, name: str) -> str:
    """A field as text; empty where there is none."""
    return str(found.get(name) or "")


def _kinds(entries: Any) -> list[str]:
    return [str(one.get("type") if isinstance(one, dict) else one) for one in entries or ()]


def _clock(at_ms: Any) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at_ms / 1000)) if isinstance(at_ms, int) else "?"
