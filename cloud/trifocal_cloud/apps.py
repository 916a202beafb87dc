"""App: what the registry knows of a third-party app, and what may be said about one.

An app is registered by its owner under a package name. It runs on a server of its own at `public_url` and proves who
it is with an API key, of which only the SHA-256 is kept: whoever reads the registry cannot speak for an app.

`permissions` are what the app declares to need, `hardware` what glasses it needs; both are lists of wire objects
(PROTOCOL-apps §7, §6.3), each type at most once. `settings` is the schema of what a person can set in it
(`app_settings`).
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

PACKAGE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$"
"""What a package name looks like."""

API_KEY = r"^[!-~]{1,256}$"
"""What an API key looks like: it travels in a header behind the package name and a colon."""

Permission = Literal[
    "MICROPHONE",
    "LOCATION",
    "BACKGROUND_LOCATION",
    "CALENDAR",
    "CAMERA",
    "NOTIFICATIONS",
    "READ_NOTIFICATIONS",
    "POST_NOTIFICATIONS",
    "ALL",
]
Hardware = Literal["CAMERA", "DISPLAY", "MICROPHONE", "SPEAKER", "IMU", "BUTTON", "LIGHT", "WIFI"]
Level = Literal["REQUIRED", "OPTIONAL"]
Kind = Literal["background", "standard", "system_dashboard"]
"""Of a user's `standard` apps one runs at a time."""

PERMISSIONS: tuple[str, ...] = get_args(Permission)
CAMERA: Permission = "CAMERA"
"""The permission for photos and streams."""
HARDWARE: tuple[str, ...] = get_args(Hardware)
KINDS: tuple[str, ...] = get_args(Kind)

IMPLIED = {"NOTIFICATIONS": ("READ_NOTIFICATIONS",)}
"""A permission of older apps -> those that it stands for."""

LONGEST_URL = 2048
HOST = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True)
class App:
    """One registered app."""

    package: str
    owner: str
    name: str
    key_hash: str
    public_url: str
    kind: str = "background"
    permissions: tuple[dict[str, str], ...] = ()
    """Each has `type` and `description`."""
    hardware: tuple[dict[str, str], ...] = ()
    """Each has `type`, `level` and `description`."""
    settings: tuple[dict[str, Any], ...] = ()

    def allows(self, permission: str) -> bool:
        """Whether this app has declared that it needs this permission."""
        declared = {item["type"] for item in self.permissions}
        implied = {name for item in declared for name in IMPLIED.get(item, ())}
        return bool({"ALL", permission} & (declared | implied))

    @property
    def required_hardware(self) -> tuple[str, ...]:
        """What glasses must have for this app to run."""
        return tuple(item["type"] for item in self.hardware if item["level"] == "REQUIRED")

    def key_matches(self, key: str) -> bool:
        """Whether this is the app's API key; takes as long for a wrong one."""
        return hmac.compare_digest(key_hash(key), self.key_hash)


@dataclass(frozen=True)
class AppFault:
    """Something that went wrong with an app; `at` is epoch ms, `reason` a word, `message` a sentence."""

    at: int
    reason: str
    message: str


@dataclass(frozen=True)
class AppView:
    """How an app stands for one user: a state of `app_events`, since when, and why; times are epoch ms."""

    state: str
    since_ms: int
    reason: str = ""
    detail: str = ""
    next_try_ms: int | None = None
    subscriptions: tuple[str, ...] = ()
    errors: tuple[AppFault, ...] = ()


def key_hash(key: str) -> str:
    """What is kept of an API key: its SHA-256, in hex."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def checked_url(url: str) -> str:
    """The base URL of an app's server, without a slash at its end. Raises ValueError with a sentence.

    Whether the cloud may go there is another question, asked whenever it goes.
    """
    if len(url) > LONGEST_URL or not re.fullmatch(r"[!-~]+", url) or "\\" in url:
        raise ValueError(f"a URL is up to {LONGEST_URL} visible ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("the URL cannot be read") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError("the URL begins with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("the URL has no user name or password in it")
    if "?" in url or "#" in url:
        raise ValueError("the URL ends with its path: no query, no fragment")
    host = parts.netloc if port is None else parts.netloc.rpartition(":")[0]
    if port == 0 or not HOST.fullmatch(host):
        raise ValueError("the URL names a host, and after a colon its port")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
