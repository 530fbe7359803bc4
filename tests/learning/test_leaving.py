"""Before somebody is erased: their seats are given back, whoever they met is told, partners hear what is gone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.changes import Change
from pathways.diagnostics import taking
from pathways.filing import erasing, service
from pathways.learning import answering, leaving
from pathways.learning.exchanges import exchanging
from pathways.learning.exchanges.exchanging import Asked
from pathways.learning.models import ExchangeRequest, Pathway, Tandem, Way
from pathways.people import files
from pathways.workshops.models import Booking, BookingState, WorkshopSession
from tests.learning.journeying import CODES, Journey


@pytest.fixture
def journey(db) -> Journey:
    return Journey(db)


def booked(journey: Journey) -> Booking:
    journey.session("SEC-02", seats=1)
    pathway = journey.choose(Way.TOGETHER)
    step = next(one for one in journey.steps(pathway) if one.session_id)
    made = answering.take(journey.db, CODES, pathway, step)
    made.label, made.needs = "Une", ["interpreter"]
    journey.db.flush()
    return made


def told(journey: Journey, kind: str) -> set[str]:
    own = Change.organisation_id == journey.member.organisation_id
    return set(journey.db.scalars(sa.select(Change.act).where(own, Change.kind == kind)))


def test_what_the_person_erases_gives_their_seat_back(db, journey):
    made = booked(journey)
    taking.erase(db, journey.attempt.id, before=leaving.leave)
    db.expire_all()
    assert (made.state, made.label, made.needs) == (BookingState.CANCELLED_BY_PERSON, "", [])
    assert db.get_one(WorkshopSession, made.session_id).booked == 0
    assert db.scalar(sa.select(sa.func.count()).select_from(Pathway)) == 0
    assert leaving.ERASED in told(journey, "pathway")


@pytest.mark.slow
def test_what_goes_with_a_file(db, journey):
    made = booked(journey)
    file = service.attach(db, journey.member, journey.attempt.id, label="mardi")
    other = files.create(db, journey.member, label="lundi")
    agreed = exchanging.rules_text("fr")
    requests = [
        exchanging.ask(
            db,
            journey.member.organisation_id,
            Asked("languages", gives, seeks, file_id=one.id),
            agreed=agreed,
            actor=journey.member,
        )
        for gives, seeks, one in ((["ti"], ["fr"], file), (["fr"], ["ti"], other))
    ]
    tandem = Tandem(
        organisation_id=journey.member.organisation_id,
        first_id=requests[0].id,
        second_id=requests[1].id,
        meets_at=requests[0].expires_at,
    )
    requests[0].state = requests[1].state = exchanging.MATCHED
    db.add(tandem)
    db.flush()
    assert erasing.counted(db, file).exchanges == 1
    erasing.erase(db, journey.member, file.id)
    db.expire_all()
    assert made.state is BookingState.CANCELLED_BY_PERSON
    left = db.scalars(sa.select(ExchangeRequest)).one()
    assert (left.id, left.state, left.left_at is not None) == (requests[1].id, exchanging.OPEN, True)
    assert db.scalar(sa.select(sa.func.count()).select_from(Tandem)) == 0
    assert leaving.ERASED in told(journey, "pathway")


def test_whose_time_is_over_leaves_too(db, journey):
    booked(journey)
    journey.attempt.expires_at = journey.attempt.started_at
    db.flush()
    leaving.leave_expired(db)
    taking.erase_expired(db)
    assert leaving.ERASED in told(journey, "pathway")
