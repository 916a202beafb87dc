import json

import pytest

from trifocal_tools import output
from trifocal_tools.failure import Failure


def test_json_is_one_line_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"said": "zwei\nZeilen, ä"})
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert json.loads(out) == {"said": "zwei\nZeilen, ä"}
    assert err == ""


def test_a_failure_is_for_stderr_unless_json_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    error = Failure("the lid is shut", hint="open it")
    output.print_failure(error, as_json=False)
    assert capsys.readouterr() == ("", "trifocal: the lid is shut\n  hint: open it\n")
    output.print_failure(error, as_json=True)
    assert json.loads(capsys.readouterr().out)["message"] == "the lid is shut"


def test_a_pipe_is_no_terminal() -> None:
    assert not output.terminal().is_terminal
