"""The desk's page of messages that could not leave."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways import outbox
from pathways.outbox import OutboxEvent
from pathways.permissions import Role
from pathways.workshops.models import Notice, NoticeHabit, NoticeKind
from pathways.workshops.notifying import notices
from tests.people.situations import post
from tests.workshops.outgoing import SMS, seated, thursday


@pytest.fixture
def desk(signed_in, database):
    """A trainer's browser, and a notice of theirs that was given up."""
    trainer = signed_in(Role.TRAINER)
    with database.begin() as db:
        session = thursday(db, trainer.organisation_id)
        booking = seated(db, session, SMS)
        notice = notices.plan(db, booking, notices.session_of(db, booking), NoticeKind.BOOKED)
        assert notice is not None
        db.flush()
        db.execute(sa.update(OutboxEvent).values(attempts=outbox.MOST_ATTEMPTS, error="Refused: 503 overloaded"))
    return trainer, notice.id


def test_it_says_whom_of_what_and_why(desk):
    trainer, _ = desk
    page = trainer.get("/notices").text
    for said in ("A.", "+33612345678", "Refused: 503 overloaded", "Les e-mails", "03/12/2026 14:00"):
        assert said in page
    assert "ni e-mail ni SMS" in page


def test_it_is_sent_again(desk, database):
    trainer, id_ = desk
    assert post(trainer, "/notices", f"/notices/{id_}/retry").headers["location"] == "/notices"
    with database.read() as db:
        assert db.scalars(sa.select(OutboxEvent.attempts)).all() == [0]
    assert "Tout est parti" in trainer.get("/notices").text
    assert post(trainer, "/notices", f"/notices/{id_}/retry").status_code == 404


def test_it_was_told_by_hand(desk, database):
    trainer, id_ = desk
    assert post(trainer, "/notices", f"/notices/{id_}/by-hand").status_code == 303
    with database.read() as db:
        assert db.get_one(Notice, id_).dropped == "by_hand"
        assert db.scalars(sa.select(OutboxEvent)).all() == []


def test_another_organisation_knows_nothing_of_it(desk, signed_in):
    _, id_ = desk
    stranger = signed_in(Role.TRAINER)
    assert "+33612345678" not in stranger.get("/notices").text
    for act in ("retry", "by-hand"):
        assert post(stranger, "/notices", f"/notices/{id_}/{act}").status_code == 404


def test_a_prescriber_does_not_see_other_peoples_numbers(desk, signed_in):
    trainer, _ = desk
    prescriber = signed_in(Role.PRESCRIBER, organisation=trainer.organisation_id)
    assert prescriber.get("/notices").status_code == 403


def test_when_people_are_reminded(desk, database):
    trainer, _ = desk
    assert post(trainer, "/notices", "/notices/habit", whole="1", week="true").status_code == 303
    with database.read() as db:
        habit = db.get_one(NoticeHabit, trainer.organisation_id)
        assert (habit.week_before, habit.hours_before) == (True, False)
    page = trainer.get("/notices").text
    assert 'name="week" value="true" checked' in page
    assert 'name="hours" value="true">' in page
