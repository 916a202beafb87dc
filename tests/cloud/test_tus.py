"""The headers of tus, and what is wrong with them."""

import base64
import hashlib

import pytest

from trifocal_cloud import tus
from trifocal_cloud.tus import TusError


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_what_is_right_is_read() -> None:
    tus.check_version("1.0.0")
    assert tus.length("7", 7) == 7
    assert tus.offset("0") == 0
    said = f"requestId {b64(b'local_1')},filename {b64('Ümlaut.jpg'.encode())}, empty "
    assert tus.metadata(said) == {"requestId": "local_1", "filename": "Ümlaut.jpg", "empty": ""}
    assert tus.metadata(None) == tus.metadata(" ") == {}


@pytest.mark.parametrize("algorithm", tus.ALGORITHMS)
def test_checksums(algorithm: str) -> None:
    data = hashlib.new(algorithm, b"bytes", usedforsecurity=False)
    found = tus.checksum(f"{algorithm} {b64(data.digest())}")
    assert found is not None
    assert found.fits(data)
    assert not found.fits(hashlib.new(algorithm, b"other", usedforsecurity=False))
    assert tus.checksum(None) is None


@pytest.mark.parametrize("said", [None, "", "0.2.2", "1.0"])
def test_other_versions(said: str | None) -> None:
    with pytest.raises(TusError) as caught:
        tus.check_version(said)
    assert caught.value.status == 412


@pytest.mark.parametrize(
    ("said", "status"),
    [(None, 400), ("", 400), ("-1", 400), ("1e3", 400), ("٣", 400), ("0", 400), ("9" * 16, 400), ("8", 413)],
)
def test_lengths_that_are_none(said: str | None, status: int) -> None:
    with pytest.raises(TusError) as caught:
        tus.length(said, 7)
    assert caught.value.status == status


@pytest.mark.parametrize("said", [None, "x", "-1", "1.0", " 1"])
def test_offsets_that_are_none(said: str | None) -> None:
    with pytest.raises(TusError):
        tus.offset(said)


@pytest.mark.parametrize("said", ["a !", "a YQ==,a YQ==", "a /w==", "a " + "QUFB" * 2000, "a,,b"])
def test_metadata_that_is_none(said: str) -> None:
    with pytest.raises(TusError):
        tus.metadata(said)


@pytest.mark.parametrize("said", ["", "crc32 YQ==", "sha1", "sha1 !", "sha1 YQ==", "sha256 " + b64(bytes(20))])
def test_checksums_that_are_none(said: str) -> None:
    with pytest.raises(TusError):
        tus.checksum(said)
