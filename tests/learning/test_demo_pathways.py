"""The demonstration shows pathways as they are lived: every desk page of them has something on it."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from pathways import clock, demo, demo_pathways
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.insights import typical
from pathways.learning import goals
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.hours import attesting
from pathways.learning.models import (
    Pathway,
    PathwayEvent,
    PathwayNote,
    PathwayState,
    ProposalState,
    ReferralState,
    Resource,
    SeatProposal,
    Step,
    StepState,
    TandemState,
    Way,
)
from pathways.learning.referrals import referred
from pathways.learning.trainers import grouping, templating
from pathways.people import service as people
from pathways.people.models import Membership, Organisation
from pathways.permissions import OF_ROLE, Member, Role
from tests.conftest import SECRET


@pytest.fixture
def filled(db):
    """The demonstration, filled twice: it is made once."""
    door = Door(SECRET, Blueprints(clock=time.monotonic))
    demo.prepare(db)
    for _ in range(2):
        demo.fill(db, door)
    return SimpleNamespace(trainer=_member(db, demo.EMAIL), centre=_member(db, demo_pathways.CENTRE_EMAIL))


def _member(db, email):
    account = people.account_by_email(db, email)
    assert account is not None
    membership = db.scalars(sa.select(Membership).filter_by(account_id=account.id)).one()
    return Member(
        account_id=account.id,
        name=account.name,
        organisation_id=membership.organisation_id,
        organisation_name="",
        role=Role.ADMINISTRATOR,
        permissions=OF_ROLE[Role.ADMINISTRATOR],
    )


def test_all_of_it_is_there_once(db, filled):
    trainer, centre = filled.trainer, filled.centre
    _people_are_on_their_way(db, trainer)
    _somebody_is_sent_on(db, trainer, centre)
    _two_wait_and_two_meet(db, trainer)
    _sessions_serve_several(db, trainer)
    _the_past_is_told(db, trainer)
    _the_bank_has_their_own(db, trainer)
    assert (demo_pathways.sign_in(db) or "").startswith("/sign-in/link/")


def _people_are_on_their_way(db, trainer):
    own = Pathway.organisation_id == trainer.organisation_id
    active = db.scalars(sa.select(Pathway).where(own, Pathway.state == PathwayState.ACTIVE)).all()
    assert len(active) == len(demo_pathways.WALKS)
    assert {one.way for one in active} == {Way.QUICKEST, Way.TOGETHER, Way.OWN_PACE}
    languages = set(db.scalars(sa.select(Attempt.language).join(Pathway, Pathway.attempt_id == Attempt.id)))
    assert len(languages) >= 4
    kinds = set(db.scalars(sa.select(PathwayEvent.kind)))
    assert {"step_done", "step_too_hard", "checked", "adjusted", "noted", "seat_proposed", "referred"} <= kinds
    locked = sa.select(Step).where(Step.locked, Step.state == StepState.OPEN)
    assert len(db.scalars(locked).all()) == 1
    assert set(db.scalars(sa.select(PathwayNote.for_person))) == {True, False}


def _somebody_is_sent_on(db, trainer, centre):
    states = {ReferralState.SENT, ReferralState.ACCEPTED, ReferralState.ENDED}
    assert {one.referral.state for one in referred.sent(db, trainer)} == states
    assert {one.referral.state for one in referred.received(db, centre)} == states
    assert db.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 2


def _two_wait_and_two_meet(db, trainer):
    assert len(meeting.pairs(db, exchanging.open_requests(db, trainer))) == 1
    assert [one.state for one in meeting.tandems(db, trainer)] == [TandemState.MET]


def _sessions_serve_several(db, trainer):
    found = grouping.of(db, trainer)
    assert max(len(one.lacking) for one in found.chances) >= 5
    assert db.scalars(sa.select(SeatProposal.state)).all() == [ProposalState.OPEN]
    taken = sa.select(sa.func.count(Step.session_id.distinct())).where(Step.state == StepState.OPEN)
    assert db.scalar(taken) >= 4


def _the_past_is_told(db, trainer):
    told = typical.of(db, trainer)
    assert told.people >= 10
    assert any(one.at_least for one in told.reached)
    assert any(one.at_least for one in told.waits)
    stopped = sa.select(Pathway.ended_at).where(Pathway.state == PathwayState.STOPPED)
    assert all(one < clock.now() for one in db.scalars(stopped))


def _the_bank_has_their_own(db, trainer):
    assert [templating.places(one) for one in templating.list_for(db, trainer)] == [["lieu", "contact", "date"]]
    own = goals.list_for(db, trainer.organisation_id, "inclusion-numerique")[0]
    assert own.title == demo_pathways.OWN_GOAL
    resource = sa.select(Resource.title).filter_by(organisation_id=trainer.organisation_id)
    assert db.scalars(resource).all() == [demo_pathways.TOWN_HALL]
    assert attesting.terms_of(db, trainer.organisation_id).cents_an_hour


def test_the_clock_goes_on_where_it_was():
    before = clock.now
    with demo_pathways.at(demo_pathways.began()):
        assert clock.now is not before
    assert clock.now is before


def test_without_the_second_structure_nobody_signs_in_there(db):
    assert demo_pathways.sign_in(db) is None
