"""Every message on the link between glasses and gateway, once. Wire: PROTOCOL-device §4; names on it are Mentra's.

Times called `timestamp` are epoch milliseconds, 0 when the sender has no clock.
"""

from trifocal_shared.control_messages import command, report
from trifocal_shared.message import OTHERS, Message, one_of, required

PROTOCOL_VERSION = 2
"""Said in `phone_ready` and `glasses_ready`; an absent one reads as 0, a peer that is not Trifocal.

1 brings `file_announce` and `file_have` around file packets as MentraOS has them, 2 packs in their place (see `pack`)
and message ids (see `ids`).
"""

PACKS_SINCE = 2

IDS_SINCE = 2
"""The version that answers message ids; of glasses of MentraOS, their build number says it (PROTOCOL-device §2.7)."""

IDS_SINCE_BUILD = 5

PRESS_ANSWER_MS = 5_000
"""How long a press waits for the cloud's word before the glasses take the photo themselves (PROTOCOL-device §6.1)."""

LOCAL_PREFIX = "local_"
"""Begins the request id of a photo that nobody asked the glasses for (PROTOCOL-device §4.4)."""

LOW_BATTERY_PERCENT = 10
"""Below this the camera refuses (PROTOCOL-device §7, [N])."""


# Gateway -> glasses


class PhoneReady(Message):
    """The gateway is here and listening."""

    TYPE = "phone_ready"
    timestamp: int = 0
    protocol: int = 0


class AuthToken(Message):
    """The core token; empty takes it away. Never logged."""

    TYPE = "auth_token"
    SECRETS = ("core_token",)
    core_token: str = required(str)
    timestamp: int = 0


class SetSystemTime(Message):
    """The wall clock, for boards that have none."""

    TYPE = "set_system_time"
    SNAKE = True
    timestamp_ms: int = required(int)


class ButtonPressResponse(Message):
    """What came of a press: an action to carry out, nothing to do (`none`), or a failure with its reason."""

    TYPE = "button_press_response"
    press_id: str = required(str)
    success: bool = required(bool)
    action: str = one_of("none", "take_photo", "start_video", "stop_video", default="none")
    request_id: str = ""
    save_to_gallery: bool = True
    error_code: str = ""


class TakePhoto(Message):
    """Take a photo now and send it under this request id."""

    TYPE = "take_photo"
    request_id: str = required(str)
    app_id: str = ""
    size: str = one_of("small", "medium", "large", "full", default="medium")
    compress: str = "none"
    save: bool = True
    flash: bool = True
    sound: bool = True
    timestamp: int = 0


class StartVideoRecording(Message):
    """Record a video now and send it under this request id (PROTOCOL-device §4.3)."""

    TYPE = "start_video_recording"
    request_id: str = required(str)
    timestamp: int = 0


class StopVideoRecording(Message):
    """Record no more; with a request id only if it is that recording."""

    TYPE = "stop_video_recording"
    request_id: str = ""


class GetVideoRecordingStatus(Message):
    """Answered with `video_recording_status`."""

    TYPE = "get_video_recording_status"


class FileHave(Message):
    """The gateway holds the first `offset` bytes of this file and wants the next: starts, resumes, acknowledges."""

    TYPE = "file_have"
    file_name: str = required(str)
    offset: int = required(int)
    window: int = 0


class TransferComplete(Message):
    """The end-to-end word: true is `durably stored`, so the glasses may delete; false starts the file anew."""

    TYPE = "transfer_complete"
    file_name: str = required(str)
    success: bool = required(bool)
    timestamp: int = 0


class Ping(Message):
    """Are you there? Answered with `pong`."""

    TYPE = "ping"


class RequestBatteryState(Message):
    """Answered with `battery_status`."""

    TYPE = "request_battery_state"


class RequestVersion(Message):
    """Answered with `version_info`."""

    TYPE = "request_version"


# Glasses -> gateway


class GlassesReady(Message):
    """The glasses answer; a changed `sid` says that they restarted."""

    TYPE = "glasses_ready"
    sid: str = ""
    timestamp: int = 0
    protocol: int = 0


class TokenStatus(Message):
    """Whether the token was taken."""

    TYPE = "token_status"
    success: bool = required(bool)
    timestamp: int = 0


class VersionInfo(Message):
    """What the glasses are."""

    TYPE = "version_info"
    SNAKE = True
    app_version: str = ""
    build_number: str = ""
    device_model: str = ""
    android_version: str = ""
    timestamp: int = 0


class BatteryStatus(Message):
    """Battery in percent."""

    TYPE = "battery_status"
    ALIASES = {"percent": "level"}
    level: int = required(int)
    charging: bool = False


class ButtonPress(Message):
    """A button was pressed; `press_id` is the same however often this is said."""

    TYPE = "button_press"
    press_id: str = ""
    button_id: str = required(str)
    press_type: str = required(str)
    device_id: str = ""
    timestamp: int = 0
    recording: bool = False
    """A video is being recorded, and this press ends it if it is one for videos."""


class PhotoStatus(Message):
    """How far a photo has come; `failed` is final and carries `error_code`. `source` says whose step it is."""

    TYPE = "photo_status"
    request_id: str = required(str)
    status: str = required(str)
    press_id: str = ""
    source: str = "glasses"
    error_code: str = ""
    error_message: str = ""
    timestamp: int = 0


class VideoRecordingStatus(Message):
    """Answers a word about recordings, and says when one has begun or ended; `details` is the reason for that."""

    TYPE = "video_recording_status"
    success: bool = required(bool)
    status: str = required(str)
    request_id: str = ""
    details: str = ""
    recording: bool = False
    duration_ms: int = 0


class FileAnnounce(Message):
    """A photo lies whole on the glasses. `age_ms` is its age on their own clock, -1 after a restart.

    A `number` says that it comes in packs, under that number; 0 is file packets.
    """

    TYPE = "file_announce"
    file_name: str = required(str)
    request_id: str = required(str)
    size: int = required(int)
    sha256: str = required(str)
    media_type: str = one_of("photo", "video", default="photo")
    press_id: str = ""
    timestamp: int = 0
    age_ms: int = -1
    number: int = 0


class Pong(Message):
    """Here I am."""

    TYPE = "pong"


def _by_type(others: object, *classes: "type[Message]") -> "dict[str, type[Message]]":
    known = {cls.TYPE: cls for cls in classes}
    known[OTHERS] = others  # type: ignore[assignment]
    return known


TO_GLASSES = _by_type(
    command,
    PhoneReady,
    AuthToken,
    SetSystemTime,
    ButtonPressResponse,
    TakePhoto,
    StartVideoRecording,
    StopVideoRecording,
    GetVideoRecordingStatus,
    FileHave,
    TransferComplete,
    Ping,
    RequestBatteryState,
    RequestVersion,
)
"""What the glasses understand, by type."""

TO_GATEWAY = _by_type(
    report,
    GlassesReady,
    TokenStatus,
    VersionInfo,
    BatteryStatus,
    ButtonPress,
    PhotoStatus,
    VideoRecordingStatus,
    FileAnnounce,
    Pong,
)
"""What the gateway understands from the glasses, by type."""
