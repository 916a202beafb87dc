"""An RTMP server for one publisher, by FFmpeg and none of ours, in a process of its own: it says what it is shown.

    python rtmp_server.py PORT

A line of JSON when it listens, one for each picture, and one at the end. The time that stands in a picture is read as
`sim.marks` wrote it.
"""

import contextlib
import json
import sys
import time

import av

from trifocal_tools.sim.marks import read

OPTIONS = {"listen": "1", "fflags": "nobuffer"}


def say(**fields: object) -> None:
    """A line on stdout."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Take one publisher, and all it sends."""
    say(event="listens")
    with contextlib.suppress(OSError), av.open(f"rtmp://127.0.0.1:{sys.argv[1]}/live/key", options=OPTIONS) as taken:
        sound = taken.streams.audio[0].codec_context if taken.streams.audio else None
        heard = {"rate": sound.sample_rate, "channels": sound.channels} if sound else {}
        for frame in taken.decode(video=0):
            epoch_ms = read(frame.to_image())
            age_ms = None if epoch_ms is None else time.time_ns() // 1_000_000 - epoch_ms
            say(event="picture", size=[frame.width, frame.height], at=float(frame.time or 0), age=age_ms, **heard)
    say(event="over")


if __name__ == "__main__":
    main()
