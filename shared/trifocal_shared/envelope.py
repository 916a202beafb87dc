"""The JSON around a message on the link: who says it wraps it his way (PROTOCOL-device §2.4).

phone -> glasses    {"C":"<message as JSON text>","W":1}
glasses -> phone    {"C":"<message as JSON text>","V":1,"B":{}}
MCU, both ways      {"C":"cs_pho","V":1,"B":""}
"""

import json

from trifocal_shared.message import ProtocolError, decode_json


class Native:
    """A command or report of the button controller: its word and its body, parsed where it was JSON in a string."""

    def __init__(self, command: str, body: object = "") -> None:
        self.command = command
        self.body = body

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Native) and self.command == other.command and self.body == other.body

    def __repr__(self) -> str:
        return "Native(%r, %r)" % (self.command, self.body)

    __hash__ = None  # type: ignore[assignment]


# The outer objects are put together as text: MicroPython's dicts have no order, and the peers' bytes do.


def wrap_from_phone(message: "dict[str, object]", wake: bool = True) -> bytes:
    """The payload that a gateway sends; `wake` asks the controller to wake the glasses for it."""
    return ('{"C":' + text(text(message)) + (',"W":1}' if wake else "}")).encode()


def wrap_from_glasses(message: "dict[str, object]") -> bytes:
    """The payload that the glasses send."""
    return ('{"C":' + text(text(message)) + ',"V":1,"B":{}}').encode()


def wrap_native(command: str, body: object = "") -> bytes:
    """The payload of a command or report of the button controller."""
    return ('{"C":' + text(command) + ',"V":1,"B":' + text(body) + "}").encode()


def unwrap(payload: bytes) -> "dict[str, object] | Native":
    """The message in a payload, wrapped or bare, or the controller's own word. Raises ProtocolError."""
    outer = decode_json(payload)
    if not isinstance(outer, dict):
        raise ProtocolError("a payload is a JSON object")
    if "C" not in outer:
        return outer
    inner = outer["C"]
    if not isinstance(inner, str) or not inner:
        raise ProtocolError("C is not a text")
    if inner.lstrip()[:1] != "{":
        return Native(inner, _body(outer.get("B", "")))
    message = decode_json(inner)
    if not isinstance(message, dict):
        raise ProtocolError("a message is a JSON object")
    return message


def _body(body: object) -> object:
    if isinstance(body, str) and body:
        try:
            return decode_json(body)
        except ProtocolError:
            return body
    return body


def text(value: object) -> str:
    """A JSON text as short as it can be."""
    return json.dumps(value, separators=(",", ":"))
