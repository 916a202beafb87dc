"""What a file is, by its first bytes: what it calls itself is never believed."""

HEAD_BYTES = 32
"""How much of a file `sniff` wants to see."""

PHOTO = "photo"
VIDEO = "video"

EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "video/mp4": ".mp4",
    "video/x-msvideo": ".avi",
}
"""Every type that is taken in, and how its file is named when downloaded."""

_AVIF_BRANDS = (b"avif", b"avis")
_MP4_BRANDS = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"dash",
    b"3gp4",
    b"3gp5",
)


def sniff(head: bytes) -> str | None:
    """The MIME type of a file that begins with `head`, or None when it is nothing that is taken in."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/x-msvideo"
    if head[4:8] == b"ftyp":
        if head[8:12] in _AVIF_BRANDS:
            return "image/avif"
        if head[8:12] in _MP4_BRANDS:
            return "video/mp4"
    return None


def media_type(mime_type: str) -> str:
    """`photo` or `video` for a type that `sniff` gave."""
    return VIDEO if mime_type.startswith("video/") else PHOTO
