"""Commands on simulated glasses: each does one thing and has one answer."""

import asyncio
import json

import pytest
from PIL import Image

from trifocal_shared.sim_messages import SimCommand
from trifocal_tools.sim import hand as module
from trifocal_tools.sim.hand import Hand, Refused


class PaperLink:
    """A link whose port may be taken."""

    def __init__(self):
        self.there = True
        self.weak = []
        self.wired = False
        self.interrupted = 0
        self.taken = False

    def weaken(self, loss_percent, latency_ms):
        if self.wired:
            return False
        self.weak.append((loss_percent, latency_ms))
        return True

    def interrupt(self):
        self.interrupted += 1

    def go_away(self):
        self.there = False

    async def come_back(self):
        if self.taken:
            raise OSError(98, "Address already in use")
        self.there = True


@pytest.fixture
def link():
    """A link."""
    return PaperLink()


@pytest.fixture
def hand(glasses, firmware, link, monkeypatch):
    """A hand with quick fingers."""
    monkeypatch.setattr(module, "PRESS_SECONDS", 0.0)
    return Hand(glasses, firmware, link)


async def do(hand, command, value="", long=False, from_here=False):
    """Carry out one command."""
    return await hand.carry_out(SimCommand(command_id="c", command=command, value=value, long=long), from_here)


@pytest.mark.parametrize(
    ("value", "long", "word"),
    [("photo", False, "cs_pho"), ("", False, "cs_pho"), ("photo", True, "cs_vdo"), ("video", False, "cs_vdo")],
)
async def test_a_press_is_a_word_of_the_button_controller(hand, firmware, value, long, word):
    result = await do(hand, "press", value, long)
    assert (result.success, result.press_id, result.command_id) == (True, "boot-1", "c")
    assert firmware.told == [word]


async def test_presses_at_once_come_one_after_the_other(hand, firmware):
    ids = await asyncio.gather(hand.press("photo"), hand.press("video"), hand.press("photo"))
    assert ids == ["boot-1", "boot-2", "boot-3"]
    assert firmware.told == ["cs_pho", "cs_vdo", "cs_pho"]


async def test_a_finger_needs_its_time_between_two_presses(hand, monkeypatch):
    monkeypatch.setattr(module, "PRESS_SECONDS", 0.05)
    began = asyncio.get_running_loop().time()
    await hand.press("photo")
    await hand.press("photo")
    assert asyncio.get_running_loop().time() - began >= 0.05


async def test_firmware_that_does_not_notice_is_silent_and_the_next_press_is_its_own(hand, firmware, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.01)
    firmware.answers = False
    assert (await do(hand, "press")).error_code == "glasses_silent"
    firmware.answers = True
    assert (await do(hand, "press")).press_id == "boot-2"


async def test_the_body_is_felt_by_the_firmware(hand, firmware, glasses):
    for command, value in (("battery", "5"), ("charge", ""), ("fold", ""), ("unplug", ""), ("unfold", "")):
        assert (await do(hand, command, value)).success
    assert firmware.told == [
        (5, False, False),
        (5, True, False),
        (5, True, True),
        (5, False, True),
        (5, False, False),
    ]
    assert glasses.state().battery == 5


async def test_out_of_reach_and_back(hand, link, glasses):
    assert (await do(hand, "offline")).success
    assert (link.there, glasses.state().online) == (False, False)
    assert (await do(hand, "online")).success
    assert (link.there, glasses.state().online) == (True, True)


async def test_a_taken_port_keeps_them_out_of_reach_and_says_so(hand, link, glasses):
    await do(hand, "offline")
    link.taken = True
    result = await do(hand, "online")
    assert (result.success, result.error_code) == (False, "glasses_offline")
    assert "in use" in result.error_message
    assert not glasses.state().online


