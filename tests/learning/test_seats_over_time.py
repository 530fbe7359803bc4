"""Seats that are proposed, as time goes by: what a yes, a no and a lost seat leave behind them."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.learning import answering, following, mixing
from pathways.learning.models import ProposalState, SeatProposal, Step
from pathways.learning.trainers import adjusting, grouping, proposing, weighing
from pathways.learning.trainers.adjusting import Act, Change, Overtaken
from pathways.workshops.models import Booking, BookingState
from pathways.workshops.seating import booking
from tests.conftest import SECRET
from tests.learning.journeying import CODES
from tests.learning.test_adjusting import Trained
from tests.learning.test_grouping import Room


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


@pytest.fixture
def trained(db, door) -> Trained:
    return Trained(db, door)


@pytest.fixture
def room(db, door) -> Room:
    return Room(db, door, people=1)


def proposed(trained) -> SeatProposal:
    proposing.propose(trained.db, trained.member, trained.session.id, [trained.pathway.id])
    return trained.db.scalars(sa.select(SeatProposal)).one()


def overtaken(trained, seen: int) -> None:
    """Neither is the trainer's last change taken back, nor is another one made from the page that they have."""
    assert not adjusting.can_undo(trained.pathway)
    for version in (seen, trained.pathway.version):
        with pytest.raises(Overtaken):
            adjusting.undo(trained.db, trained.member, trained.pathway.id, version=version, key=f"undo {version}")
    with pytest.raises(Overtaken):
        trained.do(Act.ADD, version=seen, words="Un autre pas", minutes=5)


def test_a_yes_is_not_taken_away_by_the_trainers_undo(trained):
    trained.do(Act.ADD, words="Un pas", minutes=5)
    proposal, seen = proposed(trained), trained.pathway.version
    made = answering.accept(trained.db, trained.door, CODES, trained.pathway, proposal)
    overtaken(trained, seen)
    assert any(one.booking_id == made.id for one in trained.open_steps())


def test_a_no_is_something_that_happened(trained):
    trained.do(Act.ADD, words="Un pas", minutes=5)
    proposal, seen = proposed(trained), trained.pathway.version
    answering.decline(trained.db, trained.pathway, proposal)
    overtaken(trained, seen)


def test_a_seat_that_is_taken_is_not_taken_away(trained):
    trained.do(Act.REPLACE, trained.step("SEC-02"), to=f"session:{trained.session.id}")
    trained.do(Act.ADD, words="Un pas", minutes=5)
    proposal, seen = proposed(trained), trained.pathway.version
    step = trained.step("SEC-02")
    made = answering.take(trained.db, CODES, trained.pathway, step)
    overtaken(trained, seen)
    assert step.booking_id == made.id
    assert (proposal.state, proposal.booking_id) == (ProposalState.ACCEPTED, made.id)  # it is one seat, not two


def test_whoever_has_the_seat_and_says_yes_has_one(trained):
    trained.do(Act.REPLACE, trained.step("SEC-02"), to=f"session:{trained.session.id}")
    made = answering.take(trained.db, CODES, trained.pathway, trained.step("SEC-02"))
    proposal = proposed(trained)
    assert answering.accept(trained.db, trained.door, CODES, trained.pathway, proposal).id == made.id
    assert trained.db.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1


def test_another_way_that_the_person_took_stays(trained):
    trained.do(Act.ADD, words="Un pas", minutes=5)
    seen, step = trained.pathway.version, trained.step("SEC-02")
    to = f"resource:{trained.long.id}"
    mixing.instead(trained.db, trained.door, trained.pathway, step, to, key="instead")
    overtaken(trained, seen)
    assert trained.step("SEC-02").resource_id == trained.long.id


