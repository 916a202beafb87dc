import pytest

from trifocal_gateway.errors import StorageError
from trifocal_gateway.io.journal_group import Group


async def test_everybody_who_waits_is_told() -> None:
    group = Group()
    waiters = [group.waiter() for _ in range(3)]
    waiters[1].cancel()
    group.tell()
    await waiters[0]
    await waiters[2]
    assert group.settled


async def test_everybody_gets_the_error() -> None:
    group = Group()
    waiters = [group.waiter() for _ in range(2)]
    group.error = StorageError("no")
    group.tell()
    for waiter in waiters:
        with pytest.raises(StorageError):
            await waiter


def test_transactions_become_one_list() -> None:
    group = Group()
    group.texts += ['["a","1",{}]', '["b","2",null],["b","3",null]']
    assert group.line() == b'[["a","1",{}],["b","2",null],["b","3",null]]'
