"""What a gateway is told: flags by the command line, else `TRIFOCAL_GATEWAY_*` of the environment."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from trifocal_gateway.io import links


class GatewaySettings(BaseSettings):
    """One gateway between one pair of glasses and one cloud. `data_dir` is its own; the token is never shown."""

    model_config = SettingsConfigDict(env_prefix="TRIFOCAL_GATEWAY_", extra="forbid")

    data_dir: Path
    cloud_url: str
    token: SecretStr = SecretStr("")
    glasses: str = "tcp://127.0.0.1:4860"
    pair: bool = False
    """Whether to become the owner of the glasses, when they offer themselves."""
    device_id: str = "trifocal-gateway"
    most_photos: int = Field(default=2_000, gt=0)
    most_bytes: int = Field(default=2 * 1024**3, gt=0)
    upload_bytes_per_second: int = Field(default=0, ge=0, lt=2**31)
    """How fast uploads may be sent, 0 as fast as it goes; heard on Linux."""

    @field_validator("cloud_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("the cloud's address is http(s)://host[:port]")
        return value.rstrip("/")

    @field_validator("glasses")
    @classmethod
    def _link_address(cls, value: str) -> str:
        links.check(value)
        return value
