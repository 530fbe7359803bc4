"""Learners in parallel over HTTP, in a process of their own: ``python -m benchmarks.load`` (JSON in, JSON out).

Each learner keeps one connection and sends its next answer as soon as the last one is acknowledged. The client reads
no more of HTTP than it needs: its own cost must not hide the server's.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from pathways import ids


class Connection:
    """One connection that is kept. Anything but an orderly reply raises."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, method: str, path: str, body: bytes = b"", headers: str = "") -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n{headers}"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        top = await self.reader.readuntil(b"\r\n\r\n")
        if top[9:12] == b"304":  # has no body, and no length of one
            return 304, b""
        length = next(line for line in top.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return int(top[9:12]), await self.reader.readexactly(int(length.partition(b":")[2]))


async def learner(given: dict[str, Any], work: list[dict[str, Any]], told: dict[str, Any]) -> None:
    """Take attempts from the common heap until there is none. What to answer was found out before."""
    connection = Connection(given["port"])
    await connection.open()
    while work:
        attempt = work.pop()
        for body in attempt["answers"]:
            headers = f"Authorization: Bearer {attempt['token']}\r\nIdempotency-Key: {ids.random_id()}\r\n"
            begun = time.perf_counter()
            status, _ = await connection.ask(
                "POST", f"/api/v1/attempts/{attempt['id']}/answers", body.encode(), headers
            )
            told["seconds"].append(time.perf_counter() - begun)
            told["statuses"][str(status)] = told["statuses"].get(str(status), 0) + 1
    connection.writer.close()


async def run(given: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"seconds": [], "statuses": {}}
    work = given["attempts"]
    begun = time.perf_counter()
    await asyncio.gather(*(learner(given, work, told) for _ in range(given["learners"])))
    return told | {"elapsed": time.perf_counter() - begun, "client_cpu": time.process_time()}


def main() -> None:
    try:
        import uvloop  # noqa: PLC0415 - a faster loop where there is one

        runner = uvloop.run
    except ImportError:
        runner = asyncio.run
    json.dump(runner(run(json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
