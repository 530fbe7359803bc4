"""Sessions on a pathway: seats taken and given back, who came, and what a trainer proposes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.errors import Conflict
from pathways.learning import agenda, answering, attending, events, following, mixing
from pathways.learning.agenda import Dated
from pathways.learning.limits import Limits
from pathways.learning.models import PathwayEvent, ProposalState, SeatProposal, StepKind, StepState, Way
from pathways.workshops.models import Attendance, Booking, BookingState, Presence
from pathways.workshops.seating import booking
from tests.learning.journeying import CODES, Journey


@pytest.fixture
def journey(db) -> Journey:
    return Journey(db)


@pytest.fixture
def pathway(journey):
    journey.made = journey.session("SEC-02")
    return journey.choose(Way.TOGETHER)


def attend(journey, pathway):
    return next(one for one in journey.steps(pathway) if one.kind is StepKind.ATTEND)


def came(journey, step) -> None:
    """The session is over, and its sheet says that they were there."""
    session = attending.seats(journey.db, [step])[0].session
    session.starts_at, session.ends_at = clock.now() - timedelta(hours=3), clock.now() - timedelta(hours=2)
    session.closes_at = session.starts_at
    there = Attendance(
        booking_id=step.booking_id,
        seat=1,
        session_id=session.id,
        presence=Presence.PRESENT,
        marks=[],
        account_id=journey.member.account_id,
        recorded_at=clock.now(),
    )
    journey.db.add(there)
    journey.db.flush()


def test_a_seat_is_taken_once_and_no_plan_takes_it_away(journey, pathway):
    step = attend(journey, pathway)
    made = answering.take(journey.db, CODES, pathway, step)
    assert answering.take(journey.db, CODES, pathway, step).id == made.id
    following.live_with(journey.db, journey.door, pathway, Limits(weekdays=((step_day(journey, step) + 1) % 7,)))
    assert attend(journey, pathway).id == step.id
    assert step.booking_id == made.id


def step_day(journey, step) -> int:
    return attending.seats(journey.db, [step])[0].session.starts_at.weekday()


def test_a_seat_that_is_given_back_is_gone_from_the_step(journey, pathway):
    step = attend(journey, pathway)
    made = answering.take(journey.db, CODES, pathway, step)
    booking.cancel(journey.db, made)
    assert following.is_stale(journey.db, pathway, clock.now())
    following.refresh(journey.db, journey.door, pathway)
    assert step.booking_id is None
    assert not step.locked


@pytest.mark.slow
def test_a_seat_that_moved_is_where_it_went(journey, pathway):
    step = attend(journey, pathway)
    made = answering.take(journey.db, CODES, pathway, step)
    other = journey.session("SEC-02", days=75)
    moved = booking.move(journey.db, CODES, made, other.id).booking
    following.refresh(journey.db, journey.door, pathway)
    assert (step.session_id, step.booking_id) == (other.id, moved.id)


@pytest.mark.parametrize("swept", [False, True])
def test_who_came_has_done_it(journey, pathway, swept):
    step = attend(journey, pathway)
    answering.take(journey.db, CODES, pathway, step)
    came(journey, step)
    if swept:
        assert attending.sweep(journey.db) == 1
        assert attending.sweep(journey.db) == 0
    assert following.is_stale(journey.db, pathway, clock.now())
    following.refresh(journey.db, journey.door, pathway)
    assert step.state is StepState.DONE
    query = sa.select(PathwayEvent).filter_by(pathway_id=pathway.id, kind=events.ATTENDED)
    assert len(journey.db.scalars(query).all()) == 1
    assert following.learnt(journey.db, pathway)[0].skills == {"SEC-02": following.LEARNT_SITTING_IN}


def test_a_seat_whose_sheet_is_not_filled_in_waits_some_days(journey, pathway):
    step = attend(journey, pathway)
    answering.take(journey.db, CODES, pathway, step)
    session = attending.seats(journey.db, [step])[0].session
    session.starts_at, session.ends_at = clock.now() - timedelta(hours=3), clock.now() - timedelta(hours=2)
    session.closes_at = session.starts_at
    journey.db.flush()
    following.refresh(journey.db, journey.door, pathway)
    assert step.state is StepState.OPEN
    session.starts_at -= timedelta(days=8)
    session.ends_at -= timedelta(days=8)
    journey.db.flush()
    following.refresh(journey.db, journey.door, pathway)
    assert step.state is StepState.GONE


@pytest.fixture
def proposal(journey):
    made = journey.session("SEC-02")
    pathway = journey.choose(Way.OWN_PACE)
    proposed = SeatProposal(session_id=made.id, pathway_id=pathway.id, skills=["SEC-02"])
    journey.db.add(proposed)
    journey.db.flush()
    return pathway, proposed


def test_yes_books_and_puts_the_session_on_the_pathway(journey, proposal):
    pathway, proposed = proposal
    assert [one for one, _ in answering.proposals(journey.db, pathway)] == [proposed]
    made = answering.accept(journey.db, journey.door, CODES, pathway, proposed)
    assert answering.accept(journey.db, journey.door, CODES, pathway, proposed).id == made.id
    assert (made.state, proposed.state) == (BookingState.CONFIRMED, ProposalState.ACCEPTED)
    assert attend(journey, pathway).booking_id == made.id
    assert all(one.kind is StepKind.ATTEND for one in journey.steps(pathway) if "SEC-02" in one.skills)


def test_no_is_said_once_and_books_nothing(journey, proposal):
    pathway, proposed = proposal
    for _ in range(2):
        answering.decline(journey.db, pathway, proposed)
    assert proposed.state is ProposalState.DECLINED
    assert not answering.proposals(journey.db, pathway)
    with pytest.raises(Conflict):
        answering.accept(journey.db, journey.door, CODES, pathway, proposed)
    assert not journey.db.scalars(sa.select(Booking).filter_by(session_id=proposed.session_id)).all()


def test_one_step_in_another_way_and_the_rest_as_it_was(journey):
    short, long = journey.resource("SEC-02", 3), journey.resource("SEC-02", 25)
    pathway = journey.choose(Way.OWN_PACE)
    step = journey.step(pathway, "SEC-02")
    assert step.resource_id == short.id
    offered = mixing.others(journey.db, journey.door, pathway, step)
    to = next(one.code for one in offered if one.resource is long)
    for _ in range(2):
        mixing.instead(journey.db, journey.door, pathway, step, to, key="a")
    following.refresh(journey.db, journey.door, pathway)
    assert journey.step(pathway, "SEC-02").resource_id == long.id
    with pytest.raises(Conflict):
        mixing.instead(journey.db, journey.door, pathway, step, "resource:nothing", key="b")


def test_the_calendar_has_the_session_at_its_hour_and_sittings_on_free_days(journey, pathway, settings):
    step = attend(journey, pathway)
    [seat] = attending.seats(journey.db, [step])
    dated = [
        Dated(one, "Une étape", "Une étape", seat.session if one.id == step.id else None)
        for one in journey.steps(pathway)
    ]
    made = agenda.of_pathway(pathway, dated, settings, "fr", clock.now()).decode()
    assert seat.session.code in made
    assert made.count("BEGIN:VEVENT") > 1
    assert made.count("DTSTART;VALUE=DATE:") == made.count("BEGIN:VEVENT") - 1
    days = agenda.sittings(dated, Limits(weekdays=(2,)), clock.now().date()).sittings
    alone = [one for one in days if all(part.key != str(step.id) for part in one.parts)]
    assert {one.on.weekday() for one in alone} == {2}
