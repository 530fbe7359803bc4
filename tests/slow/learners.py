"""Learners on bad connections: they repeat a request until it is acknowledged, and remember what they were told."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pathways import ids
from tests.slow.instance import Client, Instance, Reply

PATIENCE = 60.0


def plausible(item: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """What somebody may answer: an option where one is to be picked, else one of the two buttons."""
    if item["kind"] in {"choice", "pictures", "zone"} and rng.random() < 0.8:
        return {"item": item["id"], "response": rng.choice(item["options"])["id"]}
    return {"item": item["id"], "outcome": rng.choice(["dont_know", "not_understood"])}


@dataclass
class Sitting:
    """One attempt as its learner knows it."""

    id: str
    token: str
    item: dict[str, Any] | None
    acknowledged: dict[str, tuple[dict[str, Any], bytes]] = field(default_factory=dict)
    """``{idempotency key: (what was sent, the reply)}``, in the order of sending."""

    @property
    def path(self) -> str:
        return f"/api/v1/attempts/{self.id}"

    def headers(self, key: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})


class Learner:
    """Answers one attempt after the other until told to stop; loses no request and sends none under two keys."""

    def __init__(self, instance: Instance, number: int, stop: threading.Event) -> None:
        self.client = Client(instance, timeout=15.0)
        self.rng = random.Random(number)
        self.stop, self.code = stop, instance.code
        self.sittings: list[Sitting] = []
        self.statuses: Counter[int] = Counter()
        self.lost = 0
        """Requests whose connection broke before a reply."""
        self.differing: list[str] = []
        """Keys that gave another reply the second time."""

    def run(self) -> None:
        while not self.stop.is_set():
            sitting = self.begin()
            while sitting.item is not None and not self.stop.is_set():
                self.answer(sitting)
        self.client.close()

    def begin(self) -> Sitting:
        body = {"code": self.code, "language": "fr"}
        opened = self.insist("POST", "/api/v1/attempts", body, {"Idempotency-Key": str(ids.random_id())}).json()
        self.sittings.append(Sitting(opened["id"], opened["token"], opened["item"]))
        return self.sittings[-1]

    def answer(self, sitting: Sitting) -> None:
        assert sitting.item is not None
        body, key, lost = plausible(sitting.item, self.rng), str(ids.random_id()), self.lost
        reply = self.insist("POST", f"{sitting.path}/answers", body, sitting.headers(key))
        sitting.acknowledged[key] = body, reply.body
        sitting.item = reply.json()["item"]
        if self.lost > lost:  # the server may just have come back: it must remember what it said
            self.repeat(sitting, list(sitting.acknowledged)[-2:])

    def repeat(self, sitting: Sitting, keys: list[str]) -> None:
        for key in keys:
            body, told = sitting.acknowledged[key]
            if self.insist("POST", f"{sitting.path}/answers", body, sitting.headers(key)).body != told:
                self.differing.append(key)

    def insist(self, method: str, path: str, body: object, headers: dict[str, str]) -> Reply:
        """Send until there is a reply."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                reply = self.client.ask(method, path, body, **headers)
            except (OSError, http.client.HTTPException):
                self.lost += 1
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.03)
            else:
                self.statuses[reply.status] += 1
                assert reply.status < 300, (reply.status, reply.body)
                return reply
