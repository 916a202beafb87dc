"""The golden wire vectors under tests/vectors: what every message looks like on the wire, for clients in any language.

`python -m trifocal_tools.vectors --check` says where code and files differ, `--write` writes the files anew. Messages
are compared as parsed JSON, for the order of an object's keys means nothing. The frames of the protocol document
(PROTOCOL-device §A) stand in `example_frames` byte for byte; the messages are built from `example_messages` and
`example_app_messages`.
"""

import json
import sys
from pathlib import Path

from trifocal_shared import app_messages, cloud_messages, messages, pack, sim_messages
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native, unwrap
from trifocal_shared.frame import OVERHEAD, PACK, STRING, FilePacket, Frame, FrameDecoder
from trifocal_shared.message import Message
from trifocal_shared.wire import Wire
from trifocal_tools import (
    example_app_messages,
    example_control_messages,
    example_frames,
    example_mentra_live,
    example_talks,
)
from trifocal_tools import example_messages as said

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "vectors"

LINK = ("gateway to glasses", "glasses to gateway")

Vector = dict[str, object]


def check(folder: Path = FOLDER) -> list[str]:
    """Sentences about every difference between the vectors in `folder` and what the code says; none is good."""
    differences = [f"no vector for {cls.__name__}: add one to the examples" for cls in _without_example()]
    made = build()
    differences += [f"{path.name} is made from nothing" for path in folder.glob("*.json") if path.name not in made]
    for name, content in made.items():
        path = folder / name
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            differences.append(f"{name} cannot be read: {error}")
            continue
        differences += _compare(name, _by_name(kept), _by_name(content))
    return differences


