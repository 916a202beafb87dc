"""What is called once is written out where it is called, and does what it did; whatever is more involved stays."""

import pytest

FIRMWARE = """
class Firmware:
    def __init__(self):
        self.said = []
    def run(self):
        for x in range(-2, 6):
            self.step(x)
            self.step(x * 2)
        return self.said
    def say(self, word, *more):
        self.said.append((word, more))
"""

ONCE = {
    "a statement": ("        self._a(x)\n", "    def _a(self, y):\n        self.say(y)\n        self.say(y + 1)\n"),
    "returns at its ends": (
        "        self._a(x)\n        self.say(x)\n",
        "    def _a(self, y):\n        if y > 3:\n            self.say(y)\n            return\n"
        "        if y > 1:\n            return self.say(1)\n        self.say(y, 2)\n",
    ),
    "returns from both ways": (
        "        y = self._a(x)\n        self.say(y, x)\n",
        "    def _a(self, y):\n        if y > 3:\n            y += 1\n            return 7\n"
        "        elif y > 2:\n            self.say(2)\n        else:\n            return y\n        return y * 3\n",
    ),
    "nothing to return": (
        "        z = self._a(x)\n        self.say(z)\n",
        "    def _a(self, y):\n        self.say(y)\n",
    ),
    "handed on": (
        "        if x > 2:\n            return self._a(x)\n        self.say(x)\n",
        "    def _a(self, y):\n        for z in range(y):\n            if z == 3:\n                return z\n",
    ),
    "locals of the same names": (
        "        y = z = 5\n        self._a(z, x)\n        self.say(x, y, z)\n",
        "    def _a(self, y, z):\n        x = y\n        y = z\n        try:\n            z = 1 // x\n"
        "        except ZeroDivisionError as e:\n            y = str(e)\n        self.say(x, y, z)\n",
    ),
    "arguments with an effect, in order": (
        "        self._a(self.said.append(1), x, self.say(2))\n",
        "    def _a(self, a, b, c):\n        self.say(c, b, a)\n        self.say(b, a, c)\n",
    ),
    "an item": (
        "        found = {}\n        found[x] = self._a(x)\n        self.say(found)\n",
        "    def _a(self, y):\n        if y < 0:\n            y = -y\n        return y\n",
    ),
    "a comprehension": (
        "        self._a(x)\n",
        "    def _a(self, y):\n        x = 2\n        self.say([x + y + z for z in range(3)])\n",
    ),
    "in a loop and a try": (
        "        while x > 0:\n            x -= 1\n            try:\n                self._a(x)\n"
        "            finally:\n                self.say(x)\n",
        "    def _a(self, y):\n        if y % 2:\n            return\n        self.say(y)\n",
    ),
}

NEVER = {
    "called twice": (
        "        self._a(x)\n        self._a(x + 1)\n",
        "    def _a(self, y):\n        self.say(y)\n        self.say(y)\n",
    ),
    "within an expression": (
        "        self.say(1 + self._a(x))\n",
        "    def _a(self, y):\n        y += 1\n        return y\n",
    ),
    "a return within a loop": (
        "        y = self._a(x)\n        self.say(y)\n",
        "    def _a(self, y):\n        for z in range(9):\n            if z > y: return z\n        return 0\n",
    ),
    "a default": ("        self._a()\n", "    def _a(self, y=1):\n        self.say(y)\n        self.say(y)\n"),
    "given by name": ("        self._a(y=x)\n", "    def _a(self, y):\n        self.say(y)\n        self.say(y)\n"),
    "spread": ("        self._a(*[x])\n", "    def _a(self, y):\n        self.say(y)\n        self.say(y)\n"),
    "a property": (
        "        self.say(self._a)\n",
        "    @property\n    def _a(self):\n        self.say(1)\n        return 1\n",
    ),
    "asked for by its name": (
        "        self._a(x)\n        getattr(self, '_a')(x)\n",
        "    def _a(self, y):\n        self.say(y)\n        self.say(y)\n",
    ),
    "of another object": (
        "        other = Firmware()\n        other._a(x)\n        self.say(other.said)\n",
        "    def _a(self, y):\n        self.say(y)\n        self.say(y)\n",
    ),
    "a generator": (
        "        self._a(x)\n        self.say(1)\n",
        "    def _a(self, y):\n        yield y\n        self.say(y)\n",
    ),
    "a lambda": (
        "        self._a(x)\n",
        "    def _a(self, y):\n        self.say((lambda z: z + y)(1))\n        self.say(y)\n",
    ),
    "many locals": (
        "        self._a(x)\n",
        "    def _a(self, y):\n"
        + "".join(f"        v{n} = y + {n}\n" for n in range(17))
        + "        self.say(v1, v16)\n",
    ),
    "a module that is a local there": (
        "        time = 3\n        self._a(x)\n        self.say(time)\n",
        "    def _a(self, y):\n        self.say(time.gmtime(y * 0)[0])\n        self.say(y)\n",
    ),
}


def program(step, method):
    return f"import time\n{FIRMWARE}    def step(self, x):\n{step}{method}"


@pytest.mark.parametrize("name", ONCE)
def test_what_is_called_once_is_written_out(translated, name):
    step, method = ONCE[name]
    text = program(step, method)
    assert translated(text).count("def ") == text.count("def ") - 1


@pytest.mark.parametrize("name", NEVER)
def test_what_is_more_involved_stays(translated, name):
    step, method = NEVER[name]
    text = program(step, method)
    assert translated(text).count("def ") == text.count("def ")


def test_a_plain_function_too(translated):
    text = program(
        "        y = a(x)\n        self.say(y)\n", "def a(y):\n    if y > 2:\n        return 1\n    return y\n"
    )
    assert translated(text).count("def ") == text.count("def ") - 1


TWO_CLASSES = """
    def _a(self, y):
        self.say(y)
        self.say(y)
class B(Firmware):
    def _a(self, y):
        self.say(7)
"""


def test_a_method_that_two_classes_have_stays(translated):
    step = "        self._a(x)\n        if type(self) is Firmware:\n            b = B()\n            b.step(x)\n"
    text = program(f"{step}            self.say(b.said)\n", TWO_CLASSES)
    assert translated(text).count("def ") == text.count("def ")


def test_a_private_method_is_that_of_its_own_class_whatever_others_are_called(translated):
    other = "class C:\n    def _a(self): y = 1; return y\n    def go(self): return [self._a(), self._a()]\n"
    method = "    def _a(self, y):\n        self.say(y)\n        self.say(y)\n"
    text = program("        self._a(x)\n        self.say(C().go())\n", method + other)
    assert translated(text).count("def ") == text.count("def ") - 1
    asked = text.replace("C().go()", "C()._a()")  # of another object: whose it is nobody can say
    assert translated(asked).count("def ") == asked.count("def ") - 1  # only `go`, which nobody calls then
    kin = text.replace("class C:", "class C(Firmware):").replace("C().go()", "C().said")
    assert "def" in translated(kin)


def test_what_boards_and_tests_tell_stays(translated):
    text = program("        self._a(x)\n", "    def _a(self, y):\n        self.say(y)\n        self.say(y)\n")
    board = "from trifocal_firmware.main import Firmware\nclass Kite(Firmware):\n    def _a(self, y): pass\n"
    assert translated(text, **{"boards/kite": board}).count("def ") == text.count("def ")
