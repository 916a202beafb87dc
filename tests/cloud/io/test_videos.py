"""The workshop for videos: one at a time, within its time, nothing left behind."""

import asyncio
from pathlib import Path

import pytest

from trifocal_cloud.io.blobs import BlobMissingError, Blobs
from trifocal_cloud.io.tables import PhotoRow
from trifocal_cloud.io.videos import UnplayableError, Videos
from trifocal_cloud.testing import film


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def row(number: int = 1) -> PhotoRow:
    return PhotoRow(photo_id=f"v{number}", blob_key=f"photos/{number}")


async def test_both_are_kept_and_the_original_stays(blobs: Blobs, tmp_path: Path) -> None:
    videos, data = Videos(blobs, tmp_path / "work"), film("avi", "mjpeg", frames=5)
    await blobs.put("photos/1", data)
    await videos.make(row(), "videos/v1", "thumbnails/v1")
    assert (await blobs.get("videos/v1"))[4:8] == b"ftyp"
    assert (await blobs.get("thumbnails/v1"))[:2] == b"\xff\xd8"
    assert await blobs.get("photos/1") == data
    assert list((tmp_path / "work").iterdir()) == []


async def test_what_cannot_be_played_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    videos = Videos(blobs, tmp_path / "work")
    await blobs.put("photos/1", b"RIFF\x10\0\0\0AVI LIST")
    with pytest.raises(UnplayableError):
        await videos.make(row(), "videos/v1", "thumbnails/v1")
    with pytest.raises(BlobMissingError):
        await blobs.get("videos/v1")
    assert list((tmp_path / "work").iterdir()) == []


async def test_one_that_takes_too_long_is_given_up(blobs: Blobs, tmp_path: Path) -> None:
    videos = Videos(blobs, tmp_path / "work", limit_s=0.01)
    await blobs.put("photos/1", film("avi", "mjpeg", frames=5))
    with pytest.raises(UnplayableError, match="too long"):
        await videos.make(row(), "videos/v1", "thumbnails/v1")


async def test_without_its_bytes_nothing_is_begun(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(BlobMissingError):
        await Videos(blobs, tmp_path / "work").make(row(), "videos/v1", "thumbnails/v1")


async def test_whoever_gives_up_waiting_ends_the_work(blobs: Blobs, tmp_path: Path) -> None:
    videos = Videos(blobs, tmp_path / "work")
    await blobs.put("photos/1", film("avi", "mjpeg", frames=5))
    making = asyncio.create_task(videos.make(row(), "videos/v1", "thumbnails/v1"))
    await asyncio.sleep(0)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert list((tmp_path / "work").iterdir()) == []


async def test_litter_of_the_last_run_goes(blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "v1.mp4").write_bytes(b"half")
    Videos(blobs, tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []
