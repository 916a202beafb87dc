"""What only glasses of MentraOS say and hear, once (PROTOCOL-device §2.8, §2.9, §4.3). Not flashed."""

from trifocal_shared.message import Message, one_of, required
from trifocal_shared.messages import VersionInfo

# Gateway -> glasses


class TakeMentraPhoto(Message):
    """Take a photo and send its packets under the name `ble_img_id`: a letter and nine digits."""

    TYPE = "take_photo"
    request_id: str = required(str)
    app_id: str = ""
    transfer_method: str = one_of("ble", "auto", "direct")
    ble_img_id: str = required(str)
    size: str = "medium"
    compress: str = "none"
    save: bool = False
    flash: bool = True
    sound: bool = True
    timestamp: int = 0


class BleReadyAck(Message):
    """Send the packets of this photo now."""

    TYPE = "ble_ready_ack"
    request_id: str = required(str)


class SetBleMtu(Message):
    """How long a notification may be, with its three bytes of head: the packets of files are made to fit."""

    TYPE = "set_ble_mtu"
    mtu: int = required(int)


# Glasses -> gateway


class BlePhotoReady(Message):
    """The photo is taken and compressed; its packets follow."""

    TYPE = "ble_photo_ready"
    request_id: str = ""
    ble_img_id: str = required(str)


class PhotoResponse(Message):
    """What became of a request; a success says nothing that the packets do not."""

    TYPE = "photo_response"
    ALIASES = {"error": "error_message", "errorMessage": "error_message"}
    request_id: str = required(str)
    success: bool = False
    state: str = ""
    error_code: str = ""
    error_message: str = ""


class PhotoErrorResponse(Message):
    """The older word for a failure."""

    TYPE = "photo_error_response"
    ALIASES = {"error_code": "error_code", "error_message": "error_message"}
    request_id: str = required(str)
    error_code: str = ""
    error_message: str = ""


class TransferFailed(Message):
    """The glasses have given this file up."""

    TYPE = "transfer_failed"
    file_name: str = required(str)
    reason: str = ""


TO_GATEWAY: dict[str, type[Message]] = {
    cls.TYPE: cls for cls in (BlePhotoReady, PhotoResponse, PhotoErrorResponse, TransferFailed)
}
"""What the gateway understands besides `messages.TO_GATEWAY`, by type."""

TO_GATEWAY["version_info_1"] = TO_GATEWAY["version_info_3"] = VersionInfo
"""Newer glasses say who they are in parts, each of which leaves fields out."""
