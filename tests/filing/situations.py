"""People with a file, and what is held of them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways import clock, ids
from pathways.diagnostics.models import Answer, Attempt
from pathways.people.journal import Act
from pathways.people.models import JournalEntry, LearnerFile
from pathways.permissions import OF_ROLE, Member, Role
from pathways.reception.models import Reception
from tests.web.world import csrf_of

SELECTION = {"skills": ["SEC-01", "SEC-02"], "languages": ["fr", "ar"], "questions": 6}
NEVER = uuid.UUID(int=0xDEAD)


def member_of(client: TestClient) -> Member:
    who = client.get("/api/v1/me").json()
    return Member(
        account_id=uuid.UUID(who["id"]),
        name=who["name"],
        organisation_id=uuid.UUID(who["organisation"]["id"]),
        organisation_name=who["organisation"]["name"],
        role=Role(who["role"]),
        permissions=OF_ROLE[Role(who["role"])],
    )


def a_reception(member: Member, attempt_id: uuid.UUID | None, **values) -> Reception:
    kept = {"context": {"device": "phone"}, "appointment": {"date": "2026-12-03", "place": "Salle 2"}, "language": "ar"}
    return Reception(
        id=ids.random_id(),
        organisation_id=member.organisation_id,
        account_id=member.account_id,
        attempt_id=attempt_id,
        **kept | values,
    )


def post(client: TestClient, path: str, **form: object):
    return client.post(path, data={"csrf": csrf_of(client)} | form)


def acts(database, act: Act) -> list[JournalEntry]:
    with database.read() as db:
        found = list(db.scalars(sa.select(JournalEntry).filter_by(act=act.value).order_by(JournalEntry.id)))
        db.expunge_all()
        return found


def an_attempt(diagnostic_id: uuid.UUID, file_id: uuid.UUID) -> Attempt:
    return Attempt(
        diagnostic_id=diagnostic_id,
        language="ar",
        resume_digest=ids.digest(ids.new_token()),
        answered=0,
        file_id=file_id,
        expires_at=clock.now() + timedelta(days=9),
    )


def rows(database) -> dict[str, int]:
    with database.read() as db:
        return {
            model.__tablename__: db.scalar(sa.select(sa.func.count()).select_from(model)) or 0
            for model in (Attempt, Answer, LearnerFile, Reception)
        }
