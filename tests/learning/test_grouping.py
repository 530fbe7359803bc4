"""Who could go to which session, and seats that are proposed: nobody is enrolled, nobody is asked twice."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, NotFound
from pathways.learning.models import PathwayEvent, ProposalState, SeatProposal, Way
from pathways.learning.trainers import grouping, proposing
from pathways.workshops.models import Booking
from tests.conftest import SECRET
from tests.insights.crowds import SKILLS, Crowd
from tests.learning.walkers import FRAMEWORK, a_goal, a_walker
from tests.workshops import offering

LACKING = dict.fromkeys(SKILLS, "correct") | {"NAV-03": "dont_know"}


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


class Room:
    """Four people who lack the same, one of whom prefers to learn alone and one who speaks another language; a session
    of two seats.
    """

    def __init__(self, db, door, *, seats: int = 2, people: int = 2) -> None:
        self.db, self.crowd = db, Crowd.new(db)
        self.member = self.crowd.member
        taught = tuple(f"{FRAMEWORK}:{code}" for code in ("NAV-03", "NAV-04"))
        workshop = offering.workshop_of(db, self.member, skills=taught, languages=("fr", "ar"))
        place = offering.place_of(db, self.member)
        self.session = offering.session_of(
            db, self.member, workshop, place_id=place.id, languages=("fr", "ar"), seats=seats
        )
        goal = a_goal(db, self.member, **{"NAV-03": 3})

        def walker(way=Way.QUICKEST, language="ar"):
            return a_walker(db, door, self.crowd, goal, outcomes=LACKING, way=way, language=language).pathway

        self.goers = [walker() for _ in range(people)]
        self.alone, self.other = walker(Way.OWN_PACE), walker(language="uk")


@pytest.fixture
def room(db, door) -> Room:
    return Room(db, door)


def test_a_session_says_who_lacks_it_and_whom_it_would_serve(room):
    found = grouping.of(room.db, room.member)
    assert len(found.people) == 4
    [chance] = found.chances
    assert len(chance.lacking) == 4
    assert {one.walker.pathway.id for one in chance.served} == {one.id for one in room.goers}
    assert {one.code for one in chance.skills} == {"NAV-03", "NAV-04"}
    assert chance.cannot == 2
    assert "NAV-03" in [skill.code for skill, _ in found.gaps]
    assert found.assignment is not None
    assert found.assignment.gain >= found.assignment.greedy_gain
    assert found.assignment.gap == 0.0


@pytest.mark.slow
def test_few_seats_serve_few(db, door):
    room = Room(db, door, seats=1, people=3)
    [chance] = grouping.of(db, room.member).chances
    assert len(chance.served) == 1
    assert chance.free == 1


def test_seats_are_proposed_and_nobody_is_enrolled(room):
    ids = [one.id for one in room.goers]
    assert proposing.propose(room.db, room.member, room.session.id, ids) == 2
    assert proposing.propose(room.db, room.member, room.session.id, ids) == 0
    rows = room.db.scalars(sa.select(SeatProposal)).all()
    assert [(one.state, sorted(one.skills)) for one in rows] == [(ProposalState.OPEN, ["NAV-03", "NAV-04"])] * 2
    assert room.db.scalar(sa.select(sa.func.count()).select_from(Booking)) == 0
    happened = room.db.scalars(sa.select(PathwayEvent).filter_by(kind="seat_proposed")).all()
    assert {one.account_id for one in happened} == {room.member.account_id}
    [chance] = grouping.of(room.db, room.member).chances
    assert (chance.free, chance.served) == (0, ())
    with pytest.raises(Conflict):
        proposing.propose(room.db, room.member, room.session.id, [room.other.id])


def test_a_proposal_is_taken_back_and_made_again(room):
    proposing.propose(room.db, room.member, room.session.id, [room.goers[0].id])
    proposal = room.db.scalars(sa.select(SeatProposal)).one()
    for _ in range(2):
        assert proposing.withdraw(room.db, room.member, proposal.id).state is ProposalState.WITHDRAWN
    assert proposing.propose(room.db, room.member, room.session.id, [room.goers[0].id]) == 1
    proposal.state = ProposalState.DECLINED
    room.db.flush()
    assert proposing.propose(room.db, room.member, room.session.id, [room.goers[0].id]) == 0
    with pytest.raises(Conflict):
        proposing.withdraw(room.db, room.member, proposal.id)
    assert [one.proposal.id for one in proposing.told(room.db, room.member, room.session.id)] == [proposal.id]


def test_another_organisation_proposes_nothing(room, db):
    stranger = offering.member_of(db)
    proposing.propose(db, room.member, room.session.id, [room.goers[0].id])
    proposal = db.scalars(sa.select(SeatProposal)).one()
    with pytest.raises(NotFound):
        proposing.withdraw(db, stranger, proposal.id)
    with pytest.raises(NotFound):
        proposing.propose(db, stranger, room.session.id, [room.goers[1].id])
    own = offering.session_of(db, stranger, place_id=offering.place_of(db, stranger).id)
    with pytest.raises(NotFound):
        proposing.propose(db, stranger, own.id, [room.goers[1].id])
    assert proposing.told(db, stranger) == []
    assert grouping.of(db, stranger).people == ()


def test_a_session_that_is_over_is_proposed_to_nobody(room):
    room.session.closes_at = clock.now() - timedelta(minutes=1)
    room.session.starts_at = clock.now() - timedelta(minutes=1)
    room.db.flush()
    with pytest.raises(Conflict):
        proposing.propose(room.db, room.member, room.session.id, [room.goers[0].id])


def test_a_plan_of_another_version_says_nothing(room):
    for one in room.goers:
        one.estimate = {}
    room.db.flush()
    [chance] = grouping.of(room.db, room.member, diagnostic_id=room.crowd.diagnostic.id).chances
    assert chance.served == ()
    assert grouping.without_pathway(room.db, room.member, room.crowd.diagnostic.id) == 0
    assert grouping.of(room.db, room.member, diagnostic_id=uuid.uuid4()).people == ()
