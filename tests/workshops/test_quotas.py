"""Seats kept for some, and how many there are at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import sqlalchemy.exc

from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.permissions import Role
from pathways.workshops.models import QuotaKind, SeatChange, Via, WorkshopSession
from pathways.workshops.seating import booking, seats
from pathways.workshops.seating.booking import Full, Wanted
from pathways.workshops.seating.seats import Share, Standing
from tests.workshops.offering import member_of
from tests.workshops.seating import CODES, Time, book, fresh, hall, join, prescriber_of, sums_are_right


@pytest.fixture
def time(monkeypatch) -> Time:
    return Time(monkeypatch)


def test_seats_kept_for_a_language_are_for_who_asks_for_it(db, time):
    session = hall(db, capacity=3)
    (kept,) = seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 2)])
    assert seats.free(session) == 1
    assert book(db, session, language="ti").booking.quota_id == kept.id
    assert book(db, session, language="fr").booking.quota_id is None
    with pytest.raises(Full):
        book(db, session, language="fr")
    with pytest.raises(Full):
        book(db, session, 2, language="ti")  # one kept, none common: a party sits together
    book(db, session, language="ti")
    session = sums_are_right(db, session.id)
    assert (session.booked, session.reserved) == (3, 0)


def test_who_is_entitled_overflows_into_the_common_seats(db, time):
    session = hall(db, capacity=2)
    seats.set_quotas(db, session, [Share(QuotaKind.PRESCRIBERS, capacity=1)])
    prescriber = prescriber_of(db)
    first, second = (book(db, session, by=prescriber).booking.quota_id for _ in range(2))
    assert first is not None
    assert second is None
    sums_are_right(db, session.id)


def test_each_kind_of_quota_knows_its_people(db, time):
    partner = member_of(db)
    session = hall(db, capacity=5)
    kept = {
        one.kind: one.id
        for one in seats.set_quotas(
            db,
            session,
            [
                Share(QuotaKind.LANGUAGE, "ti", 1),
                Share(QuotaKind.INTERPRETER, capacity=1),
                Share(QuotaKind.STRUCTURE, str(partner.organisation_id), 1, funder="Département"),
                Share(QuotaKind.VAN, "tour", 1),
                Share(QuotaKind.WISHES, capacity=1),
            ],
        )
    }
    with pytest.raises(Full):
        book(db, session)
    assert book(db, session, language="ti").booking.quota_id == kept[QuotaKind.LANGUAGE]
    assert book(db, session, needs=["interpreter"]).booking.quota_id == kept[QuotaKind.INTERPRETER]
    assert book(db, session, by=partner).booking.quota_id == kept[QuotaKind.STRUCTURE]
    with pytest.raises(Full):
        book(db, session, via=Via.VAN)
    with pytest.raises(Full):
        book(db, session, quota_id=kept[QuotaKind.VAN])  # whoever is not in the van
    assert book(db, session, via=Via.VAN, quota_id=kept[QuotaKind.VAN]).booking.via is Via.VAN
    with pytest.raises(Full):
        book(db, session, via=Via.VAN, quota_id=kept[QuotaKind.VAN])
    assert book(db, session, quota_id=kept[QuotaKind.WISHES]).booking.quota_id == kept[QuotaKind.WISHES]
    assert sums_are_right(db, session.id).booked == 5


def test_a_van_tells_what_it_sold_after_the_start(db, time):
    session = hall(db, capacity=2)
    (kept,) = seats.set_quotas(db, session, [Share(QuotaKind.VAN, "tour", 1)])
    time.passes(days=14, hours=5)
    assert book(db, session, via=Via.VAN, quota_id=kept.id).booking.quota_id == kept.id
    with pytest.raises(Full):
        book(db, session, via=Via.VAN, quota_id=kept.id)
    sums_are_right(db, session.id)


def test_unsold_seats_are_everybodys_after_the_day(db, time):
    session = hall(db, capacity=3)
    until = time.now + timedelta(days=2)
    (kept,) = seats.set_quotas(db, session, [Share(QuotaKind.PRESCRIBERS, capacity=3, until=until)])
    mine = book(db, session, by=prescriber_of(db)).booking
    with pytest.raises(Full):
        book(db, session)
    time.passes(days=2)
    assert seats.availability(db, session).free == 2
    book(db, session)
    assert fresh(db, kept).released_at == time.now
    assert (kept.booked, sums_are_right(db, session.id).reserved) == (1, 0)
    booking.cancel(db, mine)  # its seat is everybody's, too
    book(db, session, 2)
    assert sums_are_right(db, session.id).booked == 3


def test_released_seats_go_to_who_waits(db, time):
    session = hall(db, capacity=1)
    seats.set_quotas(db, session, [Share(QuotaKind.PRESCRIBERS, capacity=1, until=time.now + timedelta(days=1))])
    entry = join(db, session)
    assert entry.state == "waiting"
    time.passes(days=1)
    with pytest.raises(Full):
        book(db, session)
    assert fresh(db, entry).state == "offered"


def test_a_cancelled_seat_goes_back_to_its_quota(db, time):
    session = hall(db, capacity=1)
    (kept,) = seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 1)])
    booking.cancel(db, book(db, session, language="ti").booking)
    assert (fresh(db, kept).booked, sums_are_right(db, session.id).reserved) == (0, 1)
    with pytest.raises(Full):
        book(db, session)


def test_a_quota_is_not_held_up_by_who_waits_for_something_else(db, time):
    session = hall(db, capacity=2)
    seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 1)])
    book(db, session)
    french = join(db, session)
    assert fresh(db, french).state == "waiting"
    assert book(db, session, language="ti").booking.quota_id is not None  # nobody before them may have that seat
    tigrinya = join(db, session, language="ti")
    for one in db.scalars(sa.select(booking.Booking).filter_by(session_id=session.id)).all():
        booking.cancel(db, one)
    assert (fresh(db, french).state, fresh(db, tigrinya).state) == ("offered", "offered")
    sums_are_right(db, session.id)


def test_who_waits_for_a_kept_seat_is_not_overtaken_in_it(db, time):
    session = hall(db, capacity=2)
    seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 2)])
    taken = book(db, session, language="ti").booking
    join(db, session, 2, language="ti")
    with pytest.raises(booking.Overtaking):
        book(db, session, language="ti")
    booking.cancel(db, taken)
    session = sums_are_right(db, session.id)
    assert (session.held, session.reserved) == (2, 0)


def test_quotas_stay_within_the_seats_and_what_is_sold_stays_sold(db, time):
    session = hall(db, capacity=4)
    book(db, session, 2)
    with pytest.raises(Conflict):
        seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 3)])
    db.rollback()


def test_a_quota_changes_and_goes(db, time):
    session = hall(db, capacity=4)
    seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 2), Share(QuotaKind.PRESCRIBERS, capacity=1)])
    book(db, session, 2, language="ti")
    (kept,) = seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 3)])
    assert (kept.booked, sums_are_right(db, session.id).reserved) == (2, 1)
    with pytest.raises(Conflict):
        seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 1)])
    assert seats.set_quotas(db, session, []) == []
    assert (seats.free(sums_are_right(db, session.id)), session.reserved) == (2, 0)
    (again,) = seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 2)])
    assert (again.id, again.booked, again.released_at) == (kept.id, 2, None)
    with pytest.raises(Invalid):
        seats.set_quotas(db, session, [Share(QuotaKind.VAN, "a", 1), Share(QuotaKind.VAN, "a", 1)])


def test_an_allowance_has_an_author_and_a_reason(db, time):
    member = member_of(db)
    session = hall(db, capacity=1, member=member)
    book(db, session)
    with pytest.raises(Full):
        book(db, session)
    for reason in ("", "  ", "x" * 201):
        with pytest.raises(Invalid):
            seats.allow(db, member, session, 1, reason)
    with pytest.raises(NotFound):
        seats.allow(db, member_of(db), session, 1, "Une chaise de plus")
    with pytest.raises(Forbidden):
        other = member_of(db, organisation_id=member.organisation_id, role=Role.PRESCRIBER)
        seats.allow(db, other, session, 1, "Une chaise de plus")
    change = seats.allow(db, member, session, 1, "Une chaise de plus")
    assert (change.before, change.after) == ({"capacity": 1, "allowance": 0}, {"capacity": 1, "allowance": 1})
    book(db, session)
    with pytest.raises(Conflict):
        seats.allow(db, member, session, 0, "La chaise est repartie")
    db.refresh(session)
    assert db.scalar(sa.select(sa.func.count()).select_from(SeatChange)) == 1
    assert change.account_id == member.account_id


@pytest.mark.parametrize("column", ["booked", "held", "reserved"])
def test_the_database_itself_refuses_one_seat_too_many(db, time, column):
    """The net under the gate: whoever goes around it is refused by the constraint."""
    session = hall(db, capacity=2)
    over = sa.update(WorkshopSession).where(WorkshopSession.id == session.id)
    with pytest.raises(sqlalchemy.exc.IntegrityError), db.begin_nested():
        db.execute(over.values({column: 3}))
    with pytest.raises(sqlalchemy.exc.IntegrityError), db.begin_nested():
        db.execute(over.values({column: -1}))


def test_what_a_session_is_at_each_moment(db, time):
    session = hall(db, capacity=1, closes_at=time.now + timedelta(days=13))

    def now() -> Standing:
        seen = seats.availability(db, session).standing
        assert seen is seats.standing(session, time.now)
        return seen

    assert now() is Standing.OPEN
    book(db, session)
    assert now() is Standing.FULL
    time.passes(days=13)
    assert now() is Standing.LOCKED
    time.passes(days=1)
    assert now() is Standing.RUNNING
    time.passes(hours=2)
    assert now() is Standing.OVER


def test_availability_sees_what_ran_out_before_anybody_swept(db, time):
    session = hall(db, capacity=3)
    seats.set_quotas(db, session, [Share(QuotaKind.LANGUAGE, "ti", 2)])
    booking.hold(db, CODES, session.id, Wanted())
    booking.hold(db, CODES, session.id, Wanted(language="ti"))
    found = seats.availability(db, session)
    assert (found.free, found.kept, found.standing) == (0, 1, Standing.FULL)
    time.passes(seconds=601)
    found = seats.availability(db, session)
    assert (found.free, found.kept, found.standing) == (1, 2, Standing.OPEN)
