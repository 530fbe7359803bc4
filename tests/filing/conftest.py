"""A trainer, a diagnostic, a learner in the middle of it, and a file with this attempt in it."""

from __future__ import annotations

import uuid

import pytest
from starlette.testclient import TestClient

from pathways.filing import service
from pathways.people import files
from pathways.permissions import Member, Role
from tests.diagnostics.situations import Taker
from tests.filing.situations import SELECTION, a_reception, member_of


@pytest.fixture
def trainer(signed_in) -> TestClient:
    return signed_in(Role.TRAINER)


@pytest.fixture
def code(trainer) -> str:
    made = trainer.post("/api/v1/diagnostics", json={"title": "Avant l'atelier", "selection": SELECTION})
    return trainer.post(f"/api/v1/diagnostics/{made.json()['id']}/publish").json()["code"]


@pytest.fixture
def member(trainer, database) -> Member:
    return member_of(trainer)


@pytest.fixture
def taker(client, code) -> Taker:
    taker = Taker.start(client, code, "ar")
    taker.dont_know()
    taker.not_understood()
    return taker


@pytest.fixture
def attempt_id(taker) -> uuid.UUID:
    return uuid.UUID(taker.opened["id"])


@pytest.fixture
def file_id(database, member, attempt_id) -> uuid.UUID:
    """A file labelled *mardi* with a note and one attempt in it, received at the desk."""
    with database.begin() as db:
        file = service.attach(db, member, attempt_id, label="mardi")
        files.change(db, member, file.id, label="mardi", note="vient le matin", version=1)
        db.add(a_reception(member, attempt_id))
        return file.id
