"""What each source module takes of the image: for whoever adds to the firmware, and wonders what it costs."""

import ast
from collections import Counter
from collections.abc import Iterator

from trifocal_tools.failure import Failure
from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.assemble import weights
from trifocal_tools.micropython.romfs import Image

MAIN = "trifocal_firmware/main"
"""The one file that the modules were merged into."""

WORDS = "words and constants"
FRAME = "what all of them share"
"""The beginning of a file, and what its top level does."""

Scope = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)


def weigh(image: Image) -> dict[str, int]:
    """Bytes of the one file by the source that its functions come from. They add up to all of it.

    A word or a constant belongs to nobody, as others may say it too. Raises Failure: its source is not what it is of.
    """
    file = mpy.read((image.folder.parent / "tree" / f"{MAIN}.mpy").read_bytes())
    tree = ast.parse((image.folder / f"{MAIN}.py").read_text("utf-8"))
    lines = image.trace().lines
    scopes, sizes = [tree, *_scopes(tree)], weights(file)
    if len(scopes) != len(sizes):
        raise Failure("the image is not made of its source", word="image_failed")
    found: Counter[str] = Counter()
    for scope, size in zip(scopes, sizes, strict=True):
        origin = lines.get(f"{MAIN}:{getattr(scope, 'lineno', 0)}", "")
        found[origin.rpartition(":")[0].removesuffix(".py") or FRAME] += size
    found[WORDS] = image.files[f"{MAIN}.mpy"] - found.total()
    return dict(found)


def _scopes(node: ast.AST) -> Iterator[ast.AST]:
    """Whatever is compiled by itself, each before what lies in it."""
    for one in ast.iter_child_nodes(node):
        if isinstance(one, Scope):
            yield one
        yield from _scopes(one)
