"""Which ids and file names from outside may become names of ours."""

import re

LONGEST_FILE_NAME = 64
LONGEST_REQUEST_ID = 120

_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


def is_plain(name: str, longest: int) -> bool:
    """Whether it is made of letters, digits, `_`, `.` and `-`, begins with no dot, and is not longer than that."""
    return len(name) <= longest and _PLAIN.fullmatch(name) is not None
