"""Booking, holding, cancelling, moving and handing on, each for one person after the other."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from pathways import throttle
from pathways.changes import Change
from pathways.errors import Conflict, Invalid, NotFound, TooMany, WrongCode
from pathways.outbox import OutboxEvent
from pathways.people import files
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, Channel, QuotaKind, SessionState, Via
from pathways.workshops.seating import asking, booking, gate, seats, settling, waiting
from pathways.workshops.seating.booking import Cancelled, Full, Locked, NotHeld, Over, Overtaking, Wanted
from pathways.workshops.seating.seats import Share
from tests.workshops.offering import member_of
from tests.workshops.seating import CODES, Time, book, fresh, hall, join, prescriber_of, sums_are_right


@pytest.fixture
def time(monkeypatch) -> Time:
    return Time(monkeypatch)


def events(db) -> list[str]:
    db.flush()
    return [one.name for one in db.scalars(sa.select(OutboxEvent).order_by(OutboxEvent.id))]


def test_a_party_gets_all_its_seats_or_none(db, time):
    session = hall(db, capacity=3)
    made = book(db, session, 2)
    assert (made.booking.party, made.booking.state, made.booking.session_id) == (2, "confirmed", session.id)
    with pytest.raises(Full):
        book(db, session, 2)
    book(db, session)
    with pytest.raises(Full):
        book(db, session)
    assert sums_are_right(db, session.id).booked == 3


def test_what_is_told_of_a_booking_is_what_is_stored(db, time):
    session = hall(db)
    desk = member_of(db)
    for made in (
        book(db, session, needs=["wheelchair", "interpreter"], label="  A. ", language="fa_AF", by=desk),
        booking.hold(db, CODES, session.id, Wanted(label="B")),
    ):
        kept = {name.key: getattr(made.booking, name.key) for name in sa.inspect(Booking).column_attrs}
        db.expunge(made.booking)
        found = db.get_one(Booking, made.booking.id)
        assert {name.key: getattr(found, name.key) for name in sa.inspect(Booking).column_attrs} == kept
    assert found.via is Via.PERSON


def test_the_codes_open_the_slip_and_nothing_secret_is_stored(db, time):
    made = book(db, hall(db))
    assert booking.of_token(db, CODES, made.token).id == made.booking.id
    assert booking.find_code(db, CODES, f" {made.code[:4].lower()}-{made.code[4:]} ") is made.booking
    kept = str(vars(made.booking))
    assert made.code not in kept
    assert made.token not in kept
    with pytest.raises(NotFound):
        booking.of_token(db, CODES, made.token[:-1])


def test_a_code_that_is_somebodys_already_is_not_given_twice(db, time, monkeypatch):
    session = hall(db, capacity=9)
    first = book(db, session)
    asked = iter([first.booking.id])  # the next booking would have the id, hence the code, of the first

    def digests(codes, one):
        return {
            "code_digest": codes.digest_of_code(codes.code_of(next(asked, one))),
            "link_digest": codes.digest_of_token(codes.token_of(one)),
        }

    monkeypatch.setattr(Codes, "digests_of", digests)
    second = booking.book(db, CODES, session.id, Wanted())
    assert second.code != first.code
    assert booking.find_code(db, CODES, second.code) is second.booking
    assert sums_are_right(db, session.id).booked == 2


def test_wrong_codes_are_counted_by_address_and_right_ones_are_not(database):
    with database.begin() as db:
        made = book(db, hall(db))
    bucket = throttle.bucket(b"secret", "slip", "192.0.2.7")

    def asks(code: str) -> uuid.UUID:
        with database.begin() as db:
            return booking.of_code(db, CODES, code, address_bucket=bucket).id

    for _ in range(booking.WRONG_TRIES):
        assert asks(made.code) == made.booking.id
        with pytest.raises(WrongCode):
            asks("22222222")
    with pytest.raises(TooMany):
        asks(made.code)


@pytest.mark.parametrize(
    ("columns", "refusal"),
    [
        ({"state": SessionState.DRAFT}, NotFound),
        ({"state": SessionState.CANCELLED}, Cancelled),
        ({"state": SessionState.CLOSED}, Over),
        ({"days": -1}, Over),
        ({"days": -0.01}, Locked),
    ],
)
def test_why_not_is_said(db, time, columns, refusal):
    session = hall(db, **columns)
    with pytest.raises(refusal):
        book(db, session)
    with pytest.raises(refusal):
        booking.hold(db, CODES, session.id, Wanted())
    sums_are_right(db, session.id)


def test_after_the_last_moment_only_the_desk_of_the_session_books(db, time):
    member = member_of(db)
    session = hall(db, member=member)
    session.closes_at = time.now
    for by in (None, member_of(db), prescriber_of(db)):
        with pytest.raises(Locked):
            book(db, session, by=by)
    book(db, session, by=member)
    time.passes(days=14, hours=1)  # it is running
    book(db, session, by=member)
    time.passes(hours=1)
    with pytest.raises(Over):
        book(db, session, by=member)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(party=0),
        Wanted(party=11),
        Wanted(language="tlh"),
        Wanted(label="x" * 31),
        Wanted(channel=Channel.EMAIL),
        Wanted(contact="06 12 34 56 78"),
        Wanted(channel=Channel.PRESCRIBER),
        Wanted(needs=["x"] * 9),
        Wanted(channel=Channel.EMAIL, contact="x" * 255),
    ],
)
def test_what_cannot_be_kept_is_refused(db, wanted):
    session = hall(db)
    with pytest.raises(Invalid):
        booking.book(db, CODES, session.id, wanted)


def test_a_held_seat_is_nobody_elses_until_it_lapses(db, time):
    session = hall(db, capacity=1)
    held = booking.hold(db, CODES, session.id, Wanted()).booking
    assert sums_are_right(db, session.id).held == 1
    with pytest.raises(Full):
        book(db, session)
    time.passes(seconds=booking.HOLD_SECONDS)
    made = book(db, session)  # nobody swept in the meantime
    assert fresh(db, held).state is BookingState.LAPSED
    with pytest.raises(NotHeld):
        booking.confirm(db, held, Wanted())
    assert sums_are_right(db, session.id).booked == 1
    assert made.booking.state is BookingState.CONFIRMED


def test_a_held_seat_is_confirmed_once(db, time):
    session = hall(db, capacity=1)
    held = booking.hold(db, CODES, session.id, Wanted(party=1)).booking
    time.passes(seconds=booking.HOLD_SECONDS - 1)
    kept = booking.confirm(db, held, Wanted(label="A.", channel=Channel.SMS, contact="+33612345678"))
    booking.confirm(db, held, Wanted(label="B."))
    assert (kept.state, kept.label, kept.lapses_at) == ("confirmed", "A.", None)
    session = sums_are_right(db, session.id)
    assert (session.booked, session.held) == (1, 0)
    assert events(db) == ["BookingMade"]


def test_one_client_cannot_hold_every_seat(db, time):
    session = hall(db, capacity=40)
    for _ in range(booking.MOST_HOLDS):
        booking.hold(db, CODES, session.id, Wanted(), client="a client")
    with pytest.raises(TooMany):
        booking.hold(db, CODES, session.id, Wanted(), client="a client")
    booking.hold(db, CODES, session.id, Wanted(), client="another")


def test_a_cancelled_seat_is_free_and_cancelling_twice_changes_nothing(db, time):
    session = hall(db, capacity=1)
    one = book(db, session, channel=Channel.EMAIL, contact="une@exemple.fr").booking
    for _ in range(2):
        booking.cancel(db, one)
    assert (one.state, one.sequence) == (BookingState.CANCELLED_BY_PERSON, 1)
    book(db, session)
    assert sums_are_right(db, session.id).booked == 1
    assert events(db) == ["BookingMade", "BookingCancelled"]


def test_after_the_start_only_a_member_cancels(db, time):
    session = hall(db)
    one = book(db, session).booking
    time.passes(days=14)
    with pytest.raises(Over):
        booking.cancel(db, one)
    assert booking.cancel(db, one, by=member_of(db)).state is BookingState.CANCELLED_BY_PERSON


@pytest.mark.parametrize("closed", [True, False])
def test_once_it_is_over_nobody_changes_who_was_there(db, time, closed):
    member = member_of(db)
    session, later = hall(db, member=member), hall(db, days=30)
    one = book(db, session).booking
    if closed:
        session.state = SessionState.CLOSED
        db.flush()
    else:
        time.passes(days=14, hours=2)
    for act in (
        lambda: booking.cancel(db, one, by=member),
        lambda: booking.move(db, CODES, one, later.id, by=member),
        lambda: booking.transfer(db, CODES, one, label="B.", by=member),
    ):
        with pytest.raises(Over):
            act()
    assert fresh(db, one).state is BookingState.CONFIRMED


def test_moving_takes_the_new_seats_first_and_frees_the_old_ones(db, time):
    here, there = hall(db, capacity=2), hall(db, capacity=2)
    one = book(db, here, 2, label="A.", channel=Channel.SMS, contact="+33612345678").booking
    made = booking.move(db, CODES, one, there.id)
    assert (fresh(db, one).state, one.moved_to_id) == (BookingState.MOVED, made.booking.id)
    assert (made.booking.party, made.booking.label, made.booking.contact) == (2, "A.", "+33612345678")
    assert made.booking.sequence > 0
    assert (sums_are_right(db, here.id).booked, sums_are_right(db, there.id).booked) == (0, 2)
    assert events(db) == ["BookingMade", "BookingMoved"]
    with pytest.raises(NotHeld):
        booking.move(db, CODES, one, there.id)


def test_where_there_is_no_seat_nothing_moves(db, time):
    here, there = hall(db, capacity=2), hall(db, capacity=2)
    one = book(db, here, 2).booking
    book(db, there)
    with pytest.raises(Full):
        booking.move(db, CODES, one, there.id)
    with pytest.raises(Invalid):
        booking.move(db, CODES, one, here.id)
    assert fresh(db, one).state is BookingState.CONFIRMED
    assert (sums_are_right(db, here.id).booked, sums_are_right(db, there.id).booked) == (2, 1)


def test_moving_in_overtakes_nobody_and_moving_out_serves_who_waits(db, time):
    here, there = hall(db, capacity=2), hall(db, capacity=4)
    one = book(db, here, 2).booking
    book(db, there, 3)
    join(db, there, 2)  # one seat is free, and the two wait for it
    waits_here = join(db, here)
    with pytest.raises(Overtaking):
        booking.move(db, CODES, book(db, hall(db)).booking, there.id)
    booking.move(db, CODES, one, hall(db).id)
    assert fresh(db, waits_here).state == "offered"
    for session in (here, there):
        sums_are_right(db, session.id)


def test_handing_on_kills_the_old_code_and_says_nothing_of_the_first_person(db, time):
    session = hall(db, capacity=2)
    first = book(db, session, 2, needs=["interpreter"], label="A.", channel=Channel.EMAIL, contact="une@exemple.fr")
    second = booking.transfer(db, CODES, first.booking, label="B.")
    assert (second.booking.label, second.booking.needs, second.booking.contact) == ("B.", [], "")
    assert booking.find_code(db, CODES, first.code) is None
    with pytest.raises(NotFound):
        booking.of_token(db, CODES, first.token)
    assert booking.of_token(db, CODES, second.token).id == second.booking.id
    assert sums_are_right(db, session.id).booked == 2
    with pytest.raises(NotHeld):
        booking.transfer(db, CODES, first.booking, label="C.")


def test_who_took_an_offer_as_a_prescribers_person_stays_one(db, time):
    here, there = hall(db, capacity=1), hall(db, capacity=1)
    seats.set_quotas(db, there, [Share(QuotaKind.PRESCRIBERS, capacity=1)])
    taken = book(db, here).booking
    entry = join(db, here, by=prescriber_of(db), channel=Channel.PRESCRIBER)
    booking.cancel(db, taken)
    made = waiting.accept(db, CODES, entry).booking
    assert made.via is Via.WAITING
    moved = booking.move(db, CODES, made, there.id).booking
    assert moved.quota_id is not None
    assert sums_are_right(db, there.id).booked == 1


def test_a_prescriber_and_a_desk_are_told_apart(db, time):
    session = hall(db)
    prescriber, desk = prescriber_of(db), member_of(db)
    told = book(db, session, by=prescriber, channel=Channel.PRESCRIBER).booking
    assert (told.via, told.booked_by, told.organisation_id) == (
        Via.PRESCRIBER,
        prescriber.account_id,
        prescriber.organisation_id,
    )
    assert book(db, session, by=desk).booking.via is Via.DESK
    assert book(db, session).booking.booked_by is None


def test_one_seat_for_each_file(db, time):
    member = member_of(db)
    session = hall(db, capacity=5)
    file_id = files.create(db, member, label="A.").id
    one = book(db, session, by=member, file_id=file_id).booking
    with pytest.raises(booking.AlreadyBooked):
        book(db, session, by=member, file_id=file_id)
    with pytest.raises(NotFound):
        book(db, session, by=member_of(db), file_id=file_id)
    with pytest.raises(NotFound):
        book(db, session, file_id=file_id)
    booking.cancel(db, one)
    book(db, session, by=member, file_id=file_id)
    assert sums_are_right(db, session.id).booked == 1


def test_the_holder_of_a_slip_moves_it_with_its_file(db, time):
    member = member_of(db)
    here, there = hall(db), hall(db)
    file_id = files.create(db, member, label="A.").id
    one = book(db, here, by=member, file_id=file_id).booking
    assert booking.move(db, CODES, one, there.id).booking.file_id == file_id
    again = book(db, here, by=member, file_id=file_id).booking
    with pytest.raises(booking.AlreadyBooked):
        booking.move(db, CODES, again, there.id, by=member_of(db))


def test_partners_hear_of_each_change_once(db, time):
    session = hall(db)
    made = book(db, session).booking
    booking.cancel(db, made)
    noted = sa.select(Change.kind, Change.act).where(Change.about_id == made.id).order_by(Change.id)
    assert db.execute(noted).all() == [("booking", "created"), ("booking", "cancelled_by_person")]


def test_a_refusal_keeps_what_ran_out_on_the_way(database):
    """With the worker stopped, too, somebody who waits is offered the seat that a lapsed hold kept."""
    with database.begin() as db:
        session = hall(db, capacity=1)
        booking.hold(db, CODES, session.id, Wanted(), seconds=0)
        entry = waiting.WaitlistEntry(
            **asking.row_of(Wanted(), None, Via.PERSON), session_id=session.id, number=1, **CODES.digests_of(session.id)
        )
        db.add(entry)
        session.waiting = 1
    with pytest.raises(Conflict), database.begin() as db:
        book(db, session)
    with database.read() as db:
        assert db.get_one(waiting.WaitlistEntry, entry.id).state == "offered"
        sums_are_right(db, session.id)


def test_the_quick_door_shuts_for_whatever_it_cannot_be_sure_of(db, time):
    def sells(session) -> bool:
        row = asking.row_of(Wanted(), None, Via.PERSON)
        return gate.sell(db, CODES, row, by="id", which=session.id) is not None

    in_a_second = time.now + timedelta(seconds=1)
    some: list[dict[str, Any]] = [{}, {"lapse_at": in_a_second}, {"capacity": 0, "allowance": 1}]
    some += [{"booked": 2}, {"held": 2}]
    for columns in some:
        assert sells(hall(db, **columns))
    none: list[dict[str, Any]] = [{"waiting": 1}, {"reserved": 1}, {"lapse_at": time.now}, {"closes_at": time.now}]
    none += [{"state": SessionState.DRAFT}, {"capacity": 0}, {"booked": 3}, {"held": 3}, {"booked": 1, "held": 2}]
    for columns in none:
        assert not sells(hall(db, **columns))


def test_what_ran_out_is_swept_though_nobody_asks(db, time):
    session, other = hall(db), hall(db)
    held = booking.hold(db, CODES, session.id, Wanted()).booking
    booking.hold(db, CODES, other.id, Wanted(), seconds=3600)
    assert settling.sweep(db) == 0
    time.passes(seconds=601)
    assert settling.sweep(db) == 1
    assert settling.sweep(db) == 0
    assert fresh(db, held).state is BookingState.LAPSED
    assert sums_are_right(db, session.id).lapse_at is None