async def test_a_radio_is_weakened_and_its_link_broken(hand, link, glasses):
    assert (await do(hand, "loss", "20")).success
    assert (await do(hand, "latency", "300")).success
    assert link.weak == [(20, 0), (20, 300)]
    assert (glasses.state().loss, glasses.state().latency_ms) == (20, 300)
    assert (await do(hand, "drop")).success
    assert link.interrupted == 1


async def test_a_wire_is_never_weak(hand, link, glasses):
    link.wired = True
    result = await do(hand, "loss", "20")
    assert (result.error_code, glasses.state().loss) == ("unsupported", 0)
    assert "wire" in result.error_message


@pytest.mark.parametrize(
    ("what", "value"), [("loss", "91"), ("loss", ""), ("loss", "0" * 20 + "95"), ("latency", "5001"), ("latency", "x")]
)
async def test_a_radio_can_be_only_so_bad(hand, link, what, value):
    assert (await do(hand, what, value)).error_code == "malformed"
    assert link.weak == []


@pytest.mark.parametrize("value", ["", "-1", "101", "5.5", "full", "١٢", "9" * 10_000])
async def test_a_battery_is_a_percentage(hand, glasses, value):
    assert (await do(hand, "battery", value)).error_code == "malformed"
    assert glasses.battery == 100


async def test_a_button_that_is_none_is_unsupported(hand):
    result = await do(hand, "press", "self-destruct" * 100)
    assert (result.success, result.error_code) == (False, "unsupported")
    assert len(result.error_message) < 100


async def test_from_afar_only_harmless_cameras_can_be_chosen(hand, glasses, tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "private.png")
    assert (await do(hand, "camera", str(tmp_path))).error_code == "unsupported"
    assert glasses.camera.name == "broken"
    assert (await do(hand, "camera", "pattern")).success
    assert glasses.state().camera == "pattern"
    assert (await do(hand, "camera", str(tmp_path), from_here=True)).success
    assert glasses.state().camera == str(tmp_path)


async def test_a_camera_that_is_not_there_changes_nothing(hand, glasses):
    result = await do(hand, "camera", "/no/such/folder", from_here=True)
    assert result.error_code == "unsupported"
    assert "there is no camera" in result.error_message
    assert glasses.camera.name == "broken"


async def test_who_calls_it_directly_gets_an_exception(hand):
    with pytest.raises(Refused) as told:
        await hand.press("nose")
    assert told.value.code == "unsupported"


async def test_wifi_goes_and_comes_and_the_networks_are_others(hand, glasses, firmware):
    assert "house" in glasses.air
    assert (await do(hand, "wifi", "off")).success
    assert glasses.air == ""
    assert (await do(hand, "networks", "lab:secret,café")).success
    assert (await do(hand, "wifi", "on")).success
    assert json.loads(glasses.air) == {"lab": ["secret", -40], "café": ["", -42]}
    assert firmware.told == [(100, False, False)] * 3


@pytest.mark.parametrize(
    ("command", "value"),
    [("wifi", "maybe"), ("wifi", ""), ("networks", "x" * 33), ("networks", ":secret"), ("networks", "a," * 21)],
)
async def test_air_that_cannot_be_is_refused(hand, glasses, command, value):
    before = glasses.air
    assert (await do(hand, command, value)).error_code == "malformed"
    assert glasses.air == before


async def test_pairing_is_a_finger_that_stays_on_the_power_key(hand, firmware, monkeypatch):
    assert module.HOLD_SECONDS > 5
    monkeypatch.setattr(module, "HOLD_SECONDS", 0.0)
    assert (await do(hand, "pair")).success
    assert firmware.told == [("power", True), ("power", False)]


async def test_the_reset_is_a_word_of_the_controller(hand, firmware):
    assert (await do(hand, "reset")).success
    assert firmware.told == ["cs_fcrst"]


async def test_no_password_of_the_air_is_in_the_state(hand, glasses):
    await do(hand, "networks", "lab:secret")
    assert "secret" not in repr(glasses.state().to_wire())
