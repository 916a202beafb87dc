"""The golden vectors are complete, agree with the code, and a difference is told."""

import json
from pathlib import Path

import pytest

from trifocal_shared import message, sim_messages
from trifocal_tools import example_app_messages, example_messages, vectors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vectors.write(tmp_path)
    return tmp_path


def change(folder: Path, file: str, **changes: object) -> None:
    """Change the first vector of a file."""
    path = folder / file
    content = json.loads(path.read_text(encoding="utf-8"))
    content["vectors"][0].update(changes)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_the_vectors_in_the_tree_say_what_the_code_says() -> None:
    assert vectors.check() == []


def test_what_was_written_differs_in_nothing(folder: Path) -> None:
    assert vectors.check(folder) == []
    assert {path.name for path in folder.iterdir()} == {path.name for path in vectors.FOLDER.iterdir()}


def test_the_order_of_keys_means_nothing(folder: Path) -> None:
    text = '{"protocol":1,"timestamp":1760000000000,"type":"phone_ready"}'
    payload = json.dumps({"W": 1, "C": text}, separators=(",", ":")).encode()
    change(folder, "link.json", hex=(b"##0" + len(payload).to_bytes(2, "little") + payload + b"$$").hex())
    assert vectors.check(folder) == []


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("link.json", {"means": {"type": "phone_ready"}}),
        ("link.json", {"hex": b'##0\x0f\x00{"type":"ping"}$$'.hex()}),
        ("link.json", {"hex": "2323"}),
        ("cloud.json", {"text": '{"type":"connection_init","x":1}'}),
        ("sim.json", {"means": {}}),
        ("from_app.json", {"text": '{"type":"tpa_connection_init"}'}),
        ("to_app.json", {"means": {}}),
        ("document.json", {"hex": b'##0\x0f\x00{"type":"ping"}$$'.hex()}),
        ("streams.json", {"discarded": {"garbage": 1}}),
        ("refused.json", {"text": "{}"}),
    ],
)
def test_a_changed_vector_is_told(folder: Path, file: str, changes: dict[str, object]) -> None:
    change(folder, file, **changes)
    (difference,) = vectors.check(folder)
    assert difference.startswith(f"{file}: ")
    assert difference.endswith(" differs")


def test_a_big_endian_frame_where_a_little_one_belongs_is_told(folder: Path) -> None:
    path = folder / "link.json"
    data = bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["vectors"][0]["hex"])
    change(folder, "link.json", hex=(data[:3] + bytes((data[4], data[3])) + data[5:]).hex())
    assert vectors.check(folder) == ["link.json: gateway to glasses phone_ready differs"]


def test_missing_and_superfluous_vectors_are_told(folder: Path) -> None:
    change(folder, "sim.json", name="other")
    direction = "simulated glasses to cloud, WebSocket"
    assert vectors.check(folder) == [
        f"sim.json: {direction} sim_state is missing",
        f"sim.json: {direction} other is said by nothing",
    ]


def test_missing_broken_and_superfluous_files_are_told(folder: Path) -> None:
    (folder / "sim.json").unlink()
    (folder / "cloud.json").write_text("{", encoding="utf-8")
    (folder / "more.json").write_text("{}", encoding="utf-8")
    told = sorted(vectors.check(folder))
    assert [line.split(" ")[0] for line in told] == ["cloud.json", "more.json", "sim.json"]


def test_a_message_without_an_example_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Novel(message.Message):
        TYPE = "novel"

    monkeypatch.setattr(sim_messages, "Novel", Novel, raising=False)
    assert vectors.check(folder) == ["no vector for Novel: add one to the examples"]


def test_every_example_is_a_good_message() -> None:
    modules = (example_messages, example_app_messages)
    groups = [group for module in modules for group in vars(module).values() if isinstance(group, list)]
    for example in [example for group in groups for example in group]:
        assert message.from_wire(type(example), example.to_wire()) == example


@pytest.mark.parametrize(("words", "code"), [(["--check"], 0), ([], 2), (["--else"], 2)])
def test_the_command_ends_with(words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert vectors.main(words) == code
    captured = capsys.readouterr()
    assert captured.out or captured.err


def test_the_command_tells_differences_and_writes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(folder, "sim.json", means={})
    monkeypatch.setattr(vectors.check, "__defaults__", (folder,))
    monkeypatch.setattr(vectors.write, "__defaults__", (folder,))
    assert vectors.main(["--check"]) == 1
    assert vectors.main(["--write"]) == 0
    assert vectors.main(["--check"]) == 0
