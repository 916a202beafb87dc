"""What the commands are configured by: flags, then environment TRIFOCAL_*, then trifocal.toml, then defaults."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from trifocal_tools import failure
from trifocal_tools.failure import Failure

T = TypeVar("T")

CONFIG_FILE = "trifocal.toml"
"""Read from the folder in which the command is started."""

UP_FILE = "up.json"
"""What a running `trifocal up` leaves in its data directory for the client commands; it holds a token, so mode 0600."""


class Settings(BaseSettings):
    """Every setting of the command line, with its default."""

    model_config = SettingsConfigDict(env_prefix="TRIFOCAL_", toml_file=CONFIG_FILE, extra="forbid")

    data_dir: Path = Path(".trifocal")
    cloud: str = ""
    token: SecretStr = SecretStr("")
    user: str = Field(default="me@trifocal.local", min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    camera: str = "pattern"
    python: Literal["cpython", "micropython"] = "cpython"
    public_url: str = Field(default="", pattern=r"^(https?://[^/?#@\s]+(/[^?#@\s]*)?)?$")
    allow_private_apps: bool = False
    radio: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags arrive as arguments; there is neither a .env file nor a folder of secrets."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(**flags: object) -> Settings:
    """The settings in force; a flag that is None was not given. Raises Failure(USAGE) naming what is wrong."""
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return understood(lambda: Settings(**given))  # type: ignore[arg-type]
    except ValueError as error:  # a trifocal.toml that is no TOML
        raise Failure(f"{CONFIG_FILE} cannot be read: {error}", failure.USAGE, "bad_setting") from error


def understood(make: Callable[[], T]) -> T:
    """What `make` gives. Raises Failure(USAGE) naming the setting when pydantic refuses one."""
    try:
        return make()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        said = "is not a known setting" if first["type"] == "extra_forbidden" else first["msg"]
        hint = f"it comes from a flag, from TRIFOCAL_{name.upper()} or from {CONFIG_FILE}"
        raise Failure(f"setting '{name}': {said}", failure.USAGE, "bad_setting", hint) from error


@dataclass(frozen=True)
class Endpoint:
    """The cloud a client command speaks to, and the token it shows there."""

    cloud: str
    token: str


def endpoint(settings: Settings) -> Endpoint:
    """The cloud that is named, else the one `up` left in the data directory.

    The token of `up` is shown to no other cloud than its own. Raises Failure(UNREACHABLE | REFUSED).
    """
    found = known(settings)
    if not found.token:
        hint = "give one with --token or TRIFOCAL_TOKEN; `trifocal token` makes one beside the cloud's data"
        raise Failure(f"there is no token for {found.cloud}", failure.REFUSED, "no_token", hint)
    return found


def known(settings: Settings) -> Endpoint:
    """The same, with an empty token where none is known. Raises Failure(UNREACHABLE)."""
    left = left_by_up(settings.data_dir)
    cloud = (settings.cloud or left.get("cloud", "")).rstrip("/")
    if not cloud:
        hint = "start `trifocal up` here, or name a cloud with --cloud, TRIFOCAL_CLOUD or --data-dir"
        raise Failure(f"no cloud is known in {settings.data_dir}", failure.UNREACHABLE, "cloud_unreachable", hint)
    token = settings.token.get_secret_value()
    if not token and cloud == left.get("cloud"):
        token = left.get("token", "")
    return Endpoint(cloud, token)


def left_by_up(data_dir: Path) -> dict[str, str]:
    """What a running `up` has written into its data directory; empty where none runs."""
    try:
        left = json.loads((data_dir / UP_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in left.items() if isinstance(value, str)} if isinstance(left, dict) else {}
