"""What is decided from what belongs on a board and what is there."""

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.flash import plan
from trifocal_tools.flash.payload import digest
from trifocal_tools.flash.plan import Found, listed, listing, make

FILES = {"lib/a.mpy": b"M\x06a", "lib/b.mpy": b"M\x06b", "main.py": b"run()"}
SUMS = {path: digest(data) for path, data in FILES.items()}
ROOM = 1_000_000


def test_an_empty_board_gets_everything_and_needs_no_restart() -> None:
    made = make(FILES, Found(free=ROOM))
    assert (list(made.copy), made.remove, made.same) == (list(FILES), [], [])
    assert (made.aside, made.restart, made.nothing, made.bytes) == (False, False, False, 11)


def test_a_board_that_has_all_is_left_alone() -> None:
    made = make(FILES, Found(SUMS, SUMS, 0))
    assert made.nothing
    assert not made.restart
    assert made.same == list(FILES)


def test_what_differs_is_copied_and_the_main_goes_first_and_comes_last() -> None:
    made = make(FILES, Found(SUMS, SUMS | {"lib/a.mpy": "other"}, ROOM))
    assert list(made.copy) == ["lib/a.mpy", "main.py"]
    assert made.restart
    assert made.same == ["lib/b.mpy"]
    assert not made.aside


def test_what_was_ours_and_belongs_there_no_more_is_removed_and_nothing_else() -> None:
    old = SUMS | {"lib/old.mpy": "sum", "lib/gone.mpy": "sum"}
    there = SUMS | {"lib/old.mpy": "whatever it is now"}
    made = make(FILES, Found(old, there, ROOM))
    assert made.remove == ["lib/old.mpy"]
    assert list(made.copy) == ["main.py"]


@pytest.mark.parametrize(("listed_main", "aside"), [("mine", False), ("", True), ("another", True)])
def test_a_main_of_somebodys_own_is_put_aside(listed_main: str, aside: bool) -> None:
    ours = {"main.py": listed_main} if listed_main else {}
    made = make(FILES, Found(ours, {"main.py": "mine"}, ROOM))
    assert made.aside is aside
    assert made.restart


def test_too_little_room_is_said_before_anything_is_touched() -> None:
    wanted = (3 + plan.SPARE_BLOCKS) * plan.BLOCK
    make(FILES, Found(free=wanted))
    with pytest.raises(Failure, match=f"{wanted - 1} bytes free, {wanted} are wanted") as caught:
        make(FILES, Found(free=wanted - 1))
    assert caught.value.word == "no_space"


def test_the_sentences_name_every_file() -> None:
    found = Found(
        SUMS | {"lib/old.mpy": "x"}, {"lib/old.mpy": "x", "main.py": "own", "lib/b.mpy": SUMS["lib/b.mpy"]}, ROOM
    )
    text = "\n".join(make(FILES, found).sentences())
    for words in (
        "keep    main.py",
        "restart",
        "remove  lib/old.mpy",
        "copy    lib/a.mpy (3 bytes)",
        "leave   lib/b.mpy",
    ):
        assert words in text
    assert make(FILES, found).to_json()["copy"] == {"lib/a.mpy": 3, "main.py": 5}


def test_the_list_on_the_board_says_what_is_ours() -> None:
    assert listed(listing("x", FILES)) == SUMS


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"7", b'{"files": 1}', b'{"files": {"a": 1}}', b"\xff"])
def test_what_is_no_list_names_nothing(text: bytes) -> None:
    assert listed(text) == {}
