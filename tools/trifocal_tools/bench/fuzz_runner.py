"""One target fuzzed by one engine, in a process of its own: `python -m trifocal_tools.bench.fuzz_runner '{…}'`.

It prints a line of JSON for each twentieth of its inputs, and one at the end. An exception is a crash, a second of
processor time for one input a hang; neither ends the run. With atheris the code of the protocols is instrumented, and
what is reached leads the choice of inputs; `seeded` changes the corpus by chance, the same in every run.
"""

import gc
import importlib
import json
import os
import random
import signal
import sys
import time
import traceback
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import Any

HANG_S = 1
MOST_TOLD = 5
LONGEST = 400
INSTRUMENTED = ("trifocal_shared", "trifocal_firmware", "trifocal_gateway")


@dataclass
class Found:
    """What came of so many inputs; `blocks` are Python's memory blocks, `early_blocks` those after a quarter."""

    inputs: int = 0
    seconds: float = 0.0
    crashes: int = 0
    hangs: int = 0
    slowest_ms: float = 0.0
    early_blocks: int = 0
    blocks: int = 0
    told: list[str] = field(default_factory=list)


class Hang(BaseException):
    """One input has had its second. No Exception, so that nothing on the way takes it for one of its own."""


class Judge:
    """Gives inputs to a target and keeps count."""

    def __init__(self, target: str, inputs: int) -> None:
        from trifocal_tools.bench import fuzz_targets

        self.found = Found()
        self._target = fuzz_targets.TARGETS[target]()
        self._wanted = inputs
        self._seen_at_tick = -1
        self._began = time.perf_counter()
        signal.signal(signal.SIGVTALRM, self._tick)
        signal.setitimer(signal.ITIMER_VIRTUAL, HANG_S, HANG_S)

    def __call__(self, data: bytes) -> None:
        """One input."""
        found = self.found
        if found.inputs >= self._wanted:
            return
        began = time.perf_counter()
        try:
            self._target(data)
        except Hang:
            found.hangs += 1
            self._tell(data, "a hang")
        except Exception:
            found.crashes += 1
            self._tell(data, traceback.format_exc(limit=-4))
        found.slowest_ms = max(found.slowest_ms, (time.perf_counter() - began) * 1_000)
        found.inputs += 1
        if found.inputs == self._wanted // 4:
            found.early_blocks = _blocks()
        if found.inputs % max(1, self._wanted // 20) == 0 or found.inputs == self._wanted:
            self._report()

    @property
    def done(self) -> bool:
        """Whether all inputs are through."""
        return self.found.inputs >= self._wanted

    def _report(self) -> None:
        self.found.seconds = time.perf_counter() - self._began
        if self.done:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self.found.blocks = _blocks()
        print(json.dumps(asdict(self.found)), flush=True)  # noqa: T201 - this is what the process is for

    def _tell(self, data: bytes, what: str) -> None:
        if len(self.found.told) < MOST_TOLD:
            self.found.told.append(f"{data.hex()}: {what}")

    def _tick(self, signum: int, frame: FrameType | None) -> None:
        seen, self._seen_at_tick = self._seen_at_tick, self.found.inputs
        if seen == self.found.inputs:
            raise Hang


class Mutator:
    """Inputs made of others: bits, bytes, lengths, pieces of another one; the same for the same seed."""

    def __init__(self, corpus: list[bytes], seed: int) -> None:
        self._corpus = corpus
        self._chance = random.Random(seed)  # noqa: S311 - the same in every run

    def next(self) -> bytes:
        """Another input."""
        chance = self._chance
        data = bytearray(chance.choice(self._corpus))
        for _ in range(1 << chance.randrange(4)):
            at = chance.randrange(len(data) + 1)
            kind = chance.randrange(6)
            if kind == 0 and at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            elif kind == 1 and at < len(data):
                data[at] = chance.choice((0, 1, 0x23, 0x24, 0x30, 0x7F, 0xFF, chance.randrange(256)))
            elif kind == 2:
                data[at:at] = chance.randbytes(chance.randrange(1, 9))
            elif kind == 3:
                del data[at : at + chance.randrange(1, 33)]
            elif kind == 4:
                other = chance.choice(self._corpus)
                start = chance.randrange(len(other) + 1)
                data[at:at] = other[start : start + chance.randrange(1, 65)]
            else:
                data[at:at] = data[at : at + chance.randrange(1, 33)]
        return bytes(data[:LONGEST])


def seeded(target: str, inputs: int, seed: int) -> Found:
    """Fuzz by chance alone."""
    from trifocal_tools.bench import fuzz_targets

    judge, mutator = Judge(target, inputs), Mutator(fuzz_targets.corpus(target), seed)
    while not judge.done:
        judge(mutator.next())
    return judge.found


def guided(target: str, inputs: int, seed: int, corpus: str) -> None:
    """Fuzz with atheris, led by what is reached; `corpus` is a folder that begins with our inputs. Does not return."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from trifocal_tools.bench import fuzz_targets

    for number, data in enumerate(fuzz_targets.corpus(target)):
        with open(os.path.join(corpus, str(number)), "wb") as file:  # noqa: PTH118, PTH123
            file.write(data[:LONGEST])
    judge = Judge(target, inputs)

    def one(data: bytes) -> None:
        judge(data)
        if judge.done:
            os._exit(0)  # libFuzzer has no other way to say that it is enough

    options = [f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=60", "-rss_limit_mb=2048", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, corpus], one)
    atheris.Fuzz()


def _blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


def main(asked: dict[str, Any]) -> None:
    """Fuzz as `asked`: engine, target, inputs, seed, and the corpus' folder."""
    os.nice(19)
    corpus, engine = asked.pop("corpus"), asked.pop("engine")
    if engine == "atheris":
        guided(**asked, corpus=corpus)
    else:
        seeded(**asked)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
