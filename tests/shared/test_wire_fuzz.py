"""Properties of the wire: whatever a peer says, each end says what it made of it and goes on."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_shared.envelope import Native, unwrap, wrap_from_glasses, wrap_from_phone
from trifocal_shared.frame import FRAGMENT, PACK, PACK_BYTES, STRING, FilePacket, encode_frame
from trifocal_shared.message import Message, ProtocolError
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES, Ping
from trifocal_shared.pack import HAVE, PIECE, Piece
from trifocal_shared.wire import Rejected, Wire

QUICK = settings(max_examples=60, deadline=None)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.text(max_size=8).filter(lambda key: key != "C"), json_values, max_size=4)
payloads = st.one_of(
    st.binary(min_size=1, max_size=80),
    st.builds(lambda kind, rest: bytes((kind,)) + rest, st.sampled_from([PIECE, HAVE]), st.binary(max_size=20)),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.builds(lambda c, b: json.dumps({"C": c, "B": b}).encode(), json_values, json_values),
    st.builds(
        lambda kind, rest: json.dumps({**rest, "type": kind}).encode(), st.sampled_from(sorted(TO_GLASSES)), objects
    ),
)


@QUICK
@given(st.lists(st.tuples(payloads, st.sampled_from([STRING, FRAGMENT, PACK]), st.booleans()), max_size=6))
def test_any_payload_ends_in_one_event_or_one_count(said):
    wire = Wire(TO_GLASSES, True)
    for payload, kind, little in said:
        wire.receive(encode_frame(kind, payload[:PACK_BYTES] if kind == PACK else payload, little), 0)
        wire.timeout(2000)
    events = wire.events()
    assert all(isinstance(event, Message | Native | FilePacket | Piece | Rejected) for event in events)
    counts = wire.tally
    assert counts["malformed_message"] == sum(isinstance(event, Rejected) for event in events)
    wire.receive(Wire(TO_GATEWAY, False).encode(Ping()), 3000)
    assert wire.events() == [Ping()]


@QUICK
@given(objects)
def test_any_object_survives_both_envelopes(message):
    assert unwrap(wrap_from_phone(message)) == message
    assert unwrap(wrap_from_glasses(message)) == message


@QUICK
@given(payloads)
def test_any_payload_is_understood_or_refused(payload):
    try:
        assert isinstance(unwrap(payload), dict | Native)
    except ProtocolError as error:
        assert error.code == "malformed"
