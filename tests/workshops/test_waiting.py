"""The waiting list: who comes next, until when an offer stands, and that nobody overtakes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pathways.errors import Invalid, NotFound
from pathways.outbox import OutboxEvent
from pathways.people import files
from pathways.people.models import Membership
from pathways.permissions import Role
from pathways.workshops.models import BookingState, Channel, DeskTask, WaitingRule, WaitingState
from pathways.workshops.seating import asking, booking, desk_tasks, seats, settling, waiting
from pathways.workshops.seating.booking import Full, Locked, NotHeld, Overtaking, Wanted
from pathways.workshops.seating.deadlines import offer_ends
from pathways.workshops.seating.fitting import Party, Seats
from tests.workshops.offering import member_of
from tests.workshops.seating import CODES, NOON, Time, book, fresh, hall, join, prescriber_of, sums_are_right

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def time(monkeypatch) -> Time:
    return Time(monkeypatch)


def states(db, *entries) -> list[str]:
    return [str(fresh(db, one).state) for one in entries]


def test_freed_seats_are_held_for_the_first_who_waits(db, time):
    session = hall(db, capacity=2)
    taken = book(db, session, 2).booking
    first, second, third = (join(db, session) for _ in range(3))
    assert [waiting.ahead(db, one) for one in (first, second, third)] == [0, 1, 2]
    booking.cancel(db, taken)
    assert states(db, first, second, third) == ["offered", "offered", "waiting"]
    with pytest.raises(Full):
        book(db, session)
    made = waiting.accept(db, CODES, first)
    assert (made.booking.state, fresh(db, first).state) == (BookingState.CONFIRMED, WaitingState.ACCEPTED)
    assert booking.of_token(db, CODES, made.token) is made.booking
    assert waiting.accept(db, CODES, first).token == made.token
    waiting.decline(db, second)
    assert states(db, second, third) == ["declined", "offered"]
    sums_are_right(db, session.id)


def test_nobody_overtakes_whatever_the_door(db, time):
    member = member_of(db)
    session = hall(db, capacity=3, member=member)
    book(db, session, 2)
    join(db, session, 2)
    for by in (None, member, prescriber_of(db)):
        with pytest.raises(Overtaking):
            book(db, session, by=by)
        with pytest.raises(Overtaking):
            booking.hold(db, CODES, session.id, Wanted(), by=by)
    assert sums_are_right(db, session.id).booked == 2


def test_strictly_nobody_passes_and_best_fit_lets_pass_for_a_week(db, time):
    strict, best = hall(db, capacity=3), hall(db, capacity=3, waiting_rule=WaitingRule.BEST_FIT)
    for session in (strict, best):
        book(db, session, 2)
    family, family_too = join(db, strict, 3), join(db, best, 3)
    one, passes = join(db, strict), join(db, best)
    assert states(db, family, one, family_too, passes) == ["waiting", "waiting", "waiting", "offered"]
    waiting.decline(db, passes)
    time.passes(days=7)
    late = join(db, best)
    assert states(db, family_too, late) == ["waiting", "waiting"]
    with pytest.raises(Overtaking):
        book(db, best)


def test_class_before_number(db, time):
    session = hall(db, capacity=1)
    taken = book(db, session).booking
    usual, first = join(db, session), join(db, session, priority=waiting.FIRST)
    assert (waiting.ahead(db, usual), waiting.ahead(db, first)) == (1, 0)
    booking.cancel(db, taken)
    assert states(db, usual, first) == ["waiting", "offered"]


def test_an_offer_that_ran_out_costs_the_place_the_second_time_and_ends_the_third(db, time):
    session = hall(db, capacity=1, days=30)
    taken = book(db, session).booking
    slow, next_one = join(db, session), join(db, session)
    booking.cancel(db, taken)
    for then in (
        ["offered", "waiting"],  # once more
        ["waiting", "offered"],  # to the end
        ["waiting", "offered"],
        ["offered", "waiting"],
        ["expired", "offered"],
        ["expired", "expired"],
    ):
        time.passes(days=1)  # noon to noon: an offer lasts a day of the calendar
        settling.sweep(db)
        assert states(db, slow, next_one) == then
        session = sums_are_right(db, session.id)
    assert (session.waiting, session.held) == (0, 0)
    with pytest.raises(NotHeld):
        waiting.accept(db, CODES, slow)
    book(db, session)


def test_an_offer_that_ran_out_cannot_be_accepted_though_nobody_swept(db, time):
    session = hall(db, capacity=1, days=30)
    taken = book(db, session).booking
    entry = join(db, session)
    booking.cancel(db, taken)
    assert waiting.offered(db, entry) is not None
    time.passes(days=1)
    assert waiting.offered(db, entry) is None
    made = waiting.accept(
        db, CODES, entry
    )  # it was the first time: the seat is offered to them again, and they take it
    assert made.booking.state is BookingState.CONFIRMED
    assert entry.returns == 1
    sums_are_right(db, session.id)


def test_whoever_stops_waiting_lets_the_next_one_in(db, time):
    session = hall(db, capacity=2)
    book(db, session)
    family, one = join(db, session, 2), join(db, session)
    waiting.withdraw(db, family)
    waiting.withdraw(db, family)
    assert states(db, family, one) == ["withdrawn", "offered"]
    waiting.withdraw(db, one)
    assert states(db, one) == ["withdrawn"]
    session = sums_are_right(db, session.id)
    assert (session.waiting, session.held) == (0, 0)


def test_near_the_start_nothing_is_offered_and_seats_are_for_whoever_comes(db, time):
    session = hall(db, capacity=1, days=1)
    taken = book(db, session).booking
    entry, other = join(db, session), join(db, session)
    time.passes(hours=20)  # eight in the morning, four hours before
    booking.cancel(db, taken)
    assert states(db, entry, other) == ["waiting", "waiting"]
    with pytest.raises(Locked):
        join(db, session)
    made = waiting.accept(db, CODES, other)
    assert made.booking.state is BookingState.CONFIRMED
    with pytest.raises(Full):
        waiting.accept(db, CODES, entry)
    booking.cancel(db, made.booking)
    book(db, session)  # somebody who never waited
    sums_are_right(db, session.id)


def test_who_waits_keeps_their_file(db, time):
    member = member_of(db)
    session = hall(db, capacity=3, waiting_rule=WaitingRule.BEST_FIT)
    taken = book(db, session, 2).booking
    one, other = (files.create(db, member, label=label).id for label in "AB")
    entry, second = (join(db, session, 2, by=member, file_id=file_id) for file_id in (one, other))
    with pytest.raises(asking.AlreadyWaiting):
        join(db, session, by=member, file_id=one)
    for by in (None, member_of(db)):
        with pytest.raises(NotFound):
            join(db, session, by=by, file_id=one)
    book(db, session, by=member, file_id=other)  # a seat beside the line, which waits for two
    booking.cancel(db, taken)
    made = waiting.accept(db, CODES, entry).booking
    assert made.file_id == one
    with pytest.raises(asking.AlreadyBooked):
        join(db, session, by=member, file_id=one)
    booking.cancel(db, made)
    assert waiting.accept(db, CODES, second).booking.file_id is None  # one seat of a session for each file
    sums_are_right(db, session.id)


def test_an_offer_is_told_only_while_it_stands(db, time):
    member = member_of(db)
    session = hall(db, capacity=1, member=member)
    taken = book(db, session).booking
    entry, other = join(db, session), join(db, session)
    booking.cancel(db, taken)

    def told():
        db.flush()
        return [one.entry_id for one in desk_tasks.open_tasks(db, member)]

    def left():
        """Not done yet, though nobody is shown it."""
        return db.scalars(sa.select(DeskTask.entry_id).where(DeskTask.done_at.is_(None))).all()

    assert told() == [entry.id]
    time.passes(days=1, hours=1)
    assert told() == []  # nobody has swept
    assert settling.sweep(db) == 1
    assert told() == left() == [entry.id]  # made once more: one task, not two
    waiting.withdraw(db, entry)
    assert told() == left() == [other.id]
    task = db.scalars(sa.select(DeskTask).where(DeskTask.done_at.is_(None))).one()
    waiting.accept(db, CODES, other)
    assert told() == left() == []
    assert desk_tasks.done(db, member, task.id).done_by == member.account_id


def test_the_task_of_who_left_is_the_desks(db, time):
    member, prescriber = member_of(db), prescriber_of(db)
    colleague = member_of(db, organisation_id=prescriber.organisation_id)
    session = hall(db, capacity=1, member=member)
    taken = book(db, session).booking
    how: dict[str, Any] = {"by": prescriber, "channel": Channel.PRESCRIBER}
    entry, later = join(db, session, **how), join(db, session, **how)
    booking.cancel(db, taken)
    assert [one.entry_id for one in desk_tasks.open_tasks(db, prescriber)] == [entry.id]
    assert desk_tasks.open_tasks(db, colleague) == []
    role = sa.update(Membership).filter_by(account_id=prescriber.account_id)
    db.execute(role.values(role=Role.TRANSLATOR))  # who may not book any more opens no tasks
    assert [one.entry_id for one in desk_tasks.open_tasks(db, colleague)] == [entry.id]
    waiting.decline(db, entry)
    assert [one.entry_id for one in desk_tasks.open_tasks(db, colleague)] == [later.id]
    gone = sa.delete(Membership).filter_by(organisation_id=prescriber.organisation_id)
    db.execute(gone)
    time.passes(days=1, hours=1)
    settling.sweep(db)
    assert [one.entry_id for one in desk_tasks.open_tasks(db, member)] == [later.id]  # nobody is left over there


def test_who_has_no_channel_becomes_a_task_and_who_has_one_is_told(db, time):
    member = member_of(db)
    session = hall(db, capacity=4, member=member)
    taken = book(db, session, 4).booking
    prescriber = prescriber_of(db)
    alone = join(db, session)
    mailed = join(db, session, channel=Channel.EMAIL, contact="une@exemple.fr")
    hers = join(db, session, by=prescriber, channel=Channel.PRESCRIBER)
    desk = join(db, session, by=member)
    booking.cancel(db, taken)
    db.flush()
    told = db.scalars(sa.select(OutboxEvent).filter_by(name="SeatsOffered")).all()
    assert [one.payload for one in told] == [{"entry_id": str(mailed.id)}]
    tasks = {one.entry_id: one for one in db.scalars(sa.select(DeskTask))}
    assert set(tasks) == {alone.id, hers.id, desk.id}
    assert all(one.due_at == time.now + timedelta(days=1) for one in tasks.values())
    assert {one.entry_id for one in desk_tasks.open_tasks(db, member)} == {alone.id, desk.id}
    assert [one.entry_id for one in desk_tasks.open_tasks(db, prescriber)] == [hers.id]
    task = tasks[alone.id]
    with pytest.raises(NotFound):
        desk_tasks.done(db, prescriber, task.id)
    for _ in range(2):
        assert desk_tasks.done(db, member, task.id).done_by == member.account_id
    assert [one.entry_id for one in desk_tasks.open_tasks(db, member)] == [desk.id]


def test_more_seats_are_offered_at_once(db, time):
    member = member_of(db)
    session = hall(db, capacity=1, member=member)
    book(db, session)
    entries = [join(db, session) for _ in range(4)]
    seats.allow(db, member, session, 3, "Deux chaises de plus, prêtées par la mairie")
    assert states(db, *entries) == ["offered"] * 3 + ["waiting"]
    sums_are_right(db, session.id)


def test_who_joins_while_there_is_room_is_offered_it_at_once(db, time):
    session = hall(db, capacity=2)
    assert states(db, join(db, session, 2)) == ["offered"]
    with pytest.raises(Invalid):
        join(db, session, 3)


def test_the_codes_of_an_entry(db, time):
    session = hall(db, capacity=0, allowance=1)
    waits = waiting.join(db, CODES, session.id, Wanted())
    assert waiting.of_token(db, CODES, waits.token) is waits.entry
    assert waiting.find_code(db, CODES, waits.code.lower()) is waits.entry
    assert waiting.find_code(db, CODES, "22222222") is None
    with pytest.raises(NotFound):
        waiting.of_token(db, CODES, "x" * 43)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        ("2026-12-01T12:00", "2026-12-15T14:00", "2026-12-02T12:00"),  # a day of the calendar
        ("2026-12-01T22:30", "2026-12-15T14:00", "2026-12-02T20:00"),  # the night does not count
        ("2026-12-01T12:00", "2026-12-02T14:00", "2026-12-01T15:20"),  # a third of ten waking hours
        ("2026-12-01T12:00", "2026-12-01T17:00", "2026-12-01T13:00"),  # an hour at least, and never past the end
        ("2026-12-01T12:00", "2026-12-01T16:40", "2026-12-01T12:40"),
        ("2026-12-01T12:00", "2026-12-01T16:29", None),
        ("2026-12-01T20:30", "2026-12-02T10:00", None),  # six in the morning is no time to answer
        ("2026-12-01T20:30", "2026-12-02T13:30", "2026-12-02T09:00"),
        ("2026-10-24T19:00", "2026-11-15T14:00", "2026-10-25T19:00"),  # over the night with an hour more
        ("2026-12-15T16:00", "2026-12-15T14:00", None),
    ],
)
def test_until_when_an_offer_stands(now, starts, ends):
    found = offer_ends(paris(now), starts_at=paris(starts), closes_at=paris(starts), timezone="Europe/Paris")
    assert found == (paris(ends) if ends else None)


def test_booking_that_closes_early_ends_offers_early():
    closes = paris("2026-12-02T10:00")
    how = {"starts_at": paris("2026-12-05T10:00"), "closes_at": closes, "timezone": "Europe/Paris"}
    assert offer_ends(paris("2026-12-01T19:00"), **how) == paris("2026-12-01T20:00")
    assert offer_ends(closes, **how) is None


@given(st.integers(0, 60 * 24 * 10), st.integers(0, 60 * 24 * 20), st.sampled_from(["Europe/Paris", "Indian/Reunion"]))
def test_an_offer_never_ends_at_night_nor_late_nor_before_somebody_could_answer(after, ahead, timezone):
    now = NOON + timedelta(minutes=after)
    starts = now + timedelta(minutes=ahead)
    ends = offer_ends(now, starts_at=starts, closes_at=starts, timezone=timezone)
    if ends is not None:
        assert now + timedelta(minutes=30) <= ends <= starts - timedelta(hours=4)
        assert ends - now <= timedelta(days=1, hours=12)
        local = ends.astimezone(ZoneInfo(timezone))
        assert 8 <= local.hour < 20 or (local.hour, local.minute) == (20, 0)


_PARTIES = st.lists(
    st.builds(
        Party,
        st.integers(1, 4),
        st.sampled_from([(None,), ("ti", None), ("prescribers", None), ("prescribers", "ti", None), ("van",)]),
        tired=st.booleans(),
    ),
    max_size=8,
)


@given(
    _PARTIES,
    st.fixed_dictionaries({one: st.integers(0, 5) for one in (None, "ti", "prescribers", "van")}),
    st.booleans(),
)
def test_the_rule_of_the_line(parties, free, strict):
    """Nobody gets seats that somebody before them could have had; strictly, or once tired, not even waits for."""
    seats_now = Seats(dict(free), strict)
    before = []
    for party in parties:
        left = dict(seats_now.free)
        fits, pot = seats_now.take(party)
        if fits:
            assert left[pot] >= party.size
            assert seats_now.free[pot] == left[pot] - party.size
            for other in before:
                assert pot not in other.pots or (left[pot] < other.size and not strict and not other.tired)
        else:
            before.append(party)
            shut = {one for other in before if strict or other.tired for one in other.pots}
            assert all(one in shut or left[one] < party.size for one in party.pots)
    assert all(0 <= seats_now.free[one] <= free[one] for one in free)
