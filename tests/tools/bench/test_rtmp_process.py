import os
import sys

import pytest

from trifocal_tools import failure
from trifocal_tools.bench.rtmp_process import cpu_s, memory_kib, started
from trifocal_tools.failure import Failure

CPUS = os.sched_getaffinity(0)


def test_a_process_says_its_piece_and_is_ended() -> None:
    command = [sys.executable, "-c", "print('[7]', flush=True); input()"]
    with started(command, CPUS) as (process, said):
        assert said == [7]
        assert cpu_s(process.pid) > 0
        assert memory_kib(process.pid) > 1000
    assert process.returncode != 0


def test_one_that_ends_instead_is_missing() -> None:
    with pytest.raises(Failure) as caught, started([sys.executable, "-c", "pass"], CPUS):
        pass
    assert caught.value.code == failure.MISSING


def test_one_that_says_nothing_is_not_waited_for() -> None:
    with started([sys.executable, "-c", "input()"], CPUS, says=False) as (_, said):
        assert said is None
