"""People in front of a diagnostic."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from starlette.testclient import TestClient


@dataclass
class Taker:
    """A learner who answers through the API."""

    client: TestClient
    opened: dict[str, Any]
    item: dict[str, Any] | None
    last: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def start(cls, client: TestClient, code: str, language: str = "fr") -> Taker:
        reply = client.post("/api/v1/attempts", json={"code": code, "language": language})
        assert reply.status_code == 201, reply.text
        return cls(client, reply.json(), reply.json()["item"])

    @property
    def url(self) -> str:
        return f"/api/v1/attempts/{self.opened['id']}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.opened['token']}"}

    def send(self, body: dict[str, Any], *, key: str | None = None) -> Any:
        headers = self.headers | {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(f"{self.url}/answers", json=body, headers=headers)

    def answer(self, body: dict[str, Any], *, key: str | None = None) -> Any:
        assert self.item is not None
        sent = {"item": self.item["id"]} | body
        reply = self.send(sent, key=key)
        assert reply.status_code == 200, reply.text
        self.history.append(sent)
        self.last = reply.json()
        self.item = self.last["item"]
        return reply

    def dont_know(self, *, key: str | None = None) -> Any:
        return self.answer({"outcome": "dont_know"}, key=key)

    def not_understood(self) -> Any:
        return self.answer({"outcome": "not_understood"})

    def current(self) -> dict[str, Any]:
        return self.client.get(self.url, headers=self.headers).json()

    def profile(self) -> dict[str, Any]:
        return self.client.get(f"{self.url}/profile", headers=self.headers).json()

    def post(self, verb: str, **given: Any) -> Any:
        return self.client.post(f"{self.url}/{verb}", headers=self.headers, **given)

    def delete(self) -> Any:
        return self.client.delete(self.url, headers=self.headers)
