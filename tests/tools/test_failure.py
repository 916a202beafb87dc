from trifocal_tools.failure import EXIT_CODES, FAILED, Failure


def test_a_failure_has_a_word_for_programs_and_a_sentence_for_people() -> None:
    error = Failure("no photo", word="camera_busy", hint="wait")
    assert error.code == FAILED
    assert error.to_json() == {"error": "camera_busy", "message": "no photo", "hint": "wait"}


def test_without_a_hint_none_is_said() -> None:
    assert Failure("no photo").to_json() == {"error": "failed", "message": "no photo"}


def test_each_exit_code_is_explained_once() -> None:
    assert [code for code, _ in EXIT_CODES] == [0, 1, 2, 3, 4, 5]
