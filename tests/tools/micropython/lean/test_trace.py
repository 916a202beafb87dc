"""A traceback from a device, read back."""

import ast

from trifocal_tools.micropython.lean.trace import Trace

NAMES = {"all": ["trifocal_shared.frame.FrameDecoder.events", "trifocal_firmware.store.PhotoStore.add"]}


def test_a_line_without_a_place_tells_every_function_of_that_name():
    said = Trace(NAMES).readable('  File "trifocal_firmware/main.mpy", line 1, in all\nOSError: 5')
    words = "trifocal_shared.frame.FrameDecoder.events or trifocal_firmware.store.PhotoStore.add"
    assert said == f'  File "trifocal_firmware/main.mpy", in {words}\nOSError: 5'


def test_a_known_place_is_the_source_and_its_function():
    trace = Trace(NAMES)
    tree = ast.parse("def events(self):\n\n    return 1\n")
    for node in ast.walk(tree):
        node.origin = "trifocal_shared/frame.py"
    trace.add("trifocal_firmware/main.py", tree, ast.unparse(tree))
    said = trace.readable('File "trifocal_firmware/main.mpy", line 2, in all')
    assert said == 'File "trifocal_shared/frame.py", line 3, in trifocal_shared.frame.FrameDecoder.events'


def test_lines_of_others_stay_as_they_are():
    for line in ('File "unittest/__init__.py", line 85, in all', 'File "<stdin>", line 3', "no traceback"):
        assert Trace(NAMES).readable(line) == line
