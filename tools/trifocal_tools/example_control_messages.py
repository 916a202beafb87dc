"""One true-to-life example of every message of the control plane, by who says it to whom."""

from trifocal_shared import reasons
from trifocal_shared.control_messages import Control as Said
from trifocal_shared.message import Message

KEY = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
NUMBER = "000102030405060708090a0b0c0d0e0f"
PROOF = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
PASSWORD = "correct horse"  # noqa: S105 - an example

TO_GLASSES: list[Message] = [
    Said("set_wifi_credentials", ssid="house", password=PASSWORD),
    Said("set_wifi_credentials", ssid="open to all"),
    Said("request_wifi_status"),
    Said("request_wifi_scan"),
    Said("cs_syvr"),
    Said("disconnect_wifi"),
    Said("forget_wifi", ssid="house"),
    Said("set_hotspot_state", enabled=True, ssid="lens", password=PASSWORD),
    Said("query_gallery_status"),
    Said("set_photo_mode", mode="save_locally"),
    Said("save_in_gallery_mode", active=True),
    Said("button_photo_setting", size="large"),
    Said("button_video_recording_setting", params={"width": 1280, "height": 720, "fps": 30}),
    Said("button_max_recording_time", minutes=10),
    Said("button_camera_led", enabled=True),
    Said("button_mode_setting"),
    Said("camera_fov_setting"),
    Said("camera_tuning_config"),
    Said("set_gallery_server_enabled", request_id="g-1"),
    Said("rgb_led_control_on", led=2, ontime=500, offtime=500, count=3, brightness=200, requestId="l-1"),
    Said("rgb_led_control_off", requestId="l-2"),
    Said("rgb_led_photo_flash", duration=5000, brightness=200),
    Said("rgb_led_video_solid", brightness=200),
    Said("reboot"),
    Said("shutdown"),
    Said("start_rtmp_stream", streamId="s1", rtmpUrl="rtmp://live.example.com/app/key"),
    Said("owner_pair", key=KEY),
    Said("owner_proof", nonce=NUMBER, proof=PROOF),
]

TO_GATEWAY: list[Message] = [
    Said("wifi_status", connected=True, ssid="house", local_ip="192.168.0.7"),
    Said("wifi_status", connected=False, error=reasons.WRONG_PASSWORD),
    Said(
        "wifi_scan_result",
        networks_neo=[{"ssid": "house", "signal_strength": -45, "security": "WPA2"}],
        networks=["house"],
        scan_complete=True,
    ),
    Said("wifi_forget_result", ssid="house", success=True),
    Said("hotspot_status_update", hotspot_enabled=True, hotspot_ssid="lens", hotspot_gateway_ip="192.168.4.1"),
    Said("hotspot_error", error_message=reasons.UNSUPPORTED),
    Said("gallery_status", photos=25, videos=0, total=25, total_size=2_147_483, has_content=True),
    Said("set_photo_mode_ack", mode="save_locally"),
    Said("settings_ack", setting="button_photo_setting", success=True),
    Said("settings_ack", setting="button_camera_led", success=False, error=reasons.FORBIDDEN, request_id="s-1"),
    Said("rgb_led_control_on_response", success=True, requestId="l-1"),
    Said("rgb_led_control_off_response", success=True, requestId="l-2"),
    Said("rgb_led_photo_flash_response", success=True),
    Said("rgb_led_video_solid_response", success=True),
    Said("rgb_led_control_error", error=reasons.UNSUPPORTED, requestId="l-1"),
    Said(
        "touch_event",
        gesture_name="double_tap",
        device_model="Trifocal Sim",
        press_id="1a2b3c4d-8",
        timestamp=1_760_000_000_000,
    ),
    Said("swipe_volume_status", enabled=True),
    Said("switch_status", switch_type=2, switch_value=1),
    Said("rtmp_stream_status", streamId="s1", status="error", errorDetails="unsupported"),
    Said("owner_state", state="pairing", key=KEY),
    Said("owner_state", state="locked", nonce=NUMBER),
    Said("owner_state", state="welcome", proof=PROOF),
    Said("owner_state", state="refused"),
]
