import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from trifocal_cloud import tokens
from trifocal_cloud.io import secret
from trifocal_tools import failure

Run = Callable[..., tuple[int, str, str]]


def test_a_token_works_for_the_cloud_with_the_same_data(tmp_path: Path, trifocal: Run) -> None:
    code, out, _ = trifocal("token", "--user", "ada@example.org", "--days", "2", "--json", "--data-dir", str(tmp_path))
    assert code == failure.OK
    said = json.loads(out)
    subject, expires_s = tokens.verify(
        secret.load_or_create(tmp_path / "cloud"), said["token"], tokens.CORE, int(time.time())
    )
    assert (subject, expires_s) == ("ada@example.org", said["expiresAt"])
    assert 2 * 86_400 - 60 < expires_s - time.time() <= 2 * 86_400


def test_for_a_shell_the_token_alone_is_printed(tmp_path: Path, trifocal: Run) -> None:
    out = trifocal("token", "--data-dir", str(tmp_path))[1]
    assert out.count(".") == 2
    assert out.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--days", "0"], ["--user", "a b"], ["--user", ""]])
def test_a_user_or_time_that_cannot_be_is_refused(tmp_path: Path, trifocal: Run, arguments: list[str]) -> None:
    assert trifocal("token", *arguments, "--data-dir", str(tmp_path))[0] == failure.USAGE


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path, trifocal: Run) -> None:
    (tmp_path / "file").write_text("")
    assert trifocal("token", "--data-dir", str(tmp_path / "file"))[0] == failure.MISSING
