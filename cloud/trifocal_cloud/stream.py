"""What is known of one live stream, and what comes out of `Streams` for others to do."""

from dataclasses import dataclass, field
from typing import NamedTuple

from trifocal_cloud.restreams import Wanted
from trifocal_cloud.stream_words import INITIALIZING
from trifocal_shared.message import Message
from trifocal_shared.stream_messages import KeepRtmpStreamAlive, StartRtmpStream, StopRtmpStream

MANAGED = "MANAGED_STREAM"
"""Whose stream it is, as the glasses are told of a managed one."""


class Wishes(NamedTuple):
    """What an app asks for, as it said it."""

    video: dict[str, object]
    audio: dict[str, object]
    stream: dict[str, object]


class Playback(NamedTuple):
    """Where a managed stream can be watched."""

    hls_url: str
    dash_url: str
    webrtc_url: str
    preview_url: str
    thumbnail_url: str


@dataclass
class Stream:
    """One stream, direct to an address of the `owner`'s own, or managed (then `url` is the ingest, `owner` empty).

    `viewers` are the packages of the apps whose stream it is, in the order in which they came. The address is a
    secret, and not shown.
    """

    stream_id: str
    user: str
    owner: str
    wishes: Wishes
    created_ms: int
    url: str = field(default="", repr=False)
    viewers: list[str] = field(default_factory=list)
    status: str = INITIALIZING
    reason: str = ""
    destinations: list[Wanted] = field(default_factory=list, repr=False)
    """Where a managed one is sent on to."""
    playback: Playback | None = None
    flowing: bool = False
    """Whether media has reached the ingest; of a direct stream only its owner's server knows."""

    @property
    def managed(self) -> bool:
        """Whether it goes through our own media plane."""
        return not self.owner

    @property
    def app_id(self) -> str:
        """Whose it is, as the glasses are told."""
        return self.owner or MANAGED

    def start(self) -> StartRtmpStream:
        """What begins it on the glasses."""
        video, audio, options = self.wishes
        return StartRtmpStream(
            rtmp_url=self.url, stream_id=self.stream_id, app_id=self.app_id, video=video, audio=audio, stream=options
        )

    def keep_alive(self, ack_id: str) -> KeepRtmpStreamAlive:
        """What says to the glasses that it is still wanted."""
        return KeepRtmpStreamAlive(stream_id=self.stream_id, ack_id=ack_id)

    def stop(self) -> StopRtmpStream:
        """What ends it on the glasses."""
        return StopRtmpStream(stream_id=self.stream_id, app_id=self.app_id)


class ToGlasses(NamedTuple):
    """Say this to the user's glasses."""

    user: str
    message: Message


class Tell(NamedTuple):
    """Tell an app where its stream stands; a stream that was refused has no id."""

    user: str
    package: str
    managed: bool
    stream_id: str
    status: str
    reason: str = ""
    stats: dict[str, object] = {}
    playback: Playback | None = None


class TellBusy(NamedTuple):
    """Tell every app of the user that listens for it who has the camera."""

    user: str
    package: str
    stream_id: str


class Provision(NamedTuple):
    """Make a place for a managed stream; answer with `provisioned` or `not_provisioned`."""

    stream: Stream


class Release(NamedTuple):
    """A stream is over: whatever was provided for it is not needed any more."""

    stream_id: str


class Keep(NamedTuple):
    """This stream is to be found again after a restart, as it is now."""

    stream: Stream


class Forget(NamedTuple):
    """It is not."""

    stream_id: str


Event = ToGlasses | Tell | TellBusy | Provision | Release | Keep | Forget
