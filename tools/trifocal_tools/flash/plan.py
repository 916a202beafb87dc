"""What is to be done on a board: decided from what belongs there and what is there, before anything is touched.

Only files of ours are ever replaced or removed: those that the list on the board names. Whatever else lies there,
photos, settings, the glasses' own id, stays. A `main.py` of somebody's own is put aside under another name.

`main.py` goes first and comes last: a board that loses its power in between waits at its prompt, and does not run half
of one firmware and half of another. A board that runs ours is restarted without it, for its watchdog cannot be stopped.
"""

import json
from dataclasses import dataclass, field

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.flash.payload import MAIN, digest

LIST = "trifocal.json"
"""On the board: which files are ours, by path, with their SHA-256."""

ASIDE = "main_before_trifocal.py"
BLOCK = 4_096
"""Every file costs whole blocks, and a folder costs some."""

SPARE_BLOCKS = 4


@dataclass(frozen=True)
class Found:
    """What is on the board: its list, the sums of those files that exist, and bytes free."""

    listed: dict[str, str] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    free: int = 0


@dataclass(frozen=True)
class Plan:
    """What is to be done, in the order of the fields."""

    aside: bool
    """Somebody's own `main.py` gets another name."""
    restart: bool
    """There is a `main.py`: away with it, and restart the board without it."""
    remove: list[str]
    copy: dict[str, bytes]
    same: list[str]

    @property
    def bytes(self) -> int:
        """That are to be copied."""
        return sum(len(data) for data in self.copy.values())

    @property
    def nothing(self) -> bool:
        """Whether all is as it should be."""
        return not (self.copy or self.remove)

    def sentences(self) -> list[str]:
        """For people, one for each thing that is done."""
        said = [f"keep    {MAIN} of your own as {ASIDE}"] if self.aside else []
        said += ["restart the board without its main.py"] if self.restart else []
        said += [f"remove  {path}" for path in self.remove]
        said += [f"copy    {path} ({len(data)} bytes)" for path, data in self.copy.items()]
        said += [f"leave   {path}, as it should be" for path in self.same]
        return said

    def to_json(self) -> dict[str, object]:
        """The same for programs."""
        copy = {path: len(data) for path, data in self.copy.items()}
        return {"aside": self.aside, "restart": self.restart, "remove": self.remove, "copy": copy, "same": self.same}


def make(payload: dict[str, bytes], found: Found) -> Plan:
    """The plan. Raises Failure: the board has too little room."""
    same = [path for path, data in payload.items() if found.sums.get(path) == digest(data)]
    copy = {path: data for path, data in payload.items() if path not in same}
    remove = [path for path in found.listed if path not in payload and path in found.sums]
    ours = {found.listed.get(MAIN), digest(payload[MAIN])}
    aside = MAIN in found.sums and found.sums[MAIN] not in ours
    if copy or remove:
        copy.setdefault(MAIN, payload[MAIN])  # it goes first and comes last
        copy[MAIN] = copy.pop(MAIN)
        same = [path for path in same if path != MAIN]
    plan = Plan(aside, bool(copy) and MAIN in found.sums, remove, copy, same)
    _check_room(plan, found)
    return plan


def listing(board: str, payload: dict[str, bytes]) -> bytes:
    """The list for the board."""
    files = {path: digest(data) for path, data in payload.items()}
    return json.dumps({"board": board, "files": files}).encode()


def listed(text: bytes) -> dict[str, str]:
    """Files by the list that lay on a board; none for what is no list."""
    try:
        files = json.loads(text)["files"]
    except (ValueError, KeyError, TypeError):
        return {}
    whole = isinstance(files, dict) and all(isinstance(value, str) for value in files.values())
    return files if whole else {}


def _check_room(plan: Plan, found: Found) -> None:
    wanted = sum(-(-len(data) // BLOCK) * BLOCK for path, data in plan.copy.items() if path not in found.sums)
    wanted += SPARE_BLOCKS * BLOCK if plan.copy else 0
    if wanted > found.free:
        hint = "photos that nobody fetched take room too: let a gateway fetch them"
        raise Failure(f"the board has {found.free} bytes free, {wanted} are wanted", failure.FAILED, "no_space", hint)
