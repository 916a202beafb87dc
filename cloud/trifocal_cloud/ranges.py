"""Which part of a file is asked for: the `Range` header of HTTP, as players send it to move about in a video."""

import re

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Unsatisfiable(Exception):  # noqa: N818 - an answer of its own in HTTP
    """The part lies beyond the file's end."""


def parse(header: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last; None for the whole file, also when the header makes no sense.

    Several parts at once are answered with the whole file, which HTTP allows. Raises Unsatisfiable.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        begin, end = max(0, size - int(last)), size
    else:
        begin, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < begin:
            return None
    if begin >= size or begin == end:
        raise Unsatisfiable
    return begin, end
