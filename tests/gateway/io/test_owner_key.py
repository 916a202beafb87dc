"""The key to the glasses on disk: durable, for its owner's eyes only, never half."""

from pathlib import Path

import pytest

from trifocal_gateway.errors import StorageError
from trifocal_gateway.io.owner_key import OwnerKey

KEY, OTHER = bytes(range(32)), bytes(32)


def test_without_a_file_there_is_no_key(tmp_path: Path) -> None:
    assert OwnerKey(tmp_path).read() == b""


def test_a_key_that_was_kept_is_read_again_and_may_be_replaced(tmp_path: Path) -> None:
    file = OwnerKey(tmp_path)
    assert file.kept(KEY)
    assert OwnerKey(tmp_path).read() == KEY
    assert file.kept(OTHER)
    assert file.read() == OTHER
    assert [path.name for path in tmp_path.iterdir()] == ["owner.key"]


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    OwnerKey(tmp_path).kept(KEY)
    assert (tmp_path / "owner.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("data", [b"", b"00" * 31, b"zz" * 32, b"\xff" * 64, b"00" * 33])
def test_a_damaged_key_is_not_taken_for_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "owner.key").write_bytes(data)
    with pytest.raises(StorageError):
        OwnerKey(tmp_path).read()


def test_a_disk_that_refuses_leaves_the_key_before(tmp_path: Path) -> None:
    file = OwnerKey(tmp_path)
    file.kept(KEY)
    (tmp_path / "owner.key.new").mkdir()
    assert not file.kept(OTHER)
    assert file.read() == KEY


def test_what_a_killed_gateway_left_half_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "owner.key.new").write_text("00")
    file = OwnerKey(tmp_path)
    assert file.kept(KEY)
    assert file.read() == KEY


def test_the_key_is_not_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    OwnerKey(tmp_path).kept(KEY)
    assert KEY.hex() not in capsys.readouterr().out
