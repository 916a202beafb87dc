"""The words that names are made of: first those that MicroPython knows already, then short ones."""

import itertools
import string
from collections.abc import Iterator

KNOWN = """
    all args callable chr classmethod copy count dir divmod end eval exec extend find format get globals hash id
    index insert isalpha isdigit islower isspace issubclass isupper iter join key list little locals lower lstrip main
    map next object ord pop popitem pow print range remove replace repr reverse rfind rindex round rsplit rstrip sep set
    setattr setdefault sort sorted split start startswith staticmethod step stop str strip sum super tuple type upper
    zip abs any append bool bytearray bytecode bytes clear dict endswith from_bytes getattr hasattr int isinstance items
    len open to_bytes update value values builtins
""".split()  # noqa: SIM905 - a hundred words are read more easily so
"""Words of the table that every .mpy file may point into: two bytes in the image, none on the heap."""

NO_NAMES = {"as", "if", "in", "is", "or"}
"""Python's own words of two letters; names of three are never needed."""


def pool() -> Iterator[str]:
    """All of them, the shortest in a compiled file first."""
    yield from KNOWN
    for length in (1, 2):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            word = "".join(letters)
            if word not in NO_NAMES and word not in KNOWN:
                yield word
