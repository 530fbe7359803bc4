"""The demonstration shows a living directory."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from pathways import demo_workshops
from pathways.workshops.models import Booking, Engagement, SessionState, WorkshopSession
from pathways.workshops.scheduling import series
from tests.workshops.offering import member_of

SECRET = b"a secret for tests, thirty-two bytes or more"


@pytest.fixture
def filled(db):
    member = member_of(db)
    statements = []

    def note(*given):
        statements.append(given[2])

    event.listen(db.get_bind(), "before_cursor_execute", note)
    demo_workshops.fill(db, member, SECRET)
    event.remove(db.get_bind(), "before_cursor_execute", note)
    return member, len(statements)


def test_it_is_there_once_and_quickly(db, filled):
    member, statements = filled
    count = sa.select(sa.func.count()).select_from(WorkshopSession)
    sessions = db.scalar(count)
    assert sessions > 40
    demo_workshops.fill(db, member, SECRET)
    assert db.scalar(count) == sessions
    assert statements < 1500


def test_everything_is_published_and_somebody_comes(db, filled):
    assert filled
    states = set(db.scalars(sa.select(WorkshopSession.state)))
    assert states == {SessionState.PUBLISHED}  # no session had to wait for a person, a room or a van
    assert db.scalar(sa.select(sa.func.count()).select_from(Booking)) > 10
    assert db.scalar(sa.select(sa.func.count()).select_from(Engagement)) > 100
    located = sa.select(sa.func.count()).where(
        WorkshopSession.latitude.is_(None), WorkshopSession.place_id.is_not(None)
    )
    assert db.scalar(located) == 0
    assert series.extend(db) == 0
