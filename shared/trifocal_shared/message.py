"""The grammar of a message: one class each, one line a field, the same on CPython and MicroPython.

A message is a subclass of `Message`. Upper-case class attributes speak about the message (`TYPE`, `ALIASES`),
lower-case ones are its fields. A field is written

    request_id: str = required(str)          # must be there, must be a string
    press_type: str = one_of("short", "long")  # must be there, one of these
    size: str = one_of("small", "medium", default="medium")
    flash: bool = True                       # optional; the default gives the type

On the wire a field is spelt in camelCase, or as in Python where MentraOS does so (`SNAKE`). An optional string that
is empty, as by default, is left out; unknown fields are ignored, so that a newer peer can say more. CPython's type
checkers see keyword-only dataclasses; nothing of `typing` is needed on the device.
"""

import json
import sys

try:
    from typing import TypeVar, dataclass_transform

    T = TypeVar("T")
    M = TypeVar("M", bound="Message")
except ImportError:  # MicroPython has no typing

    def dataclass_transform(**options):  # type: ignore[no-untyped-def, misc]
        """A decorator that does nothing: there is no checker on the device."""
        return lambda cls: cls


MAX_DEPTH = 32
"""How deep the objects and lists of a JSON text may lie in one another; ours lie three deep."""

MAX_INT = 2**53
"""Whole numbers beyond this do not survive every JSON reader, nor a database."""

OTHERS = ""
"""The key under which a catalogue has the function that knows its other messages: JSON object -> message or None."""


class ProtocolError(Exception):
    """The peer broke the rules. `code` is a word from `trifocal_shared.reasons` or `malformed`; safe to show."""

    def __init__(self, text: str = "", code: str = "malformed") -> None:
        super().__init__(text)
        self.code = code


class Field:
    """What one field accepts: its kind, its default (None: it must be there) and its choices."""

    def __init__(self, kind: type, default: object = None, choices: tuple[object, ...] = ()) -> None:
        self.kind = kind
        self.must = default is None
        self.default = default
        self.choices = choices


def required(kind: "type[T]") -> "T":
    """A field that must be present and of `kind`, which stands for it: that costs a device no object."""
    return kind  # type: ignore[return-value]


def one_of(*choices: "T", default: object = None) -> "T":
    """A field with a closed set of values; required unless a default is given."""
    return Field(type(choices[0]), default, choices)  # type: ignore[return-value]


_ROOMY = sys.implementation.name != "micropython"
_fields_of: "dict[type, dict[str, Field]]" = {}


def fields(cls: "type[Message]") -> "dict[str, Field]":
    """The fields of a message class by Python name; kept where the heap is large, found anew on a device."""
    found = _fields_of.get(cls)
    if found is None:
        found = {}
        for name, value in cls.__dict__.items():
            if name[0] == "_" or not name.islower():
                continue
            field = Field(value) if isinstance(value, type) else Field(type(value), value)
            found[name] = value if isinstance(value, Field) else field
        if _ROOMY:
            _fields_of[cls] = found
    return found


def to_camel(name: str) -> str:
    """`request_id` -> `requestId`: the one place where Python's spelling meets the wire's."""
    if "_" not in name:
        return name
    head, *rest = name.split("_")
    return head + "".join([word[0].upper() + word[1:] for word in rest])


