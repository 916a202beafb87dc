"""The targets hold on their corpus (test_fuzz_targets), reach what they are for, and fall when a promise is broken."""

import pytest

from trifocal_cloud.live import requests, rtmp_session
from trifocal_cloud.live.packager import Packager
from trifocal_cloud.live.requests import BadRequestError, RequestReader
from trifocal_cloud.live.rtmp_session import Ended, RtmpSession
from trifocal_cloud.live.viewing import Viewing
from trifocal_shared.rtmp.push import Push
from trifocal_tools.bench import fuzz_media
from trifocal_tools.bench.fuzz_media import CORPUS, FILES, Viewers


def test_publishers_reach_the_parts_and_a_player(monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[int] = []
    monkeypatch.setattr(Packager, "video_frame", lambda self, at, *_: frames.append(at))
    for data in CORPUS["publishers"]:
        fuzz_media.publishers(data)
    assert len(frames) >= 4


def test_viewers_reach_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []
    answer = Viewing.answer

    def spied(self: Viewing, target: str, epoch_ms: int, late: bool = False) -> object:
        given = answer(self, target, epoch_ms, late)
        if given is not None:
            found.append(given.status)
        return given

    monkeypatch.setattr(Viewing, "answer", spied)
    viewers = Viewers()
    for file in FILES:
        viewers(b"\0" + file)
    assert found.count(200) >= 12


def test_a_session_that_ends_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RtmpSession, "_end", lambda self, reason, detail="": self._events.append(Ended(reason, detail)))
    with pytest.raises(AssertionError):
        fuzz_media.publishers(bytes((1, 0xC0, 12)) + b"\x02\0\0\0\0\0\x04\x01\0\0\0\0\xff\xff\xff\xff" + bytes(8))


def test_a_session_that_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(stamp: int, body: bytes) -> list[object]:
        raise IndexError(body)

    monkeypatch.setattr(rtmp_session, "parted", broken)
    with pytest.raises(IndexError):
        fuzz_media.publishers(bytes((5, 12, 4)) + bytes(4))


def test_a_publisher_of_ours_that_does_not_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Push, "lost", lambda self, now: None)
    with pytest.raises(AssertionError):
        fuzz_media.servers(b"\3")


def test_requests_that_are_kept_without_bounds_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_HEAD_BYTES", 10**6)
    with pytest.raises(AssertionError):
        Viewers()(b"\xff\xff" + b"GET " + b"x" * 60_000)


def test_a_refusal_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: RequestReader, data: bytes) -> None:
        raise BadRequestError(431)

    monkeypatch.setattr(RequestReader, "receive", refused)
    Viewers()(b"\0x")
