"""A structure cancels a session: one act, everybody told, the nearest other seat held for each."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.outbox import OutboxEvent
from pathways.people import files
from pathways.permissions import Role
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    Booking,
    BookingState,
    Channel,
    DeskTask,
    QuotaKind,
    SessionState,
    Workshop,
    WorkshopSession,
)
from pathways.workshops.seating import booking, cancelling, seats, settling
from pathways.workshops.seating.booking import Cancelled, NotHeld, Wanted
from pathways.workshops.seating.cancelling import cancel_session
from pathways.workshops.seating.seats import Share
from tests.workshops.offering import member_of
from tests.workshops.seating import CODES, THEME, Time, book, fresh, hall, join, prescriber_of, sums_are_right


@pytest.fixture
def time(monkeypatch) -> Time:
    return Time(monkeypatch)


def test_everybody_is_told_once_by_their_channel_or_becomes_a_task(db, time):
    member = member_of(db)
    session = hall(db, capacity=5, member=member)
    alone = book(db, session).booking
    mailed = book(db, session, 2, channel=Channel.EMAIL, contact="une@exemple.fr").booking
    prescriber = prescriber_of(db)
    hers = book(db, session, by=prescriber).booking
    held = booking.hold(db, CODES, session.id, Wanted()).booking
    waits = join(db, session)
    writes = join(db, session, channel=Channel.SMS, contact="+33612345678")
    db.execute(sa.delete(OutboxEvent))
    for _ in range(2):
        cancel_session(db, member, session.id, reason="  La salle est   inondée ")
    assert (session.state, session.reason, session.version) == (SessionState.CANCELLED, "La salle est inondée", 2)
    assert {fresh(db, one).state for one in (alone, mailed, hers)} == {BookingState.CANCELLED_BY_STRUCTURE}
    assert {one.sequence for one in (alone, mailed, hers)} == {1}
    assert fresh(db, held).state is BookingState.LAPSED
    assert (fresh(db, waits).state, fresh(db, writes).state) == ("expired", "expired")
    told = {one.name: one.payload for one in db.scalars(sa.select(OutboxEvent))}
    assert told == {
        "SessionCancelled": {"booking_id": str(mailed.id)},
        "WaitingEnded": {"entry_id": str(writes.id)},
    }
    tasks = db.scalars(sa.select(DeskTask)).all()
    assert {one.booking_id or one.entry_id for one in tasks} == {alone.id, hers.id, waits.id}
    assert [one.account_id for one in tasks if one.booking_id == hers.id] == [prescriber.account_id]
    assert sums_are_right(db, session.id).booked == 0
    with pytest.raises(Cancelled):
        book(db, session)


def test_only_its_own_organisation_cancels_and_says_why(db, time):
    member = member_of(db)
    session = hall(db, member=member)
    with pytest.raises(NotFound):
        cancel_session(db, member_of(db), session.id, reason="Pourquoi pas")
    with pytest.raises(Invalid):
        cancel_session(db, member, session.id, reason=" ")
    with pytest.raises(Forbidden):
        other = member_of(db, organisation_id=member.organisation_id, role=Role.PRESCRIBER)
        cancel_session(db, other, session.id, reason="Pourquoi pas")
    session.state = SessionState.CLOSED
    with pytest.raises(Conflict):
        cancel_session(db, member, session.id, reason="Pourquoi pas")


def test_each_is_held_the_nearest_other_seat_as_long_as_there_are_some(db, time):
    member = member_of(db)
    session = hall(db, capacity=4, member=member)
    same = {"member": member, "workshop_id": session.workshop_id}
    soon = hall(db, capacity=2, days=16, **same)
    later = hall(db, capacity=5, days=20, **same)
    made = [book(db, session, size) for size in (1, 2, 1) if time.passes(seconds=1)]
    cancel_session(db, member, session.id, reason="La salle est inondée")
    others = [cancelling.other_of(db, one.booking) for one in made]
    assert [one.session_id for one in others if one] == [soon.id, later.id, soon.id]
    assert (sums_are_right(db, soon.id).held, sums_are_right(db, later.id).held) == (2, 2)
    taken = cancelling.take_other(db, CODES, made[0].booking)
    assert taken.booking.state is BookingState.CONFIRMED
    assert booking.of_token(db, CODES, taken.token) is taken.booking
    assert cancelling.take_other(db, CODES, made[0].booking).token == taken.token
    time.passes(days=2)
    settling.sweep(db)
    assert cancelling.other_of(db, made[1].booking) is None
    with pytest.raises(NotHeld):
        cancelling.take_other(db, CODES, made[1].booking)
    assert (sums_are_right(db, soon.id).held, sums_are_right(db, later.id).held) == (0, 0)


def test_a_relatives_slip_is_not_opened_by_the_cancelled_one(db, time):
    """The kept seat was handed on: whoever has the paper of the cancelled session has nothing to do with it."""
    member = member_of(db)
    session = hall(db, member=member)
    hall(db, days=20, member=member, workshop_id=session.workshop_id)
    one = book(db, session).booking
    cancel_session(db, member, session.id, reason="La salle est inondée")
    kept = cancelling.take_other(db, CODES, fresh(db, one)).booking
    handed_on = booking.transfer(db, CODES, kept, label="B.")
    with pytest.raises(NotHeld):
        cancelling.take_other(db, CODES, one)
    assert booking.of_token(db, CODES, handed_on.token).state is BookingState.CONFIRMED


def test_a_kept_seat_whose_code_is_somebodys_is_found_again(db, time, monkeypatch):
    member = member_of(db)
    session = hall(db, member=member)
    other = hall(db, days=20, member=member, workshop_id=session.workshop_id)
    file_id = files.create(db, member, label="A.").id
    one = book(db, session, by=member, file_id=file_id).booking
    cancel_session(db, member, session.id, reason="La salle est inondée")
    kept, stranger = fresh(db, one).moved_to_id, book(db, hall(db)).booking.id
    code_of = Codes.code_of
    monkeypatch.setattr(Codes, "code_of", lambda codes, id_: code_of(codes, stranger if id_ == kept else id_))
    made = cancelling.take_other(db, CODES, one)
    assert made.booking.id != kept
    assert made.booking.file_id == file_id
    assert cancelling.take_other(db, CODES, fresh(db, one)).token == made.token
    assert sums_are_right(db, other.id).booked == 1


def held_if_cancelled(db, member, session, one) -> uuid.UUID | None:
    """The session in which seats would be held for a booking; nothing is cancelled in the end."""
    with db.begin_nested() as tried:
        cancel_session(db, member, session.id, reason="La salle est inondée")
        other = cancelling.other_of(db, fresh(db, one))
        found = other.session_id if other else None
        tried.rollback()
    return found


def test_what_is_near(db, time):
    """First the language that the person reads, then the same workshop, the way, the day."""
    member = member_of(db)
    session = hall(db, capacity=9, member=member, languages=["fr", "ti"])
    theme = {"member": member, "workshop_id": session.workshop_id}
    alike = Workshop(organisation_id=member.organisation_id, titles={"fr": "E-mails"}, theme=THEME)
    elsewhere = Workshop(organisation_id=member.organisation_id, titles={"fr": "Impôts"}, theme="argent_impots")
    db.add_all([alike, elsewhere])
    db.flush()
    hall(db, days=15, member=member, workshop_id=elsewhere.id)
    hall(db, days=15, **theme, latitude=48.9)  # a hundred kilometres away
    hall(db, days=15, **theme, latitude=None, longitude=None)
    hall(db, days=15, **theme, waiting=1)
    hall(db, days=15, **theme, booked=3)
    hall(db, days=15, **theme, state=SessionState.DRAFT)
    hall(db, days=-1, **theme)
    french = book(db, session).booking
    tigrinya = book(db, session, language="ti").booking
    assert held_if_cancelled(db, member, session, french) is None
    far = hall(db, days=15, **theme, latitude=48.05)
    for days in (20, 16):
        better = hall(db, days=days, **theme)
        assert held_if_cancelled(db, member, session, french) == better.id
    hall(db, days=15, member=member, workshop_id=alike.id)
    assert held_if_cancelled(db, member, session, french) == better.id
    assert held_if_cancelled(db, member, session, tigrinya) == better.id
    in_tigrinya = hall(db, days=30, member=member, workshop_id=alike.id, languages=["ti"])
    assert held_if_cancelled(db, member, session, tigrinya) == in_tigrinya.id
    assert held_if_cancelled(db, member, session, french) == better.id
    assert far.latitude == 48.05


def test_who_found_no_other_seat_waits_before_everybody(db, time):
    member = member_of(db)
    session, other = hall(db, member=member), hall(db, capacity=1, workshop_id=None)
    book(db, other)
    usual = join(db, other)
    prescriber = prescriber_of(db)
    one = book(db, session, label="A.", by=prescriber, channel=Channel.PRESCRIBER).booking
    one.file_id = file_id = files.create(db, member, label="A.").id
    db.flush()
    cancel_session(db, member, session.id, reason="La salle est inondée")
    waits = cancelling.wait_for_other(db, CODES, one, other.id)
    assert (waits.entry.priority, waits.entry.label) == (0, "A.")
    assert usual.number < waits.entry.number
    assert cancelling.wait_for_other(db, CODES, one, other.id).token == waits.token
    assert (waits.entry.booked_by, waits.entry.via) == (prescriber.account_id, "prescriber")
    assert waits.entry.file_id == file_id
    booking.cancel(db, db.scalars(sa.select(Booking).filter_by(session_id=other.id)).one())
    assert (fresh(db, usual).state, fresh(db, waits.entry).state) == ("waiting", "offered")
    sums_are_right(db, other.id)


def test_quotas_count_nothing_afterwards(db, time):
    member = member_of(db)
    session = hall(db, capacity=4, member=member)
    (kept,) = seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 2)])
    book(db, session, language="ti")
    cancel_session(db, member, session.id, reason="La salle est inondée")
    assert (fresh(db, kept).booked, kept.released_at is not None) == (0, True)
    sums_are_right(db, session.id)


def test_five_hundred_people_are_told_in_one_act(db, time):
    member = member_of(db)
    session = hall(db, capacity=500, member=member)
    other = hall(db, capacity=500, days=15, member=member, workshop_id=session.workshop_id)
    row = {"session_id": session.id, "state": "confirmed", "party": 1, "language": "fr"}
    moment = time.now
    for number in range(500):
        codes = {"code_digest": f"code {number}", "link_digest": f"link {number}"}
        db.add(Booking(**row, **codes, created_at=moment + timedelta(seconds=number)))
    session.booked = 500
    db.flush()
    cancel_session(db, member, session.id, reason="La salle est inondée")
    assert db.get_one(WorkshopSession, other.id, populate_existing=True).held == 500
    assert db.scalar(sa.select(sa.func.count()).select_from(DeskTask)) == 500
    sums_are_right(db, other.id)
