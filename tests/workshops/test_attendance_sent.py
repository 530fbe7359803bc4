"""What devices send of attendance: much of it at once, twice, by colleagues, and under the ids of others."""

from __future__ import annotations

import uuid
from dataclasses import replace

from pathways import clock
from pathways.workshops.attending import merging
from pathways.workshops.attending.signing import Sale
from tests.workshops.days import a_count, a_mark, a_member, a_quota, a_session
from tests.workshops.test_attendance import booking, colleague, counted, member, results, seats, session, sync

__all__ = ["booking", "colleague", "member", "session"]


def test_what_stands_of_a_seat_is_made_once_however_many_marks_come_together(db, member, session, monkeypatch):
    made = []
    stand = merging.standing
    monkeypatch.setattr(merging, "standing", lambda marks: made.append(1) or stand(marks))
    counts = [a_count(session, number, sequence=number) for number in range(1, 21)]
    assert results(sync(db, member, *counts)) == ["kept"] * 20
    assert (len(made), counted(db, member, session).number) == (1, 20)


def test_a_sale_under_the_id_of_a_booking_elsewhere_takes_nothing_from_it(db, member, session, booking):
    stranger = a_member(db)
    theirs = a_session(db, stranger.organisation_id)
    a_quota(db, theirs, 3)
    assert results(sync(db, stranger, Sale(booking.id, theirs.id, 1, "fr", "", 1, clock.now()))) == ["kept"]
    assert results(sync(db, member, a_mark(booking))) == ["kept"]
    assert seats(db, member, session)["Une", 1].came


def test_a_sale_that_a_colleague_sends_again_is_there_already(db, member, colleague, session):
    a_quota(db, session, 3)
    sale = Sale(uuid.uuid4(), session.id, 1, "fr", "Bus", 1, clock.now())
    (first,) = sync(db, member, sale)
    (again,) = sync(db, colleague, sale)
    assert (first.result, again.result) == ("kept", "already")
    assert again.code == first.code
    db.refresh(session)
    assert session.booked == 1


def test_the_id_of_another_organisation_s_sale_is_refused(db, member, session):
    a_quota(db, session, 3)
    sale = Sale(uuid.uuid4(), session.id, 1, "fr", "Bus", 1, clock.now())
    sync(db, member, sale)
    stranger = a_member(db)
    theirs = a_session(db, stranger.organisation_id)
    a_quota(db, theirs, 3)
    (answer,) = sync(db, stranger, replace(sale, session_id=theirs.id))
    assert (answer.result, answer.code) == ("refused", "")
    assert (theirs.booked, theirs.reserved) == (0, 3)
