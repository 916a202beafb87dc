import errno

import pytest

from trifocal_gateway.errors import GatewayError, StorageError, StorageFull, storage_error


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_is_told_from_other_troubles(code: int) -> None:
    assert isinstance(storage_error(OSError(code, "no room"), "writing"), StorageFull)


def test_other_troubles_say_what_was_being_done() -> None:
    error = storage_error(OSError(errno.EIO, "Input/output error"), "writing the journal")
    assert not isinstance(error, StorageFull)
    assert str(error) == "writing the journal: Input/output error"


def test_an_error_without_a_text_still_says_something() -> None:
    assert str(storage_error(OSError(), "reading")) == "reading: OSError"


def test_everything_has_one_base() -> None:
    assert issubclass(StorageError, GatewayError)