def test_a_yes_that_is_refused_leaves_nothing(trained):
    proposal, version = proposed(trained), trained.pathway.version
    trained.session.capacity = trained.session.booked
    trained.db.flush()
    with pytest.raises(booking.Full):
        answering.accept(trained.db, trained.door, CODES, trained.pathway, proposal)
    trained.db.flush()
    there = sa.select(Step).filter_by(pathway_id=trained.pathway.id, session_id=trained.session.id)
    assert trained.db.scalars(there).all() == []
    assert (proposal.state, trained.pathway.version) == (ProposalState.OPEN, version)


def lacks(room) -> bool:
    """Whether the page still says that the person has NAV-03 to learn."""
    [walker] = [one for one in grouping.of(room.db, room.member).people if one.pathway.id == room.goers[0].id]
    return "NAV-03" in walker.todo


def over(room) -> None:
    room.session.starts_at = room.session.closes_at = clock.now() - timedelta(days=9)
    room.session.ends_at = room.session.starts_at + timedelta(hours=1)
    room.db.flush()


def test_a_seat_that_nobody_answered_counts_until_its_session(room):
    assert lacks(room)
    proposing.propose(room.db, room.member, room.session.id, [room.goers[0].id])
    assert not lacks(room)
    assert proposing.sweep(room.db) == 0
    over(room)
    assert lacks(room)
    assert [proposing.sweep(room.db) for _ in range(2)] == [1, 0]
    assert room.db.scalars(sa.select(SeatProposal)).one().state is ProposalState.WITHDRAWN


def test_a_seat_counts_as_long_as_it_stands(room, door):
    pathway = room.goers[0]
    proposing.propose(room.db, room.member, room.session.id, [pathway.id])
    made = answering.accept(room.db, door, CODES, pathway, room.db.scalars(sa.select(SeatProposal)).one())
    assert not lacks(room)
    booking.cancel(room.db, made)
    assert made.state is BookingState.CANCELLED_BY_PERSON
    following.refresh(room.db, door, pathway)
    assert lacks(room)


def test_who_was_not_there_lacks_it_still(room, door):
    pathway = room.goers[0]
    proposing.propose(room.db, room.member, room.session.id, [pathway.id])
    answering.accept(room.db, door, CODES, pathway, room.db.scalars(sa.select(SeatProposal)).one())
    over(room)
    following.refresh(room.db, door, pathway)
    assert lacks(room)


def test_nobody_is_left_out_for_good(room, monkeypatch):
    monkeypatch.setattr(grouping, "MOST_PEOPLE", 2)
    pages = [grouping.of(room.db, room.member, skip=skip) for skip in (0, 2, 99)]
    seen = [[one.pathway.id for one in page.people] for page in pages]
    assert {one for page in seen for one in page} == {one.id for one in (*room.goers, room.alone, room.other)}
    assert seen[2] == seen[0]
    assert [(one.found, one.skipped) for one in pages] == [(3, 0), (3, 2), (3, 0)]


def test_a_price_is_told_and_nothing_is_written(trained):
    step = trained.step("SEC-02")
    before = (trained.pathway.version, step.resource_id, step.locked, len(trained.open_steps()))
    change = Change(Act.REPLACE, step.id, to=f"session:{trained.session.id}")
    assert trained.price(Act.REPLACE, step, to=change.to).cost.minutes > 0
    assert not trained.db.new
    assert not trained.db.dirty
    assert (trained.pathway.version, step.resource_id, step.locked, len(trained.open_steps())) == before
    with pytest.raises(Overtaken):
        weighing.preview(trained.db, trained.door, trained.member, trained.pathway.id, change, version=before[0] - 1)


def test_every_lock_has_its_cost_alone_or_with_others(trained):
    steps = trained.open_steps()[:8]
    for step in steps:
        step.locked = True
    trained.db.flush()
    seen = weighing.situation(trained.db, trained.door, trained.pathway, clock.now())
    locks = weighing.costs_of_locks(seen, first=steps[-1].id)
    assert len(locks.each) == weighing.MOST_PRICED
    assert steps[-1].id in locks.each
    assert locks.each.keys() | set(locks.others) == {one.id for one in steps}
    assert locks.rest is not None
