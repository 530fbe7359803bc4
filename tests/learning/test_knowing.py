"""What is believed of one person today: sittings merge, time passes, what was learnt counts, the newest answers win."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import inspect

from pathways import clock
from pathways.learning import knowing
from pathways.learning.knowing import Learnt
from pathways.referentials import own
from pathways.referentials.models import MicroSkill, Referential
from pathways.referentials.own import Rung
from tests.insights.crowds import SKILLS, Crowd
from tests.learning.journeying import LACKING, Journey
from tests.learning.walkers import FRAMEWORK
from tests.statements import counted


@pytest.fixture
def journey(db) -> Journey:
    return Journey(db)


def known(journey: Journey, attempts=None, *, after=timedelta(0), learnt=()):
    ladders = knowing.ladders_for(journey.db, journey.member.organisation_id, FRAMEWORK)
    attempts = attempts or knowing.attempts_of(journey.db, journey.attempt, FRAMEWORK)
    return knowing.known(journey.db, journey.door, attempts, ladders, clock.now() + after, learnt=learnt)


def test_every_micro_skill_of_the_framework_has_its_chance(journey):
    found = known(journey)
    assert found.mastery.keys() == found.skills.keys()
    assert found.mastery["SEC-01"] > 0.9
    assert found.mastery["SEC-02"] < 0.1
    assert found.label("SEC-01") == "mastered"
    assert found.asked["SEC-02"] > 0


def test_what_was_learnt_since_counts_and_what_was_learnt_before_does_not(journey):
    before, now = known(journey), clock.now()
    rungs = dict.fromkeys(["SEC-08", "SEC-06", "SEC-02"], 0.9)  # in one ladder, each stands on the one below
    taught = known(journey, learnt=[Learnt(rungs, now + timedelta(hours=1))], after=timedelta(hours=2))
    earlier = known(journey, learnt=[Learnt(rungs, now - timedelta(days=1))])
    assert taught.mastery["SEC-02"] > 0.5 > before.mastery["SEC-02"]
    assert earlier.mastery["SEC-02"] == pytest.approx(before.mastery["SEC-02"], abs=0.05)


def test_time_alone_takes_some_certainty_away(journey):
    assert known(journey, after=timedelta(days=365)).mastery["SEC-01"] < known(journey).mastery["SEC-01"]


def test_the_diagnostics_of_one_file_are_one_person_and_nobody_elses_are(db, journey):
    file = journey.crowd.file("mardi")
    journey.attempt.file_id = file.id
    later = clock.now() + timedelta(days=30)
    second = journey.crowd.add(dict.fromkeys(SKILLS, "correct"), file=file, at=later)
    journey.crowd.add(LACKING)
    db.flush()
    found = knowing.attempts_of(db, journey.attempt, FRAMEWORK)
    assert [one.id for one in found] == [journey.attempt.id, second.id]
    assert [one.id for one in knowing.attempts_of(db, second, FRAMEWORK)] == [journey.attempt.id, second.id]


def test_another_framework_says_nothing_here(db, journey):
    assert not knowing.attempts_of(db, journey.attempt, "mediation-numerique")


def test_what_a_micro_skill_stands_on_is_the_rung_below_and_its_prerequisites(journey):
    found = known(journey)
    assert found.requires["SEC-02"]
    assert all(one in found.skills for groups in found.requires.values() for group in groups for one in group)


def test_a_framework_is_read_once_and_own_ladders_each_time(app, database):
    with database.begin() as db:
        member = Crowd.new(db).member
    with database.read() as db:
        first = knowing.ladders_for(db, member.organisation_id, FRAMEWORK)
    with counted(app) as statements, app.state.database.read() as db:
        knowing.ladders_for(db, member.organisation_id, FRAMEWORK)
        before = len(statements)
        again = knowing.ladders_for(db, member.organisation_id, FRAMEWORK)
        assert len(statements) - before == 2  # which number is the newest, and the own ladders
    assert again.skills.keys() == first.skills.keys()
    assert inspect(again.referential).detached
    assert again.skills["SEC-01"].strand.referential is again.referential
    with database.begin() as db:
        ladder = own.create(db, member, framework=FRAMEWORK, title="Nos bornes")
        rungs = [Rung("Allumer la borne", 1)]
        own.change(db, member, ladder.id, version=1, title="Nos bornes", description="", rungs=rungs)
    with app.state.database.read() as db:
        titles = [one.title for one in knowing.ladders_for(db, member.organisation_id, FRAMEWORK).skills.values()]
        assert titles[-1] == "Allumer la borne"
        assert knowing.ladders_for(db, uuid.uuid4(), FRAMEWORK).skills.keys() == first.skills.keys()


def test_a_new_number_of_a_framework_is_seen_at_once(database):
    with database.begin() as db:
        before = knowing.ladders_for(db, uuid.uuid4(), FRAMEWORK).referential
        values = {column.key: getattr(before, column.key) for column in inspect(Referential).column_attrs}
        db.add(Referential(**values | {"id": uuid.uuid4(), "number": before.number + 1, "fingerprint": "new"}))
    with database.read() as db:
        assert knowing.ladders_for(db, uuid.uuid4(), FRAMEWORK).referential.number == before.number + 1


def test_new_translations_of_titles_are_seen_after_a_while(database, monkeypatch):
    with database.begin() as db:
        framework = knowing.ladders_for(db, uuid.uuid4(), FRAMEWORK).referential
        db.execute(sa.update(MicroSkill).where(MicroSkill.code == "SEC-01").values(titles={"ti": "x"}))
    with database.read() as db:
        assert knowing.ladders_for(db, uuid.uuid4(), FRAMEWORK).referential is framework
        monkeypatch.setattr(knowing, "FRESH_SECONDS", -1.0)
        assert knowing.ladders_for(db, uuid.uuid4(), FRAMEWORK).skills["SEC-01"].titles == {"ti": "x"}
