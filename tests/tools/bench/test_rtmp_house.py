"""The house of the benchmark: streams with addresses, and an end when its input ends."""

import json
import subprocess
import sys

import httpx


def test_it_serves_until_its_input_ends() -> None:
    command = [sys.executable, "-m", "trifocal_tools.bench.rtmp_house", "2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        streams = json.loads(process.stdout.readline())["streams"]
        assert len({one["publish"] for one in streams}) == 2
        answer = httpx.get(streams[0]["hls"].replace("index", "video"), trust_env=False)
        assert answer.status_code == 404
        process.stdin.close()
        assert process.wait(20) == 0
