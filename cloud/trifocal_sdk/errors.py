"""What can go wrong for an app. Each has a `code` for a program and words for a person; none carries a secret.

AppError
 ├─ NotConnectedError        the session has no connection now, or has ended
 │   └─ ConnectionFailedError    the cloud did not take the app in
 ├─ PermissionDeniedError    the app lacks a permission
 ├─ PhotoError               no photo came of it
 │   ├─ PhotoTimeoutError        also a TimeoutError
 │   └─ PhotoPermissionError     also a PermissionDeniedError
 ├─ StreamError              the stream did not start, or did not stop
 │   └─ StreamTimeoutError       also a TimeoutError
 └─ CloudError               the cloud answered a request over HTTP with a refusal, or not at all
     └─ CloudTimeoutError        also a TimeoutError
"""

PERMISSION_DENIED = "PERMISSION_DENIED"
TIMEOUT = "TIMEOUT"
SESSION_ENDED = "SESSION_ENDED"


class AppError(Exception):
    """Everything that this package raises about the world. `str()` of it is a sentence."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} ({self.code})" if self.code else self.message


class NotConnectedError(AppError):
    """The session has no connection at this moment, or has ended: what was asked for was not sent."""


class ConnectionFailedError(NotConnectedError):
    """The cloud did not take the app in: no connection, no answer in time, or a refusal with its `code`."""


class PermissionDeniedError(AppError):
    """The app has not been given `permission`, for example "CAMERA"."""

    permission = ""


class PhotoError(AppError):
    """No photo came of a request. `code` is one of the cloud's, for example "CAMERA_BUSY"; `request_id` says which."""

    request_id = ""


class PhotoTimeoutError(PhotoError, TimeoutError):
    """Nothing came in time. The photo may still be in the person's gallery."""


class PhotoPermissionError(PhotoError, PermissionDeniedError):
    """The app may not use the camera."""

    permission = "CAMERA"


class StreamError(AppError):
    """The stream did not start, or did not stop. `code` is the status it ended with, or a word of the cloud's."""

    stream_id = ""


class StreamTimeoutError(StreamError, TimeoutError):
    """The cloud did not say in time what became of it."""


class CloudError(AppError):
    """A refusal over HTTP: `status` is its number (0: there was no answer), `code` the cloud's word for it."""

    status = 0


class CloudTimeoutError(CloudError, TimeoutError):
    """No final answer in time."""


def photo_error(request_id: str, code: str, message: str) -> PhotoError:
    """The error of a photo that failed with this code of the cloud's."""
    kind = {PERMISSION_DENIED: PhotoPermissionError, TIMEOUT: PhotoTimeoutError}.get(code, PhotoError)
    error = kind(message, code)
    error.request_id = request_id
    return error


def stream_error(stream_id: str, code: str, message: str) -> StreamError:
    """The error of a stream that ended with this code."""
    error = (StreamTimeoutError if code == TIMEOUT else StreamError)(message, code)
    error.stream_id = stream_id
    return error
