"""Publishes a square that moves, in real time, until it is ended: `publish_child.py URL`. Says `live` when it may."""

import itertools
import select
import socket
import sys
import time

from trifocal_cloud.live.testing import clip, messages
from trifocal_shared.rtmp.push import Push
from trifocal_shared.rtmp.target import Target

SECONDS = 4


def main(url: str) -> None:
    tags = messages(clip(SECONDS, size=(320, 180)))
    push = Push(Target(url), 0)
    for kind, _, body in tags:
        if kind in (8, 9) and body[1] == 0:
            push.configure(kind, body, 0)
    with socket.create_connection((push.target.host, push.target.port)) as line:
        push.connected(0)
        while push.state != "live":
            line.sendall(push.data_to_send())
            push.receive(line.recv(65_536), 0)
        print("live", flush=True)  # noqa: T201 - the parent reads it
        begun = time.monotonic()
        for turn in itertools.count():
            for kind, stamp, body in tags:
                at = stamp + turn * SECONDS * 1000
                if kind not in (8, 9) or body[1] == 0:
                    continue
                time.sleep(max(0.0, at / 1000 - (time.monotonic() - begun)))
                if kind == 9:
                    push.video(body, at, body[0] >> 4 == 1, 0)
                else:
                    push.audio(body, at, 0)
                line.sendall(push.data_to_send())
                if select.select([line], [], [], 0)[0]:
                    push.receive(line.recv(65_536), 0)


if __name__ == "__main__":
    main(sys.argv[1])
