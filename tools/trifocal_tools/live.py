"""What a person sees while `trifocal up` runs: one calm picture, and keys that handle the glasses."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from trifocal_shared.reasons import SENTENCES
from trifocal_tools import keys
from trifocal_tools.apps import state_words
from trifocal_tools.supervisor import Part

LOOK_S = 0.5
"""How often the glasses are looked at: often enough for a person."""
REDRAWS_PER_S = 4
PRESSES_SHOWN = 5
LOW_BATTERY = 5
"""What the key b sets, and below which the camera refuses."""

HELP = "p press   l long press   o offline/online   f fold/unfold   b battery   q quit"

FINAL_STYLES = {"stored": "green", "heard": "green", "failed": "red"}
APP_STYLES = {"running": "green", "lost": "red", "stopped": "dim"}


class LiveView:
    """The picture and the keys. Only `uploads` asks a part; the rest is read from the cloud, as anybody may."""

    def __init__(
        self,
        cloud: str,
        token: str,
        announcement: dict[str, object],
        parts: Sequence[Part],
        uploads: Callable[[], int],
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.announcement = announcement
        self.parts = parts
        self.uploads = uploads
        self.state: dict[str, Any] = {}
        self.apps: list[dict[str, Any]] = []
        self.presses: dict[str, dict[str, Any]] = {}
        self.remark = ""
        self._keyed = False
        self.followers: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(
            base_url=cloud,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
            transport=transport,
        )

    async def show(self, stop: asyncio.Event) -> None:
        """Draw until `stop` is set or q is pressed, which sets it."""
        pushed: asyncio.Queue[str] = asyncio.Queue()
        with keys.pressed(pushed) as self._keyed, Live(self.draw(), refresh_per_second=REDRAWS_PER_S) as live:
            works = (asyncio.create_task(self._look(live)), asyncio.create_task(self._obey(pushed)))
            stopped = asyncio.create_task(_set(stop))
            try:
                done, _ = await asyncio.wait((*works, stopped), return_when=asyncio.FIRST_COMPLETED)
                for work in done:
                    work.result()
                stop.set()
            finally:
                for work in (*works, stopped):
                    work.cancel()
                await self.close()

    async def close(self) -> None:
        """Follow no press any longer and hang up."""
        for follower in self.followers:
            follower.cancel()
        await self._http.aclose()

    async def key(self, key: str) -> bool:
        """Do what a key stands for; True for the one that ends."""
        sim = self.state.get("sim") or {}
        if key == "q":
            return True
        if key in ("p", "l"):
            result = await self._tell("press", "photo", long=key == "l")
            if press_id := result.get("pressId"):
                self._follow(str(press_id), key == "l")
        elif key == "o":
            await self._tell("offline" if sim.get("online") else "online")
        elif key == "f":
            await self._tell("unfold" if sim.get("folded") else "fold")
        elif key == "b":
            await self._tell("battery", "100" if sim.get("battery", 100) <= LOW_BATTERY else str(LOW_BATTERY))
        return False

    def draw(self) -> RenderableType:
        """The picture of what is known now."""
        grid = Table.grid(padding=(0, 2))
        said = self.announcement
        grid.add_row(Text("Trifocal", style="bold"), Text(str(said["console"]), style="underline"))
        grid.add_row("", Text(f"user {said['user']}, data in {said['dataDir']}", style="dim"))
        for part in self.parts:
            grid.add_row(part.name, _part_line(part))
        grid.add_row("", "")
        for label, text in _glasses_lines(self.state, self.uploads()):
            grid.add_row(label, text)
        for number, app in enumerate(self.apps):
            grid.add_row("apps" if number == 0 else "", _app_line(app))
        grid.add_row("", "")
        for label, text in self._press_lines():
            grid.add_row(label, text)
        foot = [Text(self.remark, style="yellow")] if self.remark else []
        return Group(grid, *foot, Text(HELP if self._keyed else "Ctrl-C stops", style="dim"))

    def _press_lines(self) -> list[tuple[str, Text]]:
        lines = []
        for number, press in enumerate(list(self.presses.values())[-PRESSES_SHOWN:]):
            text = Text.assemble((press["status"], FINAL_STYLES.get(press["status"], "")), f"  {press['said']}")
            lines.append(("presses" if number == 0 else "", text))
        return lines or [("presses", Text("none yet", style="dim"))]

    def _follow(self, press_id: str, long: bool) -> None:
        self.presses[press_id] = {"status": "pressed", "said": "video button" if long else "photo button"}
        follower = asyncio.create_task(self._watch(press_id))
        self.followers.add(follower)
        follower.add_done_callback(self.followers.discard)

    async def _watch(self, press_id: str) -> None:
        started = time.monotonic()
        final = False
        while not final:
            try:
                answer = await self._http.get(f"/api/presses/{press_id}", params={"wait": 20})
                answer.raise_for_status()
                said = answer.json()
            except (httpx.HTTPError, ValueError):
                await asyncio.sleep(LOOK_S)  # the cloud is away; it will come back
                continue
            final = bool(said.get("final"))
            self.presses[press_id] = press_line(said, round((time.monotonic() - started) * 1000))

    async def _obey(self, pushed: "asyncio.Queue[str]") -> None:
        while not await self.key(await pushed.get()):
            pass

    async def _tell(self, command: str, value: str = "", long: bool = False) -> dict[str, Any]:
        try:
            answer = await self._http.post("/api/glasses/sim", json={"command": command, "value": value, "long": long})
            result: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError):
            self.remark = f"{command}: the cloud does not answer"
            return {}
        refused = "" if result.get("success") else result.get("errorMessage") or result.get("message") or "refused"
        self.remark = f"{command}: {refused}" if refused else ""
        return result

    async def _look(self, live: Live) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError, ValueError):
                answer = await self._http.get("/api/glasses")
                if answer.is_success:
                    self.state = answer.json()
                answer = await self._http.get("/api/apps")
                if answer.is_success:
                    self.apps = list(answer.json().get("apps", ()))
            live.update(self.draw())
            await asyncio.sleep(LOOK_S)


async def _set(event: asyncio.Event) -> None:
    await event.wait()


def press_line(said: dict[str, Any], ms: int) -> dict[str, str]:
    """How far a press is, in words."""
    status = str(said.get("status") or "unknown")
    if status == "stored":
        return {"status": status, "said": f"after {ms} ms  {said.get('photoUrl', '')}"}
    if status == "heard":
        return {"status": status, "said": f"by an app, after {ms} ms"}
    reason = str(said.get("reason") or "")
    return {"status": status, "said": SENTENCES.get(reason, reason)}


def _app_line(app: dict[str, Any]) -> Text:
    state = str(app.get("state"))
    return Text.assemble((state_words(app, time.time()), APP_STYLES.get(state, "yellow")), f"  {app.get('package')}")


def _part_line(part: Part) -> Text:
    style = {"up": "green", "down": "red"}.get(part.state, "yellow")
    return Text.assemble((part.state, style), f"  {part.reason}" if part.state == "down" else "")


def _glasses_lines(state: dict[str, Any], uploads: int) -> list[tuple[str, Text]]:
    sim = state.get("sim")
    if not sim:
        return [("glasses", Text("not attached", style="yellow"))]
    battery = f"{sim.get('battery')} %" + (", charging" if sim.get("charging") else "")
    light = str(sim.get("light"))
    kept = int(sim.get("storedPhotos") or 0)
    queue = f"{kept} on the glasses, {uploads} at the gateway" if kept or uploads else "empty"
    return [
        ("link", Text("online" if sim.get("online") else "offline", style="green" if sim.get("online") else "yellow")),
        ("battery", Text(battery, style="red" if sim.get("battery", 100) <= LOW_BATTERY else "")),
        ("lid", Text("folded" if sim.get("folded") else "open")),
        ("light", Text(light, style="bold red" if light != "off" else "dim")),
        ("queue", Text(queue)),
    ]
