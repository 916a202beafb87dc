"""The shared messages as pydantic sees them: derived, never written twice.

At the edge a body or a WebSocket message is validated here, then handed on as the shared message: nothing behind
the edge touches pydantic. `Annotated[ButtonPressReport, Derived()]` is a type that FastAPI understands.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from trifocal_shared.message import Message, ProtocolError, fields, to_camel

M = TypeVar("M", bound=Message)

LARGEST = 2**53
"""Integers beyond this are not exact in JavaScript, and far beyond it the database refuses them."""

Identifier = Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9_.:-]*$")]
"""An id made by a machine: it ends up in rows, logs and URLs."""
Text = Annotated[str, Field(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")]
LongText = Annotated[str, Field(max_length=4096, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A token or a URL of somebody else's: a JWT has a thousand letters, and so has a URL that carries a signature."""
Sha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]


def _whole(value: object) -> object:
    """JSON has one kind of number: 80.0 is the integer 80 (and JSON Schema says so)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def whole(least: int, most: int, description: str | None = None) -> Any:
    """What an integer within bounds is annotated with. The bounds come first, or the schema would not show them."""
    return Field(ge=least, le=most, description=description), BeforeValidator(_whole)


Whole = Annotated[int, *whole(-LARGEST, LARGEST)]


def _plain(text: str) -> str:
    cleaned = "".join([letter if letter.isprintable() else " " for letter in text[:NOTE_LENGTH]])
    return cleaned.encode("utf-8", "replace").decode("utf-8")


NOTE_LENGTH = 300
Note = Annotated[str, AfterValidator(_plain)]
"""What somebody says in their own words: cut and cleaned, not refused, for it comes with something that counts."""

BY_NAME: dict[str, Any] = {
    "request_id": Identifier,
    "press_id": Identifier,
    "command_id": Identifier,
    "app_id": Identifier,
    "sha256": Sha256,
    "session_id": LongText,
    "custom_webhook_url": LongText,
    "auth_token": LongText,
    "rtmp_url": LongText,
    "error_message": Note,
}
"""Fields of messages that want more than their kind."""


class Wire(BaseModel):
    """Base of every model: camelCase outside, strict types, unknown fields ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, strict=True, extra="ignore")


_models: dict[type[Message], type[Wire]] = {}


def model_of(cls: type[Message]) -> type[Wire]:
    """The model of a shared message class, built once."""
    if cls not in _models:
        _models[cls] = _built(cls)
    return _models[cls]


def _built(cls: type[Message]) -> type[Wire]:
    built: dict[str, Any] = {}
    for name, field in fields(cls).items():
        kind: Any = BY_NAME.get(name) or {str: Text, int: Whole}.get(field.kind, field.kind)
        if field.choices:
            kind = Literal[field.choices]
        if field.must and name in BY_NAME:
            kind = Annotated[kind, Field(min_length=1)]
        built[name] = (kind, ... if field.must else field.default)
    return create_model(cls.__name__, __base__=Wire, __doc__=cls.__doc__, **built)


def message_of(cls: type[M], model: BaseModel) -> M:
    """The shared message that a validated model is."""
    return cls(**{name: getattr(model, name) for name in fields(cls)})


def untyped(message: Message) -> dict[str, object]:
    """The JSON object of a message without its `type`: HTTP bodies have none."""
    wire = message.to_wire()
    wire.pop("type", None)
    return wire


class Derived:
    """Marks a shared message class in `Annotated` so that pydantic validates, serialises and describes it."""

    def __get_pydantic_core_schema__(self, source: type[Message], handler: GetCoreSchemaHandler) -> CoreSchema:
        def checked(value: object, validate: Any) -> Message:
            return value if isinstance(value, source) else message_of(source, validate(value))

        return core_schema.no_info_wrap_validator_function(
            checked,
            handler.generate_schema(model_of(source)),
            serialization=core_schema.plain_serializer_function_ser_schema(untyped),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        inner: CoreSchema = schema["schema"]
        return handler(inner)


def parsed(catalogue: Mapping[str, type[Message]], text: str | bytes) -> Message | None:
    """The message that a line of JSON is, or None for a type nobody here knows. Raises ProtocolError."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a message is JSON") from error
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise ProtocolError("a message is a JSON object with a type")
    cls = catalogue.get(data["type"])
    if cls is None:
        return None
    renamed = {to_camel(new): data[old] for old, new in cls.ALIASES.items() if old in data}
    said = {name: value for name, value in {**renamed, **data}.items() if value is not None}
    try:
        return message_of(cls, model_of(cls).model_validate(said))
    except ValidationError as error:
        raise ProtocolError(first_fault(error.errors())) from error


def first_fault(errors: Any) -> str:
    """A sentence about the first thing that is wrong; never what was sent."""
    if not errors:
        return "the message could not be understood"
    where = ".".join([str(part) for part in errors[0]["loc"]])
    return f"{where}: {errors[0]['msg']}"[:200]
