"""Posts in parallel over HTTP, from a process of their own: ``python -m benchmarks.posting`` (JSON in, JSON out).

Each client keeps one connection and sends the next request of the common heap as soon as its last one is answered, with
an idempotency key of its own, and ``headers`` that are the same for all.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from benchmarks.load import Connection
from pathways import ids


async def client(port: int, work: list[list[str]], told: dict[str, Any], same: str) -> None:
    connection = Connection(port)
    await connection.open()
    while work:
        path, body = work.pop()
        headers = f"{same}Idempotency-Key: {ids.random_id()}\r\n"
        begun = time.perf_counter()
        status, _ = await connection.ask("POST", path, body.encode(), headers)
        told["seconds"].append(time.perf_counter() - begun)
        told["statuses"][str(status)] = told["statuses"].get(str(status), 0) + 1
    connection.writer.close()


async def run(given: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"seconds": [], "statuses": {}}
    begun, same = time.perf_counter(), given.get("headers", "")
    await asyncio.gather(*(client(given["port"], given["posts"], told, same) for _ in range(given["clients"])))
    return told | {"elapsed": time.perf_counter() - begun}


def main() -> None:
    try:
        import uvloop  # noqa: PLC0415 - a faster loop where there is one

        runner = uvloop.run
    except ImportError:
        runner = asyncio.run
    json.dump(runner(run(json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
