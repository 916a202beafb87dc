"""The way back: what a traceback of the translated program says, in the words of its sources."""

import ast
import re
from dataclasses import dataclass, field

LINE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>\w+))?')


@dataclass
class Trace:
    """Of each new function name what it may have been, and of each line of a new file where it came from."""

    functions: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, tree: ast.Module, text: str) -> None:
        """The file at `path` is this text of this tree, whose nodes know their `origin`."""
        stem = path.removesuffix(".py")
        for old, new in zip(_statements(tree), _statements(ast.parse(text)), strict=True):
            if hasattr(old, "origin"):
                self.lines.setdefault(f"{stem}:{new.lineno}", f"{old.origin}:{old.lineno}")

    def readable(self, text: str) -> str:
        """A text with the tracebacks in it translated back, as far as they tell."""
        return LINE.sub(self._say, text)

    def _say(self, found: re.Match[str]) -> str:
        file = re.sub(r"\.m?py$", "", found["file"]).removeprefix("/translated/")
        place = self.lines.get(f"{file}:{found['line']}", "")
        if place:
            path, _, line = place.rpartition(":")
            said = f'File "{path}", line {line}'
        else:
            said = f'File "{found["file"]}"' + ("" if file.startswith("trifocal_") else f", line {found['line']}")
        if not found["name"]:
            return said
        names = self.functions.get(found["name"], [found["name"]]) if file.startswith("trifocal_") else [found["name"]]
        if place:
            names = [name for name in names if name.startswith(path.removesuffix(".py").replace("/", "."))] or names
        return f"{said}, in {' or '.join(names)}"


def _statements(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
