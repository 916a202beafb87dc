"""Freenove ESP32-S3-WROOM CAM: an ESP32-S3 with 8 MB of PSRAM and an OV2640 (the pins of Espressif's ESP32-S3-EYE).

GPIO0   the BOOT button: photo            GPIO14  video button to ground
GPIO1   battery, through a divider of two equal resistors (without one the battery reads as full)
GPIO2   the LED marked ON, lit when high: the privacy light
GPIO43  to the gateway, if wired          GPIO44  from the gateway, if wired
"""

from trifocal_firmware.boards.espressif import CameraBoard


class FreenoveS3(CameraBoard):
    """The board."""

    model = "Freenove ESP32-S3 CAM"
    PREFIX = "freenove"
    CAMERA = {
        "data_pins": [11, 9, 8, 10, 12, 18, 17, 16],
        "pclk_pin": 13,
        "vsync_pin": 6,
        "href_pin": 7,
        "sda_pin": 4,
        "scl_pin": 5,
        "xclk_pin": 15,
        "xclk_freq": 20_000_000,
        "powerdown_pin": -1,
        "reset_pin": -1,
    }
    BUTTONS = {"photo": 0, "video": 14}
    LIGHT = (2, 1)
    CELL = (1, 2.0)
    WIRE = (43, 44)
