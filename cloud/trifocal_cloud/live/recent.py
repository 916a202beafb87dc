"""Recent: everything of a stream since its last key frame, bounded, so that whoever joins begins at once."""

from trifocal_cloud.live import flv
from trifocal_shared.rtmp.chunks import VIDEO

MOST_BYTES = 8 * 2**20

Message = tuple[int, int, bytes]
"""Kind, ms on the stream's axis, body."""


class Recent:
    """Messages in, in their order; more than the bound is nothing until the next key frame."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.bytes = 0
        self._keyed = False

    def clear(self) -> None:
        """What came is of no use any more."""
        self.messages = []
        self.bytes = 0
        self._keyed = False

    def add(self, message: Message, key: bool) -> None:
        """Something came; `key`: decoding may begin with it."""
        if key:
            self.clear()
            self._keyed = True
        if self._keyed:
            self.messages.append(message)
            self.bytes += len(message[2])
            if self.bytes > MOST_BYTES:
                self.clear()

    def key_picture(self, config: bytes | None) -> tuple[bytes, bytes] | None:
        """What `config`, a video body, says of decoding, and the last key frame's payload; None while there is none."""
        if config is None or not self.messages or self.messages[0][0] != VIDEO:
            return None
        picture = self.messages[0][2]
        head, found = flv.frame(config), flv.frame(picture)
        return (config[head.at :], picture[found.at :]) if head and found else None
