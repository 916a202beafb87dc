from pathlib import Path

from trifocal_gateway.io.queue_care import looked_at
from trifocal_tools.bench import queue_start


def test_a_gateway_finds_every_entry_again(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    queue_start.laid(folder, 50)
    assert len(looked_at(folder)) == 50
    found = queue_start.start(folder)
    assert found["entries"] == 50
    assert len(list((folder / "spool").iterdir())) == 100


def test_a_process_of_its_own_says_what_it_took(tmp_path: Path) -> None:
    queue_start.laid(tmp_path / "gateway", 5)
    seconds, megabytes = queue_start.started(tmp_path / "gateway")
    assert seconds > 0
    assert megabytes > 10
