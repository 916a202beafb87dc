"""Our RTMP server in a process of its own: the cloud's ingest with both its doors, and nothing else of the cloud.

`python -m trifocal_tools.bench.rtmp_house N` says as JSON where streams `s0` … are published, played and fetched, and
serves until its input ends.
"""

import asyncio
import gc
import json
import sys
from typing import Any

from trifocal_cloud.live.io.ingest import Ingest
from trifocal_shared.clock import Clock

SECRET = "thirty-two characters of no secret"  # noqa: S105 - it lives as long as the benchmark
TTL_S = 3600


def main() -> None:
    """Serve."""
    from uvloop import run

    run(serve(int(sys.argv[1])))


async def serve(streams: int) -> None:
    """Open the doors, say where they are, and wait for the end of the input."""
    loop = asyncio.get_running_loop()
    ingest = Ingest(Clock(), SECRET)

    def viewer() -> asyncio.Protocol:
        return ingest.media_http(lambda transport, _: transport.close(), lambda _: None)

    http = await loop.create_server(viewer, "127.0.0.1", 0)
    await ingest.listen("127.0.0.1", 0)
    ingest.base_url = f"http://127.0.0.1:{http.sockets[0].getsockname()[1]}"
    running = asyncio.create_task(ingest.run())
    said = {"streams": [addresses(ingest, f"s{number}") for number in range(streams)]}
    gc.collect()
    gc.freeze()
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    running.cancel()
    await asyncio.wait([running])
    http.close()


def addresses(ingest: Ingest, name: str) -> dict[str, Any]:
    """Where a stream is published, played and fetched."""
    place = ingest.provision(name, TTL_S)
    urls = {"hls": place.hls_url, "whep": place.webrtc_url, "page": place.page_url, "whip": place.whip_url}
    return {"publish": place.publish_url, "play": place.rtmp_url, **urls}


if __name__ == "__main__":
    main()
