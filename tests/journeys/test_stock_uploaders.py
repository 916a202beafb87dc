"""Uploaders that know tus and nothing of us put photos into the gallery, breaking off in between."""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from io import BytesIO
from pathlib import Path

import pytest
from tusclient.client import TusClient

from trifocal_cloud.testing import DEADLINE_S, Running, picture, serving
from trifocal_tools import npm

pytestmark = pytest.mark.journey

CONTENT = picture(77, size=(640, 480))


async def gallery(cloud: Running) -> list[bytes]:
    async with cloud.client() as client:
        photos = (await client.get("/api/gallery")).json()["photos"]
        return [(await client.get(f"/api/gallery/{photo['photoId']}/original")).content for photo in photos]


@pytest.mark.parametrize("checked", [False, True], ids=["plain", "with checksums"])
async def test_tuspy(tmp_path: Path, checked: bool) -> None:
    async with serving(tmp_path) as cloud:
        client = TusClient(cloud.url + "/api/uploads", headers=cloud.headers())
        file = BytesIO(CONTENT)

        def upload() -> int:
            about = {"requestId": "local_tuspy", "filename": "photo.jpg"}
            first = client.uploader(file_stream=file, chunk_size=500, metadata=about, upload_checksum=checked)
            first.upload(stop_at=1_500)
            second = client.uploader(file_stream=file, chunk_size=500, url=first.url, upload_checksum=checked)
            begun: int = second.offset
            second.upload()
            return begun

        assert await asyncio.to_thread(upload) == 1_500
        assert await gallery(cloud) == [CONTENT]


async def test_tus_js_client(tmp_path: Path) -> None:
    name = "tus-js-client"
    (tmp_path / "node_modules").symlink_to(npm.ensure(name) / "node_modules")
    program = shutil.copy(Path(__file__).with_name("upload.mjs"), tmp_path)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(CONTENT)
    async with serving(tmp_path / "cloud") as cloud:
        words = (program, cloud.url + "/api/uploads", cloud.headers()["Authorization"], photo, "local_js")
        node = await asyncio.create_subprocess_exec(npm.node(name), *map(str, words), stdout=PIPE, stderr=PIPE)
        said, trouble = await asyncio.wait_for(node.communicate(), 3 * DEADLINE_S)
        assert node.returncode == 0, trouble.decode()
        assert json.loads(said) == {"from": 1000}
        assert await gallery(cloud) == [CONTENT]
