"""Names from outside."""

import pytest

from trifocal_gateway.names import is_plain


@pytest.mark.parametrize("name", ["P000000001.jpg", "a", "local_0a1b2c3d_7", "r-1", "a..b", "-x", "A" * 64])
def test_what_could_be_a_file_name_is_plain(name: str) -> None:
    assert is_plain(name, 64)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".hidden",
        "../x",
        "a/b",
        "a\\b",
        "a b",
        "a\n",
        "a\0",
        "\u00e9",
        "a:b",
        "\u0661",
        "A" * 65,
        "a\ud800",
    ],
)
def test_what_could_be_a_path_or_a_trick_is_not(name: str) -> None:
    assert not is_plain(name, 64)
