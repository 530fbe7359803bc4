"""Questions that vary from one person to the next, and that come again as they were; who goes fast, who is lost, and
what was met before.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pathways import i18n
from pathways.diagnostics import belonging, circumstances, taking
from pathways.diagnostics.blueprint import Blueprint, Blueprints
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import Selection
from pathways.diagnostics.engine.exposure import drawn
from pathways.diagnostics.engine.stopping import LEAST_RATE
from pathways.diagnostics.models import Answer, Attempt
from pathways.diagnostics.taking import Door
from pathways.people import files
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.conftest import SECRET
from tests.reception.conftest import member_of

SKILLS = ("GES-04", "GES-05", "CNX-01", "CNX-02", "MDP-01", "MDP-02", "NAV-01", "MEL-03", "SEC-01", "SEC-02")


@pytest.fixture
def member(db):
    return member_of(db)


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


@pytest.fixture
def published(db, door, member) -> Callable[..., Blueprint]:
    """Publish a diagnostic."""

    def publish(**values) -> Blueprint:
        selection = Selection(skills=SKILLS, languages=tuple(i18n.languages()), **values)
        made = composing.create(db, member, title="Essai", framework=USUAL_FRAMEWORK, selection=selection)
        return taking.blueprint_of(db, door, composing.publish(db, member, made.id).id)

    return publish


@pytest.fixture
def begin(db, door) -> Callable[..., Attempt]:
    def begun(blueprint: Blueprint, language: str = "fr", **values) -> Attempt:
        attempt = taking.new_attempt(door, blueprint, language, **values)
        db.add(attempt)
        db.flush()
        return attempt

    return begun


@pytest.fixture
def say(db, door) -> Callable[..., list[str]]:
    """Answer so many questions; what was asked."""

    def said(attempt: Attempt, times: int, outcome: str = "dont_know") -> list[str]:
        asked = []
        for _ in range(times):
            asked.append(attempt.current_item)
            key = f"{attempt.answered} {outcome} {len(attempt.met)} {time.monotonic_ns()}"
            taking.answer(db, door, attempt.id, key=key, item=asked[-1], outcome=outcome, response=None)
        return asked

    return said


def test_two_people_are_asked_different_questions(drawn_questions, published, begin, say):
    blueprint = published()
    assert blueprint.varied
    asked = {tuple(say(begin(blueprint), 4)) for _ in range(6)}
    assert len(asked) > 1


def test_where_nothing_varies_they_are_the_same(drawn_questions, published, begin, say):
    blueprint = published(varied=False)
    attempts = [begin(blueprint) for _ in range(4)]
    assert [one.seed for one in attempts] == [None] * 4
    assert len({tuple(say(one, 4)) for one in attempts}) == 1


def test_an_answer_that_is_taken_back_brings_the_same_question_again(drawn_questions, db, door, published, begin, say):
    for _ in range(4):
        attempt = begin(published())
        asked = say(attempt, 3)
        following = attempt.current_item
        taking.undo(db, door, attempt.id, item=asked[-1])
        assert attempt.current_item == asked[-1]
        assert say(attempt, 1) == asked[-1:]
        assert attempt.current_item == following


def test_a_sitting_is_replayed_from_its_seed_and_its_answers(drawn_questions, db, published, begin, say):
    blueprint = published()
    attempt = begin(blueprint)
    say(attempt, 5)
    answers = taking.standing_of(taking.answers_of(db, attempt.id))
    again = Attempt(language="fr", seed=attempt.seed, met=[], answered=0)
    for count in range(6):
        taking.advance(again, blueprint, answers[:count])
        assert again.current_item == (answers[count].item if count < 5 else attempt.current_item)
    found = circumstances.circumstances_of(again, blueprint, answers)
    assert found.number == drawn(str(attempt.seed), 5)


def test_attempts_of_before_have_no_seed_and_go_on_as_they_did(db, published, begin):
    attempt = begin(published())
    assert (attempt.seed, attempt.met) == (None, [])
    assert circumstances.circumstances_of(attempt, published(), ()).number is None


def test_a_diagnostic_of_before_does_not_vary_and_stops_as_it_did(db, door, published):
    blueprint = published()
    assert blueprint.rules.least_rate == LEAST_RATE
    diagnostic = db.get_one(composing.Diagnostic, blueprint.diagnostic_id)
    frozen = dict(diagnostic.blueprint)
    del frozen["varied"]
    diagnostic.blueprint = frozen | {"rules": {k: v for k, v in frozen["rules"].items() if k != "least_rate"}}
    db.flush()
    door.blueprints.forget()
    former = taking.blueprint_of(db, door, diagnostic.id)
    assert not former.varied
    assert former.rules.least_rate == 0.0


def test_pace_comes_from_what_people_answered_by_themselves(db, published, begin, say):
    blueprint = published()
    attempt = begin(blueprint)
    say(attempt, 6)
    answers = taking.answers_of(db, attempt.id)
    usual = blueprint.compiled.seconds
    for one in answers:
        one.seconds = 4.0 * usual[blueprint.compiled.item_index[one.item]]
    slow = circumstances.circumstances_of(attempt, blueprint, answers).seconds / usual
    assert slow.min() > 1.5
    answers[0].assisted = True
    answers[1].entered_by = attempt.id
    answers[2].observed_by = attempt.id
    answers[3].outcome = "not_understood"
    answers[4].seconds = taking.IDLE_SECONDS
    less = circumstances.circumstances_of(attempt, blueprint, answers).seconds / usual
    assert 1.0 < less.max() < slow.min()
    answers[5].seconds = 0.0
    assert circumstances.circumstances_of(attempt, blueprint, answers).seconds == pytest.approx(usual)


def test_a_way_of_asking_that_was_not_understood_promises_less(published, begin, say, db):
    blueprint = published()
    attempt = begin(blueprint, "ar")
    say(attempt, 3, "not_understood")
    answers = taking.answers_of(db, attempt.id)
    kinds = [blueprint.bodies[one.item]["kind"] for one in answers]
    chance = circumstances.circumstances_of(attempt, blueprint, answers).understood
    assert chance is not None
    for item, place in blueprint.compiled.item_index.items():
        lost = kinds.count(blueprint.bodies[item]["kind"])
        assert chance[place] == pytest.approx(1.0 - (1 + lost) / (10 + lost))
    attempt.language = "fr"
    assert circumstances.circumstances_of(attempt, blueprint, answers).understood == pytest.approx(0.9)


def test_who_comes_back_is_asked_what_they_did_not_meet(db, member, published, begin, say):
    blueprint = published(accuracy=None, questions=12)
    file = files.create(db, member, label="mardi")
    assert belonging.met_in_file(db, None) == belonging.met_in_file(db, file.id) == []
    before = say(begin(blueprint, file_id=file.id), 5)
    met = belonging.met_in_file(db, file.id)
    assert met == sorted(before)
    attempt = begin(blueprint, file_id=file.id, met=met)
    assert attempt.met == met
    assert not set(say(attempt, 5)) & set(met)


def test_what_was_met_is_asked_where_no_other_question_is_left(db, published, begin, say):
    blueprint = published(accuracy=None, questions=12)
    met = sorted(blueprint.askable("fr"))
    attempt = begin(blueprint, met=met)
    assert say(attempt, 3) == say(begin(blueprint), 3)


def test_what_somebody_met_is_of_their_file_and_of_its_checks_alone(db, member, published, begin, say):
    blueprint = published()
    own, other = begin(blueprint), begin(blueprint)
    check = begin(blueprint)
    check.part_of_id = own.id
    asked = say(own, 2) + say(check, 3)
    say(other, 4)
    db.execute(
        sa.update(Answer).where(Answer.attempt_id == own.id, Answer.number == 1).values(observed_by=member.account_id)
    )
    assert belonging.met_by(db, check.id) == sorted({*asked[1:]})
