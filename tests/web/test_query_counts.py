"""No page asks the database more often because there is more to show."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, DiagnosticEdit, DiagnosticShare
from pathways.outbox import OutboxEvent
from pathways.people import invitations
from pathways.people import service as people
from pathways.people.models import JournalEntry, LearnerFile, Membership, PersonalToken
from pathways.permissions import Role
from tests.diagnostics.situations import Taker
from tests.statements import counted
from tests.web import world
from tests.web.world import World

FEW, MANY = 1, 50
DESK = (
    "/",
    "/diagnostics",
    "/diagnostics/new",
    "/diagnostics/{diagnostic_id}",
    "/diagnostics/{diagnostic_id}/poster",
    "/diagnostics/{diagnostic_id}/history",
    "/diagnostics/{diagnostic_id}/sharing",
    "/diagnostics/shared",
    "/diagnostics/compare?a=situation:papers&b={diagnostic_id}",
    "/api/v1/diagnostics/shared",
    "/api/v1/diagnostics/{diagnostic_id}/history",
    "/api/v1/goals?words=courriel",
    "/diagnostics/{diagnostic_id}/attempts.csv",
    "/profiles/{attempt_id}",
    "/profiles/{attempt_id}/reasons",
    "/diagnostics/{diagnostic_id}/audit",
    "/items",
    "/items/SEC-01-a",
    "/items/{item_code}",
    "/items/{item_code}/edit",
    "/ladders",
    "/ladders/{ladder_id}",
    "/api/v1/items",
    "/api/v1/ladders",
    "/learners",
    "/learners/{file_id}",
    "/api/v1/learners",
    "/organisation",
    "/organisation/habits",
    "/organisation/journal",
    "/account",
    "/server",
    "/api/v1/diagnostics",
    "/api/v1/diagnostics/{diagnostic_id}/attempts",
    "/api/v1/attempts/{attempt_id}/profile",
    "/api/v1/tokens",
    "/api/v1/referentials",
    "/receptions/{reception_id}",
    "/receptions/{reception_id}/sheet",
    "/api/v1/receptions",
    "/api/v1/receptions/{reception_id}/summary",
)
LEARNER = ("/t/{attempt_id}", "/t/{attempt_id}/result", "/t/{attempt_id}/take-away", "/t/{attempt_id}/pause")


@pytest.fixture
def place(signed_in, client, database) -> World:
    return world.make(signed_in, client, database)


def queries(app, client, path: str) -> list[str]:
    client.get(path)  # what a process asks only once is not what the page costs
    with counted(app) as statements:
        reply = client.get(path)
    assert reply.status_code in {200, 303}, f"{path}: {reply.status_code}"
    return statements


def add_one_of_each(db: Session, place: World) -> None:
    """One more row in every list that one of the pages shows."""
    own = db.scalars(sa.select(Membership).filter_by(organisation_id=place.organisation_id)).first()
    assert own is not None
    published = db.get_one(Diagnostic, uuid.UUID(place.values["diagnostic_id"]))
    db.add(
        Diagnostic(
            organisation_id=place.organisation_id,
            title="Un autre",
            referential_id=published.referential_id,
            selection=published.selection,
            made_by=own.account_id,
        )
    )
    attempt = Attempt(
        id=ids.random_id(),
        diagnostic_id=published.id,
        language="ar",
        resume_digest=ids.digest(ids.new_token()),
        answered=1,
        file_id=uuid.UUID(place.values["file_id"]),
        expires_at=clock.now() + timedelta(days=1),
    )
    db.add(attempt)
    db.add(LearnerFile(organisation_id=place.organisation_id, label="mardi", sought="mardi"))
    db.add(JournalEntry(organisation_id=place.organisation_id, account_id=own.account_id, act="profile_opened"))
    db.flush()
    db.add(an_answer(attempt.id, number=1))
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    people.add_member(db, account_id=account.id, organisation_id=place.organisation_id, role=Role.TRAINER)
    invitations.invite_to(
        db, organisation_id=place.organisation_id, invited_by=own.account_id, role=Role.TRAINER, email=""
    )
    elsewhere = people.create_organisation(db, name="Une autre structure")
    db.add(
        Diagnostic(
            organisation_id=elsewhere.id,
            title="Partagé",
            referential_id=published.referential_id,
            selection=published.selection,
            shared_with_all=True,
        )
    )
    db.add(DiagnosticShare(diagnostic_id=published.id, organisation_id=elsewhere.id))
    edits = db.scalar(sa.select(sa.func.count()).select_from(DiagnosticEdit)) or 0
    db.add(
        DiagnosticEdit(
            diagnostic_id=published.id,
            version=edits + 1,
            title="Avant",
            selection=published.selection,
            account_id=own.account_id,
        )
    )
    people.add_member(db, account_id=own.account_id, organisation_id=elsewhere.id, role=Role.TRAINER)
    db.add(
        PersonalToken(
            token_digest=ids.digest(ids.new_token()),
            account_id=own.account_id,
            organisation_id=elsewhere.id,
            name="Tableur",
            scopes=["content:read"],
            expires_at=clock.now() + timedelta(days=1),
        )
    )
    db.add(OutboxEvent(name="Nothing", payload={}, attempts=99))


def an_answer(attempt_id: uuid.UUID, *, number: int, superseded: bool = False) -> Answer:
    return Answer(
        attempt_id=attempt_id,
        number=number,
        item="SEC-01-a",
        outcome="dont_know",
        response=None,
        reveals=[],
        language="ar",
        seconds=1.0,
        key=ids.new_token(),
        request_digest="",
        reply="",
        superseded_at=clock.now() if superseded else None,
    )


@pytest.mark.slow
def test_a_page_of_the_desk_costs_as_many_queries_for_one_row_as_for_fifty(app, place, database):
    counts: list[dict[str, int]] = []
    for rows in (FEW, MANY - FEW):
        with database.begin() as db:
            for _ in range(rows):
                add_one_of_each(db, place)
        counts.append({path: len(queries(app, place.administrator, place.path(path))) for path in DESK})
    assert counts[0] == counts[1]


def test_a_page_of_the_learner_costs_as_many_queries_after_one_answer_as_after_fifty(app, place, client, database):
    begun = client.post(f"/q/{place.values['code']}/ar", data={"key": str(uuid.uuid4())})
    attempt_id = uuid.UUID(begun.headers["location"].split("/")[2])
    counts: list[dict[str, int]] = []
    for first, last in ((1, FEW), (FEW + 1, MANY)):
        with database.begin() as db:
            db.add_all(an_answer(attempt_id, number=number, superseded=True) for number in range(first, last + 1))
        paths = {path: path.format(attempt_id=attempt_id) for path in LEARNER}
        counts.append({path: len(queries(app, client, address)) for path, address in paths.items()})
    assert counts[0] == counts[1]


def test_an_answer_costs_as_many_queries_after_one_answer_as_after_fifty(app, place, database):
    taker, counts = place.taker, []
    attempt_id = uuid.UUID(taker.opened["id"])
    for _ in (FEW, MANY):
        with counted(app) as statements:
            taker.dont_know()
        counts.append(len(statements))
        taker.item = taker.post("undo").json()["item"]
        with database.begin() as db:
            last = db.scalar(sa.select(sa.func.max(Answer.number)).filter_by(attempt_id=attempt_id)) or 0
            db.add_all(an_answer(attempt_id, number=last + one, superseded=True) for one in range(1, MANY))
    assert counts[0] == counts[1]


@pytest.mark.slow
def test_a_diagnostic_is_read_into_memory_with_as_many_queries_for_one_question_as_for_all(app, signed_in, client):
    trainer, counts = signed_in(), []
    every = [
        skill["code"]
        for strand in trainer.get("/api/v1/referentials/inclusion-numerique").json()["strands"]
        for skill in strand["skills"]
    ]
    for skills in (["SEC-01"], every):
        selection = {"skills": skills, "languages": list(i18n.languages()), "questions": 6}
        made = trainer.post("/api/v1/diagnostics", json={"title": "Avant l'atelier", "selection": selection}).json()
        code = trainer.post(f"/api/v1/diagnostics/{made['id']}/publish").json()["code"]
        taker = Taker.start(client, code)
        app.state.door.blueprints.forget()
        with counted(app) as statements:
            taker.current()
        counts.append(len(statements))
    assert counts[0] == counts[1]
