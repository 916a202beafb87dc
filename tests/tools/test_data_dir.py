import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from trifocal_tools import data_dir, failure
from trifocal_tools.failure import Failure

HOLD = """
import sys
from pathlib import Path
from trifocal_tools import data_dir
with data_dir.owned(Path(sys.argv[1]), "gateway"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with data_dir.owned(folder, *data_dir.PARTS) as found:
        assert found == folder.resolve()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_part_is_held_by_one_process_and_the_other_is_told_which(tmp_path: Path) -> None:
    said = f"cloud .*{os.getpid()}"
    with (
        data_dir.owned(tmp_path, "cloud"),
        pytest.raises(Failure, match=said) as caught,
        data_dir.owned(tmp_path, "cloud"),
    ):
        pass
    assert caught.value.code == failure.MISSING
    with data_dir.owned(tmp_path, "cloud"):
        pass


def test_different_parts_do_not_hinder_one_another(tmp_path: Path) -> None:
    with data_dir.owned(tmp_path, "cloud"), data_dir.owned(tmp_path, "gateway"):
        pass


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Failure, match=str(holder.pid)), data_dir.owned(tmp_path, "gateway"):
            pass
        holder.kill()
        holder.wait()
    with data_dir.owned(tmp_path, "gateway"):
        pass


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="cannot be written") as caught, data_dir.owned(tmp_path / "file" / "x", "cloud"):
        pass
    assert caught.value.code == failure.MISSING


def test_what_is_announced_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "up.json"
    with data_dir.announced(tmp_path, {"token": "t"}):
        assert json.loads(path.read_text()) == {"token": "t"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == []
