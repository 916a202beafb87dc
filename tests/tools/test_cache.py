import sys

import pytest

from trifocal_tools import cache


@pytest.mark.parametrize(
    ("platform", "environment", "ends"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x/cache"}, "/x/cache/trifocal"),
        ("linux", {"TRIFOCAL_CACHE": "/here", "XDG_CACHE_HOME": "/x/cache"}, "/here"),
        ("darwin", {"HOME": "/me"}, "/me/Library/Caches/trifocal"),
        ("linux", {"HOME": "/me", "XDG_CACHE_HOME": ""}, "/me/.cache/trifocal"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], ends: str
) -> None:
    monkeypatch.delenv("TRIFOCAL_CACHE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert str(cache.folder()) == ends
