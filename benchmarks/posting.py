"""Posts in parallel over HTTP, from a process of their own: ``python -m benchmarks.posting`` (JSON in, JSON out).

Each client keeps one connection and sends the next request of the common heap as soon as its last one is answered, with
an idempotency key of its own, ``headers`` that are the same for all, and those that its entry has as a third part. With
another ``method`` they are no posts.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

from benchmarks.load import Connection
from pathways import ids


async def client(given: dict[str, Any], work: list[list[str]], told: dict[str, Any]) -> None:
    connection = Connection(given["port"])
    await connection.open()
    method, same = given.get("method", "POST"), given.get("headers", "")
    while work:
        path, body, *own = work.pop()
        headers = f"{same}{''.join(own)}Idempotency-Key: {ids.random_id()}\r\n"
        begun = time.perf_counter()
        status, _ = await connection.ask(method, path, body.encode(), headers)
        told["seconds"].append(time.perf_counter() - begun)
        told["statuses"][str(status)] = told["statuses"].get(str(status), 0) + 1
    connection.writer.close()


async def run(given: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"seconds": [], "statuses": {}}
    begun = time.perf_counter()
    await asyncio.gather(*(client(given, given["posts"], told) for _ in range(given["clients"])))
    return told | {"elapsed": time.perf_counter() - begun}


def apart(**given: Any) -> dict[str, Any]:
    """What :func:`run` tells of ``given``, run by a process of its own."""
    command = [sys.executable, "-m", "benchmarks.posting"]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> None:
    try:
        import uvloop  # noqa: PLC0415 - a faster loop where there is one

        runner = uvloop.run
    except ImportError:
        runner = asyncio.run
    json.dump(runner(run(json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
