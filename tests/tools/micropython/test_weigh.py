"""What each module takes of the image adds up to it, and grows with the module."""

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.micropython import romfs
from trifocal_tools.micropython.weigh import FRAME, WORDS, weigh

MAIN = """
from trifocal_shared.wire import Wire


class Firmware:
    def run(self):
        return [Wire().say(one) for one in range(3)]
"""

WIRE = "class Wire:\n    def say(self, x):\n        return sorted(map(lambda y: -y, {x, 2}))\n"


@pytest.fixture
def image(tmp_path):
    """Build the image of two modules."""
    shared, firmware = (tmp_path / "house" / name for name in ("trifocal_shared", "trifocal_firmware"))

    def make(wire=WIRE):
        for folder in (shared, firmware):
            folder.mkdir(parents=True, exist_ok=True)
        (shared / "wire.py").write_text(wire)
        (firmware / "main.py").write_text(MAIN)
        return romfs.build((shared, firmware), tmp_path / "cache")

    return make


def test_all_bytes_belong_somewhere(image):
    built = image()
    found = weigh(built)
    assert set(found) == {"trifocal_shared/wire", "trifocal_firmware/main", WORDS, FRAME}
    assert sum(found.values()) == built.files["trifocal_firmware/main.mpy"]
    assert min(found.values()) > 0


def test_more_code_is_more_of_its_own_module(image):
    before = weigh(image())
    after = weigh(image(WIRE + "        # more\n".replace("# more", "pass") + "    say.__name__\n"))
    assert after["trifocal_shared/wire"] > before["trifocal_shared/wire"]
    assert after["trifocal_firmware/main"] == before["trifocal_firmware/main"]


def test_the_firmware_itself_is_weighed():
    found = weigh(romfs.build())
    assert found["trifocal_firmware/store"] > 500
    assert sum(found.values()) == romfs.build().files["trifocal_firmware/main.mpy"]


def test_an_image_of_another_source_is_refused(image):
    built = image()
    (built.folder / "trifocal_firmware/main.py").write_text("x = 1\n")
    with pytest.raises(Failure, match="not made of its source"):
        weigh(built)
