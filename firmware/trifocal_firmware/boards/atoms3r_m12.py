"""M5Stack AtomS3R-M12: an ESP32-S3 with 8 MB of PSRAM and an OV3660. The AtomS3R-CAM has the same pins, but its GC0308
makes no JPEG: the sensor refuses, and each photo ends as `capture_failed`.

    GPIO8   photo button to ground            GPIO7   video button to ground
    GPIO6   battery, through a divider of two equal resistors (without one the battery reads as full)
    GPIO5   an LED to ground, through a resistor: the privacy light (the board has an infrared one only)
    GPIO2   to the gateway, if wired          GPIO1   from the gateway, if wired (the Grove socket)
    GPIO18  gives the camera its power when low
"""

from trifocal_firmware.boards.espressif import CameraBoard


class AtomS3RM12(CameraBoard):
    """The board."""

    model = "M5Stack AtomS3R-M12"
    PREFIX = "atoms3r"
    CAMERA = {
        "data_pins": [3, 42, 46, 48, 4, 17, 11, 13],
        "pclk_pin": 40,
        "vsync_pin": 10,
        "href_pin": 14,
        "sda_pin": 12,
        "scl_pin": 9,
        "xclk_pin": 21,
        "xclk_freq": 20_000_000,
        "powerdown_pin": -1,
        "reset_pin": -1,
    }
    BUTTONS = {"photo": 8, "video": 7}
    LIGHT = (5, 1)
    CELL = (6, 2.0)
    POWER = (18, 0)
    WIRE = (2, 1)
