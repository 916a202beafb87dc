"""Seeed XIAO ESP32S3 Sense: an ESP32-S3 with 8 MB of PSRAM and an OV2640, OV3660 or OV5640 camera; it charges a cell.

D0  GPIO1   battery, through a divider of two equal resistors (without one the battery reads as full)
D1  GPIO2   photo button to ground        D3  GPIO4   video button to ground
D6  GPIO43  to the gateway, if wired      D7  GPIO44  from the gateway, if wired
user LED    GPIO21, lit when low: the privacy light
"""

from trifocal_firmware.boards.espressif import CameraBoard


class XiaoSense(CameraBoard):
    """The board."""

    model = "XIAO ESP32S3 Sense"
    PREFIX = "xiao"
    CAMERA = {
        "data_pins": [15, 17, 18, 16, 14, 12, 11, 48],
        "pclk_pin": 13,
        "vsync_pin": 38,
        "href_pin": 47,
        "sda_pin": 40,
        "scl_pin": 39,
        "xclk_pin": 10,
        "xclk_freq": 20_000_000,
        "powerdown_pin": -1,
        "reset_pin": -1,
    }
    BUTTONS = {"photo": 2, "video": 4}
    LIGHT = (21, 0)
    CELL = (1, 2.0)
    WIRE = (43, 44)
