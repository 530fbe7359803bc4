"""One tap of a co-facilitator: only of a session that both led, and that took place."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import co_leading
from pathways.badges.candidacy.conflicts import ConflictOfInterest
from pathways.badges.models import SessionEndorsement
from pathways.errors import Conflict, NotFound
from pathways.workshops.models import SessionState
from tests.badges.candidacy.candidates import a_member
from tests.badges.candidacy.leading import a_led_session
from tests.workshops.days import a_session


def taps(db) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(SessionEndorsement)) or 0


def test_a_co_facilitator_says_it_once(db):
    first, second = a_member(db), a_member(db, name="Pseudo Fictif")
    session = a_led_session(db, first, second)
    (shown,) = co_leading.co_led(db, first)
    assert (shown.session.id, shown.name, shown.is_endorsed) == (session.id, "Pseudo Fictif", False)
    for _ in range(2):
        co_leading.endorse_session(db, first, session.id, second.account_id)
    assert taps(db) == 1
    assert co_leading.co_led(db, first)[0].is_endorsed
    assert not co_leading.co_led(db, second)[0].is_endorsed
    co_leading.take_session_back(db, first, session.id, second.account_id)
    co_leading.take_session_back(db, first, session.id, second.account_id)
    assert taps(db) == 0


def test_whoever_was_not_engaged_neither_says_it_nor_has_it_said(db):
    first, second, stranger = a_member(db), a_member(db), a_member(db)
    session = a_led_session(db, first, second)
    with pytest.raises(NotFound):
        co_leading.endorse_session(db, stranger, session.id, first.account_id)
    with pytest.raises(NotFound):
        co_leading.endorse_session(db, first, session.id, stranger.account_id)
    with pytest.raises(ConflictOfInterest):
        co_leading.endorse_session(db, first, session.id, first.account_id)
    other = a_session(db, first.organisation_id)
    with pytest.raises(NotFound):
        co_leading.endorse_session(db, first, other.id, second.account_id)
    assert taps(db) == 0


@pytest.mark.parametrize("how", ["ahead", "cancelled"])
def test_what_did_not_take_place_is_not_endorsed(db, how):
    first, second = a_member(db), a_member(db)
    session = a_led_session(db, first, second)
    if how == "ahead":
        session.ends_at = clock.now() + (session.ends_at - session.starts_at)
    else:
        session.state = SessionState.CANCELLED
    db.flush()
    with pytest.raises(Conflict):
        co_leading.endorse_session(db, first, session.id, second.account_id)
    assert co_leading.co_led(db, first) == []


def test_three_who_led_together_are_shown_to_each(db):
    first, second, third = (a_member(db) for _ in range(3))
    a_led_session(db, first, second, third)
    assert {one.account_id for one in co_leading.co_led(db, first)} == {second.account_id, third.account_id}
