"""Viewing: what a fetched address of a live stream is answered with, at once or when it comes to be.

    /live/TOKEN/STREAM/index.m3u8      what there is (LL-HLS); waits for the first picture
    /live/TOKEN/STREAM/video.m3u8      a track's list; with `_HLS_msn` and `_HLS_part` it waits for that part
    /live/TOKEN/STREAM/manifest.mpd    the same for DASH
    /live/TOKEN/STREAM/video-0.mp4     what a run of a track begins with
    /live/TOKEN/STREAM/video-7.m4s     segment 7
    /live/TOKEN/STREAM/video-7.2.m4s   part 2 of it; waits when it is the one that comes next
    /live/TOKEN/STREAM/player          a page that plays it
    /live/TOKEN/STREAM/still.jpg       the last key frame (see `io/stills`)
    /live/TOKEN/STREAM/whep            WebRTC (see `io/webrtc`)

A token opens one stream until it expires; whoever has none, or another stream's, learns nothing more than 403.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from trifocal_cloud.live import playlists
from trifocal_cloud.live.packager import Packager
from trifocal_cloud.live.track import Track

PREFIX = "/live/"
WAIT_MS = 8_000
"""A request that waits is given up after this."""
MOST_AHEAD = 2
"""Segments in the future that a player may wait for (RFC 8216bis §6.2.5.2)."""

_PIECE = re.compile(r"(video|audio)-(\d{1,9})(?:\.(\d{1,6}))?\.(mp4|m4s)")
_PLAYLIST = "application/vnd.apple.mpegurl"
_DASH = "application/dash+xml"
_MP4 = {"video": "video/mp4", "audio": "audio/mp4"}
_FOR_EVER = "max-age=3600"
_NEVER = "no-cache"


class Watched(Protocol):
    """A stream, as far as viewers see it."""

    packager: Packager
    epoch_ms: int
    state: str


class Opening(Protocol):
    """Who knows which token opens which stream (see `keys`)."""

    def watches(self, token: str, stream: str, epoch_ms: int) -> int:
        """When it ceases to; 0: it does not."""


@dataclass(frozen=True)
class Answer:
    """A status, a type, how long it may be kept, and the body in pieces."""

    status: int
    kind: str = "text/plain"
    keep: str = _NEVER
    body: Sequence[bytes] = ()
    place: str = ""
    """Where what was made can be found."""


Later = None
"""The answer is still to come: ask again when the stream has more."""

FORBIDDEN = Answer(403, body=(b"this link is not valid here, or has expired\n",))
NOT_FOUND = Answer(404, body=(b"there is no such thing here\n",))
BAD = Answer(400, body=(b"this cannot be asked for\n",))
LATE = Answer(503, body=(b"it did not come in time\n",))
NO_PAGES: Mapping[str, Answer] = MappingProxyType({})


class Viewing:
    """Answers for all streams, which are the owner's, as are the keys to them."""

    def __init__(self, streams: Mapping[str, Watched], keys: Opening, pages: Mapping[str, Answer] = NO_PAGES) -> None:
        """`pages`: files that are the same for each stream, by the last word of their address."""
        self._streams = streams
        self._pages = pages
        self._keys = keys
        self._lists: dict[tuple[Packager, str], tuple[tuple[int, str], bytes]] = {}

    def stream(self, target: str) -> str:
        """The name of the stream that an address is about."""
        return ([*target.split("/", 4), "", "", "", ""])[3]

    def answer(self, target: str, epoch_ms: int, late: bool = False) -> Answer | None:
        """The answer to a GET for this address now, or `Later`; with `late` it has waited for long enough."""
        path, _, query = target.partition("?")
        pieces = path.split("/")
        if len(pieces) != 5:
            return NOT_FOUND
        _, _, token, name, file = pieces
        if not self._keys.watches(token, name, epoch_ms):
            return FORBIDDEN
        stream = self._streams.get(name)
        if stream is None:
            return NOT_FOUND
        if file in self._pages:
            return self._pages[file]
        if found := _PIECE.fullmatch(file):
            return self._piece(stream, *found.groups())
        if file in ("index.m3u8", "manifest.mpd"):
            return self._whole(stream, file, epoch_ms)
        if file in ("video.m3u8", "audio.m3u8"):
            # A player that has waited through a pause gets the list as it is, and goes on waiting by asking again.
            return self._list(stream, file.removesuffix(".m3u8"), "" if late else query)
        return NOT_FOUND

    def forget(self, packager: Packager) -> None:
        """This stream is over and forgotten."""
        for key in [key for key in self._lists if key[0] is packager]:
            del self._lists[key]

    def _whole(self, stream: Watched, file: str, epoch_ms: int) -> Answer | None:
        packager = stream.packager
        if not (packager.video.began or packager.audio.began):
            return NOT_FOUND if stream.state == "gone" else Later
        if file == "index.m3u8":
            return self._listed(stream, file, lambda: playlists.index(packager))
        if not (packager.video.closed or packager.audio.closed):
            return Later
        return Answer(200, _DASH, _NEVER, (playlists.dash(packager, stream.epoch_ms, epoch_ms).encode(),))

    def _list(self, stream: Watched, name: str, query: str) -> Answer | None:
        packager = stream.packager
        track, other = (packager.video, packager.audio) if name == "video" else (packager.audio, packager.video)
        if not track.began:
            return NOT_FOUND
        wanted = _wanted(query)
        if wanted is None:
            return BAD
        number, part = wanted
        if stream.state != "gone" and number >= 0:
            if number > track.next_part()[0] + MOST_AHEAD:
                return BAD
            segment = track.segment(number)
            if segment is not None and segment is not track.current and part >= len(segment.parts):
                number, part = number + 1, 0  # it turned out to be shorter
            if not track.has(number, part):
                return Later
        ended = stream.state == "gone"
        return self._listed(stream, name, lambda: playlists.media(track, other, stream.epoch_ms, ended))

    def _listed(self, stream: Watched, name: str, made: Callable[[], str]) -> Answer:
        """A list as it was made for somebody else, if nothing has come since."""
        packager = stream.packager
        state = (packager.made, stream.state)
        known = self._lists.get((packager, name))
        if known is None or known[0] != state:
            known = self._lists[packager, name] = (state, made().encode())
        return Answer(200, _PLAYLIST, _NEVER, (known[1],))

    def _piece(self, stream: Watched, name: str, number: str, part: str | None, ending: str) -> Answer | None:
        track = stream.packager.video if name == "video" else stream.packager.audio
        if ending == "mp4":
            opening = track.openings.get(int(number)) if part is None else None
            return Answer(200, _MP4[name], _FOR_EVER, (opening,)) if opening else NOT_FOUND
        segment = track.segment(int(number))
        if part is None:
            if segment is None or segment is track.current:
                return NOT_FOUND
            return Answer(200, _MP4[name], _FOR_EVER, segment.data)
        return self._part(stream, track, int(number), int(part))

    def _part(self, stream: Watched, track: Track, number: int, part: int) -> Answer | None:
        segment = track.segment(number)
        if segment is not None and part < len(segment.parts):
            return Answer(200, _MP4[track.name], _FOR_EVER, (segment.parts[part].data,))
        if (number, part) == track.next_part() and stream.state != "gone":
            return Later
        return NOT_FOUND


def _wanted(query: str) -> tuple[int, int] | None:
    """The part that is waited for, number -1 for none; None for what cannot be meant."""
    values = {}
    for pair in query.split("&"):
        word, _, value = pair.partition("=")
        if word in ("_HLS_msn", "_HLS_part"):
            if not value.isdecimal() or len(value) > 9:
                return None
            values[word] = int(value)
    number = values.get("_HLS_msn", -1)
    if number < 0:
        return None if "_HLS_part" in values else (-1, 0)
    # Without a part: the whole segment, which is there when the next has begun.
    return (number, values["_HLS_part"]) if "_HLS_part" in values else (number + 1, -1)
