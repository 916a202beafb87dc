"""What a person sees of simulated glasses, and who is told when."""

import hashlib
import threading

import pytest

from trifocal_tools.sim.camera import BrokenCamera
from trifocal_tools.sim.glasses import SimulatedGlasses


class Snapshot:
    """A camera with one picture."""

    name = "snapshot"

    def __init__(self):
        self.threads = []

    def shoot(self, size, compress="none"):
        self.threads.append(threading.current_thread())
        return f"a picture, {size}, {compress}".encode()


@pytest.fixture
def glasses():
    """Fresh ones."""
    return SimulatedGlasses(Snapshot(), "cpython")


def test_fresh_ones_are_open_charged_and_dark(glasses):
    state = glasses.state()
    assert (state.battery, state.folded, state.light, state.camera_state, state.camera) == (
        100,
        False,
        "off",
        "off",
        "snapshot",
    )
    assert (state.online, state.linked, state.stored_photos, state.python) == (True, False, 0, "cpython")


def test_a_watcher_hears_the_present_and_each_change_once(glasses):
    seen = []
    end = glasses.watch(seen.append)
    glasses.light_changed("photo")
    glasses.light_changed("photo")
    glasses.link_changed(True)
    glasses.changed()
    end()
    glasses.light_changed("off")
    assert [(state.light, state.linked) for state in seen] == [("off", False), ("photo", False), ("photo", True)]


def test_reports_of_the_firmware_become_state_and_reach_listeners(glasses):
    heard = []
    end = glasses.listen(lambda step, fields: heard.append(step))
    glasses.reported("camera", {"state": "capturing", "owner": "photo"})
    glasses.reported("stored", {"photos": 3, "bad": 0})
    glasses.reported("pressed", {"pressId": "1"})
    end()
    glasses.reported("stored", {"photos": 2, "bad": 0})
    assert heard == ["camera", "stored", "pressed"]
    assert (glasses.state().camera_state, glasses.state().stored_photos) == ("capturing", 2)


def test_odd_reports_do_no_harm(glasses):
    for fields in ({}, {"photos": "many"}, {"photos": None}):
        glasses.reported("stored", fields)
        glasses.reported("camera", fields)
    assert glasses.state().stored_photos == 0


async def test_pictures_are_taken_in_a_thread_and_known_by_their_sum(glasses):
    picture = await glasses.shoot("large", "heavy")
    assert picture == b"a picture, large, heavy"
    assert glasses.last_sha256 == hashlib.sha256(picture).hexdigest()
    assert glasses.camera.threads != [threading.main_thread()]


async def test_a_broken_camera_is_an_oserror(glasses):
    glasses.camera = BrokenCamera()
    with pytest.raises(OSError, match="broken"):
        await glasses.shoot("small", "none")
    assert glasses.last_sha256 == ""
