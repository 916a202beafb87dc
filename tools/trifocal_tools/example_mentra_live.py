"""A session with Mentra Live, written down as its reference behaviour is described (PROTOCOL-device §2): handshake,
message ids, chunks both ways, packets of a file, the second way, and the quirks.

Each step says what comes at a time `at`, in ms from the opening of the link: `glasses`, what they write, and `cloud`,
what the cloud asks or answers. `hears` is what the glasses get to hear until the next step, in its order, and `told`
what the cloud is told of photos: request, step, reason. Of a message only what matters is written down.
"""

import json

from trifocal_shared.chunk import HANDSHAKE, OFFER, chunks, fragments
from trifocal_shared.frame import PHOTO, STRING, encode_file_packet, encode_frame

Vector = dict[str, object]

SID = "5f1c09ab"
TOKEN = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJhZGEifQ" * 20 + ".c2lnbmF0dXJl"
FIRST_ID = 1
AVIF = b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00" + bytes(range(256)) * 9
NAME = "I000000001.avif"
PACK = 400
AUDIO = b"\xa0" + bytes(range(40, 80))


def _java(value: object) -> str:
    """JSON as Android writes it: with a backslash before each slash."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def _soc(**message: object) -> bytes:
    """A frame of the glasses themselves."""
    return encode_frame(STRING, _java({"C": _java(message), "V": 1, "B": {}}).encode(), little_endian=False)


def _mcu(command: str, body: object) -> bytes:
    """A frame of their button controller, which passes frames on and answers a few by itself."""
    return encode_frame(STRING, _java({"C": command, "S": 0, "V": 1, "B": body}).encode(), little_endian=False)


def _chunked(**message: object) -> list[bytes]:
    return [_soc(**chunk) for chunk in chunks(_java(message).encode(), "77002_1760000000000_1", 77002, 40)]


def _compact(number: int, **message: object) -> list[bytes]:
    return fragments(_java(message).encode(), number, 0, 240)


def _packets(*, without: int = -1, damaged: int = -1) -> list[bytes]:
    found = []
    for index in range(-(-len(AVIF) // PACK)):
        data = AVIF[index * PACK : (index + 1) * PACK]
        packet = encode_file_packet(PHOTO, index, len(AVIF), NAME, data, flags=1)
        if index == damaged:
            packet = packet[:40] + bytes((packet[40] ^ 1,)) + packet[41:]
        if index != without:
            found.append(packet)
    return found


def _step(name: str, at: int, glasses: list[bytes], hears: list[Vector], **more: object) -> Vector:
    return {"name": name, "at": at, "glasses": [data.hex() for data in glasses], "hears": hears, **more}


def _ack(message_id: int) -> bytes:
    return _soc(type="msg_ack", mId=message_id, timestamp=1_760_000_000_000)


def _status(request_id: str, status: str, **more: object) -> bytes:
    return _soc(type="photo_status", requestId=request_id, status=status, timestamp=1_760_000_000_000, **more)


_VERSION = {"app_version": "1.0.38", "build_number": "38", "device_model": "Mentra Live", "android_version": "11"}
_GREETING: list[Vector] = [
    {"type": "set_ble_mtu", "mtu": 512},
    {"C": "cs_batv"},
    {"type": "save_in_gallery_mode", "active": False},
    {"type": "set_system_time"},
    {"type": "request_battery_state"},
    {"type": "request_version"},
    {"type": "request_wifi_status"},
]

STEPS: list[Vector] = [
    _step("the link opens; only the button controller is awake", 0, [], [{"type": "phone_ready"}]),
    _step(
        "it reports the battery by itself", 1_000, [_mcu("sr_batv", {"vt": 3912, "pt": 67})], [{"type": "phone_ready"}]
    ),
    _step(
        "the glasses are awake, and audio is among their frames",
        4_000,
        [AUDIO, _soc(type="glasses_ready", timestamp=1_760_000_000_000, sid=SID), AUDIO],
        _GREETING,
    ),
    _step(
        "they say their version in parts, the second of which is none of a version",
        4_300,
        [
            _soc(type="version_info_1", chunkIndex=0, chunkCount=2, final=False, sid=SID, **_VERSION),
            _soc(
                type="version_info_3",
                chunkIndex=1,
                chunkCount=2,
                final=True,
                ota_version_url="https://x.example/v.json",
            ),
            _soc(type="wifi_status", connected=False, ssid=""),
        ],
        [{"type": "auth_token", "coreToken": TOKEN, "mId": 1}],
    ),
    _step(
        "the token has arrived",
        4_700,
        [_ack(1), _soc(type="token_status", success=True, timestamp=1_760_000_000_000)],
        [],
    ),
    _step(
        "a photo is asked for, under a name for its packets",
        10_000,
        [],
        [{"type": "take_photo", "requestId": "r1", "bleImgId": "I000000001", "transferMethod": "ble", "mId": 2}],
        cloud={"type": "photo_request", "requestId": "r1"},
    ),
    _step(
        "it is under way",
        10_050,
        [_ack(2), _status("r1", "accepted"), _status("r1", "queued"), _status("r1", "configuring")],
        [],
        told=[["r1", "capturing", ""]],
    ),
    _step(
        "it is taken; they say so twice, for our first acknowledgement was lost",
        10_900,
        [_status("r1", "captured", mId=77001)] * 2,
        [{"type": "msg_ack", "mId": 77001}] * 2,
        told=[["r1", "captured", ""]],
    ),
    _step(
        "a long word of theirs comes in chunks",
        11_000,
        _chunked(
            type="photo_status", requestId="r1", status="compressing", resolvedConfig={"iso": 600, "mode": "x" * 80}
        ),
        [{"type": "msg_ack", "mId": 77002}],
    ),
    _step(
        "the packets are ready, and announced in a shape of theirs",
        11_500,
        [
            _soc(type="ble_photo_ready", requestId="r1", bleImgId="I000000001", compressionDurationMs=420),
            _soc(type="file_announce", fileName=NAME, totalPackets=6, fileSize=len(AVIF)),
        ],
        [{"type": "ble_ready_ack", "requestId": "r1", "mId": 3}],
    ),
    _step(
        "one packet is damaged and another one lost",
        11_600,
        [_ack(3), *_packets(without=1, damaged=3)],
        [{"type": "transfer_complete", "fileName": NAME, "success": False, "mId": 4}],
        told=[["r1", "transferring", ""]],
    ),
    _step(
        "the whole file comes again, some of it twice",
        12_400,
        [_ack(4), *_packets(), *_packets()[:2]],
        [{"type": "transfer_complete", "fileName": NAME, "success": True, "mId": 5}],
        told=[["r1", "queued", ""], ["r1", "uploading", ""]],
    ),
    _step("they have heard it", 12_450, [_ack(5)], []),
    _step(
        "a press, which has no id; the cloud wants a photo for it",
        20_000,
        [_soc(type="button_press", buttonId="camera", pressType="short", timestamp=1_760_000_016_000)],
        [{"type": "take_photo", "requestId": "r2", "bleImgId": "I000000002", "mId": 6}],
        cloud={"action": "take_photo", "requestId": "r2"},
    ),
    _step(
        "the battery is too low for it",
        20_100,
        [
            _ack(6),
            _soc(type="photo_error_response", requestId="r2", error_code="BATTERY_LOW", error_message="Battery (8%)"),
        ],
        [{"type": "ping"}],
        told=[["r2", "failed", "battery_low"]],
    ),
    _step(
        "a photo that they give up",
        30_100,
        [_soc(type="pong")],
        [{"type": "take_photo", "requestId": "r3", "bleImgId": "I000000003", "mId": 7}],
        cloud={"type": "photo_request", "requestId": "r3"},
    ),
    _step(
        "its packets stop",
        30_200,
        [
            _ack(7),
            _status("r3", "capturing"),
            _soc(type="ble_photo_ready", requestId="r3", bleImgId="I000000003"),
            _soc(type="transfer_failed", fileName="I000000003.avif", reason="packet_timeout"),
        ],
        [{"type": "ble_ready_ack", "requestId": "r3", "mId": 8}],
        told=[["r3", "capturing", ""], ["r3", "captured", ""], ["r3", "failed", "transfer_failed"]],
    ),
    _step(
        "a photo of which nothing more is heard",
        31_000,
        [_ack(8)],
        [{"type": "take_photo", "requestId": "r4", "bleImgId": "I000000004", "mId": 9}],
        cloud={"type": "photo_request", "requestId": "r4"},
    ),
    _step(
        "it was taken, and then there is silence",
        31_100,
        [_ack(9), _status("r4", "captured"), _soc(type="ble_photo_ready", requestId="r4", bleImgId="I000000004")],
        [{"type": "ble_ready_ack", "requestId": "r4", "mId": 10}],
        told=[["r4", "captured", ""]],
    ),
    _step(
        "but an acknowledgement",
        31_150,
        [_ack(10)],
        [{"type": "ping"}],
        told=[["r4", "failed", "transfer_failed"]],
    ),
    _step(
        "they offer the second way",
        61_000,
        [_soc(type="pong"), *fragments(OFFER, 1, HANDSHAKE, 240)],
        [{"handshake": "v2"}],
    ),
    _step(
        "a photo is asked for in it",
        61_100,
        [],
        [{"type": "take_photo", "requestId": "r5", "bleImgId": "I000000005", "mId": 11}],
        cloud={"type": "photo_request", "requestId": "r5"},
    ),
    _step(
        "they shorten what they say of it",
        61_200,
        [
            *_compact(2, type="msg_ack", mId=11, timestamp=1_760_000_057_200),
            *_compact(3, t="photo_status", r="r5", s=3, ts=950, src=0),
            *_compact(4, t="photo_response", r="r5", ts=990, success=False, error="CAMERA_BUSY"),
        ],
        [],
        told=[["r5", "capturing", ""], ["r5", "failed", "camera_busy"]],
    ),
    _step(
        "they have begun anew without the link being lost",
        62_000,
        [_soc(type="glasses_ready", timestamp=1_760_000_058_000, sid="0d44a7e2")],
        [{"type": "phone_ready"}],
    ),
    _step(
        "and are greeted anew, in the first way",
        62_200,
        [_soc(type="glasses_ready", timestamp=1_760_000_058_200, sid="0d44a7e2")],
        _GREETING,
    ),
    _step(
        "and get the token again",
        62_500,
        [_soc(type="version_info", timestamp=1_760_000_058_500, **_VERSION)],
        [{"type": "auth_token", "coreToken": TOKEN}],
    ),
]
