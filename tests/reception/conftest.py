"""A mediator at the desk, and the people who come to it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways.database import Base, Database
from pathways.diagnostics.models import Attempt
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Permission, Role
from pathways.reception.models import Reception
from tests.web.world import csrf_of

T = TypeVar("T", bound=Base)


def member_of(db, *, organisation_id: uuid.UUID | None = None, without: frozenset[Permission] = frozenset()) -> Member:
    """A new trainer, of a new organisation if none is named."""
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    place = organisation_id or people.create_organisation(db, name="Espace numérique").id
    people.add_member(db, account_id=account.id, organisation_id=place, role=Role.TRAINER)
    return Member(
        account_id=account.id,
        name=account.name,
        organisation_id=place,
        organisation_name="Espace numérique",
        role=Role.TRAINER,
        permissions=OF_ROLE[Role.TRAINER] - without,
    )


@dataclass
class Desk:
    """A mediator's browser."""

    client: TestClient
    database: Database
    csrf: str

    def sheet(self) -> str:
        """The address of a blank sheet."""
        reply = self.client.get("/receptions/new")
        assert reply.status_code == 303
        return reply.headers["location"]

    def post(self, address: str, **fields: str) -> Any:
        return self.client.post(address, data={"csrf": self.csrf} | fields)

    def begin(self, **fields: str) -> tuple[str, str]:
        """``(address of the reception, address of its questions)``"""
        sheet = self.sheet()
        reply = self.post(sheet, go="start:phone", **fields)
        assert reply.status_code == 303, reply.text
        return sheet, reply.headers["location"]

    def answer(self, questions: str, outcome: str = "dont_know") -> Any:
        page = self.client.get(questions).text
        key, item = (re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("key", "item"))
        return self.client.post(f"{questions}/answers", data={"key": key, "item": item, "outcome": outcome})

    def reception(self, address: str) -> Reception:
        return self._read(Reception, address)

    def attempt(self, address: str) -> Attempt:
        return self._read(Attempt, address)

    def _read(self, model: type[T], address: str) -> T:
        with self.database.read() as db:
            found = db.get_one(model, uuid.UUID(address.split("/")[2]))
            db.expunge_all()  # to be looked at after the transaction
            return found

    def count(self, model: type) -> int:
        with self.database.read() as db:
            return db.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.fixture
def desk(signed_in, database) -> Desk:
    client = signed_in(Role.TRAINER)
    return Desk(client, database, csrf_of(client))


@pytest.fixture
def other_desk(signed_in, database) -> Desk:
    """That of another organisation."""
    client = signed_in(Role.TRAINER)
    return Desk(client, database, csrf_of(client))
