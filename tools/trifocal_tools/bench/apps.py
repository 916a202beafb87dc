"""What a user with one app costs our cloud in memory, beside the peers' relays, and that nothing stays of who has gone.

All users come, each with a gateway and an app that was started for real; then every connection is lost and made again,
round after round. What a process holds (RSS) is what its allocator once needed, so the first rounds do not count.
A peer keeps two sockets and a list for a user; ours keeps a session, what the glasses said, and what to do when either
end is lost.
"""

from dataclasses import dataclass
from typing import Any

from trifocal_tools.bench import report
from trifocal_tools.bench.route import started
from trifocal_tools.bench.route_servers import FASTAPI, NODE, OURS, LoadProcess, Server, check_machine
from trifocal_tools.failure import Failure

ROUNDS = 20
SETTLED_AFTER = 5_000
"""After so many lost users the database's caches are full, and the allocator has what a round needs at its height."""

USERS, QUICK_USERS = 1000, 125
QUICK_SETTLED_AFTER = 2_500

FIRST = 20
"""So many users are there before the others are weighed: code is loaded by then, pools are filled."""

GROWTH_AIM = 1.02
PRESS_S = 0.3


@dataclass(frozen=True)
class Weighed:
    """KiB a user, and KiB that the process held after each round."""

    per_user: float
    rounds: list[float]


def run(quick: bool) -> dict[str, Any]:
    """Weigh ours and the peers. Raises Failure(MISSING): no Node.js, or not Linux."""
    check_machine()
    users = QUICK_USERS if quick else USERS
    settled = (QUICK_SETTLED_AFTER if quick else SETTLED_AFTER) // users
    with started((OURS, NODE, FASTAPI)) as servers:
        found = {name: weighed(*both, users, settled + ROUNDS if name == OURS else 0) for name, both in servers.items()}
    return summed_up(found, users, settled)


def weighed(server: Server, load: LoadProcess, users: int, rounds: int) -> Weighed:
    """Weigh one server with so many users, then through so many rounds. Raises Failure when an app hears no press."""
    load.tell(open=FIRST)
    before = server.memory_kib()
    load.tell(open=users)
    per_user = (server.memory_kib() - before) / (users - FIRST)
    held = []
    for _ in range(rounds):
        load.tell(drop=True)
        load.tell(open=users)
        held.append(float(server.memory_kib()))
    heard = load.tell(run=PRESS_S)
    if heard["messages"] < users:
        raise Failure(f"only {heard['messages']} of {users} apps hear a press on {server.name}")
    return Weighed(per_user, held)


def summed_up(found: dict[str, Weighed], users: int, settled: int) -> dict[str, Any]:
    """The report: memory of a user beside the peers', and of the whole process through the rounds."""
    ours = found[OURS]
    node = report.row(f"a user with one app, of {users:,}: {NODE}", "KiB", [found[NODE].per_user])
    rows = [
        report.row(f"a user with one app, of {users:,}: {name}", "KiB", [found[name].per_user], to=node)
        for name in (OURS, FASTAPI)
    ]
    first = report.row("our process, settled", "KiB", [ours.rounds[settled - 1]])
    between = report.row(f"our process, {ROUNDS - 1} rounds more", "KiB", ours.rounds[settled:-1], to=first)
    last = report.row(f"our process, {ROUNDS} rounds more", "KiB", [ours.rounds[-1]], to=first)
    growth = ours.rounds[-1] / ours.rounds[settled - 1]
    aim = report.at_most(f"memory after {ROUNDS} rounds / before them", growth, GROWTH_AIM)
    return report.result("apps", [node, *rows, first, between, last], [aim])
