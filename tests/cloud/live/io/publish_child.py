"""Publishes a file with libavformat, as most encoders do: `publish_child.py FILE URL`. PyAV may freeze its process."""

import sys

import av


def main(path: str, url: str) -> None:
    with av.open(path) as source, av.open(url, "w", format="flv") as out:
        streams = {one: out.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream]
                out.mux(packet)


if __name__ == "__main__":
    main(*sys.argv[1:])
