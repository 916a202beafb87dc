"""Whatever the chunks are and however they come, the fast reader gives what the plain one gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_cloud.live.dechunker import Dechunker
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.chunks import SET_CHUNK_SIZE, VIDEO, ChunkReader, encode

THOROUGH = settings(max_examples=60, deadline=None)
messages = st.tuples(
    st.sampled_from([8, 9, 18, 20]),
    st.integers(0, 2**32 - 1),
    st.just(1),
    st.integers(0, 700).map(lambda count: bytes(n * 7 % 256 for n in range(count))),
)
Read = tuple[list[tuple[int, int, int, bytes]], str]


def read(reader: ChunkReader, data: bytes, sizes: list[int]) -> Read:
    found = []
    at = turn = 0
    try:
        while at < len(data):
            found += reader.receive(data[at : at + sizes[turn % len(sizes)]])
            at += sizes[turn % len(sizes)]
            turn += 1
    except ProtocolError as error:
        return found, str(error)
    return found, ""


@THOROUGH
@given(
    st.lists(st.tuples(messages, st.sampled_from([4, 6, 63])), max_size=6),
    st.sampled_from([1, 2, 127, 128, 600]),
    st.lists(st.integers(5, 900), min_size=1, max_size=4),
)
def test_messages_come_back(said: list[tuple[tuple[int, int, int, bytes], int]], chunk: int, sizes: list[int]) -> None:
    data = encode((SET_CHUNK_SIZE, 0, 0, chunk.to_bytes(4, "big")), 2)
    data += b"".join(encode(message, number, chunk) for message, number in said)
    found, fault = read(Dechunker(), data, sizes)
    assert (found[1:], fault) == ([message for message, _ in said], "")


@THOROUGH
@given(
    st.lists(st.tuples(messages, st.sampled_from([3, 4, 6])), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=4),
    st.lists(st.integers(5, 900), min_size=1, max_size=4),
)
def test_damaged_bytes_mean_the_same_to_both(
    said: list[tuple[tuple[int, int, int, bytes], int]], damage: list[tuple[int, int]], sizes: list[int]
) -> None:
    data = bytearray(b"".join(encode(message, number) for message, number in said))
    for place, value in damage:
        data[place % len(data)] = value
    assert read(Dechunker(), bytes(data), sizes) == read(ChunkReader(), bytes(data), sizes)


@THOROUGH
@given(st.binary(max_size=400), st.lists(st.integers(1, 90), min_size=1, max_size=3))
def test_garbage_means_the_same_to_both(data: bytes, sizes: list[int]) -> None:
    assert read(Dechunker(), data, sizes) == read(ChunkReader(), data, sizes)


@pytest.mark.parametrize("cut", [140, 269, 398])
def test_another_message_may_come_between_two_chunks(cut: int) -> None:
    video, sound = encode((VIDEO, 5, 1, b"v" * 700), 6), encode((8, 6, 1, b"a" * 20), 4)
    found, fault = read(Dechunker(), video[: cut + 1] + sound + video[cut + 1 :], [10_000])
    assert sorted(one[0] for one in found) == ([] if fault else [8, 9])
