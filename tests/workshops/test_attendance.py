"""Recording who came, closing a session, and who is called after two absences."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.changes import Change
from pathways.errors import Conflict, Invalid, NotFound, Reused
from pathways.people.models import LearnerFile
from pathways.workshops.attending import attendance, certificates, closing, signing
from pathways.workshops.attending.signing import Sale, Scope
from pathways.workshops.models import (
    AttendanceMark,
    Booking,
    BookingState,
    DeskTask,
    DeskTaskKind,
    Presence,
    SessionRecord,
    SessionState,
    Via,
    WalkIns,
)
from tests.workshops.days import CODES, a_booking, a_count, a_mark, a_member, a_quota, a_session


@pytest.fixture
def member(db):
    return a_member(db)


@pytest.fixture
def colleague(db, member):
    return a_member(db, organisation_id=member.organisation_id)


@pytest.fixture
def session(db, member):
    return a_session(db, member.organisation_id)


@pytest.fixture
def booking(db, session):
    return a_booking(db, session)


def seats(db, member, session):
    return {(row.booking.label, row.seat): row for row in attendance.register(db, member, session.id).rows}


def counted(db, member, session) -> WalkIns:
    found = attendance.register(db, member, session.id).walk_ins
    assert found is not None
    return found


def sync(db, member, *items, device="phone", late=0):
    return signing.sync(db, CODES, member, device, clock.now() - timedelta(seconds=late), items)


def results(answers):
    return [one.result for one in answers]


# --- marks ---------------------------------------------------------------------------------------------------


def test_a_mark_says_who_came_and_who_recorded_it(db, member, session, booking):
    assert attendance.mark(db, member, a_mark(booking, "late", minutes=90)).is_new
    row = seats(db, member, session)["Une", 1]
    assert (row.presence, row.minutes, row.account_id) == (Presence.LATE, 90, member.account_id)
    assert row.came
    noted = db.scalars(sa.select(Change.act).filter_by(kind="attendance", about_id=session.id)).all()
    assert noted == ["recorded"]


def test_each_seat_of_a_party_is_for_itself(db, member, session):
    party = a_booking(db, session, "Deux", party=2)
    attendance.mark(db, member, a_mark(party, "absent", seat=2))
    rows = seats(db, member, session)
    assert rows["Deux", 1].presence is Presence.UNSAID
    assert rows["Deux", 2].presence is Presence.ABSENT
    with pytest.raises(Invalid):
        attendance.mark(db, member, a_mark(party, seat=3))


def test_the_same_mark_twice_is_one_and_its_id_serves_nothing_else(db, member, session, booking):
    given = a_mark(booking)
    assert attendance.mark(db, member, given).is_new
    assert not attendance.mark(db, member, given).is_new
    assert db.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 1
    with pytest.raises(Reused):
        attendance.mark(db, member, a_mark(booking, "absent", id=given.id))


def test_a_correction_is_another_mark(db, member, session, booking):
    attendance.mark(db, member, a_mark(booking, "absent"))
    row = seats(db, member, session)["Une", 1]
    attendance.mark(db, member, a_mark(booking, "present", seen=tuple(uuid.UUID(one) for one in row.marks)))
    assert seats(db, member, session)["Une", 1].presence is Presence.PRESENT
    assert [one.presence for one, _ in attendance.marks_of(db, session.id)].count(Presence.ABSENT) == 1


def test_two_recorders_who_disagree_wait_for_a_person(db, member, colleague, session, booking):
    attendance.mark(db, member, a_mark(booking, "present"))
    assert attendance.mark(db, colleague, a_mark(booking, "absent")).in_conflict
    register = attendance.register(db, member, session.id)
    (row,) = register.rows
    assert register.conflicts == 1
    assert row.presence is Presence.UNSAID
    assert len(row.marks) == 2
    seen = tuple(uuid.UUID(one) for one in row.marks)
    assert not attendance.mark(db, colleague, a_mark(booking, "present", seen=seen)).in_conflict
    assert seats(db, member, session)["Une", 1].presence is Presence.PRESENT


def test_presence_wins_over_a_cancellation_and_is_flagged(db, member, session, booking):
    booking.state = BookingState.CANCELLED_BY_PERSON
    assert attendance.register(db, member, session.id).rows == ()
    assert attendance.mark(db, member, a_mark(booking)).is_against_cancellation
    (row,) = attendance.register(db, member, session.id).rows
    assert row.is_against_cancellation


def test_an_absence_of_somebody_who_cancelled_is_no_absence(db, member, session, booking):
    booking.state = BookingState.CANCELLED_BY_PERSON
    attendance.mark(db, member, a_mark(booking, "absent"))
    assert attendance.register(db, member, session.id).rows == ()


def test_walk_ins_are_a_number_with_the_counts_that_somebody_made(db, member, colleague, session):
    counts = {"gender": {"feminin": 2, "masculin": 1}}
    attendance.mark(db, member, a_count(session, 3, known=counts))
    walk_ins = counted(db, member, session)
    assert (walk_ins.number, walk_ins.known) == (3, counts)
    assert attendance.mark(db, colleague, a_count(session, 4)).in_conflict
    walk_ins = counted(db, member, session)
    assert (walk_ins.number, walk_ins.known, walk_ins.in_conflict) == (3, {}, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": -1},
        {"number": 501},
        {"number": 3, "known": {"origin": {"x": 1}}},
        {"number": 3, "known": {"gender": {"feminin": -1}}},
        {"number": 3, "known": {"age": {"soixante_dix_plus": 400}}},
    ],
)
def test_a_count_that_cannot_be_is_refused(db, member, session, wrong):
    with pytest.raises(Invalid):
        attendance.mark(db, member, a_count(session, **wrong))


def test_nobody_else_records_and_nothing_of_another_session(db, member, session, booking):
    stranger = a_member(db)
    with pytest.raises(NotFound):
        attendance.mark(db, stranger, a_mark(booking))
    with pytest.raises(NotFound):
        attendance.register(db, stranger, session.id)
    other = a_session(db, member.organisation_id)
    with pytest.raises(NotFound):
        attendance.mark(db, member, a_mark(booking, session_id=other.id))


@pytest.mark.parametrize("state", [SessionState.DRAFT, SessionState.CANCELLED])
def test_a_session_that_does_not_take_place_has_no_register(db, member, session, booking, state):
    session.state = state
    with pytest.raises(Conflict):
        attendance.mark(db, member, a_mark(booking))


# --- what a device brings ------------------------------------------------------------------------------------


def test_a_queue_sent_twice_is_there_once(db, member, session, booking):
    items = [a_mark(booking, "late", sequence=1), a_count(session, 2, sequence=2), a_mark(booking, sequence=3)]
    assert results(sync(db, member, *items)) == ["kept", "kept", "kept"]
    assert results(sync(db, member, *items)) == ["already", "already", "already"]
    assert db.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) == 3
    assert seats(db, member, session)["Une", 1].presence is Presence.PRESENT


def test_the_newer_sequence_of_a_device_counts_whichever_comes_first(db, member, session, booking):
    older, newer = a_mark(booking, "absent", sequence=1), a_mark(booking, "present", sequence=2)
    sync(db, member, newer)
    sync(db, member, older)
    assert seats(db, member, session)["Une", 1].presence is Presence.PRESENT


def test_a_refused_mark_holds_up_nothing(db, member, session, booking):
    answers = sync(
        db,
        member,
        a_mark(booking, seat=9, sequence=1),
        a_mark(booking, booking_id=uuid.uuid4(), sequence=2),
        a_mark(booking, sequence=3),
    )
    assert results(answers) == ["refused", "refused", "kept"]
    assert all(one.reason for one in answers[:2])


def test_how_wrong_the_clock_of_a_device_is_is_kept(db, member, session, booking):
    moment = clock.now() - timedelta(hours=3)
    sync(db, member, a_mark(booking, recorded_at=moment, sequence=1), late=7200)
    kept = db.scalars(sa.select(AttendanceMark)).one()
    assert kept.recorded_at == moment
    assert abs(kept.offset_seconds - 7200) <= 1
    corrected = seats(db, member, session)["Une", 1].recorded_at
    assert corrected is not None
    assert abs(corrected - moment - timedelta(hours=2)) < timedelta(seconds=2)


def test_a_van_sells_its_own_seats_and_no_more(db, member, session):
    a_quota(db, session, 3)
    sales = [
        Sale(uuid.uuid4(), session.id, party, "ar", "Une", number, clock.now())
        for number, party in enumerate((2, 2, 1), 1)
    ]
    answers = sync(db, member, *sales)
    assert results(answers) == ["kept", "refused", "kept"]
    assert len(answers[0].code) == 9
    assert results(sync(db, member, *sales)) == ["already", "refused", "already"]
    booked = db.scalars(sa.select(Booking).filter_by(session_id=session.id)).all()
    assert sorted(one.party for one in booked) == [1, 2]
    assert {one.via for one in booked} == {Via.VAN}
    db.refresh(session)
    assert (session.booked, session.reserved) == (3, 0)


def test_who_bought_a_seat_in_the_van_is_marked_by_the_id_of_the_sale(db, member, session):
    a_quota(db, session, 1)
    sale = Sale(uuid.uuid4(), session.id, 1, "fr", "Bus", 1, clock.now())
    given = attendance.Given(
        uuid.uuid4(), session.id, sale.id, 1, Presence.PRESENT, sequence=2, recorded_at=clock.now()
    )
    assert results(sync(db, member, sale, given)) == ["kept", "kept"]
    assert seats(db, member, session)["Bus", 1].came


def test_a_van_without_seats_sells_none(db, member, session):
    sale = Sale(uuid.uuid4(), session.id, 1, "fr", "", 1, clock.now())
    assert results(sync(db, member, sale)) == ["refused"]
    assert results(sync(db, a_member(db), sale)) == ["refused"]


def test_the_day_holds_the_sessions_of_the_day_and_of_the_organisation(db, member, session, booking):
    a_session(db, member.organisation_id, starts_at=clock.now() + timedelta(days=3))
    a_session(db, member.organisation_id, state=SessionState.DRAFT)
    a_session(db, a_member(db).organisation_id)
    day = session.starts_at.astimezone(clock.PARIS).date()
    found = signing.day(db, member, day, Scope(everybody=True))
    assert [one.register.session.id for one in found] == [session.id]
    assert [row.booking.id for row in found[0].register.rows] == [booking.id]
    assert signing.day(db, member, day, Scope()) == []
    assert signing.day(db, member, day, Scope(tour_id=uuid.uuid4())) == []


# --- closing -------------------------------------------------------------------------------------------------


def test_closing_writes_what_happened_and_makes_nobody_absent(db, member, session, booking):
    a_booking(db, session, "Deux")
    attendance.mark(db, member, a_mark(booking))
    attendance.mark(db, member, a_count(session, 2))
    record = closing.close(db, member, session.id)
    assert session.state is SessionState.CLOSED
    assert record.figures == {"present": 1, "unsaid": 1}
    assert (record.walk_ins, record.expected, record.minutes) == (2, 2, 120)
    assert (record.themes, record.equipment, record.kind) == (["email"], ["ordinateur"], "collectif")
    assert record.place == "Médiathèque, Orléans"
    assert closing.close(db, member, session.id).figures == record.figures


def test_a_mark_that_comes_later_is_in_the_record(db, member, session, booking):
    closing.close(db, member, session.id)
    sync(db, member, a_mark(booking, sequence=1))
    assert closing.close(db, member, session.id).figures == {"present": 1}


def test_a_conflict_is_decided_before_closing(db, member, colleague, session, booking):
    attendance.mark(db, member, a_mark(booking, "present"))
    attendance.mark(db, colleague, a_mark(booking, "absent"))
    with pytest.raises(Conflict):
        closing.close(db, member, session.id)


def test_what_has_not_begun_is_not_closed(db, member):
    with pytest.raises(Conflict):
        closing.close(db, member, a_session(db, member.organisation_id, starts_at=clock.now() + timedelta(hours=1)).id)


# --- two absences --------------------------------------------------------------------------------------------


def a_file(db, member):
    file = LearnerFile(organisation_id=member.organisation_id, label="mardi", sought="mardi")
    db.add(file)
    db.flush()
    return file


def held(db, member, days_ago, presence, **booked):
    """A closed session some days ago, in which somebody was present or not."""
    session = a_session(db, member.organisation_id, starts_at=clock.now() - timedelta(days=days_ago))
    booking = a_booking(db, session, **booked)
    attendance.mark(db, member, a_mark(booking, presence))
    closing.close(db, member, session.id)
    return session, booking


def tasks(db):
    return db.scalars(sa.select(DeskTask).filter_by(kind=DeskTaskKind.CALL)).all()


def test_after_two_absences_somebody_calls_and_nothing_else_happens(db, member):
    file = a_file(db, member)
    held(db, member, 14, "absent", file_id=file.id)
    assert tasks(db) == []
    session, booking = held(db, member, 7, "absent", file_id=file.id)
    (task,) = tasks(db)
    assert (task.booking_id, task.account_id) == (booking.id, None)
    closing.close(db, member, session.id)
    assert len(tasks(db)) == 1
    assert booking.state is BookingState.CONFIRMED


def test_a_correction_takes_the_call_back(db, member):
    file = a_file(db, member)
    held(db, member, 14, "absent", file_id=file.id)
    session, booking = held(db, member, 7, "absent", file_id=file.id)
    (row,) = attendance.register(db, member, session.id).rows
    seen = tuple(uuid.UUID(one) for one in row.marks)
    sync(db, member, a_mark(booking, "absent_excused", seen=seen, sequence=1))
    assert tasks(db) == []


@pytest.mark.parametrize("between", ["present", "late"])
def test_who_came_in_between_is_not_called(db, member, between):
    file = a_file(db, member)
    for days, presence in ((21, "absent"), (14, between), (7, "absent")):
        held(db, member, days, presence, file_id=file.id)
    assert tasks(db) == []


def test_a_prescriber_is_told_of_their_own_person(db, member):
    prescriber = a_member(db)
    own = {
        "via": Via.PRESCRIBER,
        "booked_by": prescriber.account_id,
        "organisation_id": prescriber.organisation_id,
        "label": "Une",
    }
    held(db, member, 14, "absent", **own)
    held(db, member, 10, "absent", **own | {"label": "Deux"})
    assert tasks(db) == []
    held(db, member, 7, "absent", **own)
    (task,) = tasks(db)
    assert (task.organisation_id, task.account_id) == (prescriber.organisation_id, prescriber.account_id)


def test_nobody_is_recognised_by_a_first_name_alone(db, member):
    held(db, member, 14, "absent", label="Une")
    held(db, member, 7, "absent", label="Une")
    assert tasks(db) == []


# --- keeping -------------------------------------------------------------------------------------------------


def test_sheets_go_after_the_time_that_the_funder_asks_for_and_numbers_stay(db, member):
    old, _ = held(db, member, 400, "present")
    recent, _ = held(db, member, 30, "present")
    attendance.forget(db)
    assert len(attendance.marks_of(db, old.id)) == 1
    certificates.want(db, member, certificates.Wanted(keep_months=12))
    attendance.forget(db)
    db.expire_all()
    assert attendance.marks_of(db, old.id) == []
    assert len(attendance.marks_of(db, recent.id)) == 1
    assert db.get_one(SessionRecord, old.id).figures == {"present": 1}


def test_a_mark_for_a_sheet_that_is_gone_is_refused_and_the_record_stays(db, member):
    session, booking = held(db, member, 700, "present")
    certificates.want(db, member, certificates.Wanted(keep_months=12))
    attendance.forget(db)
    db.expire_all()
    assert results(sync(db, member, a_mark(booking, "absent", sequence=1))) == ["refused"]
    with pytest.raises(Conflict):
        closing.close(db, member, session.id)
    assert db.get_one(SessionRecord, session.id).figures == {"present": 1}
