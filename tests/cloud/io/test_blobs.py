"""Blobs: durable when put, whole or not there."""

import os
from pathlib import Path

import pytest

from trifocal_cloud.io import blobs as module
from trifocal_cloud.io.blobs import BlobMissingError, Blobs


async def test_what_was_put_is_there_for_whoever_opens_the_folder_next(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 700_000)
    await Blobs(tmp_path / "blobs").put("photos/a/b", source)
    again = Blobs(tmp_path / "blobs")
    assert await again.get("photos/a/b") == b"x" * 700_000
    assert b"".join([piece async for piece in await again.stream("photos/a/b")]) == b"x" * 700_000


async def test_putting_again_replaces(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    await blobs.put("a", b"one")
    await blobs.put("a", b"two")
    assert await blobs.get("a") == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]  # noqa: ASYNC240 - a test may wait for its disk


async def test_file_and_folders_are_synced_before_put_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs, synced = Blobs(tmp_path), list[str]()

    def noted(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}") if os.path.exists("/proc/self/fd") else "")  # noqa: PTH110, PTH115

    monkeypatch.setattr(module.os, "fsync", noted)
    await blobs.put("photos/a/b", b"x")
    assert len(synced) == 4
    if any(synced):
        assert synced == [str(tmp_path / part) for part in ("photos/a/b", "photos/a", "photos", "")]


async def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(BlobMissingError):
        await blobs.get("a")
    with pytest.raises(BlobMissingError):
        await blobs.stream("a")


async def test_what_is_deleted_is_gone_however_often(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    await blobs.put("a", b"x")
    await blobs.delete("a")
    await blobs.delete("a")
    with pytest.raises(BlobMissingError):
        await blobs.get("a")
