"""What the firmware takes on glasses: its image, its import, its live heap, and the time from a press to the camera.

On real MicroPython in Node. The peer is the same sources compiled file by file with mpy-cross, as they are; both in
turns. `common` is the image without the files of boards. The import is that of all the firmware's own code, not for
the first time in its process: Node compiles the interpreter then, which a board never does. From a press' frame to the
camera one question goes to the gateway, whose answer comes at once, and every byte passes through two pipes.
"""

import statistics
from collections import Counter
from typing import Any

from trifocal_tools.bench import report
from trifocal_tools.failure import MISSING, Failure
from trifocal_tools.micropython import heap, romfs
from trifocal_tools.micropython.heap import Heap
from trifocal_tools.micropython.weigh import weigh

PHOTOS, QUICK_PHOTOS = 1_000, 150
PRESSES, QUICK_PRESSES = 60, 20
STARTS, QUICK_STARTS = 10, 3
IMPORTS = 5

NO_GROWTH = 512
"""Bytes by which two readings of an unchanged heap may differ."""


def run(quick: bool) -> dict[str, Any]:
    """Measure. Raises Failure(MISSING) without Node or MicroPython, and Failure when the firmware dies."""
    lean, plain = romfs.build(), romfs.build(plain=True)
    imports: tuple[list[float], list[float]] = ([], [])
    try:
        for _ in range(QUICK_STARTS if quick else STARTS):
            for image, samples in zip((lean, plain), imports, strict=True):
                samples.extend(heap.imports(IMPORTS, image))
        photos = QUICK_PHOTOS if quick else PHOTOS
        ours = heap.measure(QUICK_PRESSES if quick else PRESSES, more=photos)
        theirs = heap.measure(image=plain)
    except Failure as failure:
        if failure.code == MISSING:
            raise
        raise Failure(f"the firmware could not be measured: {failure}", word=failure.word) from failure
    return summed_up((lean, plain), imports, (ours, theirs), photos, weigh(lean))


def summed_up(
    images: tuple[romfs.Image, romfs.Image],
    imports: tuple[list[float], list[float]],
    heaps: tuple[Heap, Heap],
    photos: int,
    modules: dict[str, int],
) -> dict[str, Any]:
    """The report of what was measured, ours first, then the plain sources'; `modules` is what each takes of ours."""
    (lean, plain), (ours, theirs) = images, heaps
    rows = []
    for name, unit, own, other in (
        ("image, common", "bytes", [lean.common], [plain.common]),
        ("import", "ms", *imports),
        ("live heap, everything running", "bytes", [ours.live], [theirs.live]),
        ("most heap seen, 100 kB photos", "bytes", [ours.high_water], [theirs.high_water]),
    ):
        peer = report.row(f"{name}: mpy-cross", unit, other)
        rows += [report.row(name, unit, own, to=peer), peer]
    for room, size in sorted(rooms(lean).items()):
        rows.append(report.row(f"  in {room}", "bytes", [size]))
    for room, size in sorted(rooms(plain).items()):
        rows.append(report.row(f"  mpy-cross: in {room}", "bytes", [size]))
    for module, size in sorted(modules.items(), key=lambda one: -one[1]):
        rows.append(report.row(f"    of {module}", "bytes", [size]))
    rows.append(report.row("cs_pho frame to camera", "ms", ours.triggers))
    late = statistics.quantiles(ours.triggers, n=20)[-1]
    rows.append(report.row("cs_pho frame to camera, 95 of 100", "ms", [late]))
    rows.append(report.row(f"heap after {photos} photos, more than before", "bytes", [ours.grown]))
    aims = [
        report.at_most("image, common, bytes", lean.common, 20_000),
        report.at_most("import, ms", statistics.median(imports[0]), 8),
        report.at_most("live heap, bytes", ours.live, 40_000),
        report.at_most(f"heap after {photos} photos, bytes more or less", abs(ours.grown), NO_GROWTH),
        report.at_most("cs_pho frame to camera, 95 of 100, ms", late, 50),
    ]
    return report.result("firmware", rows, aims)


def rooms(image: romfs.Image) -> dict[str, int]:
    """Bytes of compiled files by the folder that they lie in."""
    found: Counter[str] = Counter()
    for path, size in image.files.items():
        found[path.rpartition("/")[0]] += size
    return dict(found)
