"""One true-to-life example of every message, by who says it to whom: what the golden vectors are made of."""

from trifocal_shared import cloud_messages as cloud
from trifocal_shared import messages as link
from trifocal_shared import reasons
from trifocal_shared import sim_messages as sim
from trifocal_shared.message import Message

AT = 1_760_000_000_000
REQUEST = "3f1d6c0e-5a57-4a8e-9a3c-0d2f4b6e8a10"
PRESS = "1a2b3c4d-7"
DEVICE = "trifocal-sim-01"
FILE = "P000000042.jpg"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

GATEWAY_TO_GLASSES: list[Message] = [
    link.PhoneReady(timestamp=AT, protocol=1),
    link.AuthToken(core_token="header.payload.signature", timestamp=AT),  # noqa: S106 - an example
    link.SetSystemTime(timestamp_ms=AT),
    link.ButtonPressResponse(press_id=PRESS, success=True, action="take_photo", request_id=REQUEST),
    link.ButtonPressResponse(press_id=PRESS, success=False, error_code=reasons.CLOUD_UNREACHABLE),
    link.TakePhoto(request_id=REQUEST, size="large", timestamp=AT),
    link.StartVideoRecording(request_id=REQUEST, timestamp=AT),
    link.StopVideoRecording(request_id=REQUEST),
    link.GetVideoRecordingStatus(),
    link.FileHave(file_name=FILE, offset=0),
    link.FileHave(file_name=FILE, offset=6400, window=16),
    link.TransferComplete(file_name=FILE, success=True, timestamp=AT),
    link.TransferComplete(file_name=FILE, success=False, timestamp=AT),
    link.Ping(),
    link.RequestBatteryState(),
    link.RequestVersion(),
]

GLASSES_TO_GATEWAY: list[Message] = [
    link.GlassesReady(sid="1a2b3c4d", timestamp=AT, protocol=1),
    link.TokenStatus(success=True, timestamp=AT),
    link.VersionInfo(app_version="0.1.0", device_model="Trifocal Sim", timestamp=AT),
    link.BatteryStatus(level=67, charging=True),
    link.ButtonPress(press_id=PRESS, button_id="photo", press_type="short", device_id=DEVICE, timestamp=AT),
    link.PhotoStatus(request_id=REQUEST, status="captured", press_id=PRESS, timestamp=AT),
    link.VideoRecordingStatus(success=True, status="recording_started", request_id=REQUEST, recording=True),
    link.VideoRecordingStatus(
        success=True, status="recording_stopped", request_id=REQUEST, details=reasons.LENGTH_LIMIT
    ),
    link.PhotoStatus(request_id=REQUEST, status="failed", error_code=reasons.CAMERA_BUSY, timestamp=AT),
    link.FileAnnounce(
        file_name=FILE, request_id=REQUEST, size=123_456, sha256=SHA256, press_id=PRESS, timestamp=AT, age_ms=1500
    ),
    link.FileAnnounce(file_name=FILE, request_id="local_1a2b3c4d_8", size=99_999, sha256=SHA256, number=42),
    link.Pong(),
]

GATEWAY_TO_CLOUD: list[Message] = [
    cloud.ConnectionInit(),
    cloud.GlassesConnectionState(status="CONNECTED", model_name="Trifocal Sim"),
    cloud.GlassesConnectionState(status="CONNECTING", link="mcu_ready"),
    cloud.GlassesConnectionState(
        status="CONNECTED", model_name="Trifocal Sim", wifi={"connected": True, "ssid": "house"}
    ),
    cloud.GlassesBatteryUpdate(level=67, charging=False),
    link.ButtonPress(press_id=PRESS, button_id="photo", press_type="short", device_id=DEVICE, timestamp=AT),
    link.PhotoStatus(request_id=REQUEST, status="uploading", source="gateway", timestamp=AT),
    cloud.PhotoProgress(
        request_id=REQUEST, press_id=PRESS, done_bytes=48_600, total_bytes=123_456, bytes_per_second=160_000
    ),
    cloud.StartApp(package_name="org.example.notes"),
    cloud.StopApp(package_name="org.example.notes"),
    cloud.ControlResult(command_id="c-1", success=True, values={"connected": True, "ssid": "house"}),
    cloud.ControlResult(command_id="c-2", success=False, reason="wrong_password"),
]

CLOUD_TO_GATEWAY: list[Message] = [
    cloud.ConnectionAck(session_id="s-1", user_session={"userId": "ada@example.org"}, timestamp="2025-10-09T08:53:20Z"),
    cloud.AppStateChange(
        session_id="s-1",
        user_session={"userId": "ada@example.org", "activeAppSessions": ["org.example.notes"]},
        timestamp="2025-10-09T08:53:20Z",
    ),
    cloud.ConnectionError(message="replaced by a newer connection", code="replaced"),
    cloud.PhotoRequest(request_id=REQUEST, app_id="system", size="medium", timestamp=AT),
    cloud.ControlRequest(
        command_id="c-1", command="set_wifi_credentials", values={"ssid": "house", "password": "not telling"}
    ),
    link.StartVideoRecording(request_id=REQUEST, timestamp=AT),
    link.StopVideoRecording(),
]

HTTP_TO_CLOUD: list[Message] = [
    cloud.ButtonPressReport(button_id="photo", press_type="short", device_id=DEVICE, press_id=PRESS, timestamp=AT),
    cloud.ButtonPressReport(button_id="video", press_type="long", device_id=DEVICE, press_id=PRESS, recording=True),
    cloud.UploadMetadata(request_id=REQUEST, device_id=DEVICE, timestamp=AT, press_id=PRESS, sha256=SHA256),
]

HTTP_FROM_CLOUD: list[Message] = [
    cloud.ButtonPressAnswer(success=True, action="take_photo", request_id=REQUEST),
    cloud.ButtonPressAnswer(success=True, action="start_video", request_id=REQUEST),
    cloud.UploadAnswer(
        success=True,
        request_id=REQUEST,
        url="/api/gallery/p1/original",
        photo_url="/api/gallery/p1/original",
        photo_id="p1",
        sha256=SHA256,
    ),
]

SIM_TO_CLOUD: list[Message] = [
    sim.SimState(
        python="micropython",
        online=True,
        linked=True,
        folded=False,
        battery=67,
        charging=False,
        light="photo",
        camera="pattern",
        camera_state="capturing",
        stored_photos=1,
    ),
    sim.SimResult(command_id="c1", success=True, press_id=PRESS),
    sim.SimResult(command_id="c2", success=False, error_code=reasons.GLASSES_OFFLINE, error_message="no link"),
]

CLOUD_TO_SIM: list[Message] = [
    sim.SimCommand(command_id="c1", command="press", value="photo"),
    sim.SimCommand(command_id="c2", command="battery", value="42"),
]
