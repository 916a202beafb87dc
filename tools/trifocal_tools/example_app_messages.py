"""One true-to-life example of every message between an app and the cloud (see `example_messages`)."""

from trifocal_shared import app_messages as app
from trifocal_shared.message import Message

AT = "2026-02-03T10:00:00.000Z"
PACKAGE = "com.example.cam"
SESSION = "ann@example.com-com.example.cam-0123456789abcdef"
PHOTO = "photo_req_1770112800000_ab12cd3"
STREAM, MANAGED = "s1abc9", "m1abc9"
RTMP = "rtmp://media.example/live/key"
MEDIA = "https://media.example/m1abc9"

APP_TO_CLOUD: list[Message] = [
    app.AppConnectionInit(session_id=SESSION, package_name=PACKAGE, api_key="an example"),
    app.SubscriptionUpdate(subscriptions=[]),
    app.SubscriptionUpdate(
        subscriptions=["button_press", "transcription:en-US", {"stream": "location_stream", "rate": "high"}]
    ),
    app.AppPhotoRequest(request_id=PHOTO, size="large", compress="heavy", save_to_gallery=True),
    app.AppPhotoRequest(
        request_id=PHOTO,
        custom_webhook_url="https://photos.example/in",
        auth_token="an example",  # noqa: S106 - an example
    ),
    app.RtmpStreamRequest(
        rtmp_url=RTMP,
        video={"width": 1280, "height": 720, "bitrate": 2_000_000, "frameRate": 24},
        audio={"bitrate": 128_000, "sampleRate": 44_100, "echoCancellation": True},
        stream={"durationLimit": 600},
    ),
    app.RtmpStreamStop(stream_id=STREAM),
    app.RtmpStreamStop(),
    app.ManagedStreamRequest(),
    app.ManagedStreamRequest(
        quality="720p",
        enable_web_r_t_c=False,
        restream_destinations=[{"url": "rtmp://platform.example/live/key", "name": "Platform"}],
    ),
    app.ManagedStreamStop(),
    app.StreamStatusCheck(),
    app.OwnershipRelease(reason="clean_shutdown"),
    app.RequestWifiSetup(reason="to stream"),
    app.RgbLedControl(request_id="led_1", action="on"),
    app.AudioPlayRequest(request_id="audio_1"),
    app.AudioStopRequest(),
    app.LocationPollRequest(correlation_id="poll_1"),
    app.AppDirectMessage(message_id="message_1"),
    app.DisplayEvent(),
    app.DashboardContentUpdate(),
]

CLOUD_TO_APP: list[Message] = [
    app.AppConnectionAck(
        session_id=SESSION,
        settings=[
            {
                "key": "quality",
                "type": "select",
                "label": "Quality",
                "options": [{"label": "HD", "value": "hd"}],
                "defaultValue": "hd",
                "value": "hd",
            }
        ],
        mentraos_settings={"metricSystemEnabled": False, "brightness": 50},
        capabilities={"modelName": "Mentra Live", "hasCamera": True, "hasDisplay": False, "display": None},
        timestamp=AT,
    ),
    app.AppConnectionError(message="the package name or the API key is wrong", code="INVALID_API_KEY", timestamp=AT),
    app.AppStopped(reason="user_disabled", timestamp=AT),
    app.SettingsUpdate(
        package_name=PACKAGE, settings=[{"key": "flash", "type": "toggle", "value": True}], timestamp=AT
    ),
    app.AugmentosSettingsUpdate(settings={"metricSystemEnabled": True, "brightness": 70}, timestamp=AT),
    app.CapabilitiesUpdate(capabilities={"modelName": "Trifocal Sim", "hasCamera": True}, model_name="Trifocal Sim"),
    app.DeviceStateUpdate(
        state={"connected": True, "modelName": "Trifocal Sim", "batteryLevel": 67, "wifiSsid": None},
        full_snapshot=True,
        timestamp=AT,
    ),
    app.DeviceStateUpdate(state={"batteryLevel": 66}, timestamp=AT),
    app.DataStream(
        session_id=SESSION,
        stream_type="button_press",
        data={"type": "button_press", "buttonId": "photo", "pressType": "short", "timestamp": 1_770_112_800_000},
        timestamp=AT,
    ),
    app.RtmpStreamStatus(status="active", stream_id=STREAM, app_id=PACKAGE, timestamp=AT),
    app.RtmpStreamStatus(status="error", error_details="these glasses cannot do that", timestamp=AT),
    app.ManagedStreamStatus(
        status="active",
        stream_id=MANAGED,
        hls_url=f"{MEDIA}/index.m3u8",
        dash_url=f"{MEDIA}/manifest.mpd",
        webrtc_url=f"{MEDIA}/whep",
        preview_url=f"{MEDIA}/player",
        thumbnail_url=f"{MEDIA}/thumb.jpg",
        timestamp=AT,
    ),
    app.ManagedStreamStatus(status="stopped", stream_id=MANAGED, message="stopped by the app", timestamp=AT),
    app.StreamStatusCheckResponse(has_active_stream=False),
    app.AppPermissionError(
        message="1 subscription needs a permission",
        details=[{"stream": "audio_chunk", "requiredPermission": "MICROPHONE", "message": "declare MICROPHONE"}],
        timestamp=AT,
    ),
    app.AudioPlayResponse(request_id="audio_1", success=False, error="these glasses cannot do that"),
    app.RgbLedControlResponse(request_id="led_1", success=False, error="these glasses cannot do that"),
    app.AppDirectMessageResponse(message_id="message_1", success=False),
    app.CustomMessage(action="update_datetime", payload={"datetime": AT}),
]
