import subprocess
import sys
from pathlib import Path

import pytest

from trifocal_gateway.errors import StorageError, StorageLocked
from trifocal_gateway.io.file_lock import FileLock


def test_a_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "queue.json.lock")
    with pytest.raises(StorageLocked, match=r"queue\.json"):
        FileLock(tmp_path / "queue.json.lock")
    lock.release()
    FileLock(tmp_path / "queue.json.lock").release()


def test_another_process_is_refused_too(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    path = str(tmp_path / "lock")
    code = f"from pathlib import Path; from trifocal_gateway.io.file_lock import FileLock; FileLock(Path({path!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    lock.release()
    assert b"StorageLocked" in done.stderr


def test_the_folder_is_made(tmp_path: Path) -> None:
    FileLock(tmp_path / "a" / "b" / "lock").release()
    assert (tmp_path / "a" / "b" / "lock").exists()


def test_a_place_where_nothing_can_be_made_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        FileLock(tmp_path / "file" / "lock")
