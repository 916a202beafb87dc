"""Uploads at the door: streamed, recognised by their bytes, bounded, and without litter."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.uploads import FIELD_LIMIT_BYTES, Limits, Received, Upload

LIMITS = Limits(photo_bytes=1_000, video_bytes=5_000, stall_s=5)
KIND = "multipart/form-data; boundary=B"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200))
MP4 = b"\x00\x00\x00\x20ftypisom" + b"v" * 2_000


def part(name: str, content: bytes, *, filename: str = "", headers: bytes = b"") -> bytes:
    disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
    return b"--B\r\nContent-Disposition: " + disposition.encode() + b"\r\n" + headers + b"\r\n" + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--B--\r\n"


GOOD = body(part("file", JPEG, filename="p.jpg"), part("metadata", b'{"requestId":"r"}'))


async def pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def received(folder: Path, content: bytes, size: int = 64, kind: str = KIND, limits: Limits = LIMITS) -> Received:
    path = folder / "staged"
    with Upload(path, kind, limits) as upload:
        found = await upload.receive(pieces(content, size))
        assert await asyncio.to_thread(path.read_bytes) is not None
    assert not path.exists()
    return found


async def refused(folder: Path, content: bytes, kind: str = KIND, limits: Limits = LIMITS) -> tuple[int, str]:
    with pytest.raises(RefusedError) as caught:
        await received(folder, content, kind=kind, limits=limits)
    assert list(folder.iterdir()) == []  # noqa: ASYNC240
    return caught.value.status, caught.value.reason


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
async def test_a_file_and_its_texts_come_whole_however_they_are_cut(tmp_path: Path, size: int) -> None:
    found = await received(tmp_path, GOOD, size)
    assert found.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert (found.size, found.mime_type) == (len(JPEG), "image/jpeg")
    assert found.texts == {"metadata": '{"requestId":"r"}'}


async def test_the_staged_file_holds_the_bytes(tmp_path: Path) -> None:
    large = JPEG + bytes(2_000_000)
    path = tmp_path / "staged"
    with Upload(path, KIND, Limits(3_000_000, 3_000_000, 5)) as upload:
        await upload.receive(pieces(body(part("file", large)), 65_536))
        assert path.read_bytes() == large
    assert not path.exists()


async def test_what_the_file_calls_itself_does_not_matter(tmp_path: Path) -> None:
    headers = b"Content-Type: text/html\r\n"
    content = body(part("file", JPEG, filename="../../etc/passwd\\x", headers=headers))
    assert (await received(tmp_path, content)).mime_type == "image/jpeg"


async def test_a_video_may_be_larger_than_a_photo(tmp_path: Path) -> None:
    assert (await received(tmp_path, body(part("file", MP4)))).mime_type == "video/mp4"


async def test_too_large_a_photo_is_refused_as_soon_as_it_is(tmp_path: Path) -> None:
    endless = b"--B\r\nContent-Disposition: form-data; name=file\r\n\r\n" + JPEG + b"x" * 1_000
    assert await refused(tmp_path, endless) == (413, "too_large")


async def test_too_large_a_video_is_refused(tmp_path: Path) -> None:
    assert await refused(tmp_path, body(part("file", MP4 + bytes(5_000)))) == (413, "too_large")


async def test_a_large_refused_upload_leaves_nothing_on_disk(tmp_path: Path) -> None:
    limits = Limits(photo_bytes=1_000_000, video_bytes=1_000_000, stall_s=5)
    assert await refused(tmp_path, body(part("file", JPEG + bytes(1_500_000))), limits=limits) == (413, "too_large")


@pytest.mark.parametrize("content", [b"GIF89a" + b"x" * 100, b"<html>" * 20, b"\xff\xd8", b"x"])
async def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    assert await refused(tmp_path, body(part("file", content))) == (415, "not_an_image")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"--B",
        b"nonsense",
        GOOD[:-10],
        GOOD[: len(GOOD) // 2],
        body(),
        body(part("metadata", b"{}")),
        body(part("file", b"")),
        body(part("file", JPEG), part("file", JPEG)),
        body(part("file", JPEG), part("metadata", b"{}"), part("metadata", b"{}")),
        body(part("file", JPEG), part("metadata", b"\xff\xfe")),
        body(*(part(f"p{number}", b"") for number in range(20))),
        b"--B\r\nno colon here\r\n\r\n",
        b"--B\r\n" + b"X: y\r\n" * 30 + b"\r\n",
        b"--B\r\nX: " + b"y" * 10_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_upload_is_malformed(tmp_path: Path, content: bytes) -> None:
    assert await refused(tmp_path, content) == (422, "malformed")


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=B",
        f"multipart/form-data; boundary={'x' * 300}",
    ],
)
async def test_what_does_not_say_that_it_is_multipart_is_malformed(tmp_path: Path, kind: str) -> None:
    assert await refused(tmp_path, GOOD, kind=kind) == (422, "malformed")


async def test_an_overlong_text_is_refused(tmp_path: Path) -> None:
    content = body(part("metadata", b"x" * (FIELD_LIMIT_BYTES + 1)), part("file", JPEG))
    assert await refused(tmp_path, content) == (413, "too_large")


async def test_an_upload_that_stops_coming_is_given_up(tmp_path: Path) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield GOOD[:40]
        await asyncio.Event().wait()

    with pytest.raises(RefusedError) as caught, Upload(tmp_path / "x", KIND, Limits(1_000, 1_000, 0.01)) as upload:
        await upload.receive(stalled())
    assert (caught.value.status, caught.value.reason) == (408, "timed_out")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


async def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield GOOD[:300]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError), Upload(tmp_path / "x", KIND, LIMITS) as upload:
        await upload.receive(broken())
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(GOOD)), st.integers(1, 40))
def test_bytes_never_do_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, where: int, size: int
) -> None:
    folder = tmp_path_factory.mktemp("noise")
    content = GOOD[:where] + noise + GOOD[where:]

    try:
        asyncio.run(received(folder, content, size))
        status = 200
    except RefusedError as refusal:
        status = refusal.status
    assert status in (200, 413, 415, 422)
    assert list(folder.iterdir()) == []
