"""What is stripped, and what is not: whatever a device would run stays."""

import ast

import pytest

from trifocal_tools.micropython.lean.strip import imports, strip


def stripped(text, absent=(), **options):
    return ast.unparse(strip(text, "a.py", lambda name: name in absent, **options))


def test_words_for_readers_and_checkers_go():
    text = (
        '"""Doc."""\nX: int = 1\nY: int\n"""About X."""\n\ndef f(a: int, *, b: "str" = "b") -> None:\n    """Doc."""\n'
    )
    assert stripped(text) == "X = 1\n\ndef f(a, *, b='b'):\n    pass"


def test_a_text_that_is_used_stays():
    assert stripped("def f():\n    return 'text'\n") == "def f():\n    return 'text'"


def test_what_only_checkers_run_goes():
    text = "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import x\n@dataclass_transform(a=1)\nclass A:\n    pass\n"
    assert stripped(text) == "class A:\n    pass"


def test_other_decorators_and_conditions_stay():
    text = "if CHECKED:\n    import x\n\n@property\ndef f():\n    pass"
    assert stripped(text) == text


def test_an_import_of_what_is_absent_leads_to_the_handler():
    text = "try:\n    from typing import T\nexcept ImportError:\n    T = None\n"
    assert stripped(text, {"typing"}) == "T = None"
    assert "from typing" in stripped(text)


def test_a_try_that_does_more_stays():
    text = "try:\n    f()\nexcept ValueError:\n    g()"
    assert stripped(text, {"typing"}) == text


def test_assertions_stay_in_tests_only():
    assert stripped("def f(a):\n    assert a\n") == "def f(a):\n    pass"
    assert stripped("assert a\n", asserts=True) == "assert a"


def test_texts_of_errors_that_nobody_reads_go_where_it_is_quiet():
    text = "if a:\n    raise ValueError('no %s' % a)\nraise OSError('gone') from None"
    assert stripped(text) == text
    assert stripped(text, quiet=True) == "if a:\n    raise ValueError\nraise OSError('gone') from None"
    assert stripped("f(ProtocolError('no'), TypeError())", quiet=True) == "f(ProtocolError(), TypeError())"
    assert stripped("raise ProtocolError('no', code)", quiet=True) == "raise ProtocolError('', code)"
    assert stripped("try:\n    f()\nexcept ValueError:\n    raise", quiet=True).endswith("raise")


def test_a_file_knows_its_old_place():
    assert stripped("A = __file__\n") == "A = 'a.py'"


def test_what_is_no_python_is_told():
    with pytest.raises(SyntaxError):
        stripped("def")


def test_imports_name_their_modules():
    assert imports(ast.parse("import a.b, c").body[0]) == ["a.b", "c"]
    assert imports(ast.parse("from a.b import c").body[0]) == ["a.b"]
    assert imports(ast.parse("a = 1").body[0]) == []
