"""The privacy light: what people in front of the glasses see. A pure function of the camera's state.

Whenever the sensor has power, the light is lit. `Glasses` sends the light's state with every change of the camera and
knows no other way to set it, so that no path, present or future, can take a picture in the dark.
"""

from trifocal_firmware.camera import OFF

DARK = "off"


def light(state: str, owner: str) -> str:
    """What the light shows: `off` without power on the sensor, else the name of the camera's owner."""
    return DARK if state == OFF else owner
