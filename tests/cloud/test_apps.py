"""What an app is, and what can be one."""

from typing import Any

import pytest

from trifocal_cloud.apps import App, checked_url, key_hash


def app(*permissions: str, **more: Any) -> App:
    declared = tuple({"type": name, "description": ""} for name in permissions)
    known = {"name": "Camera", "key_hash": key_hash("sk-1"), "public_url": "http://localhost:7010"}
    return App(package="com.example.cam", owner="ann@example.com", permissions=declared, **(known | more))


def test_an_app_may_what_it_declares_and_nothing_else() -> None:
    assert app("CAMERA").allows("CAMERA")
    assert not app("CAMERA").allows("MICROPHONE")
    assert not app().allows("CAMERA")
    assert not app("CAMERA").allows("ALL")


def test_all_is_everything() -> None:
    assert all(app("ALL").allows(name) for name in ("CAMERA", "MICROPHONE", "READ_NOTIFICATIONS", "ALL"))


def test_the_older_permission_for_notifications_lets_them_be_read_and_no_more() -> None:
    assert app("NOTIFICATIONS").allows("READ_NOTIFICATIONS")
    assert not app("NOTIFICATIONS").allows("POST_NOTIFICATIONS")
    assert not app("READ_NOTIFICATIONS").allows("NOTIFICATIONS")


def test_only_required_hardware_is_required() -> None:
    hardware = (
        {"type": "CAMERA", "level": "REQUIRED", "description": ""},
        {"type": "DISPLAY", "level": "OPTIONAL", "description": ""},
        {"type": "WIFI", "level": "REQUIRED", "description": ""},
    )
    assert app(hardware=hardware).required_hardware == ("CAMERA", "WIFI")
    assert app().required_hardware == ()


def test_the_key_is_known_by_its_hash() -> None:
    found = app()
    assert "sk-1" not in repr(found)
    assert found.key_matches("sk-1")
    for wrong in ("", "sk-2", "SK-1", "sk-1 ", found.key_hash, "ключ", "\ud800"):
        assert not found.key_matches(wrong)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://localhost:7010", "http://localhost:7010"),
        ("https://app.example.com/", "https://app.example.com"),
        ("https://app.example.com/glasses/cam//", "https://app.example.com/glasses/cam"),
        ("HTTP://10.0.0.7:80", "http://10.0.0.7:80"),
        ("http://[::1]:7010/", "http://[::1]:7010"),
        ("http://my_app:7010", "http://my_app:7010"),
        ("http://xn--bcher-kva.example/%7Ecam", "http://xn--bcher-kva.example/%7Ecam"),
    ],
)
def test_a_url_is_kept_without_the_slash_at_its_end(url: str, kept: str) -> None:
    assert checked_url(url) == kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:7010",
        "//localhost",
        "http://",
        "http:///path",
        "http://:7010",
        "ftp://example.com",
        "file:///etc/passwd",
        "ws://example.com",
        "javascript:alert(1)",
        "http://ann:secret@example.com",
        "http://@example.com",
        "http://example.com@10.0.0.1",
        "http://example.com/?a=1",
        "http://example.com?",
        "http://example.com/#x",
        "http://example.com:0",
        "http://example.com:",
        "http://example.com:x",
        "http://example.com:99999",
        "http://example.com:-1",
        "http://[::1",
        "http://[::1%25eth0]",
        "http://[not-an-address]",
        "http://ex%61mple.com",
        "http://exa mple.com",
        "http://example.com/\r\nHost: x",
        "http://example.com\\@10.0.0.1",
        "http://bücher.example",
        "http://example.com/" + "a" * 2048,
    ],
)
def test_what_is_no_base_url_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL"):
        checked_url(url)
