"""AI-Thinker ESP32-CAM: an ESP32 with 4 MB of PSRAM and an OV2640. No charger and no free analogue pin: it runs on USB.

GPIO13  photo button to ground            GPIO14  video button to ground (does not wake the board)
GPIO33  the red LED at the back, lit when low: the privacy light
GPIO15  to the gateway, if wired          GPIO2   from the gateway, if wired (no SD card then)
"""

from trifocal_firmware.boards.espressif import CameraBoard


class Esp32Cam(CameraBoard):
    """The board."""

    model = "AI-Thinker ESP32-CAM"
    PREFIX = "esp32cam"
    CAMERA = {
        "data_pins": [5, 18, 19, 21, 36, 39, 34, 35],
        "pclk_pin": 22,
        "vsync_pin": 25,
        "href_pin": 23,
        "sda_pin": 26,
        "scl_pin": 27,
        "xclk_pin": 0,
        "xclk_freq": 20_000_000,
        "powerdown_pin": 32,
        "reset_pin": -1,
    }
    BUTTONS = {"photo": 13, "video": 14}
    LIGHT = (33, 0)
    WIRE = (15, 2)
    WAKES_BY_ANY = False
