"""LowWater: how many bytes of a publisher must be there before they are read (SO_RCVLOWAT).

Each time that a publisher's bytes wake us costs more than reading them. Where somebody watches as it comes, every
picture is read when it is there. Parts and segments are longer than that, so for them alone a tenth of a second is read
at once. A publisher of whom nothing was read for a while is read to the last byte: there may be less than we wait for.
"""

PICTURE_BYTES = 1500
"""More than a frame of sound, less than nearly any picture: half the wake-ups of reading everything at once."""
MOST_BYTES = 65_536
BATCH_MS = 100
PICTURE_MS = 15
"""Where pictures are small, less than PICTURE_BYTES: what comes in so long."""
SETTLED_MS = 500
"""So long after it began every picture is read as it comes, so that the first part is there soon."""


class LowWater:
    """One publisher's."""

    def __init__(self, now: int) -> None:
        self._began = now
        self._looked = now
        self._received = 0

    def level(self, received: int, instant: bool, now: int) -> int:
        """Bytes to wait for from now on; `received`: all so far, `instant`: somebody watches as it comes."""
        came, took = received - self._received, now - self._looked
        self._received, self._looked = received, now
        if came == 0:
            return 1
        if now - self._began < SETTLED_MS or took <= 0:
            return PICTURE_BYTES
        if instant:
            return max(1, min(PICTURE_BYTES, came * PICTURE_MS // took))
        return max(PICTURE_BYTES, min(MOST_BYTES, came * BATCH_MS // took))
