"""What is believed of somebody follows the diagnostics that they took, not what is accepted afterwards."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics import taking
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.calibrated import values_by
from pathways.diagnostics.engine import LevelStrand, infer
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.insights import group
from pathways.learning import knowing
from tests.calibrations import population, proposals
from tests.calibrations.test_proposing import FRAMEWORK, MOVED, accept, publish, trainer


@pytest.fixture
def door() -> Door:
    return Door(b"a secret for tests, thirty-two bytes or more", Blueprints(clock=time.monotonic))


def test_accepting_changes_nothing_that_is_believed_of_anybody(db, door):
    first = accept(db, proposals.made(db))
    member = trainer(db)
    diagnostic = publish(db, member)
    assert diagnostic.code is not None
    population.answered(db, diagnostic.code, persons=1)
    attempts = db.scalars(sa.select(Attempt)).all()
    ladders = knowing.ladders_for(db, member.organisation_id, FRAMEWORK)
    before = knowing.known(db, door, attempts, ladders, clock.now())
    heights = values_by(db, first.id).thresholds
    ladder = next(one for one in before.belief.compiled.structure.strands if isinstance(one, LevelStrand))
    assert {rung.code: rung.threshold for rung in ladder.skills} == {code: heights[code] for code in ladder.skill_codes}
    accept(db, proposals.made(db, parameters=MOVED | {"slip": 0.02, "guess": 0.1}))
    door.blueprints.forget()
    assert knowing.known(db, door, attempts, ladders, clock.now()).mastery == pytest.approx(before.mastery, abs=1e-6)


def test_a_group_and_a_profile_read_each_person_in_their_language(db, door):
    accept(db, proposals.made(db))
    member = trainer(db)
    diagnostic = publish(db, member)
    assert diagnostic.code is not None
    population.answered(db, diagnostic.code, persons=4)
    attempts = db.scalars(sa.select(Attempt).order_by(Attempt.id)).all()
    for place, one in enumerate(attempts):
        one.language = ("fr", "ar")[place % 2]
    db.flush()
    found = group.of(db, door, member, diagnostic.id)
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    assert blueprint.compiled_in("ar") is not blueprint.compiled
    assert len(found.people) == len(attempts)
    for person, mastery in zip(found.people, found.mastery, strict=True):
        given = [(one.item, one.outcome) for one in taking.answers_of(db, person.attempt.id)]
        compiled = blueprint.compiled_in(person.attempt.language)
        assert mastery == pytest.approx(infer(compiled, given).masteries, abs=1e-9)
