"""What is known of a stored photo or video: one line of JSON on flash, and the names of its files.

A video is made of frames that stand at equal distances in time; how its file is put together is told in `reel`.
"""

import json

PHOTO = ".photo"
VIDEO = ".video"
REEL = ".reel"
INDEX = ".index"
BAD = ".bad"


class Photo:
    """What is known of a photo. `at` is epoch ms, 0 unknown; `uptime` is the clock of that `boot_id`.

    It is a video when it has an `interval`: the ms between its `frames`, whose chunks take `film` bytes together.
    """

    def __init__(  # noqa: PLR0917 - in the order of their weight
        self, request_id: str, press_id: str, at: int, uptime: int, boot_id: str, interval: int = 0
    ) -> None:
        self.number = 0
        self.request_id = request_id
        self.press_id = press_id
        self.at = at
        self.uptime = uptime
        self.boot_id = boot_id
        self.size = 0
        self.sha256 = ""
        self.start = 0  # where the JPEG, or the first frame, begins in its file
        self.interval = interval
        self.frames = self.film = self.width = self.height = 0
        self.ending = ""  # why its recording ended, if nobody wanted it; not kept

    @property
    def file_name(self) -> str:
        """Its name on the link; 14 characters, for ever its own."""
        return ("V%09d.avi" if self.interval else "P%09d.jpg") % self.number


def stem(number: int) -> str:
    """What the names of its files begin with."""
    return "%09d" % number


def number_in(name: str) -> int:
    """The number in the name of a file on flash, or 0 for any other."""
    begin, _, kind = name.partition(".")
    number = _whole(begin)
    return number if begin == stem(number) and "." + kind in (PHOTO, VIDEO, REEL, INDEX, BAD) else 0


def number_of(file_name: str) -> int:
    """The number in a name that `Photo.file_name` gave, or 0 for any other text."""
    number = _whole(file_name[1:10])
    return number if file_name in ("P%09d.jpg" % number, "V%09d.avi" % number) else 0


def _whole(text: str) -> int:
    try:
        return max(0, int(text))
    except ValueError:  # asked rather than tested: `isdigit` says yes to more than `int` takes
        return 0


def to_line(photo: Photo) -> bytes:
    """The line for the beginning of a file; a video's numbers are in it only if it is one."""
    note: dict[str, object] = {
        "file_name": photo.file_name,
        "request_id": photo.request_id,
        "press_id": photo.press_id,
        "size": photo.size,
        "sha256": photo.sha256,
        "at": photo.at,
        "uptime": photo.uptime,
        "boot_id": photo.boot_id,
    }
    if photo.interval:
        note["film"] = [photo.interval, photo.frames, photo.film, photo.width, photo.height, photo.start]
    return (json.dumps(note) + "\n").encode()


def from_line(number: int, head: bytes) -> "Photo | None":
    """What the first line of a file says; None when it says nothing sensible."""
    line = head[: head.find(b"\n") + 1]
    try:
        note = json.loads(line)
        values = [note[name] for name in ("request_id", "press_id", "sha256", "boot_id", "size", "at", "uptime")]
        interval, frames, film, width, height, start = note.get("film") or (0, 1, 0, 0, 0, 0)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    numbers = values[4:]
    numbers += [interval, frames, film, width, height, start]
    if [type(value) for value in values[:4] + numbers] != [str] * 4 + [int] * 9 or min(numbers) < 0:
        return None
    photo = Photo(values[0], values[1], values[5], values[6], values[3], interval)
    photo.number = number
    photo.sha256 = values[2]
    photo.size = values[4]
    photo.start = start or len(line)
    photo.frames = frames
    photo.film = film
    photo.width = width
    photo.height = height
    return photo if photo.size or interval else None
