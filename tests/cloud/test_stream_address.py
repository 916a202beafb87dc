"""Where streams may go, and where nobody's glasses are sent."""

import pytest

from trifocal_cloud.addresses import LOOPBACK, PRIVATE, PUBLIC
from trifocal_cloud.stream_address import checked
from trifocal_shared.message import ProtocolError


@pytest.mark.parametrize(
    "url",
    [
        "rtmp://live.example.com/app/key",
        "rtmps://live.example.com:443/app/key?token=1#2",
        "rtmp://[2001:4860:4860::8888]:1935/app/key",
    ],
)
def test_a_server_on_the_internet_is_fine(url: str) -> None:
    assert checked(url, PUBLIC) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rtmp://",
        "rtmp:///app/key",
        "rtmp://live.example.com",
        "rtmp://live.example.com/",
        "http://live.example.com/app/key",
        "file:///etc/passwd",
        "rtmp://live.example.com:0/app/key",
        "rtmp://live.example.com:99999/app/key",
        "rtmp://[::1/app/key",
        "rtmp://live.example.com/a b",
        "rtmp://live.example.com/a\nb",
        "rtmp://live.example.com\\@10.0.0.1/app/key",
        "rtmp://live.example.com/" + "k" * 2048,
        "rtmp://127.0.0.1/app/key",
        "rtmp://localhost/app/key",
        "rtmp://x.localhost/app/key",
        "rtmp://user:word@live.example.com/app/key",
        "rtmp://live.example.com/app",
        "rtmp://192.168.1.1/app/key",
        "rtmp://169.254.169.254/app/key",
        "rtmp://[::ffff:10.0.0.1]/app/key",
    ],
)
def test_anything_else_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ProtocolError, match=r"[a-z ]{10}"):
        checked(url, PUBLIC)


@pytest.mark.parametrize("host", ["localhost.", "LocalHost", "127.1", "2130706433", "0x7f.1", "10.0.0.1."])
def test_another_way_to_write_an_address_leads_no_further(host: str) -> None:
    with pytest.raises(ProtocolError, match="nobody"):
        checked(f"rtmp://{host}/app/key", PUBLIC)


def test_the_operator_may_open_more() -> None:
    assert checked("rtmp://localhost:1935/live/key", LOOPBACK)
    assert checked("rtmp://127.0.0.1:1935/live/key", LOOPBACK)
    assert checked("rtmp://192.168.1.7/live/key", PRIVATE)
    with pytest.raises(ProtocolError, match="nobody"):
        checked("rtmp://192.168.1.7/live/key", LOOPBACK)
    with pytest.raises(ProtocolError, match="nobody"):
        checked("rtmp://169.254.169.254/live/key", PRIVATE)
