"""The connections of all apps, each with a number for the machine, and what each app listens for."""

from itertools import count

from trifocal_cloud.apps import App
from trifocal_cloud.io.app_line import AppLine
from trifocal_cloud.io.send_batch import SendBatch
from trifocal_cloud.subscriptions import Denied, understood
from trifocal_cloud.switchboard import Switchboard
from trifocal_shared.app_messages import AppPermissionError


class AppLines:
    """Every admitted line; an app that is back is connected to what it listened for before it says so again."""

    def __init__(self, switchboard: Switchboard) -> None:
        self.batch = SendBatch()
        """By which events go out to all of them."""
        self._switchboard = switchboard
        self._numbers = count(1)
        self._lines: dict[int, AppLine] = {}
        self._number_of: dict[AppLine, int] = {}
        self._of_user: dict[str, set[AppLine]] = {}
        self._streams: dict[tuple[str, str], tuple[str, ...]] = {}

    def __getitem__(self, number: int) -> AppLine:
        return self._lines[number]

    def add(self, line: AppLine) -> int:
        """A line was admitted; its number."""
        number = next(self._numbers)
        self._lines[number] = line
        self._number_of[line] = number
        self._of_user.setdefault(line.user, set()).add(line)
        return number

    def drop(self, line: AppLine) -> int | None:
        """It is gone; the number it had."""
        number = self._number_of.pop(line, None)
        if number is None:
            return None
        del self._lines[number]
        mine = self._of_user[line.user]
        mine.discard(line)
        if not mine:
            del self._of_user[line.user]
        return number

    def number(self, line: AppLine) -> int | None:
        """The number of an admitted line."""
        return self._number_of.get(line)

    def of_user(self, user: str) -> list[AppLine]:
        """The lines of all apps of this user."""
        return list(self._of_user.get(user, ()))

    def of_app(self, package: str) -> list[AppLine]:
        """The lines of this app, for all its users."""
        return [line for line in self._lines.values() if line.package == package]

    def streams(self, user: str, package: str) -> tuple[str, ...]:
        """What this app has said it listens for, as far as it may."""
        return self._streams.get((user, package), ())

    def disconnect(self, user: str, package: str) -> None:
        """The app is away, and presses are not its own for that time."""
        self._switchboard.leave(user, package)

    def forget(self, user: str, package: str) -> None:
        """Its session is over: it listens for nothing any more."""
        self._streams.pop((user, package), None)
        self.disconnect(user, package)

    def subscribe(self, line: AppLine, app: App, entries: list[object]) -> tuple[Denied, ...]:
        """From now on the app hears these streams; those that it may not hear, which it has been told."""
        found = understood(entries, app.allows)
        self._streams[(line.user, line.package)] = found.streams
        self.connect(line, app)
        if found.denied:
            line.say(_denial(found.denied))
        return found.denied

    def connect(self, line: AppLine, app: App) -> None:
        """By this line the app hears from now on."""
        self._switchboard.join(line.user, line.package, self.streams(line.user, line.package), line.hear, app.allows)


def _denial(denied: tuple[Denied, ...]) -> AppPermissionError:
    details: list[object] = [
        {
            "stream": one.stream,
            "requiredPermission": one.permission,
            "message": f"declare {one.permission} for this app",
        }
        for one in denied
    ]
    return AppPermissionError(message=f"{len(denied)} subscriptions need permissions", details=details)
