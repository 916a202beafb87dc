"""Errors can be caught by what they are about, and say what happened."""

import pytest

from trifocal_sdk import errors


def test_a_photo_error_is_of_the_kind_that_its_code_says() -> None:
    busy = errors.photo_error("r1", "CAMERA_BUSY", "the camera is in use")
    assert type(busy) is errors.PhotoError
    assert (busy.code, busy.request_id, str(busy)) == ("CAMERA_BUSY", "r1", "the camera is in use (CAMERA_BUSY)")


def test_a_photo_that_never_came_is_a_timeout_as_well() -> None:
    with pytest.raises(TimeoutError, match="nothing came"):
        raise errors.photo_error("r1", errors.TIMEOUT, "nothing came")


def test_a_photo_without_permission_is_a_permission_error_as_well() -> None:
    with pytest.raises(errors.PermissionDeniedError) as caught:
        raise errors.photo_error("r1", errors.PERMISSION_DENIED, "no camera for you")
    assert caught.value.permission == "CAMERA"
    assert isinstance(caught.value, errors.PhotoError)


def test_a_stream_error_tells_of_which_stream() -> None:
    error = errors.stream_error("s1", "error", "the address does not answer")
    assert type(error) is errors.StreamError
    assert error.stream_id == "s1"
    assert isinstance(errors.stream_error("s1", errors.TIMEOUT, "late"), TimeoutError)


def test_without_a_code_only_the_words_are_said() -> None:
    assert str(errors.AppError("it is so")) == "it is so"


def test_every_error_is_an_app_error() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert all(issubclass(kind, errors.AppError) for kind in kinds)
    assert len(kinds) == 11
