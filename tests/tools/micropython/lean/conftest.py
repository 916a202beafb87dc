"""A program of one file, before and after its translation."""

import pytest

from trifocal_tools.micropython.lean.program import translate


@pytest.fixture
def translated():
    """Translate a text whose class `Firmware` runs it; both must come to the same. Gives the new text."""

    def run(text, **others):
        sources = {"trifocal_firmware/main.py": text.encode()}
        sources |= {f"trifocal_firmware/{name}.py": other.encode() for name, other in others.items()}
        found = translate(sources).files["trifocal_firmware/main.py"]
        ends = []
        for program in (text, found):
            space = {}
            exec(program, space)
            ends.append(space["Firmware"]().run())
        assert ends[0] == ends[1]
        assert ends[0] is not None
        return found

    return run
