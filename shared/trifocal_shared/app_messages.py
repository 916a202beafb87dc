"""Every message between an app and the cloud, once (PROTOCOL-apps §2): the wire of `@mentra/sdk` 2.1.29.

Times are ISO 8601 strings. Who speaks is known from the socket: ids in messages after the first are not to be trusted.
"""

from trifocal_shared.message import Message, one_of, required

SIZES = ("small", "medium", "large", "full")
COMPRESSIONS = ("none", "medium", "heavy")

# App -> cloud


class AppConnectionInit(Message):
    """The first message on a socket: which of the sessions that the cloud asked for this is."""

    TYPE = "tpa_connection_init"
    SECRETS = ("api_key", "session_id")
    session_id: str = required(str)
    package_name: str = required(str)
    api_key: str = required(str)


class SubscriptionUpdate(Message):
    """The whole list of streams that the app wants to hear from now on; texts, or objects with a `stream`."""

    TYPE = "subscription_update"
    subscriptions: list[object] = required(list)


class AppPhotoRequest(Message):
    """The app wants a photo; its answer goes to the app's server over HTTP under the same id."""

    TYPE = "photo_request"
    SECRETS = ("auth_token",)
    request_id: str = required(str)
    size: str = one_of(*SIZES, default="medium")
    compress: str = one_of(*COMPRESSIONS, default="none")
    save_to_gallery: bool = False
    custom_webhook_url: str = ""
    auth_token: str = ""


class RtmpStreamRequest(Message):
    """Stream to an RTMP address of the app's own."""

    TYPE = "rtmp_stream_request"
    SECRETS = ("rtmp_url",)
    rtmp_url: str = ""
    video: dict[str, object] = {}
    audio: dict[str, object] = {}
    stream: dict[str, object] = {}


class RtmpStreamStop(Message):
    """End the stream to an address of the app's own; without an id, any of this app's."""

    TYPE = "rtmp_stream_stop"
    stream_id: str = ""


class ManagedStreamRequest(Message):
    """Stream through the cloud's own media plane."""

    TYPE = "managed_stream_request"
    SECRETS = ("restream_destinations",)
    quality: str = ""
    enable_web_r_t_c: bool = True  # on the wire `enableWebRTC`
    video: dict[str, object] = {}
    audio: dict[str, object] = {}
    stream: dict[str, object] = {}
    restream_destinations: list[object] = []


class ManagedStreamStop(Message):
    """This app is done with the managed stream."""

    TYPE = "managed_stream_stop"


class StreamStatusCheck(Message):
    """Whether a stream of this user runs, whoever started it."""

    TYPE = "stream_status_check"


class OwnershipRelease(Message):
    """When this socket closes, that is meant: the app is not to be brought back."""

    TYPE = "ownership_release"
    reason: str = ""


class RequestWifiSetup(Message):
    """Ask the person to give the glasses a Wi-Fi network."""

    TYPE = "request_wifi_setup"
    reason: str = ""


class RgbLedControl(Message):
    """Light of the glasses."""

    TYPE = "rgb_led_control"
    request_id: str = ""
    action: str = ""


class AudioPlayRequest(Message):
    """Sound on the glasses or the phone."""

    TYPE = "audio_play_request"
    request_id: str = ""


class AudioStopRequest(Message):
    """No more sound."""

    TYPE = "audio_stop_request"


class LocationPollRequest(Message):
    """Where the person is, once."""

    TYPE = "location_poll_request"
    correlation_id: str = ""


class AppDirectMessage(Message):
    """A word to the same app of another user."""

    TYPE = "app_direct_message"
    message_id: str = ""


class DisplayEvent(Message):
    """Something for a display."""

    TYPE = "display_event"


class DashboardContentUpdate(Message):
    """Something for the dashboard of a display."""

    TYPE = "dashboard_content_update"


# Cloud -> app


class AppConnectionAck(Message):
    """The session stands: what the person has set, and what the glasses can do."""

    TYPE = "tpa_connection_ack"
    ALIASES = {"augmentosSettings": "mentraos_settings"}
    session_id: str = ""
    settings: list[object] = []
    mentraos_settings: dict[str, object] = {}
    capabilities: dict[str, object] = {}
    timestamp: str = ""


class AppConnectionError(Message):
    """Something went wrong that has no message of its own. The socket stays open unless it is then closed."""

    TYPE = "tpa_connection_error"
    message: str = required(str)
    code: str = ""
    timestamp: str = ""


