"""The cloud as the client commands see it: HTTP in, plain dictionaries out, every failure one sentence."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Endpoint

ANSWER_S = 10.0
"""How long a plain request may take."""

ERRAND_S = 50.0
"""How long glasses may take to do something: the cloud's patience ends before."""

LONG_POLL_S = 20
"""How long one question `is it final yet?` waits at the cloud; it allows 60."""

REFUSALS = (401, 403)

Json = dict[str, Any]


class Client:
    """A conversation with one cloud. Methods raise Failure: UNREACHABLE, REFUSED, or FAILED with the cloud's word."""

    def __init__(self, endpoint: Endpoint, transport: httpx.BaseTransport | None = None) -> None:
        self.cloud = endpoint.cloud
        self._http = httpx.Client(
            base_url=endpoint.cloud,
            headers={"Authorization": f"Bearer {endpoint.token}"},
            timeout=ANSWER_S,
            transport=transport,
            trust_env=False,  # a proxy has no business between a person and their own cloud
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def glasses(self) -> Json:
        """What the cloud knows of this user's gateway and glasses."""
        return self._ask("GET", "/api/glasses")

    def tell_glasses(self, command: str, value: str = "", long: bool = False) -> Json:
        """Do something to the simulated glasses. The answer carries `pressId` after a press."""
        result = self._ask("POST", "/api/glasses/sim", json={"command": command, "value": value, "long": long})
        if not result.get("success"):
            raise Failure(
                str(result.get("errorMessage") or "the simulated glasses refused"),
                word=str(result.get("errorCode") or "failed"),
            )
        return result

    def errand(self, command: str, values: Json) -> Json:
        """Have the glasses do something; what they said of it. Raises Failure with their reason when they did not."""
        body = {"command": command, "values": values}
        result = self._ask("POST", "/api/glasses/control", json=body, timeout=ERRAND_S)
        if not result.get("success"):
            raise Failure(
                str(result.get("message") or "the glasses refused"), word=str(result.get("reason") or "failed")
            )
        return result

    def press(self, press_id: str, wait_s: int = 0) -> Json:
        """How far a press has come; with `wait_s` asked again only when it is final or that time is over."""
        return self._ask("GET", f"/api/presses/{press_id}", params={"wait": wait_s}, timeout=ANSWER_S + wait_s)

    def follow(self, press_id: str, timeout_s: float, clock: Callable[[], float] = time.monotonic) -> Json:
        """The last known state of a press: final, or where it stands after `timeout_s`."""
        end = clock() + timeout_s
        while True:
            left = max(0.0, end - clock())
            state = self.press(press_id, min(LONG_POLL_S, int(left) + 1) if left else 0)
            if state.get("final") or not left:
                return state

    def gallery(self, cursor: str = "") -> Json:
        """One page of the gallery, newest first: `photos` and `nextCursor`."""
        return self._ask("GET", "/api/gallery", params={"cursor": cursor} if cursor else {})

    def photo_bytes(self, photo_url: str) -> bytes:
        """The original of a photo in the gallery."""
        return self._send("GET", photo_url).content

    def upload(self, metadata: str, data: bytes) -> Json:
        """Put bytes into the gallery as a gateway does."""
        files = {"metadata": (None, metadata, "application/json"), "file": ("photo.jpg", data, "image/jpeg")}
        return self._ask("POST", "/api/photos/upload", files=files)

    def absolute(self, url: str) -> str:
        """A link of the cloud as one that can be opened from anywhere."""
        return str(httpx.URL(self.cloud + "/").join(url)) if url else ""

    def _ask(self, method: str, path: str, **options: Any) -> Json:
        try:
            answer = self._send(method, path, **options).json()
        except ValueError as error:
            raise Failure(f"what answers at {self.cloud} is no Trifocal cloud", word="cloud_error") from error
        if not isinstance(answer, dict):
            raise Failure(f"what answers at {self.cloud} is no Trifocal cloud", word="cloud_error")
        return answer

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Failure(f"'{self.cloud}' is no http(s) address", failure.USAGE, "bad_setting") from error
        except httpx.TransportError as error:
            hint = "is it running? `trifocal up` starts one here"
            raise Failure(
                f"the cloud at {self.cloud} does not answer", failure.UNREACHABLE, "cloud_unreachable", hint
            ) from error
        if response.is_success:
            return response
        raise _refusal(response)


def _refusal(response: httpx.Response) -> Failure:
    try:
        said = response.json()
        word, sentence = str(said["error"]), str(said["message"])
    except (ValueError, KeyError, TypeError):
        word, sentence = "cloud_error", f"the cloud answered {response.status_code}"
    if response.status_code in REFUSALS:
        hint = "`trifocal token` makes a token beside the cloud's data" if response.status_code == 401 else ""
        return Failure(sentence, failure.REFUSED, word, hint)
    return Failure(sentence, failure.FAILED, word)
