"""The golden vectors under tests/vectors, read and written by this floor; on the device as well."""

import json
import unittest

from trifocal_shared import app_messages, cloud_messages, messages, sim_messages
from trifocal_shared.control_messages import COMMANDS, REPORTS
from trifocal_shared.envelope import Native, unwrap, wrap_native
from trifocal_shared.frame import FRAGMENT, PACK, STRING, FilePacket, FrameDecoder, encode_file_packet, encode_frame
from trifocal_shared.message import from_wire, parse
from trifocal_shared.pack import Piece
from trifocal_shared.pack import parse as parse_pack
from trifocal_shared.wire import Rejected, Wire

FOLDER = __file__.replace("\\", "/").rsplit("/", 2)[0] + "/vectors/"

CATALOGUES = {
    "gateway to cloud, WebSocket": cloud_messages.TO_CLOUD,
    "cloud to gateway, WebSocket": cloud_messages.TO_PHONE,
    "simulated glasses to cloud, WebSocket": sim_messages.FROM_SIM,
    "cloud to simulated glasses, WebSocket": sim_messages.TO_SIM,
    "app to cloud, WebSocket": app_messages.FROM_APP,
    "cloud to app, WebSocket": app_messages.TO_APP,
}


def vectors(name):
    """The vectors of one file."""
    with open(FOLDER + name) as file:
        return json.load(file)["vectors"]


def meaning(item):
    """What was found in a stream, in the words of the vectors."""
    if isinstance(item, FilePacket):
        means = {"type": item.kind, "index": item.index, "fileSize": item.file_size, "name": item.name}
        means["flags"], means["data"] = item.flags, item.data.hex()
        return {"kind": "file_packet", "means": means}
    if item.kind == PACK:
        said = parse_pack(item.payload)
        means = {"number": said.number, "offset": said.offset}
        if isinstance(said, Piece):
            means["data"] = said.data.hex()
        else:
            means["window"] = said.window
        return {"kind": "pack", "means": means}
    if item.kind == FRAGMENT:
        return {"kind": "fragment", "means": {"payload": item.payload.hex()}}
    content = unwrap(item.payload)
    if isinstance(content, Native):
        return {"kind": "native", "means": {"command": content.command, "body": content.body}}
    return {"kind": "message", "means": content}


def ends(direction):
    """Who says it and who hears it."""
    gateway, glasses = Wire(messages.TO_GATEWAY, False), Wire(messages.TO_GLASSES, True)
    return (gateway, glasses) if direction == "gateway to glasses" else (glasses, gateway)


def types(catalogue):
    """The types of a catalogue's classes."""
    return {cls.TYPE for cls in catalogue.values() if isinstance(cls, type)}


class Document(unittest.TestCase):
    def test_frames_mean_what_the_document_says(self):
        for vector in vectors("document.json"):
            decoder = FrameDecoder()
            decoder.receive(bytes.fromhex(vector["hex"]), 0)
            expected = {"kind": vector["kind"], "means": vector["means"]}
            self.assertEqual([meaning(item) for item in decoder.events()], [expected])

    def test_our_encoders_write_the_same_bytes(self):
        seen = 0
        for vector in vectors("document.json"):
            data, means = bytes.fromhex(vector["hex"]), vector["means"]
            if vector["name"] in ("ping", "pong"):
                sender = Wire(messages.TO_GLASSES, vector["name"] == "pong")
                said = messages.Ping() if vector["name"] == "ping" else messages.Pong()
                self.assertEqual(sender.encode(said), data)
            elif vector["kind"] == "file_packet":
                made = encode_file_packet(
                    means["type"], means["index"], means["fileSize"], means["name"], bytes.fromhex(means["data"])
                )
                self.assertEqual(made, data)
            elif vector["kind"] == "fragment":
                self.assertEqual(encode_frame(FRAGMENT, bytes.fromhex(means["payload"]), False), data)
            elif means["body"] == "":
                self.assertEqual(encode_frame(STRING, wrap_native(means["command"]), data[3] != 0), data)
            else:
                self.assertEqual(unwrap(wrap_native(means["command"], means["body"])), unwrap(data[5:-2]))
            seen += 1
        self.assertEqual(seen, 7)


