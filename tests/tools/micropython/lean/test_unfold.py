"""Functions of one expression are written out where that is shorter, and only where nothing differs."""

import pytest

HEAD = """
import json
class Firmware:
    def __init__(self):
        self.said = []
    def run(self):
        for x in range(4):
            self.step(x)
            self.step(-x)
        return self.said
    def say(self, word):
        self.said.append(word)
        return word
"""

GONE = {
    "called once": ("        self.say(half(x) + 1)\n", "def half(y):\n    return y // 2 if y > 1 else y\n"),
    "short": ("        self.say(f(x)); self.say(f(x + 1)); self.say(f(7))\n", "def f(y):\n    return y + 1\n"),
    "a method": (
        "        self.say(1 if self._f(x) else 2)\n",
        "    def _f(self, y):\n        return len(self.said) > y\n",
    ),
    "one argument with an effect, taken first": (
        "        self.say(f(self.say(x)))\n",
        "def f(y):\n    return json.dumps(y, separators=None)\n",
    ),
    "one in another": ("        self.say(f(g(x)))\n", "def f(y):\n    return '%d' % y\ndef g(y):\n    return y * 2\n"),
}

STAYS = {
    "long and often": (
        "        self.say(f(x)); self.say(f(7)); self.say(f(8))\n",
        "def f(y):\n    return (y + 1) * (y + 2) * (y + 3) * (y + 4) * (y + 5) // 7\n",
    ),
    "an effect in an argument that is taken twice": (
        "        self.say(f(self.say(x)))\n",
        "def f(y):\n    return y + y\n",
    ),
    "an effect before": (
        "        self.say(f(self.said.append(x)))\n",
        "n = []\ndef g():\n    n.append(1)\n    return len(n)\ndef f(y):\n    return (g(), y)\n",
    ),
    "an effect that may not come": (
        "        self.say(f(self.say(x)))\n",
        "def f(y):\n    return len('abc') > 4 and y\n",
    ),
    "an effect that may not come, in a row": (
        "        self.say(f(self.say(x)))\n",
        "def f(y):\n    return 5 < 3 < y\n",
    ),
    "handed on": ("        self.say(sorted([x, 2], key=f)[0]); self.say(f(x))\n", "def f(y):\n    return -y\n"),
    "itself again": ("        self.say(f(x))\n", "def f(y):\n    return f(y - 1) if y > 0 else y\n"),
    "a comprehension": ("        self.say(f(x))\n", "def f(y):\n    return [y for x in range(3)]\n"),
    "a builtin that is a local there": (
        "        len = 3\n        self.say(f(x)); self.say(len)\n",
        "def f(y):\n    return len([y])\n",
    ),
}


@pytest.mark.parametrize("name", GONE)
def test_written_out(translated, name):
    step, function = GONE[name]
    text = f"{HEAD}    def step(self, x):\n{step}{function}"
    assert translated(text).count("def ") == 4


@pytest.mark.parametrize("name", STAYS)
def test_left_alone(translated, name):
    step, function = STAYS[name]
    text = f"{HEAD}    def step(self, x):\n{step}{function}"
    assert translated(text).count("def ") == text.count("def ")
