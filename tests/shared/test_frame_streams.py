"""Bad and odd streams, each cut at every offset and into single bytes (PROTOCOL-device §A, negative cases)."""

import unittest

from trifocal_shared.frame import (
    DATA,
    FRAGMENT,
    PHOTO,
    STRING,
    FilePacket,
    Frame,
    FrameDecoder,
    encode_file_packet,
    encode_frame,
)

PHOTO_NAME = "P000000001.jpg"


def text(payload, little):
    """A string frame and what it means."""
    return encode_frame(STRING, payload, little), Frame(STRING, payload)


def packet(index, data=b"\xff\xd8\xff\xe0"):
    """A file packet and what it means."""
    return (
        encode_file_packet(PHOTO, index, 12, PHOTO_NAME, data),
        FilePacket(PHOTO, index, 12, PHOTO_NAME, 0, data),
    )


def decode(pieces, silence):
    """Feed the pieces 10 ms apart, then perhaps a second of silence."""
    decoder = FrameDecoder(512)
    now = 0
    found = []
    for piece in pieces:
        decoder.receive(piece, now)
        found += decoder.events()
        now += 10
    if silence:
        decoder.timeout(now + 1000)
        found += decoder.events()
    return found, decoder


class Streams(unittest.TestCase):
    def survives(self, stream, expected, counts, silence=False):
        """`stream` gives `expected` and `counts`, however it is cut."""
        cuts = [[stream], [stream[i : i + 1] for i in range(len(stream))]]
        cuts += [[stream[:i], stream[i:]] for i in range(1, len(stream))]
        for pieces in cuts:
            found, decoder = decode(pieces, silence)
            wrong = {name: count for name, count in decoder.discarded.items() if count}
            if found != expected or wrong != counts:
                self.fail(f"cut at {len(pieces[0])}: {found}, {wrong}")
            self.assertIsNone(decoder.deadline())

    def both_orders(self, build):
        """Run the case in either byte order."""
        for little in (True, False):
            self.survives(*build(little))

    def test_two_frames(self):
        def build(little):
            one, first = text(b"one", little)
            two, second = text(b"the other", not little)
            return one + two + one, [first, second, first], {}

        self.both_orders(build)

    def test_markers_inside_a_payload(self):
        def build(little):
            made, meant = text(b'##0\x05\x00hello$$ {"ssid":"a##b$$c","x":"$$"}##', little)
            return made + made, [meant, meant], {}

        self.both_orders(build)

    def test_a_length_whose_bytes_look_like_markers(self):
        for size in (0x23, 0x24):
            for little in (True, False):
                made, meant = text(b"#" * size, little)
                self.survives(made + made, [meant, meant], {})
                made, meant = text(b"$" * size, little)
                self.survives(made + made, [meant, meant], {})

    def test_garbage_before_a_frame(self):
        def build(little):
            made, meant = text(b"hello", little)
            return b"\xa0lc3{}#$$" + made + b"\x00\xff" + made, [meant, meant], {"garbage": 11}

        self.both_orders(build)

    def test_markers_overlap(self):
        def build(little):
            made, meant = text(b"hello", little)
            return b"#" + made + b"###" + made, [meant, meant], {"garbage": 4}

        self.both_orders(build)

    def test_a_lone_marker_at_the_end_begins_the_next_frame(self):
        def build(little):
            made, meant = text(b"hello", little)
            return made + made, [meant, meant], {}

        self.both_orders(build)

    def test_a_lone_marker_that_nothing_follows(self):
        made, meant = text(b"hello", True)
        self.survives(made + b"#", [meant], {"garbage": 1}, silence=True)

    def test_a_length_too_short_though_the_end_stands_further_on(self):
        def build(little):
            whole, _ = text(b"y" * 40, little)
            short = whole[:3] + (b"\x1e\x00" if little else b"\x00\x1e") + whole[5:]
            made, meant = text(b"hello", little)
            # The other reading of the length, 0x1e00, is beyond the limit.
            return short + made, [meant], {"bad_end": 1, "garbage": 47}

        self.both_orders(build)

    def test_a_length_too_long_swallows_nothing_that_follows(self):
        def build(little):
            made, meant = text(b"hello", little)
            whole, _ = text(b"y" * 20, little)
            long = whole[:3] + (b"\x1e\x00" if little else b"\x00\x1e") + whole[5:]
            return long + made + made, [meant, meant], {"bad_end": 1, "garbage": 27}

        self.both_orders(build)

    def test_a_frame_cut_short_before_silence(self):
        def build(little):
            made, meant = text(b"hello", little)
            whole, _ = text(b"z" * 40, little)
            return whole[:-20] + made, [meant], {"stalled": 1, "garbage": 27}, True

        self.both_orders(build)

    def test_a_big_endian_frame_whose_other_reading_is_beyond_the_limit(self):
        made, meant = text(b"x" * 3, False)  # 0x0300 = 768 > 512
        self.survives(made + made, [meant, meant], {})

    def test_a_frame_whose_other_reading_is_longer_and_allowed(self):
        # 0x0100 is 256 in one byte order and 1 in the other.
        for little in (True, False):
            made, meant = text(b"x" * 256, little)
            self.survives(made + made, [meant, meant], {})

    def test_a_false_length_in_both_readings(self):
        made, meant = text(b"hello", True)
        self.survives(b"##0\xff\xfe" + made, [meant], {"too_long": 1, "garbage": 5})

    def test_a_file_packet_with_a_wrong_sum_is_dropped_whole(self):
        inner, _ = text(b"hidden", False)
        bad, _ = packet(0, b"ab" + inner + b"cd")
        bad = bad[:-3] + bytes((bad[-3] ^ 1,)) + b"$$"
        good, meant = packet(1)
        self.survives(good + bad + good, [meant, meant], {"bad_checksum": 1})

    def test_a_file_packet_with_a_wrong_end(self):
        bad, _ = packet(0)
        good, meant = packet(1)
        self.survives(bad[:-1] + b"%" + good, [meant], {"bad_end": 1, "garbage": len(bad)})

    def test_a_file_name_that_is_no_text(self):
        bad, _ = packet(0)
        good, meant = packet(1)
        self.survives(bad.replace(b"P0", b"\xff0") + good, [meant], {"bad_name": 1})

    def test_packets_twice_and_out_of_order_are_handed_on_as_they_come(self):
        made = [packet(index, bytes((index,)) * 4) for index in (2, 0, 0, 1)]
        self.survives(b"".join([m[0] for m in made]), [m[1] for m in made], {})

    def test_an_unknown_kind_is_skipped(self):
        def build(little):
            unknown = bytearray(text(b"something new", little)[0])
            unknown[2] = 0x7F
            made, meant = text(b"hello", little)
            return bytes(unknown) + made, [meant], {"unknown_type": 1, "garbage": 20}

        self.both_orders(build)

    def test_all_kinds_side_by_side(self):
        fragment = encode_frame(FRAGMENT, bytes.fromhex("0b0100000102007632"), False)
        data = encode_file_packet(DATA, 0, 3, "a", b"xyz", 1)
        made, meant = text(b"hello", False)
        expected = [
            Frame(FRAGMENT, bytes.fromhex("0b0100000102007632")),
            meant,
            FilePacket(DATA, 0, 3, "a", 1, b"xyz"),
        ]
        self.survives(fragment + made + data, expected, {})

    def test_nothing_but_markers(self):
        self.survives(b"#" * 60, [], {"garbage": 60}, silence=True)
        self.survives(b"$" * 60, [], {"garbage": 60})
