"""Properties of the frame decoder that no list of cases can show: any bytes, any cuts, anything between frames."""

from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_shared import frame as f

QUICK = settings(max_examples=50, deadline=None)

# `$` is kept out where equality is asked for: a payload that holds `$$` where the other byte order would end
# is two valid readings, and which one is seen first depends on how the bytes are cut (PROTOCOL-device §2.3).
plain = st.binary(min_size=1, max_size=700).map(lambda data: data.replace(b"$", b"%"))
strings = st.builds(lambda payload, little: (f.encode_frame(f.STRING, payload, little), payload), plain, st.booleans())
fragments = st.builds(lambda payload: (f.encode_frame(f.FRAGMENT, payload, False), payload), plain)
packs = st.builds(
    lambda payload: (f.encode_frame(f.PACK, payload, False), payload), plain.map(lambda data: data[: f.PACK_BYTES])
)
packets = st.builds(
    lambda kind, index, size, name, data: (f.encode_file_packet(kind, index, size, name, data), data),
    st.integers(f.PHOTO, f.DATA),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.text("PI0123456789.jpgé", min_size=1, max_size=8),
    plain,
)
frames = st.lists(st.one_of(strings, fragments, packs, packets), max_size=6)
garbage = st.binary(max_size=40).map(lambda data: data.replace(b"#", b"~"))
# What looks like frames and is none, rarely met by chance.
rubble = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [b"#", b"##", b"##0", b"##1", b"##@", b"##P", b"$$", b"\x00", b"\x01\x00", b"##0\xff\x0f", b"##\x7f"]
        ),
        strings.map(lambda made: made[0]),
        packs.map(lambda made: made[0][:-3] + b"\x00$$"),
        packets.map(lambda made: made[0][:-4] + b"\x00$$"),
    ),
    max_size=12,
).map(b"".join)


def content(found):
    """The payloads and data of what was found."""
    return [frame.data if isinstance(frame, f.FilePacket) else frame.payload for frame in found]


def cut(stream, data):
    """The stream in pieces of any sizes."""
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=12).map(sorted))
    return [stream[i:j] for i, j in zip([0, *places], [*places, len(stream)], strict=True)]


@QUICK
@given(rubble, st.data())
def test_any_bytes_never_raise_and_memory_is_bounded(stream, data):
    decoder = f.FrameDecoder(512)
    largest = max(512 + f.OVERHEAD, f.MAX_PACK + f.PACKET_OVERHEAD)
    for now, piece in enumerate(cut(stream, data)):
        decoder.receive(piece, now)
        assert len(decoder._buffer) < largest
        assert (decoder.deadline() is None) == (not decoder._buffer)
    decoder.timeout(10_000)
    assert decoder.deadline() is None


@QUICK
@given(rubble, st.data())
def test_every_byte_is_in_a_frame_or_counted(stream, data):
    decoder = f.FrameDecoder(512)
    for now, piece in enumerate(cut(stream, data)):
        decoder.receive(piece, now)
    decoder.timeout(10_000)
    taken = 0
    for frame in decoder.events():
        if isinstance(frame, f.FilePacket):
            taken += len(frame.data) + f.PACKET_OVERHEAD
        else:
            taken += len(frame.payload) + f.OVERHEAD + (frame.kind == f.PACK)
    counts = decoder.discarded
    if not counts["bad_checksum"] + counts["bad_name"]:
        assert taken + counts["garbage"] == len(stream)
    assert taken + counts["garbage"] <= len(stream)


@QUICK
@given(frames, st.data())
def test_frames_are_found_however_the_stream_is_cut(made, data):
    decoder = f.FrameDecoder()
    for now, piece in enumerate(cut(b"".join(frame for frame, _ in made), data)):
        decoder.receive(piece, now)
    assert content(decoder.events()) == [payload for _, payload in made]
    assert sum(decoder.discarded.values()) == 0
    assert decoder.deadline() is None


# Lengths of 17 to 255 have one reading only: with garbage behind it, a frame of two readings may be either.
clear = st.lists(
    st.builds(
        lambda payload, little: (f.encode_frame(f.STRING, payload, little), payload),
        st.binary(min_size=17, max_size=255).map(lambda data: data.replace(b"$", b"%")),
        st.booleans(),
    )
    | packets,
    max_size=6,
)


@QUICK
@given(clear, st.data())
def test_frames_are_found_between_garbage(made, data):
    noise = [data.draw(garbage) for _ in range(len(made) + 1)]
    stream = noise[0] + b"".join(frame + rubbish for (frame, _), rubbish in zip(made, noise[1:], strict=True))
    decoder = f.FrameDecoder()
    for now, piece in enumerate(cut(stream, data)):
        decoder.receive(piece, now)
    assert content(decoder.events()) == [payload for _, payload in made]
    assert decoder.discarded["garbage"] == sum(len(rubbish) for rubbish in noise)


@QUICK
@given(rubble, strings)
def test_a_frame_after_anything_and_a_silence_is_found(stream, made):
    decoder = f.FrameDecoder()
    decoder.receive(stream, 0)
    decoder.timeout(2000)
    decoder.events()
    decoder.receive(made[0], 3000)
    assert content(decoder.events()) == [made[1]]