class Link(unittest.TestCase):
    def test_every_message_is_heard_and_said(self):
        heard_types = set()
        for vector in vectors("link.json"):
            data = bytes.fromhex(vector["hex"])
            sender, hearer = ends(vector["direction"])
            hearer.receive(data, 0)
            heard = hearer.events()
            self.assertEqual([message.to_wire() for message in heard], [vector["means"]])
            again = sender.encode(heard[0])
            self.assertEqual((again[:5], len(again)), (data[:5], len(data)))
            hearer.receive(again, 0)
            self.assertEqual(hearer.events(), heard)
            heard_types.add(heard[0].TYPE)
        self.assertEqual(heard_types, types(messages.TO_GLASSES) | types(messages.TO_GATEWAY))

    def test_so_is_every_row_of_the_control_plane(self):
        heard_types = set()
        for vector in vectors("control.json"):
            sender, hearer = ends(vector["direction"])
            hearer.receive(bytes.fromhex(vector["hex"]), 0)
            heard = hearer.events()
            self.assertEqual([message.to_wire() for message in heard], [vector["means"]])
            hearer.receive(sender.encode(heard[0]), 0)
            self.assertEqual(hearer.events(), heard)
            heard_types.add(heard[0].TYPE)
        rows = (COMMANDS + REPORTS).strip().split("\n")
        self.assertEqual(heard_types, {row.split(" ")[0] for row in rows if row})


class Streams(unittest.TestCase):
    def decode(self, pieces, silence):
        """Everything in the pieces, and the counts that are not zero."""
        decoder = FrameDecoder()
        for piece in pieces:
            decoder.receive(piece, 0)
        if silence:
            decoder.timeout(1000)
        found = [meaning(item) for item in decoder.events()]
        return found, {name: count for name, count in decoder.discarded.items() if count}

    def test_are_read_alike_however_they_are_cut(self):
        for vector in vectors("streams.json"):
            data = bytes.fromhex(vector["hex"])
            for cut in range(len(data)):
                found, discarded = self.decode((data[:cut], data[cut:]), vector["silence"])
                self.assertEqual((vector["name"], found), (vector["name"], vector["finds"]))
                self.assertEqual((vector["name"], discarded), (vector["name"], vector["discarded"]))


class Refused(unittest.TestCase):
    def test_is_told_with_its_reason(self):
        for vector in vectors("refused.json"):
            _, hearer = ends("gateway to glasses" if vector["to"] == "glasses" else "glasses to gateway")
            hearer.receive(encode_frame(STRING, vector["text"].encode(), True), 0)
            said = hearer.events()
            self.assertEqual((vector["name"], len(said)), (vector["name"], 1))
            self.assertIsInstance(said[0], Rejected)
            self.assertEqual(said[0].reason, "malformed")


class Texts(unittest.TestCase):
    def hear(self, file, module):
        """Every vector of a file is read and said again; the classes met."""
        met = set()
        for vector in vectors(file):
            content = json.loads(vector["text"])
            self.assertEqual(content, vector["means"])
            catalogue = CATALOGUES.get(vector["direction"])
            if catalogue is not None:
                message = parse(catalogue, content)
            else:
                message = from_wire(getattr(module, vector["message"]), content)
            self.assertEqual(type(message).__name__, vector["message"])
            self.assertEqual(message.to_wire(), vector["means"])
            met.add(vector["message"])
        return met

    def test_between_gateway_and_cloud(self):
        met = self.hear("cloud.json", cloud_messages)
        self.assertEqual(len(met), 20)

    def test_between_simulated_glasses_and_cloud(self):
        self.assertEqual(self.hear("sim.json", sim_messages), {"SimState", "SimCommand", "SimResult"})

    def test_between_app_and_cloud(self):
        for file, catalogue in (("from_app.json", app_messages.FROM_APP), ("to_app.json", app_messages.TO_APP)):
            met = self.hear(file, app_messages)
            self.assertEqual(met, {cls.__name__ for cls in catalogue.values()})
