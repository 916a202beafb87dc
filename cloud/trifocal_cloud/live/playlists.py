"""Playlists: what there is of a stream, written for players as LL-HLS (RFC 8216bis) and as DASH (ISO 23009-1).

All addresses are relative, so that the token in the path stays with them.
"""

from xml.sax.saxutils import quoteattr

from trifocal_cloud.live.instants import instant
from trifocal_cloud.live.packager import MOST_PART_MS, Packager
from trifocal_cloud.live.track import KEPT_PARTS_OF, Segment, Track

TARGET_S = 2
HOLD_BACK_PARTS = 5
"""How far from the end players stay, in longest parts: with fewer they stall when a connection is slow for a moment."""


def index(packager: Packager) -> str:
    """The multivariant playlist."""
    picture, sound = packager.video.began, packager.audio.began
    codec_names = [track.codec for track in (packager.video, packager.audio) if track.began]
    lines = ["#EXTM3U", "#EXT-X-VERSION:9"]
    about = f'BANDWIDTH={max(_bandwidth(packager), 1)},CODECS="{",".join(codec_names)}"'
    if picture and sound:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,URI="audio.m3u8"'
        )
        about += ',AUDIO="sound"'
    if picture and packager.picture:
        about += f",RESOLUTION={packager.picture.width}x{packager.picture.height}"
    lines += [f"#EXT-X-STREAM-INF:{about}", "video.m3u8" if picture else "audio.m3u8", ""]
    return "\n".join(lines)


def media(track: Track, other: Track, epoch_ms: int, ended: bool) -> str:
    """The playlist of one track; time 0 of the stream was at `epoch_ms`."""
    segments = track.segments
    first = segments[0].number if segments else 0
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{TARGET_S}",
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={HOLD_BACK_PARTS * MOST_PART_MS / 1000}",
        f"#EXT-X-PART-INF:PART-TARGET={MOST_PART_MS / 1000}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{track.breaks}",
    ]
    run = None
    oldest_in_parts = track.closed[-KEPT_PARTS_OF].number if len(track.closed) >= KEPT_PARTS_OF else first
    for segment in segments:
        if segment.breaks:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.run != run:
            run = segment.run
            lines.append(f'#EXT-X-MAP:URI="{track.name}-{run}.mp4"')
        when = instant(epoch_ms + segment.start * 1000 // track.timescale)
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{when}")
        if segment.number >= oldest_in_parts or segment is track.current:
            lines += _parts(track, segment)
        if segment is not track.current:
            lines += [f"#EXTINF:{segment.ticks / track.timescale:.5f},", f"{track.name}-{segment.number}.m4s"]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    else:
        number, place = track.next_part()
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{track.name}-{number}.{place}.m4s"')
        lines += _report(other)
    return "\n".join([*lines, ""])


def dash(packager: Packager, epoch_ms: int, now_ms: int) -> str:
    """The DASH manifest: a period for each run, a set for each track."""
    runs = sorted({segment.run for segment in packager.video.closed} or {one.run for one in packager.audio.closed})
    said = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic"'
        f' availabilityStartTime="{instant(epoch_ms)}" publishTime="{instant(now_ms)}" minimumUpdatePeriod="PT1S"'
        f' minBufferTime="PT1S" suggestedPresentationDelay="PT3S" timeShiftBufferDepth="PT{TARGET_S * 3}S">',
    ]
    for place, run in enumerate(runs):
        said += _period(packager, run, place)
    return "\n".join(
        [*said, f"<UTCTiming schemeIdUri={quoteattr(_DIRECT)} value={quoteattr(instant(now_ms))}/>", "</MPD>", ""]
    )


_DIRECT = "urn:mpeg:dash:utc:direct:2014"


def _period(packager: Packager, run: int, place: int) -> list[str]:
    main = packager.video if packager.video.closed else packager.audio
    own = [segment for segment in main.closed if segment.run == run]
    begin, end = own[0].start, own[-1].start + own[-1].ticks
    said = [f'<Period id="{run}" start="PT{begin / main.timescale:.3f}S">']
    for track in (packager.video, packager.audio):
        segments = [
            one
            for one in track.closed
            if begin * track.timescale <= one.start * main.timescale + track.timescale * main.timescale // 20
            and one.start * main.timescale < end * track.timescale
        ]
        if segments:
            said += _set(track, segments, begin * track.timescale // main.timescale, packager)
    return [*said, "</Period>"]


def _set(track: Track, segments: list[Segment], offset: int, packager: Packager) -> list[str]:
    kind = "audio" if track is packager.audio else "video"
    size = ""
    if kind == "video" and packager.picture:
        size = f' width="{packager.picture.width}" height="{packager.picture.height}"'
    lengths = [f'<S t="{one.start}" d="{one.ticks}"/>' for one in segments]
    run = segments[0].run
    return [
        f'<AdaptationSet contentType="{kind}" mimeType="{kind}/mp4" segmentAlignment="true" startWithSAP="1">',
        f'<Representation id="{kind}" codecs="{track.codec}" bandwidth="{max(_rate(track), 1)}"{size}>',
        f'<SegmentTemplate timescale="{track.timescale}" presentationTimeOffset="{offset}"'
        f' startNumber="{segments[0].number}" initialization="{track.name}-{run}.mp4"'
        f' media="{track.name}-$Number$.m4s"><SegmentTimeline>{"".join(lengths)}</SegmentTimeline></SegmentTemplate>',
        "</Representation></AdaptationSet>",
    ]


def _parts(track: Track, segment: Segment) -> list[str]:
    return [
        f'#EXT-X-PART:DURATION={part.ticks / track.timescale:.5f},URI="{track.name}-{segment.number}.{place}.m4s"'
        + (",INDEPENDENT=YES" if part.independent else "")
        for place, part in enumerate(segment.parts)
    ]


def _report(other: Track) -> list[str]:
    if not other.began:
        return []
    number, place = other.next_part()
    if place == 0 and other.closed:
        number, place = other.closed[-1].number, len(other.closed[-1].parts)
    return [f'#EXT-X-RENDITION-REPORT:URI="{other.name}.m3u8",LAST-MSN={number},LAST-PART={place - 1}']


def _bandwidth(packager: Packager) -> int:
    return _rate(packager.video) + _rate(packager.audio)


def _rate(track: Track) -> int:
    """Bits a second, of the busiest segment that is there."""
    rates = [sum(map(len, one.data)) * 8 * track.timescale // one.ticks for one in track.segments if one.ticks > 0]
    return max(rates, default=0)
