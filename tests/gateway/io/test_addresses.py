"""Addresses of the cloud."""

import pytest

from trifocal_gateway.io.addresses import http_url, is_loopback, is_token, websocket_url


@pytest.mark.parametrize(
    ("cloud", "expected"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/glasses-ws"),
        ("https://cloud.example/", "wss://cloud.example/glasses-ws"),
        ("https://cloud.example/below/", "wss://cloud.example/below/glasses-ws"),
        ("wss://cloud.example:443?x=1#y", "wss://cloud.example:443/glasses-ws"),
        ("http://[::1]:8000", "ws://[::1]:8000/glasses-ws"),
    ],
)
def test_a_websocket_lies_below_the_clouds_address(cloud: str, expected: str) -> None:
    assert websocket_url(cloud, "/glasses-ws") == expected


def test_so_does_a_route() -> None:
    assert http_url("ws://localhost:8000", "/api/x") == "http://localhost:8000/api/x"
    assert http_url("https://cloud.example", "/api/x") == "https://cloud.example/api/x"


@pytest.mark.parametrize("cloud", ["", "cloud", "ftp://h", "http://", "http://h:0", "http://h:99999", "//h"])
def test_what_is_no_address_is_refused(cloud: str) -> None:
    with pytest.raises(ValueError, match="the cloud's address"):
        websocket_url(cloud, "/x")


@pytest.mark.parametrize("url", ["http://localhost:1", "ws://127.0.0.1", "http://127.9.9.9/", "http://[::1]:8"])
def test_this_machine_is_known(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url", ["http://192.168.0.1", "http://cloud.example", "http://localhost.example", "", "http://"]
)
def test_others_are_not_this_machine(url: str) -> None:
    assert not is_loopback(url)


def test_a_token_fits_into_a_header() -> None:
    assert is_token("eyJh.bGci.OiJI-_~+/=")
    for text in ("", "a b", "a\r\nX: y", "a\0", "\u00e9", "a\x7f"):
        assert not is_token(text)
