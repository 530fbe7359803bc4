"""Sixty-four clients for twenty seconds, visitors who never end a request, five languages at the same time."""

from __future__ import annotations

import re
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from random import Random

from pathways import i18n, ids
from tests.slow.instance import Client, Instance
from tests.slow.learners import plausible

CLIENTS = 64
SECONDS = 20.0
FROZEN = 10.0
"""Seconds after which a reply is as good as none."""


def test_sixty_four_clients_for_twenty_seconds(instance: Instance):
    statuses: Counter[int] = Counter()
    seconds: list[float] = []
    end = time.monotonic() + SECONDS

    def one(number: int) -> None:
        client = Client(instance, timeout=FROZEN)
        rng = Random(number)

        def ask(method: str, path: str, body: object = None, **headers: str):
            begun = time.monotonic()
            reply = client.ask(method, path, body, **headers)
            seconds.append(time.monotonic() - begun)
            statuses[reply.status] += 1
            return reply

        while time.monotonic() < end:
            opened = ask("POST", "/api/v1/attempts", {"code": instance.code, "language": "fr"}).json()
            path, item = f"/api/v1/attempts/{opened['id']}", opened["item"]
            headers = {"Authorization": f"Bearer {opened['token']}"}
            while item is not None and time.monotonic() < end:
                key = {"Idempotency-Key": str(ids.random_id())}
                told = ask("POST", f"{path}/answers", plausible(item, rng), **headers, **key)
                item = told.json()["item"]
                for read in rng.sample([path, f"{path}/profile", f"/q/{instance.code}", "/resume", "/sign-in"], 2):
                    ask("GET", read, **(headers if read.startswith("/api") else {}))
            if rng.random() < 0.2:
                ask("DELETE", path, **headers)
        client.close()

    at_once(one, CLIENTS)
    assert set(statuses) <= {200, 201, 204}, statuses
    assert statuses[200] > CLIENTS * 5
    assert statistics.median(seconds) < FROZEN / 4
    assert instance.answers()
    assert "Traceback" not in instance.said()


def test_a_visitor_who_never_ends_a_request_holds_nobody_up(instance: Instance):
    halves = []
    for number in range(80):  # more than there are threads and sessions for writing
        half = socket.create_connection(("127.0.0.1", instance.port), timeout=10)
        half.sendall(b"POST /api/v1/attempts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n")
        if number % 2:
            half.sendall(b'Content-Length: 60\r\n\r\n{"code": ')
        halves.append(half)
    client = Client(instance, timeout=FROZEN)
    for _ in range(20):
        begun = time.monotonic()
        assert client.ask("POST", "/api/v1/attempts", {"code": instance.code, "language": "fr"}).status == 201
        assert client.ask("GET", f"/q/{instance.code}").status == 200
        assert time.monotonic() - begun < 5
    client.close()
    for half in halves:
        half.close()
    assert instance.answers()


def test_five_languages_at_once_do_not_leak_into_each_other(instance: Instance):
    """Each page is in the language that its own visitor asked for, whoever was served before by the same thread."""
    languages = list(i18n.languages())
    asked = list(islice(cycle(languages), 200))
    alone = {code: title_in(instance, code) for code in languages}
    assert len(set(alone.values())) == len(languages)
    found: list[tuple[str, tuple[str, str]]] = []

    def one(number: int) -> None:
        found.extend((code, title_in(instance, code)) for code in asked[number::40])

    at_once(one, 40)
    assert len(found) == 200
    assert [(code, title) for code, title in found if title != alone[code]] == []


def title_in(instance: Instance, code: str) -> tuple[str, str]:
    client = Client(instance)
    tag = i18n.languages()[code].tag
    reply = client.ask("GET", "/resume", **{"Accept-Language": tag})
    client.close()
    assert reply.status == 200
    page = reply.body.decode()
    language = re.search(r'<html[^>]* lang="([^"]+)"', page)
    title = re.search(r"<h1[^>]*>(.*?)</h1>", page, flags=re.DOTALL)
    assert language is not None
    assert title is not None
    return language[1], title[1]


def at_once(one: Callable[[int], None], number: int) -> None:
    """Run `one(0)` to `one(number - 1)` in parallel, all starting together; what one raises is raised."""
    gate = threading.Barrier(number)

    def waiting(which: int) -> None:
        gate.wait()
        one(which)

    with ThreadPoolExecutor(number) as pool:
        running = [pool.submit(waiting, which) for which in range(number)]
    for each in running:
        each.result()