def write(folder: Path = FOLDER) -> None:
    """Write every vector anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in build().items():
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def build() -> dict[str, Vector]:
    """The content of every file, by its name."""
    glasses, gateway = Wire(messages.TO_GLASSES, True), Wire(messages.TO_GATEWAY, False)
    link = _framed(gateway, LINK[0], said.GATEWAY_TO_GLASSES)
    link += _framed(glasses, LINK[1], said.GLASSES_TO_GATEWAY)
    cloud = _texts("gateway to cloud, WebSocket", said.GATEWAY_TO_CLOUD)
    cloud += _texts("cloud to gateway, WebSocket", said.CLOUD_TO_GATEWAY)
    cloud += _texts("gateway to cloud, HTTP", said.HTTP_TO_CLOUD)
    cloud += _texts("cloud to gateway, HTTP", said.HTTP_FROM_CLOUD)
    sim = _texts("simulated glasses to cloud, WebSocket", said.SIM_TO_CLOUD)
    sim += _texts("cloud to simulated glasses, WebSocket", said.CLOUD_TO_SIM)
    control = _framed(gateway, LINK[0], example_control_messages.TO_GLASSES)
    control += _framed(glasses, LINK[1], example_control_messages.TO_GATEWAY)
    return {
        "control.json": {"about": "Every message of the control plane as a whole frame.", "vectors": control},
        "document.json": {
            "about": "Whole frames, byte for byte as in PROTOCOL-device §A, and what each means.",
            "vectors": example_frames.DOCUMENT,
        },
        "link.json": {"about": "Every message between gateway and glasses as a whole frame.", "vectors": link},
        "streams.json": {
            "about": "Bytes that are not only whole frames, what is found in them however they are cut, and what is"
            " discarded. `silence` is a second in which nothing comes, at the end.",
            "vectors": example_frames.STREAMS,
        },
        "talks.json": {
            "about": "What one end of the link hears frame by frame, the messages it makes of that, and its answers.",
            "vectors": example_talks.TALKS,
        },
        "mentra_live.json": {
            "about": "A session with Mentra Live: what comes when, what they hear then, and what the cloud is told.",
            "vectors": example_mentra_live.STEPS,
        },
        "refused.json": {
            "about": "JSON on the link that is refused as `malformed` by the end it is said `to`.",
            "vectors": example_frames.REFUSED,
        },
        "cloud.json": {"about": "Every message between gateway and cloud as JSON text.", "vectors": cloud},
        "sim.json": {"about": "Every message between simulated glasses and cloud as JSON text.", "vectors": sim},
        "from_app.json": {
            "about": "Every message of an app to the cloud as JSON text; each goes out with a `timestamp`, too.",
            "vectors": _texts("app to cloud, WebSocket", example_app_messages.APP_TO_CLOUD),
        },
        "to_app.json": {
            "about": "Every message of the cloud to an app as JSON text.",
            "vectors": _texts("cloud to app, WebSocket", example_app_messages.CLOUD_TO_APP),
        },
    }


def meaning(item: object) -> Vector:
    """What a decoder found, in the words of the vectors."""
    if isinstance(item, FilePacket):
        means: object = {
            "type": item.kind,
            "index": item.index,
            "fileSize": item.file_size,
            "name": item.name,
            "flags": item.flags,
            "data": item.data.hex(),
        }
        return {"kind": "file_packet", "means": means}
    assert isinstance(item, Frame)
    if item.kind == PACK:
        said = pack.parse(item.payload)
        assert said is not None
        means = dict(vars(said))
        return {"kind": "pack", "means": means | {"data": means["data"].hex()} if "data" in means else means}
    if item.kind != STRING:
        return {"kind": "fragment", "means": {"payload": item.payload.hex()}}
    content = unwrap(item.payload)
    if isinstance(content, Native):
        return {"kind": "native", "means": {"command": content.command, "body": content.body}}
    return {"kind": "message", "means": content}


def _framed(wire: Wire, direction: str, examples: list[Message]) -> list[Vector]:
    return [
        {
            "name": name,
            "direction": direction,
            "kind": "message",
            "hex": wire.encode(message).hex(),
            "means": message.to_wire(),
        }
        for name, message in _named(examples)
    ]


def _texts(direction: str, examples: list[Message]) -> list[Vector]:
    return [
        {
            "name": name,
            "direction": direction,
            "message": type(message).__name__,
            "text": json.dumps(message.to_wire(), separators=(",", ":")),
            "means": message.to_wire(),
        }
        for name, message in _named(examples)
    ]


def _named(examples: list[Message]) -> list[tuple[str, Message]]:
    """Each example with a name: its type, and a number from its second example on."""
    named: list[tuple[str, Message]] = []
    for message in examples:
        kind = message.TYPE or type(message).__name__
        before = sum(name.split(" ", maxsplit=1)[0] == kind for name, _ in named)
        named.append((f"{kind} {before + 1}" if before else kind, message))
    return named


def _without_example() -> list[type[Message]]:
    groups = [*vars(said).values(), *vars(example_app_messages).values()]
    shown = {type(message) for group in groups if isinstance(group, list) for message in group}
    modules = (messages, cloud_messages, sim_messages, app_messages)
    shown.add(Control)  # its rows have examples in `example_control_messages`
    classes = [found for module in modules for found in vars(module).values() if isinstance(found, type)]
    unseen = {cls for cls in classes if issubclass(cls, Message) and cls is not Message} - shown
    return sorted(unseen, key=lambda cls: cls.__name__)


def _by_name(content: Vector) -> dict[str, Vector]:
    """The vectors of a file by direction and name, their bytes and texts parsed."""
    found: dict[str, Vector] = {}
    vectors = content["vectors"]
    assert isinstance(vectors, list)
    for vector in vectors:
        found[f"{vector.get('direction', '')} {vector['name']}".strip()] = _parsed(vector)
    return found


def _parsed(vector: Vector) -> Vector:
    shown = dict(vector)
    if shown.get("direction") in LINK and "hex" in shown:
        data = bytes.fromhex(str(shown.pop("hex")))
        decoder = FrameDecoder()
        decoder.receive(data, 0)
        shown["bytes"] = [meaning(item) for item in decoder.events()]
        shown["little_endian"] = int.from_bytes(data[3:5], "little") + OVERHEAD == len(data)
    if "text" in shown and "means" in shown:
        shown["text"] = json.loads(str(shown["text"]))
    return shown


def _compare(file: str, kept: dict[str, Vector], made: dict[str, Vector]) -> list[str]:
    differences = [f"{file}: {name} is missing" for name in made if name not in kept]
    differences += [f"{file}: {name} is said by nothing" for name in kept if name not in made]
    differences += [f"{file}: {name} differs" for name, one in made.items() if name in kept and kept[name] != one]
    return differences


def main(words: list[str]) -> int:
    """`--check` or `--write`; the exit code."""
    if words == ["--write"]:
        write()
        return 0
    if words != ["--check"]:
        sys.stderr.write("usage: python -m trifocal_tools.vectors --check | --write\n")
        return 2
    differences = check()
    sys.stdout.write("".join(line + "\n" for line in differences) or "the vectors say what the code says\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
