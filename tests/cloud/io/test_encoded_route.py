"""A name in a path is what was sent: an encoded slash is part of it."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from trifocal_cloud.io.encoded_route import EncodedRoute


@pytest.fixture
def door() -> httpx.ASGITransport:
    router = APIRouter(prefix="/names", route_class=EncodedRoute)

    @router.get("/{first}")
    async def one(first: str) -> list[str]:
        return [first]

    @router.get("/{first}/{rest:path}")
    async def two(first: str, rest: str) -> list[str]:
        return [first, rest]

    app = FastAPI(openapi_url=None)
    app.router.routes.extend(router.routes)
    return httpx.ASGITransport(app=app)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/names/ann", ["ann"]),
        ("/names/ann%40example.com?a=/b", ["ann@example.com"]),
        ("/names/a%2Fb", ["a/b"]),
        ("/names/a%252Fb", ["a%2Fb"]),
        ("/names/a%2Fb/c%2Fd", ["a/b", "c/d"]),
        ("/names/a/b/c", ["a", "b/c"]),
        ("/names/a/", ["a", ""]),
        ("/names/%C3%A4", ["ä"]),
        ("/names/%ff", ["\ufffd"]),
    ],
)
async def test_names_are_decoded_after_they_are_told_apart(
    door: httpx.ASGITransport, path: str, names: list[str]
) -> None:
    async with httpx.AsyncClient(transport=door, base_url="http://testserver") as client:
        answer = await client.get(path)
    assert answer.json() == names


async def test_other_paths_and_methods_are_none_of_its(door: httpx.ASGITransport) -> None:
    async with httpx.AsyncClient(transport=door, base_url="http://testserver") as client:
        assert (await client.get("/other/ann")).status_code == 404
        assert (await client.get("/names%2Fann")).status_code == 404
        assert (await client.post("/names/ann")).status_code == 405


async def test_a_server_that_tells_no_raw_path_is_served_too() -> None:
    async def endpoint(name: str) -> str:
        return name

    route = EncodedRoute("/names/{name}", endpoint)
    _, found = route.matches({"type": "http", "method": "GET", "path": "/names/ann"})
    assert found["path_params"] == {"name": "ann"}
