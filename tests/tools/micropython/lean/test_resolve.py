"""Names find the one definition that they stand for, and no other name is touched."""

import ast

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.micropython.lean.resolve import Module, Program, ours, parameters


def resolved(**sources):
    """The resolved text of modules; those whose name begins with `own` are files of their own."""
    modules = {
        f"trifocal_{name}": Module(f"trifocal_{name}", ast.parse(text), not name.startswith("own"))
        for name, text in sources.items()
    }
    Program(modules)
    return {name.removeprefix("trifocal_"): ast.unparse(module.tree) for name, module in modules.items()}


def test_names_of_other_modules_become_their_definitions():
    found = resolved(a="X = 1\ndef f(): return X", b="from trifocal_a import X as Y, f\nf(Y)")
    assert "def @trifocal_a.f():\n    return @trifocal_a.X" in found["a"]
    assert "@trifocal_a.f(@trifocal_a.X)" in found["b"]
    assert "import" not in found["b"]


def test_locals_parameters_and_loops_hide_definitions():
    found = resolved(
        a="X = 1\ndef f(X): return X\ndef g():\n    X = 2\n    return [X for X in X]\ndef h(): return [X for y in X]"
    )
    assert "return X" in found["a"]
    assert "return [X for X in X]" in found["a"]
    assert "return [@trifocal_a.X for y in @trifocal_a.X]" in found["a"]


def test_members_of_a_class_do_not_hide_definitions_from_its_methods():
    found = resolved(a="X = 1\nclass C:\n    X = 2\n    Y = X\n    def f(self): return X")
    assert "Y = X" in found["a"]
    assert "return @trifocal_a.X" in found["a"]


def test_global_is_the_definition_again():
    found = resolved(a="X = 1\ndef f():\n    global X\n    X = 2")
    assert "    @trifocal_a.X = 2" in found["a"]


def test_a_module_before_a_dot_is_looked_through():
    found = resolved(a="X = 1", **{"a.b": "Y = 2"}, c="from trifocal_a import b\nZ = b.Y")
    assert "@trifocal_c.Z = @trifocal_a.b.Y" in found["c"]


def test_a_name_handed_on_leads_to_its_origin():
    found = resolved(a="X = 1", b="from trifocal_a import X", c="from trifocal_b import X\nX()")
    assert "@trifocal_a.X()" in found["c"]


def test_a_file_of_its_own_keeps_its_names_and_its_modules():
    text = "from trifocal_a import b\nfrom trifocal_a.b import X\nY = X\ndef f():\n    b.X = b.time\n"
    found = resolved(a="", **{"a.b": "import time\nX = 1"}, own=text)["own"]
    assert found.splitlines() == [
        "from #trifocal_a.b import * as b",
        "Y = @trifocal_a.b.X",
        "",
        "def f():",
        "    b.@trifocal_a.b.X = b.time",
    ]


def test_files_of_their_own_import_from_one_another_as_written():
    found = resolved(own="X = 1", own2="from trifocal_own import X as Y\nprint(Y)")["own2"]
    assert found == "from trifocal_own import X as Y\nprint(Y)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from trifocal_a import Y", "trifocal_a has no Y"),
        ("from trifocal_z import Y", "trifocal_z has no Y"),
        ("def f():\n    from trifocal_a import X", "imports within a function"),
    ],
)
def test_imports_that_lead_nowhere_are_told(text, said):
    with pytest.raises(Failure, match=said):
        resolved(a="X = 1", b=text + "\nY")


def test_who_is_ours():
    assert ours("trifocal_shared.frame")
    assert not ours("asyncio")
    assert not ours(None)


def test_all_parameters_are_found():
    lambda_ = ast.parse("lambda a, b=1, *c, d, **e: 0", mode="eval").body
    assert sorted(parameters(lambda_.args)) == ["a", "b", "c", "d", "e"]
