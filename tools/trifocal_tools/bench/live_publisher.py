"""A picture that tells the time, published to several servers at once: `live_publisher URL...`.

A bright bar lies STEP pixels further to the right in each picture of 720p30 at 1.5 Mbit/s, over noise, for SECONDS and
then anew. As JSON it says at which instant (epoch ms) the first picture was sent; each that follows is sent on time.
"""

import io
import itertools
import json
import select
import socket
import sys
import time
from fractions import Fraction

import av
from PIL import Image

from trifocal_cloud.live.testing import Message, messages
from trifocal_shared.rtmp.chunks import AUDIO, VIDEO
from trifocal_shared.rtmp.push import Push
from trifocal_shared.rtmp.target import Target

SIZE = (1280, 720)
FPS = 30
SECONDS = 5
STEP = 5
BAR = 24
BIT_RATE = 1_500_000
NOISES = 5


def main() -> None:
    """Publish until killed."""
    tags = messages(film())
    lines = [opened(url, tags) for url in sys.argv[1:]]
    begun = time.time()
    sys.stdout.write(json.dumps({"begun_ms": begun * 1000}) + "\n")
    sys.stdout.flush()
    for turn in itertools.count():
        for kind, stamp, body in tags:
            if body[1] == 0:
                continue
            at = stamp + turn * SECONDS * 1000
            time.sleep(max(0.0, begun + at / 1000 - time.time()))
            for push, line in lines:
                send(push, line, (kind, at, body))


def opened(url: str, tags: list[Message]) -> tuple[Push, socket.socket]:
    """A server that lets us publish."""
    push = Push(Target(url), 0)
    for kind, _, body in tags:
        if kind in (AUDIO, VIDEO) and body[1] == 0:
            push.configure(kind, body, 0)
    line = socket.create_connection((push.target.host, push.target.port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    push.connected(0)
    while push.state != "live":
        line.sendall(push.data_to_send())
        push.receive(line.recv(65_536), 0)
    line.sendall(push.data_to_send())
    return push, line


def send(push: Push, line: socket.socket, message: Message) -> None:
    """One message, and whatever the server says read."""
    kind, at, body = message
    if kind == VIDEO:
        push.video(body, at, body[0] >> 4 == 1, 0)
    else:
        push.audio(body, at, 0)
    line.sendall(push.data_to_send())
    if select.select([line], [], [], 0)[0]:
        push.receive(line.recv(65_536), 0)


def film(seconds: int = SECONDS, size: tuple[int, int] = SIZE) -> bytes:
    """The pictures, with silence, as an FLV file."""
    made = io.BytesIO()
    noises = [Image.effect_noise(size, 40).convert("RGB").point(lambda value: value // 3) for _ in range(NOISES)]
    options = {"profile": "baseline", "preset": "ultrafast", "tune": "zerolatency", "g": str(FPS), "sc_threshold": "0"}
    options |= {"maxrate": str(BIT_RATE), "bufsize": str(BIT_RATE // 4)}
    with av.open(made, "w", format="flv") as container:
        video = container.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height = size
        video.pix_fmt, video.bit_rate = "yuv420p", BIT_RATE
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        for number in range(seconds * FPS):
            picture = noises[number % NOISES].copy()
            picture.paste((250, 250, 250), (number * STEP, 0, number * STEP + BAR, size[1]))
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for number in range(seconds * 48_000 // 1024):
            silence = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate, silence.pts, silence.time_base = 48_000, number * 1024, Fraction(1, 48_000)
            container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
    return made.getvalue()


if __name__ == "__main__":
    main()
