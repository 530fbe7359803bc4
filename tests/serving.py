"""The application behind a real socket, in a thread: what is at the same time must really be at the same time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx2 as httpx
import uvicorn
from fastapi import FastAPI

T = TypeVar("T")


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` on a free port of the loopback; gives its address."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    sock.listen(256)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        sock.close()


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all calls at the same moment, each in its own thread."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[], T]) -> T:
        gate.wait(20)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def posts(addresses: Sequence[str], requests: Sequence[dict[str, Any]]) -> list[httpx.Response]:
    """Post all requests at once (``url`` being a path), taking the servers in turn."""
    with httpx.Client(timeout=30, limits=httpx.Limits(max_connections=None)) as client:

        def post(number: int) -> Callable[[], httpx.Response]:
            request = dict(requests[number])
            url = addresses[number % len(addresses)] + request.pop("url")
            return lambda: client.post(url, **request)

        return together([post(number) for number in range(len(requests))])
