"""The signing key: made once, private, never guessed and never half."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from trifocal_cloud.io.secret import NAME, load_or_create


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "new" / "cloud"
    secret = load_or_create(data_dir)
    assert len(secret) == 64
    assert load_or_create(data_dir) == secret
    assert stat.S_IMODE((data_dir / NAME).stat().st_mode) == 0o600
    assert [path.name for path in data_dir.iterdir()] == [NAME]


def test_every_data_directory_has_its_own(tmp_path: Path) -> None:
    assert load_or_create(tmp_path / "a") != load_or_create(tmp_path / "b")


def test_two_who_start_at_once_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load_or_create, [tmp_path] * 16))) == 1


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    assert load_or_create(tmp_path) == load_or_create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_secret_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("short")
    with pytest.raises(ValueError, match="remove it"):
        load_or_create(tmp_path)
