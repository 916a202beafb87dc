import json
from typing import Any

import httpx
import pytest

from trifocal_tools import failure
from trifocal_tools.app_client import AppClient
from trifocal_tools.failure import Failure
from trifocal_tools.settings import Endpoint


class Cloud:
    """Answers all with the same, and keeps what was asked."""

    def __init__(self, said: Any, status: int = 200) -> None:
        self.said, self.status = said, status
        self.asked: list[tuple[str, str, Any]] = []
        self.client = AppClient(Endpoint("http://cloud.test", "t0ken"), httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        self.asked.append((request.method, request.url.raw_path.decode(), json.loads(body) if body else None))
        return httpx.Response(self.status, json=self.said)


def test_each_wish_has_its_door() -> None:
    cloud = Cloud({"package": "a", "state": "running"})
    cloud.client.app("a")
    cloud.client.put_app("a", {"publicUrl": "http://a"})
    cloud.client.start_app("a")
    cloud.client.stop_app("a")
    cloud.client.remove_app("a")
    cloud.client.app_settings("a")
    cloud.client.set_app_settings("a", {"flash": True})
    assert cloud.asked == [
        ("GET", "/api/apps/a", None),
        ("PUT", "/api/apps/a", {"publicUrl": "http://a"}),
        ("POST", "/api/apps/a/start", None),
        ("POST", "/api/apps/a/stop", None),
        ("DELETE", "/api/apps/a", None),
        ("GET", "/api/apps/a/settings", None),
        ("PUT", "/api/apps/a/settings", {"values": {"flash": True}}),
    ]


@pytest.mark.parametrize("package", ["", "..", "a/b", "a b", "a?b", "é", "a\n", "a" * 129])
def test_what_is_no_package_name_is_not_asked_about(package: str) -> None:
    cloud = Cloud({})
    with pytest.raises(Failure, match="no package name") as caught:
        cloud.client.app(package)
    assert (caught.value.code, cloud.asked) == (failure.USAGE, [])


def test_an_app_that_is_not_there_is_named() -> None:
    cloud = Cloud({"error": "not_found", "message": "there is no such thing here"}, 404)
    with pytest.raises(Failure, match="no app 'org") as caught:
        cloud.client.start_app("org.example")
    assert (caught.value.code, caught.value.word) == (failure.FAILED, "not_found")


@pytest.mark.parametrize("said", [{}, {"apps": None}, {"apps": "x"}, {"apps": ["x", 7]}])
def test_a_list_in_another_shape_is_empty(said: Any) -> None:
    assert Cloud(said).client.apps() == []


@pytest.mark.parametrize("said", [{}, {"settings": {}}, {"settings": ["x"]}])
def test_settings_in_another_shape_are_empty(said: Any) -> None:
    assert Cloud(said).client.app_settings("a") == []


def test_an_app_that_does_not_start_fails_with_the_reason() -> None:
    cloud = Cloud({"error": "app_unreachable", "message": "the app's server cannot be reached"}, 502)
    with pytest.raises(Failure, match="cannot be reached") as caught:
        cloud.client.start_app("a")
    assert (caught.value.code, caught.value.word) == (failure.FAILED, "app_unreachable")
