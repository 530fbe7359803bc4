"""Learners in parallel over HTTP, in a process of their own: ``python -m benchmarks.load`` (JSON in, JSON out).

Each learner keeps one connection and sends its next answer as soon as the last one is acknowledged. The client reads
no more of HTTP than it needs: its own cost must not hide the server's.
"""

from __future__ import annotations

import asyncio
import gzip
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
    """Take attempts from the common heap until there is none."""
    connection = Connection(given["port"])
    await connection.open()
    while work:
        attempt = work.pop()
        answers = iter(attempt["answers"]) if "answers" in attempt else None
        item, number = attempt.get("item"), attempt.get("way", 0)
        while (body := next(answers, None) if answers is not None else said(item, number)) is not None:
            headers = f"Authorization: Bearer {attempt['token']}\r\nIdempotency-Key: {ids.random_id()}\r\n"
            begun = time.perf_counter()
            status, reply = await connection.ask(
                "POST", f"/api/v1/attempts/{attempt['id']}/answers", body.encode(), headers
            )
            told["seconds"].append(time.perf_counter() - begun)
            told["statuses"][str(status)] = told["statuses"].get(str(status), 0) + 1
            if answers is None:
                item, number = _document(reply)["item"] if status < 300 else None, number + 1
    connection.writer.close()


def _document(reply: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gzip.decompress(reply) if reply.startswith(b"\x1f\x8b") else reply)
    return document


def said(item: dict[str, Any] | None, way: int) -> str | None:
    """What somebody answers, each in a way of their own; ``None`` at the end. The next question depends on their pace:
    it is found out from the reply, as by a telephone.
    """
    if item is None:
        return None
    if item["kind"] in {"choice", "pictures", "zone"} and way % 5:
        options = sorted(option["id"] for option in item["options"])
        return json.dumps({"item": item["id"], "response": options[way % len(options)]})
    return json.dumps({"item": item["id"], "outcome": "dont_know"})


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
