from typing import get_args

import pytest

from trifocal_tools.commands import options

NAMES = ["DataDir", "Cloud", "Token", "Json", "Python", "Camera", "User", "AsUser", "PublicUrl", "PrivateApps"]


@pytest.mark.parametrize("name", NAMES)
def test_every_shared_option_says_what_it_does(name: str) -> None:
    _, option = get_args(getattr(options, name))
    assert option.help.endswith((".", "]"))
    assert option.default.startswith("--")  # typer keeps the first spelling there
