"""What the receiver of files wants done. Which answers are awaited: see `receiver`."""

from dataclasses import dataclass

from trifocal_shared.message import Message
from trifocal_shared.messages import FileAnnounce, PhotoStatus


@dataclass(frozen=True)
class CheckQueued:
    """Is this file here already, or how much of it?"""

    announce: FileAnnounce


@dataclass(frozen=True)
class WritePart:
    """Write these bytes of the part."""

    file_name: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class DropPart:
    """What was received of this file is of no use."""

    file_name: str


@dataclass(frozen=True)
class Store:
    """Every byte was written: verify it, make it durable and queue it."""

    announce: FileAnnounce


@dataclass(frozen=True)
class Send:
    """To the glasses."""

    message: Message


@dataclass(frozen=True)
class Refused:
    """This file will never be taken: the last word about its request."""

    status: PhotoStatus


Event = CheckQueued | WritePart | DropPart | Store | Send | Refused
