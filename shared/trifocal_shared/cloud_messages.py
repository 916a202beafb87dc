"""Every message between gateway and cloud on the button and photo path, once (PROTOCOL-device §5, §6)."""

from trifocal_shared.message import Message, one_of, required
from trifocal_shared.messages import ButtonPress, PhotoStatus, StartVideoRecording, StopVideoRecording

LONGEST_SSID = 32
"""IEEE 802.11 allows no longer name of a network."""

LINK_SCANNING, LINK_STANDS, MCU_READY, GLASSES_READY = "scanning", "linked", "mcu_ready", "glasses_ready"
"""How far the link has come: nobody heard yet, bytes could pass, the button controller answers, the glasses do."""

# Gateway -> cloud, WebSocket


class ConnectionInit(Message):
    """Asks for the `connection_ack` once more; who speaks is known from the socket."""

    TYPE = "connection_init"


class GlassesConnectionState(Message):
    """Whether the glasses are within reach of the gateway. `wifi` is {connected, ssid}, empty while that is unknown.

    `link` says it more closely; it is Trifocal's, and empty from others.
    """

    TYPE = "glasses_connection_state"
    status: str = one_of("DISCONNECTED", "SCANNING", "BONDING", "CONNECTING", "CONNECTED")
    model_name: str = ""
    wifi: dict[str, object] = {}
    link: str = ""


class GlassesBatteryUpdate(Message):
    """Battery of the glasses in percent; -1 minutes remaining is unknown."""

    TYPE = "glasses_battery_update"
    level: int = required(int)
    charging: bool = False
    time_remaining: int = -1


class PhotoProgress(Message):
    """How much of a photo has come from the glasses, for people to see it move; nothing follows from it."""

    TYPE = "photo_progress"
    request_id: str = required(str)
    press_id: str = ""
    done_bytes: int = required(int)
    total_bytes: int = required(int)
    bytes_per_second: int = 0


class StartApp(Message):
    """The person wants this app to run, and said so on their phone; answered by `app_state_change`."""

    TYPE = "start_app"
    package_name: str = required(str)


class StopApp(Message):
    """The person wants this app to run no more; answered by `app_state_change`."""

    TYPE = "stop_app"
    package_name: str = required(str)


class ControlResult(Message):
    """The one answer to a `ControlRequest`: a `reason` where it failed, else what the glasses have said of it."""

    TYPE = "glasses_control_result"
    command_id: str = required(str)
    success: bool = required(bool)
    reason: str = ""
    values: dict[str, object] = {}


# Cloud -> gateway, WebSocket


class ControlRequest(Message):
    """Have the glasses do this: a command of `control_messages` by its name, with its fields. Trifocal's own."""

    TYPE = "glasses_control"
    SECRETS = ("values",)
    command_id: str = required(str)
    command: str = required(str)
    values: dict[str, object] = {}


class ConnectionAck(Message):
    """The session stands; sent unasked on connection."""

    TYPE = "connection_ack"
    session_id: str = required(str)
    user_session: dict[str, object] = required(dict)
    timestamp: str = ""


class ConnectionError(Message):  # noqa: A001 - the wire's own name
    """The session could not be made, or this connection was replaced by a newer one."""

    TYPE = "connection_error"
    message: str = required(str)
    code: str = ""
    timestamp: str = ""


class AppStateChange(Message):
    """Which apps run now; the `user_session` is that of the acknowledgement."""

    TYPE = "app_state_change"
    session_id: str = required(str)
    user_session: dict[str, object] = required(dict)
    timestamp: str = ""


class PhotoRequest(Message):
    """Somebody wants a photo now; `timestamp` is epoch milliseconds, so that a stale one can be refused."""

    TYPE = "photo_request"
    request_id: str = required(str)
    app_id: str = required(str)
    size: str = one_of("small", "medium", "large", "full", default="medium")
    compress: str = "none"
    save_to_gallery: bool = True
    flash: bool = True
    sound: bool = True
    timestamp: int = 0


TO_CLOUD = {
    cls.TYPE: cls
    for cls in (
        ConnectionInit,
        GlassesConnectionState,
        GlassesBatteryUpdate,
        ButtonPress,
        PhotoStatus,
        PhotoProgress,
        StartApp,
        StopApp,
        ControlResult,
    )
}
"""What the cloud understands from a gateway, by type."""

TO_PHONE = {
    cls.TYPE: cls
    for cls in (
        ConnectionAck,
        ConnectionError,
        AppStateChange,
        PhotoRequest,
        ControlRequest,
        StartVideoRecording,
        StopVideoRecording,
    )
}
"""What a gateway understands from the cloud, by type."""


# HTTP


class ButtonPressReport(Message):
    """Body of `POST /api/hardware/button-press`. Without a `press_id` a repeat cannot be told from a second press.

    `timestamp` is when the thumb was on the button, epoch ms, 0 unknown.
    """

    button_id: str = required(str)
    press_type: str = required(str)
    device_id: str = ""
    press_id: str = ""
    timestamp: int = 0
    recording: bool = False


class ButtonPressAnswer(Message):
    """What the cloud wants done about a press."""

    success: bool = required(bool)
    action: str = ""
    request_id: str = ""
    save_to_gallery: bool = True


class UploadMetadata(Message):
    """The `metadata` part of `POST /api/photos/upload`; `timestamp` is when the shutter fell, epoch ms, 0 unknown."""

    request_id: str = required(str)
    device_id: str = ""
    timestamp: int = 0
    media_type: str = one_of("photo", "video", default="photo")
    app_id: str = ""
    press_id: str = ""
    sha256: str = ""


class UploadAnswer(Message):
    """Answer to an upload that is durable now; `url` and `photo_url` are one thing in two spellings."""

    success: bool = required(bool)
    request_id: str = required(str)
    url: str = ""
    photo_url: str = ""
    photo_id: str = ""
    sha256: str = ""
    duplicate: bool = False
