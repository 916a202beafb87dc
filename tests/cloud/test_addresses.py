"""Where the cloud lets itself be sent: the table of addresses, in every notation, and URLs that are none."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.addresses import LOOPBACK, PRIVATE, PUBLIC, allowed, target

WIDTHS = (PUBLIC, LOOPBACK, PRIVATE)

INTERNET = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
OWN = ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]
HOME = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.5", "100.64.0.1", "fd12:3456::1", "::ffff:10.0.0.1"]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "169.254.169.254",
    "169.254.1.1",
    "::ffff:169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.0.192",
    "192.0.0.9",
    "192.88.99.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "2001:db8::1",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce::254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2001:0:a9fe:a9fe::1",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "100::1",
    "4000::1",
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("ip", INTERNET)
def test_the_internet_is_open(ip: str, width: str) -> None:
    assert allowed(ip, width)


@pytest.mark.parametrize("ip", OWN)
def test_this_machine_is_open_where_the_operator_says_so(ip: str) -> None:
    assert [allowed(ip, width) for width in WIDTHS] == [False, True, True]


@pytest.mark.parametrize("ip", HOME)
def test_private_networks_are_open_where_the_operator_says_so(ip: str) -> None:
    assert [allowed(ip, width) for width in WIDTHS] == [False, False, True]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("ip", NEVER)
def test_some_addresses_are_never_open(ip: str, width: str) -> None:
    assert not allowed(ip, width)


@pytest.mark.parametrize(
    "ip", ["", "localhost", "127.1", "2130706433", "0x7f000001", "1.2.3.4.5", "1.1.1.1/32", "[::1]"]
)
def test_what_is_no_address_is_not_allowed(ip: str) -> None:
    assert not allowed(ip, PRIVATE)


def test_an_unknown_width_is_the_narrowest() -> None:
    assert not allowed("127.0.0.1", "everything")
    assert not allowed("10.0.0.1", "everything")


@given(st.ip_addresses(v=4))
def test_the_mapped_notation_changes_nothing(address: ipaddress.IPv4Address) -> None:
    for width in WIDTHS:
        assert allowed(f"::ffff:{address}", width) == allowed(str(address), width)


@given(st.ip_addresses())
def test_a_wider_width_takes_nothing_away(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    public, loopback, private = (allowed(str(address), width) for width in WIDTHS)
    assert public <= loopback <= private


@pytest.mark.parametrize(
    "url",
    ["http://app.example", "https://app.example:8443/hook?key=1", "http://[::1]:7010/x", "http://müller.example/a%20b"],
)
def test_a_url_that_can_be_posted_to(url: str) -> None:
    assert target(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.example",
        "//app.example",
        "ftp://app.example",
        "file:///etc/passwd",
        "gopher://app.example",
        "http://",
        "http://:80",
        "http://ann@app.example",
        "http://ann:pw@app.example",
        "http://@app.example",
        "http://app.example/#part",
        "http://app.example:0",
        "http://app.example:99999",
        "http://app.example:x",
        "http://[::1",
        "http://app.example/a b",
        "http://app.example/\r\nHost: other",
        "http://app.example\\@other.example",
        "http://app.example/" + "a" * 2048,
    ],
)
def test_a_url_that_cannot(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL|port"):
        target(url)
