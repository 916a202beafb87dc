"""Properties of the grammar: every message comes back as it was, and any JSON is a message or a refusal."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trifocal_shared import cloud_messages, messages, sim_messages
from trifocal_shared.control_messages import COMMANDS
from trifocal_shared.message import MAX_INT, Message, ProtocolError, decode_json, fields, from_wire, parse, to_camel

QUICK = settings(max_examples=50, deadline=None)

CLASSES = sorted(
    {
        found
        for module in (messages, cloud_messages, sim_messages)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Message) and found is not Message
    },
    key=lambda cls: cls.__name__,
)
CATALOGUE = cloud_messages.TO_CLOUD | cloud_messages.TO_PHONE | messages.TO_GATEWAY | messages.TO_GLASSES
KINDS = {
    str: st.text(max_size=8),
    int: st.integers(-MAX_INT, MAX_INT),
    bool: st.booleans(),
    dict: st.dictionaries(st.text("abc", max_size=3), st.none() | st.integers(-5, 5) | st.text("xyz"), max_size=3),
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def command(row):
    """JSON objects that claim to be the message of this row of the table of commands."""
    kind, _, *written = row.split(" ")
    names = [field.rstrip("!").partition(":")[0] for field in written]
    return st.fixed_dictionaries({"type": st.just(kind)}, optional=dict.fromkeys(names, anything | st.text(max_size=8)))


CONTROLS = [command(row) for row in COMMANDS.strip().splitlines()]


def built(cls):
    """Messages of a class, with any values that its fields take."""
    kinds = {
        name: st.sampled_from(field.choices) if field.choices else KINDS[field.kind]
        for name, field in fields(cls).items()
    }
    return st.builds(cls, **kinds)


def claimed(cls):
    """JSON objects that claim to be of a class."""
    kinds = {to_camel(name): KINDS[field.kind] | anything for name, field in fields(cls).items()}
    return st.fixed_dictionaries({"type": st.just(cls.TYPE)}, optional=kinds)


@QUICK
@given(st.one_of([built(cls) for cls in CLASSES]))
def test_every_message_comes_back_as_it_was(made):
    assert from_wire(type(made), json.loads(json.dumps(made.to_wire()))) == made


@QUICK
@given(st.one_of([claimed(cls) for cls in CATALOGUE.values() if isinstance(cls, type)] + CONTROLS))
def test_a_known_type_with_any_content_is_a_message_or_refused(wire):
    try:
        made = parse(CATALOGUE, wire)
    except ProtocolError:
        return
    json.dumps(made.to_wire()).encode()
    assert wire["type"] == made.TYPE


@QUICK
@given(anything)
def test_any_json_value_is_a_message_nothing_or_refused(value):
    try:
        assert parse(CATALOGUE, value) is None
    except ProtocolError as error:
        assert error.code == "malformed"


@QUICK
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_text_is_decoded_or_refused(text):
    try:
        value = decode_json(text)
    except ProtocolError:
        return
    json.dumps(value, allow_nan=False)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_field_has_a_kind_that_the_wire_can_say(cls):
    assert {field.kind for field in fields(cls).values()} <= set(KINDS)
