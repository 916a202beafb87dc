"""Messages of one turn go out in a row, in order, and never wait longer than the turn or for more than so many."""

import asyncio
from typing import Any

from trifocal_cloud.io.send_batch import MOST, SendBatch


class Wire:
    """A connection that keeps what is sent, with its name, in a list of all."""

    def __init__(self, name: str, sent: list[tuple[str, bytes]]) -> None:
        self._name = name
        self._sent = sent

    def send(self, kind: object, text: bytes) -> None:
        self._sent.append((self._name, text))


def wired() -> tuple[SendBatch, Any, Any, list[tuple[str, bytes]]]:
    sent: list[tuple[str, bytes]] = []
    return SendBatch(), Wire("ann", sent), Wire("bob", sent), sent


async def test_all_of_a_turn_goes_out_at_its_end_in_the_order_it_was_said() -> None:
    batch, ann, bob, sent = wired()
    said = [("ann", b"1"), ("bob", b"2"), ("ann", b"3")]
    for name, text in said:
        batch.add(ann if name == "ann" else bob, text)
    assert sent == []
    await asyncio.sleep(0)
    assert sent == said
    batch.add(bob, b"4")
    await asyncio.sleep(0)
    assert sent == [*said, ("bob", b"4")]


async def test_nobody_waits_for_more_than_so_many() -> None:
    batch, ann, _, sent = wired()
    for number in range(MOST - 1):
        batch.add(ann, b"%d" % number)
    assert sent == []
    batch.add(ann, b"last")
    assert len(sent) == MOST
    batch.add(ann, b"next")
    await asyncio.sleep(0)
    assert [text for _, text in sent[MOST - 1 :]] == [b"last", b"next"]


async def test_what_was_flushed_is_not_sent_again() -> None:
    batch, ann, bob, sent = wired()
    batch.add(ann, b"1")
    batch.flush()
    batch.flush()
    assert sent == [("ann", b"1")]
    batch.add(bob, b"2")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sent == [("ann", b"1"), ("bob", b"2")]
