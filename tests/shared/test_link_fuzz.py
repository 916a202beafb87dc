"""Properties of the link with memory: whatever a peer says and however the way treats it."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_shared.chunk import FRAME_BYTES, Gathering, slices
from trifocal_shared.envelope import wrap_from_phone
from trifocal_shared.frame import FRAGMENT, STRING, encode_frame
from trifocal_shared.link import Link
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES, Ping, TakePhoto

QUICK = settings(max_examples=60, deadline=None)

small = st.integers(-1, 12)
ids = st.one_of(small, st.integers(), st.none(), st.booleans(), st.text(max_size=3))
oddities = st.one_of(small, st.text(max_size=30), st.none(), st.booleans(), st.lists(small, max_size=2), st.floats())
chunk_objects = st.fixed_dictionaries(
    {"t": st.just("ck"), "id": st.sampled_from("abc"), "c": small, "n": small, "d": st.text(max_size=30)},
    optional={"mId": ids},
)
odd_objects = st.dictionaries(
    st.sampled_from(["t", "type", "id", "c", "n", "d", "mId", "chunkId", "chunk", "total", "data"]),
    st.one_of(oddities, st.sampled_from(["ck", "chunked_msg", "msg_ack", "ping", "take_photo"])),
    max_size=7,
)
said = st.one_of(
    st.one_of(chunk_objects, odd_objects).map(lambda wire: encode_frame(STRING, wrap_from_phone(wire), True)),
    st.binary(min_size=1, max_size=40).map(lambda data: encode_frame(FRAGMENT, data, True)),
    st.builds(
        lambda head, tail: encode_frame(FRAGMENT, bytes(head) + len(tail).to_bytes(2, "little") + tail, True),
        st.tuples(st.integers(0, 31), st.integers(0, 2), st.just(0), st.integers(0, 4), st.integers(0, 4)),
        st.binary(max_size=30),
    ),
)


@QUICK
@given(st.lists(st.tuples(said, st.integers(0, 40_000)), max_size=30))
def test_whatever_a_peer_says_the_link_goes_on(frames: list[tuple[bytes, int]]) -> None:
    link, now = Link(TO_GLASSES, glasses_side=True), 0
    for frame, later in frames:
        now += later
        link.receive(frame, now)
        link.events()
        link.say_surely(Ping(), now)
        assert len(link.data_to_send()) <= 3
        if (due := link.deadline()) is not None and due <= now:
            link.timeout(now)
            link.data_to_send()
    link.opened()
    link.receive(Link(TO_GATEWAY, glasses_side=False).encode(Ping()), now)
    assert link.events() == [Ping()]


@QUICK
@given(st.text(max_size=700), st.booleans(), st.randoms(use_true_random=False))
def test_any_message_arrives_once_whatever_order_its_pieces_take(text: str, second_way: bool, chance: Random) -> None:
    phone, glasses = Link(TO_GATEWAY, glasses_side=False, first_id=9), Link(TO_GLASSES, glasses_side=True)
    phone.answers_ids, phone.second_way = True, second_way
    message = TakePhoto(request_id="r" + text.encode("utf-8", "replace").decode())
    phone.say_surely(message, 0)
    frames = phone.data_to_send()
    assert all(len(frame) <= FRAME_BYTES for frame in frames)
    mixed = frames + frames
    chance.shuffle(mixed)
    for frame in mixed:
        glasses.receive(frame, 0)
    assert glasses.events() == [message]


@QUICK
@given(
    st.integers(0, 3_000),
    st.lists(st.tuples(st.integers(0, 14), small, small, st.binary(max_size=90), st.integers(0, 9_000)), max_size=80),
)
def test_what_is_gathered_is_bounded(room: int, pieces: list[tuple[int, int, int, bytes, int]]) -> None:
    gathering, now = Gathering(room), 0
    for key, index, count, piece, later in pieces:
        now += later
        whole = gathering.add(key, index, count, piece, now)
        assert whole is None or 0 < len(whole) <= count * 90
        assert gathering._kept() <= room
        assert len(gathering._open) <= 10


@QUICK
@given(st.text(), st.integers(4, 90))
def test_slices_are_texts_that_make_up_the_whole(text: str, size: int) -> None:
    data = text.encode("utf-8", "replace")
    parts = slices(data, size)
    assert b"".join(parts) == data
    assert "".join(part.decode() for part in parts).encode() == data
    assert all(0 < len(part) <= size for part in parts)


@QUICK
@given(st.lists(st.integers(1, 2**63 - 1), max_size=40))
def test_each_id_is_carried_out_once(numbers: list[int]) -> None:
    link = Link(TO_GLASSES, glasses_side=True)
    for number in numbers:
        link.receive(encode_frame(STRING, json.dumps({"type": "ping", "mId": number}).encode(), True), 0)
    assert len(link.events()) == len(set(numbers))
