"""The prompt's window, where nobody is at the prompt. With a real interpreter behind it: test_run."""

import os
from collections.abc import Iterator

import pytest
import serial

from trifocal_tools.failure import Failure
from trifocal_tools.flash import repl as module
from trifocal_tools.flash.repl import Repl, check_port


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A port at which nobody answers."""
    monkeypatch.setattr(module, "ANSWER_S", 0.05)
    monkeypatch.setattr(module, "BACK_S", 0.1)
    ours, theirs = os.openpty()
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


def test_nobody_at_the_prompt_is_said_and_the_port_is_free_again(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match="nobody answers at the prompt") as caught, Repl(port):
        pass
    assert (caught.value.word, capsys.readouterr().out) == ("no_prompt", "")
    assert "--interpreter" in caught.value.hint
    check_port(port)


def test_a_board_that_does_not_come_back_is_given_up(port: str) -> None:
    with pytest.raises(Failure, match="nobody answers"):
        Repl(port).come_back()


def test_a_port_has_to_be_there_and_free(port: str) -> None:
    check_port(port)
    with pytest.raises(Failure, match="there is no port") as caught:
        check_port("/dev/no-such-port")
    assert caught.value.word == "no_port"
    with serial.Serial(port, exclusive=True), pytest.raises(Failure, match="another program uses it") as caught:
        check_port(port)
    assert caught.value.word == "busy_port"
