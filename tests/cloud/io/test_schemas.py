"""The shared messages as pydantic sees them: the same fields, stricter about what is inside."""

import json
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from trifocal_cloud.io.schemas import Derived, message_of, model_of, parsed, untyped
from trifocal_shared import cloud_messages, sim_messages
from trifocal_shared.app_messages import FROM_APP, AppPhotoRequest
from trifocal_shared.cloud_messages import (
    TO_CLOUD,
    ButtonPressAnswer,
    ButtonPressReport,
    GlassesBatteryUpdate,
    UploadMetadata,
)
from trifocal_shared.message import Message, ProtocolError, fields, to_camel
from trifocal_shared.messages import BatteryStatus, PhotoStatus
from trifocal_shared.sim_messages import SimState

ALL = [
    cls
    for module in (cloud_messages, sim_messages)
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Message) and cls is not Message
]


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_message_has_a_model_with_its_fields(cls: type[Message]) -> None:
    schema = model_of(cls).model_json_schema()
    assert set(schema.get("properties", {})) == {to_camel(name) for name in fields(cls)}
    assert set(schema.get("required", [])) == {to_camel(name) for name, field in fields(cls).items() if field.must}
    assert model_of(cls) is model_of(cls)


def test_a_model_becomes_the_shared_message() -> None:
    model = model_of(ButtonPressReport).model_validate({"buttonId": "photo", "pressType": "short", "x": 1})
    assert message_of(ButtonPressReport, model) == ButtonPressReport(button_id="photo", press_type="short")


@pytest.mark.parametrize(
    "wrong",
    [
        {"requestId": "r", "timestamp": 2**53 + 1},
        {"requestId": "r", "timestamp": 1.5},
        {"requestId": "r", "timestamp": 1e300},
        {"requestId": "r", "timestamp": float("inf")},
        {"requestId": "r", "timestamp": True},
        {"requestId": "r", "timestamp": "1"},
        {"requestId": "r/../x"},
        {"requestId": "r\n"},
        {"requestId": ""},
        {"requestId": "r", "deviceId": "a\0"},
        {"requestId": "r", "deviceId": "\ud800"},
        {"requestId": "r", "mediaType": "audio"},
        {"requestId": "r", "sha256": "00"},
        {"requestId": "r", "sha256": "A" * 64},
        {},
    ],
)
def test_what_the_database_could_not_bear_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model_of(UploadMetadata).model_validate(wrong)


def test_fastapi_sees_a_derived_message_as_its_model() -> None:
    adapter = TypeAdapter[ButtonPressAnswer](Annotated[ButtonPressAnswer, Derived()])
    message = ButtonPressAnswer(success=True, request_id="r1")
    assert adapter.validate_python({"success": True, "requestId": "r1"}) == message
    assert adapter.validate_python(message) is message
    assert json.loads(adapter.dump_json(message)) == {"success": True, "requestId": "r1", "saveToGallery": True}
    for mode in ("validation", "serialization"):
        schema = adapter.json_schema(mode=mode)  # type: ignore[arg-type]
        assert schema["title"] == "ButtonPressAnswer"


def test_a_line_of_json_becomes_a_message() -> None:
    text = '{"type":"photo_status","requestId":"r1","status":"captured","errorCode":null,"future":[]}'
    assert parsed(TO_CLOUD, text) == PhotoStatus(request_id="r1", status="captured")


def test_a_type_nobody_knows_is_nothing() -> None:
    assert parsed(TO_CLOUD, '{"type":"never_heard_of"}') is None


def test_an_old_spelling_is_understood() -> None:
    catalogue = {"battery_status": BatteryStatus}
    assert parsed(catalogue, '{"type":"battery_status","percent":7}') == BatteryStatus(level=7)
    assert parsed(catalogue, '{"type":"battery_status","percent":7,"level":8}') == BatteryStatus(level=8)


def test_what_comes_in_somebodys_own_words_is_cleaned_and_cut() -> None:
    text = json.dumps(
        {"type": "photo_status", "requestId": "r", "status": "failed", "errorMessage": "a\0\ud800" + "x" * 400}
    )
    message = parsed(TO_CLOUD, text)
    assert isinstance(message, PhotoStatus)
    assert message.error_message == "a  " + "x" * 297


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        '{"type":5}',
        "{}",
        "[" * 100_000,
        '{"type":"glasses_battery_update","level":1e999}',
        "\ud800",
    ],
)
def test_anything_else_breaks_the_rules(text: str) -> None:
    with pytest.raises(ProtocolError):
        parsed(TO_CLOUD, text)


def test_a_fault_names_the_field_and_not_what_was_in_it() -> None:
    with pytest.raises(ProtocolError, match=r"^level: ") as caught:
        parsed({"x": GlassesBatteryUpdate}, '{"type":"x","level":"my secret"}')
    assert "secret" not in str(caught.value)


def test_bodies_have_no_type() -> None:
    state = SimState(
        python="cpython", online=True, linked=True, folded=False, battery=1, charging=False, light="off", camera="x"
    )
    assert "type" not in untyped(state)


def test_tokens_and_urls_of_others_are_as_long_as_they_are() -> None:
    said = {"type": "photo_request", "requestId": "r1", "authToken": "t" * 4096, "customWebhookUrl": "u" * 2048}
    message = parsed(FROM_APP, json.dumps(said))
    assert message == AppPhotoRequest(request_id="r1", auth_token="t" * 4096, custom_webhook_url="u" * 2048)
    with pytest.raises(ProtocolError):
        parsed(FROM_APP, json.dumps(said | {"authToken": "t" * 4097}))
    with pytest.raises(ProtocolError):
        parsed(FROM_APP, json.dumps(said | {"authToken": "t\r\nX: y"}))
