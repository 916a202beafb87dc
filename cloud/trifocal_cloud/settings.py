"""What can be set about the cloud: keyword arguments > environment `TRIFOCAL_CLOUD_*` > these defaults."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 2**20


class CloudSettings(BaseSettings):
    """The settings of one cloud node. `data_dir` holds everything it keeps; it is made when missing."""

    model_config = SettingsConfigDict(env_prefix="TRIFOCAL_CLOUD_", frozen=True)

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535, description="0 takes any free port")
    rtmp_port: int | None = Field(
        default=None, ge=0, le=65535, description="where streams are published; none: 1935, or any if `port` is 0"
    )
    local_user: str = Field(
        default="", description="who a browser on this very machine is, without a token; empty: nobody"
    )
    public_url: str = Field(default="", description="how the world reaches this cloud, for links that are handed out")
    photo_limit_bytes: int = Field(default=10 * MEBIBYTE, gt=0)
    video_limit_bytes: int = Field(default=100 * MEBIBYTE, gt=0)
    upload_stall_s: float = Field(default=30.0, gt=0, description="a body that stops coming for so long is given up")
    console_session_s: int = Field(default=30 * 86_400, gt=0, description="how long a browser stays signed in")
    ping_interval_s: float = Field(default=10.0, gt=0)
    ping_timeout_s: float = Field(default=10.0, gt=0, description="no longer than the interval")
    app_networks: Literal["public", "loopback", "private"] = Field(
        default="public",
        description="where app servers may be: on the Internet; also on this machine; also in private networks",
    )
    gateway_messages_per_second: int = Field(default=50, gt=0, description="a gateway that says more is heard slower")
    app_messages_per_second: int = Field(default=50, gt=0, description="an app that says more is heard slower")
    presses_per_window: int = Field(default=100, gt=0, description="more presses of one user in 10 s are refused")
    keep_alive_ms: int = Field(default=15_000, ge=1_000, le=30_000, description="how often a stream is kept alive")
