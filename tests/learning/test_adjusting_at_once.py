"""Two trainers in front of the same pathway, and of the same session, at the same moment."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.learning.models import SeatProposal, Step
from pathways.learning.trainers import adjusting, proposing
from pathways.learning.trainers.adjusting import Act, Change, Overtaken
from tests.conftest import SECRET
from tests.learning.test_adjusting import Trained

HANDS = 4


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


@pytest.fixture
def stored(database, door):
    with database.begin() as db:
        made = Trained(db, door)
        return made.member, made.pathway.id, made.pathway.version, made.session.id


def in_parallel(call) -> list:
    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(call, range(HANDS)))


def test_one_of_several_changes_is_made_and_the_others_are_told(database, door, stored):
    member, pathway_id, version, _ = stored

    def add(number: int) -> bool:
        change = Change(Act.ADD, words=f"Un pas {number}", minutes=5)
        try:
            with database.begin() as db:
                adjusting.make(db, door, member, pathway_id, change, version=version, key=uuid.uuid4().hex)
        except Overtaken:
            return False
        return True

    assert sorted(in_parallel(add)) == [False] * (HANDS - 1) + [True]
    with database.read() as db:
        own = sa.select(sa.func.count()).select_from(Step).filter_by(pathway_id=pathway_id, made_by=member.account_id)
        assert db.scalar(own) == 1


def test_somebody_is_asked_once(database, stored):
    member, pathway_id, _, session_id = stored

    def ask(_: int) -> int:
        with database.begin() as db:
            return proposing.propose(db, member, session_id, [pathway_id])

    assert sum(in_parallel(ask)) == 1
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(SeatProposal)) == 1
