"""How long a gateway takes to find its queue again, and how much memory it then holds: in a process of its own.

What a gateway does before it connects is done: the journal is opened, the spool looked through, every row taken up. The
spool holds the names of all photos, and no bytes.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from trifocal_gateway.courier import Courier
from trifocal_gateway.io.actor import Actor
from trifocal_gateway.io.database import Database
from trifocal_gateway.io.disk import Disk
from trifocal_gateway.io.snapshot import write_snapshot
from trifocal_gateway.io.spool import NOTE, WHOLE, Spool, safe_name
from trifocal_gateway.queue_entry import Entry, QueuedPhoto
from trifocal_gateway.upload_queue import UploadQueue

AT_WORK = Actor
"""All that it has loaded counts as a gateway's memory too."""


def laid(folder: Path, count: int) -> None:
    """A gateway's folder with so many photos queued."""
    photos = [
        QueuedPhoto(f"local_{number:08d}", f"{number:064x}", 100_000, press_id=f"boot-{number}")
        for number in range(1, count + 1)
    ]
    rows: dict[str, dict[str, object]] = {str(number): Entry(number, one).row() for number, one in enumerate(photos, 1)}
    spool = folder / "spool"
    spool.mkdir(parents=True)
    write_snapshot(folder / "queue.json", {"_default": rows}, Disk())
    for photo in photos:
        for ending in (WHOLE, NOTE):
            (spool / (safe_name(photo.request_id) + ending)).touch()


def started(folder: Path) -> tuple[float, float]:
    """Seconds and megabytes of one start."""
    command = [sys.executable, "-m", "trifocal_tools.bench.queue_start", str(folder)]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return said["seconds"], said["megabytes"]


def start(folder: Path) -> dict[str, float]:
    """What the process of its own does and says."""
    begun = time.perf_counter()
    spool, database = Spool(folder / "spool"), Database(folder / "queue.json")
    rows = database.rows()
    orphans = spool.recover({str(row.get("request_id", "")) for _, row in rows})
    courier = Courier(UploadQueue(most_photos=2 * len(rows) + 1, most_bytes=2**50))
    courier.restore(rows, orphans, 0)
    seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    database.close()
    return {
        "entries": len(courier.queue.entries()),
        "seconds": seconds,
        "megabytes": used / (2**20 if sys.platform == "darwin" else 2**10),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(start(Path(sys.argv[1]))))
