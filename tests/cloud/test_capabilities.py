"""Capabilities: the shape that the SDK reads, for models known and unknown, and what a model lacks."""

import pytest

from trifocal_cloud.capabilities import MODELS, PLAIN, capabilities, missing
from trifocal_firmware.boards.sim import SimBoard

PARTS = {
    "hasCamera": "camera",
    "hasDisplay": "display",
    "hasMicrophone": "microphone",
    "hasSpeaker": "speaker",
    "hasIMU": "imu",
    "hasButton": "button",
    "hasLight": "light",
}


@pytest.mark.parametrize("model", [*MODELS, "Somebody's Glasses"])
def test_a_profile_has_every_field_and_a_part_exactly_where_it_says_so(model: str) -> None:
    profile = capabilities(model)
    assert set(profile) == {"modelName", "power", "hasWifi", *PARTS, *PARTS.values()}
    assert profile["modelName"] == model
    for flag, part in PARTS.items():
        assert isinstance(profile[flag], bool)
        assert isinstance(profile[part], dict) is profile[flag]


def test_our_own_boards_are_known_by_the_name_they_give_themselves() -> None:
    assert SimBoard.model in MODELS


def test_mentra_live_can_do_what_its_makers_say() -> None:
    profile = capabilities("Mentra Live")
    camera = profile["camera"]
    assert isinstance(camera, dict)
    assert camera["resolution"] == {"width": 1920, "height": 1080}
    assert camera["video"]["supportedStreamTypes"] == ["rtmp"]
    assert profile["hasWifi"] is True
    assert profile["hasDisplay"] is False


def test_glasses_that_have_not_said_their_model_are_plain_camera_glasses() -> None:
    assert capabilities("")["modelName"] == PLAIN
    assert capabilities("")["hasCamera"] is True


def test_what_a_caller_does_to_a_profile_harms_nobody() -> None:
    profile = capabilities("Mentra Live")
    camera = profile["camera"]
    assert isinstance(camera, dict)
    camera["video"]["supportedStreamTypes"].append("smoke signals")
    profile.clear()
    assert capabilities("Mentra Live") == MODELS["Mentra Live"]
    assert "smoke signals" not in str(MODELS)


def test_a_model_lacks_what_it_has_not_got_in_the_order_asked() -> None:
    assert missing("Trifocal Sim", ("WIFI", "CAMERA", "DISPLAY", "BUTTON")) == ("WIFI", "DISPLAY")
    assert missing("Mentra Live", ("CAMERA", "MICROPHONE", "SPEAKER", "IMU", "BUTTON", "LIGHT", "WIFI")) == ()


def test_a_kind_of_hardware_that_nobody_knows_is_missing() -> None:
    assert missing("Mentra Live", ("JETPACK", "", "camera")) == ("JETPACK", "", "camera")


def test_nothing_is_held_against_an_unknown_model() -> None:
    assert missing("", ("DISPLAY", "CAMERA")) == ()
