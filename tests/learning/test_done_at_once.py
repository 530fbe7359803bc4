"""One person whose telephone sends *done* several times at once, each with another key."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict
from pathways.learning import events, following
from pathways.learning.models import Pathway, PathwayEvent, StepKind
from tests.conftest import SECRET
from tests.insights.crowds import Crowd
from tests.learning.walkers import a_walker

HANDS = 8


@pytest.fixture
def stored(database):
    door = Door(SECRET, Blueprints(clock=time.monotonic))
    with database.begin() as db:
        made = a_walker(db, door, Crowd.new(db))
        steps = following.steps_of(db, made.pathway)
        return door, made.pathway.id, next(one.id for one in steps if one.kind is StepKind.LEARN)


@pytest.mark.parametrize("marks", [[following.done], [following.done, following.too_hard, following.refuse]])
def test_one_of_several_marks_counts_and_the_others_are_told(database, stored, marks):
    door, pathway_id, step_id = stored

    def mark(number: int) -> bool:
        try:
            with database.begin() as db:
                pathway = db.get_one(Pathway, pathway_id)
                step = following.step_for(db, pathway, step_id)
                marks[number % len(marks)](db, door, pathway, step, key=uuid.uuid4().hex)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(HANDS) as pool:
        found = sorted(pool.map(mark, range(HANDS)))
    assert found == [False] * (HANDS - 1) + [True]
    with database.read() as db:
        said = sa.select(sa.func.count()).select_from(PathwayEvent)
        said = said.where(PathwayEvent.step_id == step_id, PathwayEvent.kind.in_(following.SAID))
        assert db.scalar(said) == 1
    assert events.DONE in following.SAID
