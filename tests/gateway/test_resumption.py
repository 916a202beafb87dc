from random import Random

import pytest

from trifocal_gateway.resumption import ASK, FETCH, SEND, STUCK, Resumption


def test_an_upload_in_one_go() -> None:
    upload = Resumption(100)
    assert upload.step == ASK
    upload.found(0)
    assert (upload.step, upload.offset) == (SEND, 0)
    upload.found(100)
    assert upload.step == FETCH


def test_it_goes_on_where_the_cloud_says() -> None:
    upload = Resumption(100)
    upload.found(40)
    assert (upload.step, upload.offset) == (SEND, 40)


def test_what_is_there_already_is_not_sent() -> None:
    upload = Resumption(100)
    upload.found(100)
    assert upload.step == FETCH


def test_it_goes_on_at_once_while_bytes_get_through() -> None:
    upload = Resumption(100)
    for offset in (0, 1, 50, 99):
        upload.found(offset)
        assert (upload.step, upload.offset) == (SEND, offset)
        upload.broke()
        assert upload.step == ASK


def test_it_waits_when_nothing_gets_through() -> None:
    upload = Resumption(100)
    for _ in range(2):
        upload.found(30)
        upload.broke()
    assert upload.step == ASK
    upload.found(30)
    assert upload.step == STUCK


@pytest.mark.parametrize("offset", [-1, 101, 10**12])
def test_an_offset_that_cannot_be_is_no_way_on(offset: int) -> None:
    upload = Resumption(100)
    upload.found(offset)
    assert upload.step == STUCK


def test_it_always_ends() -> None:
    chance = Random(2)
    for _ in range(500):
        upload, steps = Resumption(50), 0
        while upload.step in (ASK, SEND):
            steps += 1
            if upload.step == SEND and chance.random() < 0.5:
                upload.broke()
            else:
                upload.found(chance.randrange(-1, 52))
        assert steps <= 2 * 52
