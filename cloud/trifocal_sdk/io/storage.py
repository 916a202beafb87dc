"""A few texts that the cloud keeps for this app and this person, through restarts of either."""

from urllib.parse import quote

from trifocal_sdk.io.rest import Rest


class Storage:
    """`session.storage`. Every call asks the cloud, and raises CloudError when that fails or is full (status 413).

    A value is a text of at most 100 KB; all values together at most 1 MB.
    """

    def __init__(self, rest: Rest, user_id: str) -> None:
        self._rest = rest
        self._path = f"/api/sdk/simple-storage/{quote(user_id, safe='')}"

    async def all(self) -> dict[str, str]:
        """Everything that is stored."""
        answer = await self._rest.ask("GET", self._path)
        data = answer.get("data")
        pairs = data.items() if isinstance(data, dict) else ()
        return {key: value for key, value in pairs if isinstance(value, str)}

    async def get(self, key: str, default: str | None = None) -> str | None:
        """The value of a key, or `default`."""
        return (await self.all()).get(key, default)

    async def set(self, key: str, value: str) -> None:
        """Store a value."""
        await self.update({key: value})

    async def update(self, values: dict[str, str]) -> None:
        """Store several; other keys stay as they are."""
        await self._rest.ask("PUT", self._path, body={"data": values})

    async def delete(self, key: str) -> None:
        """Forget a key; one that is not there is forgotten already."""
        await self._rest.ask("DELETE", f"{self._path}/{quote(key, safe='')}")

    async def clear(self) -> None:
        """Forget everything."""
        await self._rest.ask("DELETE", self._path)
