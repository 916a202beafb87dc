"""How a command ends: one list of exit codes, and the one exception that carries a sentence to the person."""

OK = 0
FAILED = 1
"""The thing that was asked for failed; the reason is said."""
USAGE = 2
"""The command line or the configuration cannot be understood."""
MISSING = 3
"""Something the command needs is missing or taken: a program, a port, a folder."""
UNREACHABLE = 4
"""No cloud answers."""
REFUSED = 5
"""The token is missing, wrong or expired, or this is not allowed."""
INTERRUPTED = 130
"""Ctrl-C, as shells count it."""

EXIT_CODES = (
    (OK, "it worked"),
    (FAILED, "it failed; the reason is said"),
    (USAGE, "the command line or configuration cannot be understood"),
    (MISSING, "something it needs is missing or taken: a program, a port, a folder"),
    (UNREACHABLE, "the cloud cannot be reached"),
    (REFUSED, "not allowed, or the token is missing, wrong or expired"),
)
"""What scripts may rely on; shown by `trifocal --help`."""


class Failure(Exception):  # noqa: N818 - how a command ends, not a fault in the program
    """A command cannot go on. `word` is for programs, the sentence and the hint are for people."""

    def __init__(self, sentence: str, code: int = FAILED, word: str = "failed", hint: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.word = word
        self.hint = hint

    def to_json(self) -> dict[str, str]:
        """What `--json` prints instead of a result."""
        return {"error": self.word, "message": str(self)} | ({"hint": self.hint} if self.hint else {})
