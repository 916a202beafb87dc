"""What comes out of `StreamTracker`. Structs that the collector need not look at: there are very many of them."""

import msgspec


class KeepAlive(msgspec.Struct, frozen=True, gc=False):
    """Say to the glasses that this stream is wanted."""

    stream_id: str
    ack_id: str


class Stop(msgspec.Struct, frozen=True, gc=False):
    """Say to the glasses that this stream is to end; `attempt` counts from 1."""

    stream_id: str
    attempt: int


class Moved(msgspec.Struct, frozen=True, gc=False):
    """A stream became DEGRADED or ALIVE again; `missed` answers in a row."""

    stream_id: str
    state: str
    missed: int


class Lost(msgspec.Struct, frozen=True, gc=False):
    """Nothing was heard of a stream for LOST_MS."""

    stream_id: str


class Unconfirmed(msgspec.Struct, frozen=True, gc=False):
    """The glasses never said that they have stopped; it is forgotten, and their watchdog ends it."""

    stream_id: str


Event = KeepAlive | Stop | Moved | Lost | Unconfirmed


class Quality(msgspec.Struct, frozen=True, gc=False):
    """How well the way to the glasses and back has worked for a stream; `rtt_ms` is smoothed, -1 while unknown."""

    said: int
    answered: int
    missed_in_a_row: int
    rtt_ms: int
