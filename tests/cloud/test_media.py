"""What a file is, by its first bytes."""

import pytest

from trifocal_cloud import media

KNOWN = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "image/avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00",
    "video/x-msvideo": b"RIFF\x10\x00\x00\x00AVI LIST",
    "video/mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00",
}


@pytest.mark.parametrize(("kind", "head"), KNOWN.items())
def test_what_is_taken_in_is_known_by_its_head(kind: str, head: bytes) -> None:
    assert media.sniff(head) == kind


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff\xd8", b"GIF89a", b"<svg>", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x1cftypheic", b"%PDF-1.7", b"\0" * 32],
)
def test_anything_else_is_nothing(head: bytes) -> None:
    assert media.sniff(head) is None


@pytest.mark.parametrize("kind", KNOWN)
def test_every_head_cut_short_is_nothing_or_the_same(kind: str) -> None:
    head = KNOWN[kind]
    assert {media.sniff(head[:length]) for length in range(len(head))} <= {None, kind}


def test_every_type_has_an_extension_and_a_medium() -> None:
    assert set(media.EXTENSIONS) == set(KNOWN)
    assert [media.media_type(kind) for kind in ("image/avif", "video/mp4")] == ["photo", "video"]
