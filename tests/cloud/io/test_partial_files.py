"""Files of uploads that are not whole: what is durable, what is litter, and what a torn one means."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from trifocal_cloud.io.partial_files import About, PartialFiles
from trifocal_cloud.testing import picture

ABOUT = About("a" * 32, "ann@example.com", 1000, 5, {"requestId": "local_1"})


@pytest.fixture
def files(tmp_path: Path) -> PartialFiles:
    return PartialFiles(tmp_path)


def test_what_was_kept_and_written_is_found_again(files: PartialFiles, tmp_path: Path) -> None:
    files.keep(ABOUT)
    assert list(files.load()) == [(ABOUT, 0)]
    files.write(ABOUT.upload_id, b"abc", 0)
    files.write(ABOUT.upload_id, b"de", 3)
    assert list(PartialFiles(tmp_path).load()) == [(ABOUT, 5)]
    files.cut(ABOUT.upload_id, 2)
    assert list(files.load()) == [(ABOUT, 2)]
    done = replace(ABOUT, answer={"success": True})
    files.keep(done)
    files.drop_bytes(ABOUT.upload_id)
    assert list(files.load()) == [(done, 0)]
    files.remove(ABOUT.upload_id)
    files.remove(ABOUT.upload_id)
    files.cut(ABOUT.upload_id, 0)
    assert (list(files.load()), list(tmp_path.iterdir())) == ([], [])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"upload_id": "b"}', '{"upload_id": 1, "more": 2}'])
def test_a_torn_word_of_an_upload_is_litter_with_its_bytes(files: PartialFiles, tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)
    (tmp_path / "c.part").write_bytes(b"bytes of nobody")
    (tmp_path / "d.new").write_text("half a word")
    assert list(files.load()) == []
    assert list(files.load()) == []
    assert [path.name for path in tmp_path.iterdir()] == []


def test_another_name_than_its_own_is_not_believed(files: PartialFiles, tmp_path: Path) -> None:
    files.keep(ABOUT)
    (tmp_path / f"{ABOUT.upload_id}.json").rename(tmp_path / f"{'b' * 32}.json")
    assert list(files.load()) == []


def test_what_the_bytes_are(files: PartialFiles) -> None:
    files.write(ABOUT.upload_id, picture(), 0)
    assert files.looked_at(ABOUT.upload_id) == (hashlib.sha256(picture()).hexdigest(), "image/jpeg")
    files.write(ABOUT.upload_id, b"nothing", 0)
    assert files.looked_at(ABOUT.upload_id)[1] == ""
