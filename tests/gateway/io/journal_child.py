"""Works on a journal until it is killed; says each operation after it was acknowledged."""

import sys

from tinydb import where

from trifocal_gateway.io.journal import JournalDB


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 - the parent reads it


def main(path: str) -> None:
    db = JournalDB(path, None, 20_000)
    start = max((int(document["key"]) for document in db), default=0) + 1
    for key in range(start, start + 100_000):
        db.insert({"key": str(key), "value": "new", "filling": "x" * 300})
        say("set", key, "new")
        db.update({"value": "seen"}, where("key") == str(key))
        say("set", key, "seen")
        if key > 20:
            oldest = str(min(int(document["key"]) for document in db))
            db.remove(where("key") == oldest)
            say("gone", oldest, "-")


main(sys.argv[1])
