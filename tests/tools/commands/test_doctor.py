import json
from collections.abc import Callable

import pytest

from trifocal_tools import doctor, failure

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(("needed", "code"), [(True, failure.MISSING), (False, failure.OK)])
def test_only_what_up_needs_makes_it_end_with_3(
    monkeypatch: pytest.MonkeyPatch, trifocal: Run, needed: bool, code: int
) -> None:
    found = [doctor.Finding("node", False, "missing", "get it", needed=needed)]
    monkeypatch.setattr(doctor, "examine", lambda settings: found)
    got, out, _ = trifocal("doctor", "--json")
    assert got == code
    assert json.loads(out)["findings"][0]["hint"] == "get it"
    assert trifocal("doctor")[0] == code
