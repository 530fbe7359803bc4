"""Seats of one session, proposed by several trainers and taken by several people at the same moment."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict
from pathways.learning import answering
from pathways.learning.models import Pathway, PathwayTemplate, ProposalState, SeatProposal, Step, Way
from pathways.learning.trainers import proposing, templating
from pathways.learning.trainers.templating import TemplateStep
from pathways.workshops.models import BookingState, WorkshopSession
from pathways.workshops.seating.booking import Full
from tests.conftest import SECRET
from tests.insights.crowds import Crowd
from tests.learning.journeying import CODES
from tests.learning.test_grouping import LACKING
from tests.learning.walkers import FRAMEWORK, a_goal, a_walker
from tests.workshops import offering

HANDS, SEATS = 8, 3


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


@pytest.fixture
def stored(database, door):
    """Eight people who lack the same, and a session that teaches it, with seats for three."""
    with database.begin() as db:
        crowd = Crowd.new(db)
        goal = a_goal(db, crowd.member, **{"NAV-03": 3})
        taught = (f"{FRAMEWORK}:NAV-03",)
        workshop = offering.workshop_of(db, crowd.member, skills=taught, languages=("fr", "ar"))
        place = offering.place_of(db, crowd.member)
        session = offering.session_of(
            db, crowd.member, workshop, place_id=place.id, languages=("fr", "ar"), seats=SEATS
        )
        walkers = [a_walker(db, door, crowd, goal, outcomes=LACKING, way=Way.OWN_PACE) for _ in range(HANDS)]
        return crowd.member, session.id, [one.pathway.id for one in walkers]


def together(call) -> list:
    gate = Barrier(HANDS)

    def one(number: int):
        gate.wait()
        return call(number)

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, range(HANDS)))


def test_of_eight_who_say_yes_three_have_a_seat_and_five_hear_that_it_is_full(database, door, stored):
    _, session_id, pathway_ids = stored
    with database.begin() as db:
        made = [SeatProposal(session_id=session_id, pathway_id=one, skills=["NAV-03"]) for one in pathway_ids]
        db.add_all(made)
        db.flush()
        asked = [one.id for one in made]

    def yes(number: int) -> BookingState | None:
        try:
            with database.begin() as db:
                pathway, proposal = db.get_one(Pathway, pathway_ids[number]), db.get_one(SeatProposal, asked[number])
                return answering.accept(db, door, CODES, pathway, proposal).state
        except Full:
            return None

    assert together(yes).count(BookingState.CONFIRMED) == SEATS
    with database.read() as db:
        steps = db.scalars(sa.select(Step).filter_by(session_id=session_id)).all()
        assert [one.booking_id is not None for one in steps] == [True] * SEATS
        assert db.get_one(WorkshopSession, session_id).booked == SEATS
        states = db.scalars(sa.select(SeatProposal.state).filter_by(session_id=session_id)).all()
        assert states.count(ProposalState.ACCEPTED) == SEATS


def test_no_more_seats_are_proposed_than_there_are(database, stored):
    member, session_id, pathway_ids = stored

    def ask(number: int) -> int:
        try:
            with database.begin() as db:
                return proposing.propose(db, member, session_id, [pathway_ids[number]])
        except Conflict:
            return 0

    assert sum(together(ask)) == SEATS
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(SeatProposal)) == SEATS


def test_a_template_that_is_sent_several_times_at_once_is_one(database, stored):
    member, _, _ = stored
    key = uuid.uuid4()

    def create(_: int) -> uuid.UUID:
        steps = [TemplateStep("Venir", 5)]
        with database.begin() as db:
            return templating.create(db, member, title="Le jour", framework=FRAMEWORK, steps=steps, key=key).id

    assert len(set(together(create))) == 1
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(PathwayTemplate)) == 1
