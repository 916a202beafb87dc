"""Which interpreter runs the firmware is one word."""

import inspect

import pytest

from trifocal_tools.sim.cpython_host import CPythonHost
from trifocal_tools.sim.firmware_host import FirmwareHost, make_host
from trifocal_tools.sim.micropython_host import MicroPythonHost


@pytest.mark.parametrize(("python", "cls"), [("cpython", CPythonHost), ("micropython", MicroPythonHost)])
def test_a_word_names_the_interpreter(tmp_path, python, cls):
    host = make_host(python, tmp_path, "0123abcd", "device")
    assert type(host) is cls
    assert host.python == python


@pytest.mark.parametrize("cls", [CPythonHost, MicroPythonHost])
def test_both_take_the_same_inputs(cls):
    names = [name for name, member in vars(FirmwareHost).items() if inspect.isfunction(member) and name[0] != "_"]
    assert len(names) == 11
    for name in names:
        assert inspect.signature(getattr(cls, name)) == inspect.signature(getattr(FirmwareHost, name))