class AppStopped(Message):
    """The app was stopped; the close of the socket follows."""

    TYPE = "app_stopped"
    reason: str = ""
    message: str = ""
    timestamp: str = ""


class SettingsUpdate(Message):
    """The app's settings, all of them, each item with its `value`."""

    TYPE = "settings_update"
    package_name: str = ""
    settings: list[object] = required(list)
    timestamp: str = ""


class AugmentosSettingsUpdate(Message):
    """The person's settings of the whole system, all of them."""

    TYPE = "augmentos_settings_update"
    settings: dict[str, object] = required(dict)
    timestamp: str = ""


class CapabilitiesUpdate(Message):
    """Other glasses, other abilities."""

    TYPE = "capabilities_update"
    capabilities: dict[str, object] = {}
    model_name: str = ""
    timestamp: str = ""


class DeviceStateUpdate(Message):
    """How the glasses are; what is not in `state` has not changed."""

    TYPE = "device_state_update"
    state: dict[str, object] = required(dict)
    full_snapshot: bool = False
    timestamp: str = ""


class DataStream(Message):
    """Something happened that the app listens for."""

    TYPE = "data_stream"
    session_id: str = ""
    stream_type: str = required(str)
    data: dict[str, object] = {}
    timestamp: str = ""


class RtmpStreamStatus(Message):
    """Where a stream to an address of the app's own stands."""

    TYPE = "rtmp_stream_status"
    status: str = required(str)
    stream_id: str = ""
    error_details: str = ""
    app_id: str = ""
    timestamp: str = ""


class ManagedStreamStatus(Message):
    """Where the managed stream stands, and where it can be watched."""

    TYPE = "managed_stream_status"
    status: str = required(str)
    stream_id: str = ""
    hls_url: str = ""
    dash_url: str = ""
    webrtc_url: str = ""
    preview_url: str = ""
    thumbnail_url: str = ""
    message: str = ""
    timestamp: str = ""


class StreamStatusCheckResponse(Message):
    """Whether a stream of this user runs."""

    TYPE = "stream_status_check_response"
    has_active_stream: bool = required(bool)


class AppPermissionError(Message):
    """What was asked for needs permissions; each detail has `stream`, `requiredPermission` and `message`."""

    TYPE = "permission_error"
    message: str = required(str)
    details: list[object] = required(list)
    timestamp: str = ""


class AudioPlayResponse(Message):
    """What became of a sound."""

    TYPE = "audio_play_response"
    request_id: str = required(str)
    success: bool = required(bool)
    error: str = ""


class RgbLedControlResponse(Message):
    """What became of a light."""

    TYPE = "rgb_led_control_response"
    request_id: str = required(str)
    success: bool = required(bool)
    error: str = ""


class AppDirectMessageResponse(Message):
    """Whether a word to another user got there."""

    TYPE = "app_direct_message_response"
    message_id: str = required(str)
    success: bool = required(bool)


class CustomMessage(Message):
    """A word of the cloud's own."""

    TYPE = "custom_message"
    action: str = required(str)
    payload: dict[str, object] = {}


FROM_APP = {
    cls.TYPE: cls
    for cls in (
        AppConnectionInit,
        SubscriptionUpdate,
        AppPhotoRequest,
        RtmpStreamRequest,
        RtmpStreamStop,
        ManagedStreamRequest,
        ManagedStreamStop,
        StreamStatusCheck,
        OwnershipRelease,
        RequestWifiSetup,
        RgbLedControl,
        AudioPlayRequest,
        AudioStopRequest,
        LocationPollRequest,
        AppDirectMessage,
        DisplayEvent,
        DashboardContentUpdate,
    )
}
"""What the cloud understands from an app, by type."""

TO_APP = {
    cls.TYPE: cls
    for cls in (
        AppConnectionAck,
        AppConnectionError,
        AppStopped,
        SettingsUpdate,
        AugmentosSettingsUpdate,
        CapabilitiesUpdate,
        DeviceStateUpdate,
        DataStream,
        RtmpStreamStatus,
        ManagedStreamStatus,
        StreamStatusCheckResponse,
        AppPermissionError,
        AudioPlayResponse,
        RgbLedControlResponse,
        AppDirectMessageResponse,
        CustomMessage,
    )
}
"""What an app understands from the cloud, by type."""
