"""Two colleagues on one goal at the same moment, on both databases."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.errors import Conflict
from pathways.learning import goals
from pathways.learning.goals import GoalForm
from pathways.learning.models import Goal
from tests.insights.crowds import member_of

FRAMEWORK = "inclusion-numerique"
FORM = GoalForm(title="Renouveler ma carte de bus", weights={"ADM-04": 3})


def _together(database, acts: list[Callable[[Session], Any]]) -> list[Any]:
    """Each in a transaction of its own, begun at the same moment; what it returned, or the refusal."""
    gate = Barrier(len(acts))

    def run(act: Callable[[Session], Any]) -> Any:
        gate.wait()
        try:
            with database.begin() as db:
                return act(db)
        except Conflict as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_one_press_twice_makes_one_goal(database):
    with database.begin() as db:
        member = member_of(db)
    key = uuid.uuid4()
    made = _together(database, [lambda db: goals.create(db, member, FORM, framework=FRAMEWORK, key=key).id] * 4)
    assert len(set(made)) == 1
    with database.read() as db:
        own = sa.select(sa.func.count()).select_from(Goal).filter_by(organisation_id=member.organisation_id)
        assert db.scalar(own) == 1


def test_of_two_changes_one_is_refused(database):
    with database.begin() as db:
        member = member_of(db)
        goal_id = goals.create(db, member, FORM, framework=FRAMEWORK).id

    def titled(title: str) -> Callable[[Session], Any]:
        return lambda db: goals.change(db, member, goal_id, replace(FORM, title=title), version=1).title

    told = _together(database, [titled("Un premier titre"), titled("Un second titre")])
    refused = [one for one in told if isinstance(one, Conflict)]
    kept = [one for one in told if isinstance(one, str)]
    assert (len(refused), len(kept)) == (1, 1)
    with database.read() as db:
        assert (db.get_one(Goal, goal_id).title, db.get_one(Goal, goal_id).version) == (kept[0], 2)
