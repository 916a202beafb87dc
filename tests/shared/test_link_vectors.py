"""The golden talks under tests/vectors, heard by this floor; on the device as well."""

import json
import unittest

from trifocal_shared.link import Link
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES

FILE = __file__.replace("\\", "/").rsplit("/", 2)[0] + "/vectors/talks.json"


def frames(texts):
    """The objects in frames of the first way, for their keys have no order; other frames as they are."""
    found = []
    for text in texts:
        data = bytes.fromhex(text) if isinstance(text, str) else text
        found.append(json.loads(json.loads(data[5:-2])["C"]) if data[2] == 0x30 else data)
    return found


class Talks(unittest.TestCase):
    def test_each_is_understood_and_answered(self):
        with open(FILE) as file:
            talks = json.load(file)["vectors"]
        for talk in talks:
            link = Link(TO_GLASSES, True) if talk["to"] == "glasses" else Link(TO_GATEWAY, False)
            heard, answers = [], []
            for frame in talk["frames"]:
                link.receive(bytes.fromhex(frame), 0)
                heard += [said.to_wire() for said in link.events()]
                answers += link.data_to_send()
            self.assertEqual((talk["name"], heard), (talk["name"], talk["means"]))
            self.assertEqual(frames(answers), frames(talk["answers"]))
        self.assertTrue(len(talks) >= 9)


if __name__ == "__main__":
    unittest.main()