@dataclass_transform(kw_only_default=True, field_specifiers=(required, one_of))
class Message:
    """Base of every message. Construct with keywords; a wrong, missing or misspelt one raises TypeError."""

    TYPE = ""
    ALIASES: "dict[str, str]" = {}
    """Old spellings on the wire -> the Python name of the field."""
    SECRETS: "tuple[str, ...]" = ()
    """Fields whose value `repr` does not show."""
    SNAKE = False
    """Whether the fields are spelt on the wire as in Python."""

    def __init__(self, **values: object) -> None:
        for name, field in fields(type(self)).items():
            if name in values:
                setattr(self, name, values.pop(name))
            elif field.must:
                raise TypeError(type(self).__name__ + " needs " + name)
            else:
                setattr(self, name, field.default)
        if values:
            raise TypeError(type(self).__name__ + " has no " + ", ".join(values))

    def to_wire(self) -> "dict[str, object]":
        """The JSON object of this message; an optional string is left out where it is empty by default."""
        wire: dict[str, object] = {"type": self.TYPE} if self.TYPE else {}
        for name, field in fields(type(self)).items():
            value = getattr(self, name)
            if value != "" or field.default != "":
                wire[name if self.SNAKE else to_camel(name)] = value
        return wire

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.__dict__ == other.__dict__

    def __repr__(self) -> str:
        shown = [name + "=" + self._shown(name) for name in fields(type(self))]
        return type(self).__name__ + "(" + ", ".join(shown) + ")"

    def _shown(self, name: str) -> str:
        return "..." if name in self.SECRETS else repr(getattr(self, name))

    __hash__ = None  # type: ignore[assignment]


def from_wire(cls: "type[M]", data: object) -> "M":
    """Build a `cls` message from a parsed JSON object. Raises ProtocolError naming the first field that is wrong."""
    if not isinstance(data, dict):
        raise ProtocolError("a message is a JSON object")
    values: dict[str, object] = {}
    for name, field in fields(cls).items():
        wire_name = name if cls.SNAKE else to_camel(name)
        value = data.get(wire_name)
        if value is None:
            for old, new in cls.ALIASES.items():
                if new == name and data.get(old) is not None:
                    value = data[old]
        if value is None:
            if field.must:
                raise ProtocolError(cls.TYPE + "." + wire_name + " is missing")
            continue
        values[name] = _checked(cls.TYPE + "." + wire_name, field, value)
    return cls(**values)


def _checked(where: str, field: Field, value: object) -> object:
    kind = field.kind
    if kind is float and type(value) is int and -MAX_INT <= value <= MAX_INT:
        value = float(value)
    if type(value) is not kind:
        raise ProtocolError(where + " is not of type " + kind.__name__)
    if kind is int and not -MAX_INT <= value <= MAX_INT:  # type: ignore[operator]
        raise ProtocolError(where + " is out of range")
    if kind is float and not -1e300 < value < 1e300:  # type: ignore[operator]
        raise ProtocolError(where + " is not a finite number")
    if kind is str:
        try:
            value.encode()  # type: ignore[attr-defined]
        except ValueError:  # half of a surrogate pair: no file, database or socket would take it
            raise ProtocolError(where + " is not a text") from None
    if field.choices and value not in field.choices:
        raise ProtocolError(where + " is not one of the known values")
    return value


def _refuse(word: str) -> None:
    raise ValueError(word + " is not JSON")


# Left alone, CPython takes NaN and Infinity; MicroPython has one reader only, which refuses them.
_load = json.JSONDecoder(parse_constant=_refuse).decode if hasattr(json, "JSONDecoder") else json.loads


def decode_json(text: "str | bytes") -> object:
    """The value of a JSON text from outside. ProtocolError for bad UTF-8, bad JSON and JSON nested too deep."""
    try:
        value = _load(text if isinstance(text, str) else bytes(text).decode())
    except (ValueError, RuntimeError):  # RecursionError is a RuntimeError, and MicroPython has only that
        raise ProtocolError("not a JSON text") from None
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return value
    raise ProtocolError("a JSON text nested too deep")


def _children(node: object) -> "list[object]":
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def parse(catalogue: "dict[str, type[Message]]", data: object) -> "Message | None":
    """The message that a JSON object is, or None for a type nobody here knows. Raises ProtocolError.

    A catalogue may have a function under OTHERS, which is asked about types that have no class.
    """
    if not isinstance(data, dict):
        raise ProtocolError("a message is a JSON object")
    kind = data.get("type")
    if not isinstance(kind, str) or not kind:
        raise ProtocolError("a message has a type")
    cls = catalogue.get(kind)
    if cls:
        return from_wire(cls, data)
    others = catalogue.get(OTHERS)
    return others(data) if others else None  # type: ignore[call-arg]
