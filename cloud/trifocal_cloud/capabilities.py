"""Capabilities: what glasses of a model can do, in the words of the app protocol (PROTOCOL-apps §6.3).

Glasses tell the cloud their model and nothing else of what they are made of, so this is a table. A model that is not
in it is taken for plain camera glasses: this cloud serves no others. While the model is unknown nothing is held
against it, for an app turned away wrongly is worse than one that learns later what is missing.
"""

from collections.abc import Iterable
from copy import deepcopy

Capabilities = dict[str, object]

PLAIN = "Camera Glasses"
"""What glasses are called that have not said their model."""

_BUTTON_EVENTS = ("press", "long_press")
_PRIVACY = {
    "id": "privacy",
    "purpose": "privacy",
    "isFullColor": False,
    "color": "white",
    "position": "front_facing",
}
_FEEDBACK = {
    "id": "user_feedback",
    "purpose": "user_feedback",
    "isFullColor": True,
    "color": "rgb",
    "position": "user_facing",
}


def _resolution(width: int, height: int) -> dict[str, object]:
    return {"width": width, "height": height}


def _button(*events: str) -> dict[str, object]:
    return {"type": "press", "events": list(events), "isCapacitive": False}


def _camera_glasses(model: str, width: int, height: int, buttons: int) -> Capabilities:
    """Glasses with a camera, buttons and a privacy light. What they have besides is for the caller to add."""
    video = {"canRecord": False, "canStream": False, "supportedStreamTypes": [], "supportedResolutions": []}
    camera = {"resolution": _resolution(width, height), "hasHDR": False, "hasFocus": False, "video": video}
    return {
        "modelName": model,
        "hasCamera": True,
        "camera": camera,
        "hasDisplay": False,
        "display": None,
        "hasMicrophone": False,
        "microphone": None,
        "hasSpeaker": False,
        "speaker": None,
        "hasIMU": False,
        "imu": None,
        "hasButton": True,
        "button": {"count": buttons, "buttons": [_button(*_BUTTON_EVENTS) for _ in range(buttons)]},
        "hasLight": True,
        "light": {"count": 1, "lights": [_PRIVACY]},
        "power": {"hasExternalBattery": False},
        "hasWifi": False,
    }


def _mentra_live() -> Capabilities:
    video = {
        "canRecord": True,
        "canStream": True,
        "supportedStreamTypes": ["rtmp"],
        "supportedResolutions": [_resolution(1920, 1080), _resolution(1280, 720), _resolution(640, 480)],
    }
    camera = {"resolution": _resolution(1920, 1080), "hasHDR": False, "hasFocus": True, "video": video}
    return _camera_glasses("Mentra Live", 1920, 1080, 1) | {
        "camera": camera,
        "hasMicrophone": True,
        "microphone": {"count": 1, "hasVAD": True},
        "hasSpeaker": True,
        "speaker": {"count": 1, "isPrivate": False},
        "hasIMU": True,
        "imu": {"axisCount": 6, "hasAccelerometer": True, "hasCompass": False, "hasGyroscope": True},
        "button": {"count": 1, "buttons": [_button("press", "double_press", "long_press")]},
        "light": {"count": 2, "lights": [_PRIVACY, _FEEDBACK]},
        "hasWifi": True,
    }


MODELS = {
    "Mentra Live": _mentra_live(),
    "Trifocal Sim": _camera_glasses("Trifocal Sim", 2560, 1920, 2),
    "XIAO ESP32S3 Sense": _camera_glasses("XIAO ESP32S3 Sense", 1600, 1200, 2),
}
"""The models known by name, as they name themselves."""


def capabilities(model: str) -> Capabilities:
    """What glasses of this model can do; an object of the caller's own. `model` is empty while unknown."""
    return deepcopy(MODELS.get(model) or _camera_glasses(model or PLAIN, 1280, 960, 1))


def missing(model: str, required: Iterable[str]) -> tuple[str, ...]:
    """Those of the required kinds of hardware (`CAMERA`, `WIFI`, ...) that the model lacks; none while it is unknown.

    A kind that nobody knows is lacked by every known model.
    """
    if not model:
        return ()
    has = {name[3:].upper() for name, value in capabilities(model).items() if name.startswith("has") and value}
    return tuple(kind for kind in required if kind not in has)
