"""The steps of one function: those that are never run go, and those that are there twice, where one jump is shorter.

A step does the same wherever it stands, as long as the same steps come after it and it stays on the same side of each
handler of exceptions: behind its beginning the interpreter takes a handler to be at work. Handlers and ends of loops
can only be jumped to forwards.
"""

from collections.abc import Iterator

from trifocal_tools.micropython.lean import mpy
from trifocal_tools.micropython.lean.mpy import Step

OPPOSITE = {mpy.POP_JUMP_IF_TRUE: mpy.POP_JUMP_IF_FALSE, mpy.POP_JUMP_IF_FALSE: mpy.POP_JUMP_IF_TRUE}

JUMP_BYTES = 2
"""What a jump takes at most."""


def shorten(steps: list[Step]) -> list[Step]:
    """The steps of a function that does the same."""
    changed = True
    while changed:
        changed = _thread(steps) or _bury(steps) or _join(steps)
    return steps


def _thread(steps: list[Step]) -> bool:
    """A jump to a jump, to the next step, over a jump, or to a return."""
    aims = {id(step.to) for step in steps if step.to}
    for place, step in enumerate(steps):
        after = steps[place + 1] if place + 1 < len(steps) else None
        to = step.to
        if not to or step.op not in (mpy.JUMP, *OPPOSITE):
            continue
        if step.op in OPPOSITE and after and after.op == mpy.JUMP and steps[place + 2 : place + 3] == [to]:
            if id(after) not in aims:
                step.op, step.to = OPPOSITE[step.op], after.to
                del steps[place + 1]
                return True
        elif to.op == mpy.JUMP and to.to is not to and to.to is not step:
            step.to = to.to
            return True
        elif step.op == mpy.JUMP and to.op == mpy.RETURN_VALUE and not _parted(steps, place, steps.index(to)):
            step.op, step.to = mpy.RETURN_VALUE, None
            return True
        elif step.op == mpy.JUMP and to is after and _aim(steps, {id(step): to}):
            del steps[place]
            return True
    return False


def _bury(steps: list[Step]) -> bool:
    """What nothing leads to."""
    places = {id(step): place for place, step in enumerate(steps)}
    alive: set[int] = set()
    todo = [0]
    while todo:
        place = todo.pop()
        if place in alive:
            continue
        alive.add(place)
        step = steps[place]
        if step.to:
            todo.append(places[id(step.to)])
        if step.op not in mpy.FINAL:
            todo.append(place + 1)
    buried = len(alive) < len(steps)
    steps[:] = [step for place, step in enumerate(steps) if place in alive]
    return buried


def _join(steps: list[Step]) -> bool:
    """Of two ways that end in the same steps, one jumps into the other: the pair that gains most."""
    ways = []
    for end, other, jump in _ways(steps):
        count = 0
        while count < min(abs(end - other), end + 1, other + 1) and _same(steps[end - count], steps[other - count]):
            count += 1
        gained = sum(_least(step) for step in steps[end - count + 1 : end + 1]) - JUMP_BYTES * (not jump)
        if gained > 0 and not _parted(steps, min(end, other) - count + 1, max(end, other)):
            ways.append((gained, end, other, count, jump))
    for _, end, other, count, jump in sorted(ways, key=lambda way: (-way[0], way)):
        first, into = end - count + 1, other - count + 1
        if _aim(steps, {id(steps[first + one]): steps[into + one] for one in range(count)}):
            if jump:
                jump.to = steps[into]
            steps[first : end + 1] = [] if jump else [Step(mpy.JUMP, to=steps[into])]
            return True
    return False


def _ways(steps: list[Step]) -> Iterator[tuple[int, int, Step | None]]:
    """Places of two steps that the same comes after; and the jump that stays, when one of them is followed by it."""
    places = {id(step): place for place, step in enumerate(steps)}
    ends = [place for place, step in enumerate(steps) if step.op in mpy.FINAL]
    for end in ends:
        for other in ends:
            if end != other:
                yield end, other, None
        step = steps[end]
        if step.op == mpy.JUMP and step.to and end > 0 and places[id(step.to)] > 0:
            yield end - 1, places[id(step.to)] - 1, step


def _parted(steps: list[Step], one: int, other: int) -> bool:
    """Whether a handler begins between two places."""
    begins = {id(step.to) for step in steps if step.op in mpy.SETUPS}
    return any(id(step) in begins for step in steps[min(one, other) : max(one, other) + 1])


def _same(one: Step, other: Step) -> bool:
    return (one.op, one.number, one.written, one.to) == (other.op, other.number, other.written, other.to)


def _least(step: Step) -> int:
    """How many bytes a step takes at least."""
    return 1 + len(step.written) + (step.jumps or step.tells or step.op == mpy.LOAD_CONST_OBJ)


def _aim(steps: list[Step], instead: dict[int, Step]) -> bool:
    """Jumps to these steps lead elsewhere; nothing is done where one could not."""
    places = {id(step): place for place, step in enumerate(steps)}
    moved = [step for step in steps if step.to and id(step.to) in instead and id(step) not in instead]
    aims = [instead[id(step.to)] for step in moved]
    if any(not step.both_ways and places[id(step)] >= places[id(to)] for step, to in zip(moved, aims, strict=True)):
        return False
    for step, to in zip(moved, aims, strict=True):
        step.to = to
    return True
