"""The journey of one person, told from what is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways import clock, ids
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.models import Answer
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.taking import Door
from pathways.errors import NotFound
from pathways.learning import events, following
from pathways.learning.choosing import tell
from pathways.learning.journeys import happenings, history
from pathways.learning.models import PathwayNote
from tests.insights.crowds import SKILLS, Crowd, member_of
from tests.learning.walkers import a_goal, a_walker


@pytest.fixture
def door():
    return Door(b"x" * 32, Blueprints(clock=lambda: 0.0))


@pytest.fixture
def walker(db, door):
    return a_walker(db, door, Crowd.new(db))


def test_it_begins_with_the_questions_and_the_choice(db, door, walker):
    found = history.journey(db, door, walker.attempt)
    assert [one.kind for one in found.entries] == [happenings.DIAGNOSTIC, events.CHOSEN]
    assert found.entries[1].details["goals"][0]["title"] == walker.goal.title
    assert found.help.languages == ("ar",)
    assert found.help.not_understood > 0
    assert found.changes == []


def test_each_moment_has_its_range(db, door, walker):
    found = history.journey(db, door, walker.attempt)
    assert len(found.points) == 2  # after the questions, and today
    for point in found.points:
        assert 0 <= point.low <= point.mean <= point.high <= len(found.skills)


def test_what_was_done_and_checked_changes_what_is_believed(db, door, walker):
    step = following.today(following.steps_of(db, walker.pathway))
    assert step is not None
    while step is not None and step.kind == "check":
        following.refuse(db, door, walker.pathway, step, key=str(ids.random_id()))
        step = following.today(following.steps_of(db, walker.pathway))
    assert step is not None  # not all of the way is questions
    following.done(db, door, walker.pathway, step, key="done-once")
    found = history.journey(db, door, walker.attempt)
    assert events.DONE in [one.kind for one in found.entries]
    grown = [code for code in step.skills if found.points[-1].mastery[code] > found.points[0].mastery[code]]
    assert grown == step.skills


def test_what_was_learnt_and_never_asked_is_to_be_confirmed(db, door):
    crowd = Crowd.new(db)
    walker = a_walker(
        db, door, crowd, a_goal(db, crowd.member, **{"MEL-05": 1}), outcomes=dict.fromkeys(SKILLS, "dont_know")
    )
    skills = history.journey(db, door, walker.attempt).skills
    tell(db, walker.pathway, events.DONE, skills=list(skills), at=clock.now())
    db.flush()
    found = history.journey(db, door, walker.attempt)
    assert found.points[0].signs["MEL-05"] is Sign.LEARN  # told from the others
    assert found.points[-1].signs["MEL-05"] is Sign.CONFIRM
    assert Sign.UNSEEN not in {one.after for one in found.changes}


def test_a_later_answer_shows_before_and_after(db, door, walker):
    earlier = clock.now() - timedelta(days=40)
    answers = db.query(Answer).filter_by(attempt_id=walker.attempt.id).all()
    for one in answers:
        one.answered_at = earlier
    wrong = next(one for one in answers if one.outcome == "dont_know")
    code = wrong.item.rsplit("-", 1)[0]
    wrong.superseded_at = clock.now()
    db.flush()
    others = [one for one in answers if one.item.startswith(code) and one is not wrong]
    for one in [wrong, *others]:
        one.outcome, one.superseded_at, one.answered_at = "correct", None, clock.now()
    db.flush()
    found = history.journey(db, door, walker.attempt)
    assert len(found.points) >= 2
    assert found.points[-1].signs[code] in {Sign.CAN, Sign.CONFIRM}
    assert found.points[-1].mastery[code] > found.points[0].mastery[code]


def test_a_note_for_colleagues_is_not_told_to_the_person(db, door, walker):
    for for_person, text in ((True, "Bravo"), (False, "À rappeler")):
        db.add(
            PathwayNote(
                pathway_id=walker.pathway.id, account_id=walker.member.account_id, for_person=for_person, text=text
            )
        )
    db.flush()
    own = [one.title for one in history.journey(db, door, walker.attempt).entries if one.kind == events.NOTED]
    colleagues = history.journey(db, door, walker.attempt, colleagues=True).entries
    assert own == ["Bravo"]
    assert {one.title for one in colleagues if one.kind == events.NOTED} == {"Bravo", "À rappeler"}


def test_another_organisation_finds_no_pathway(db, walker):
    assert following.pathway_for(db, walker.member, walker.pathway.id) is walker.pathway
    with pytest.raises(NotFound):
        following.pathway_for(db, member_of(db), walker.pathway.id)


def test_the_same_for_programs(db, door, walker):
    told = history.to_json(history.journey(db, door, walker.attempt), "ar")
    assert told["entries"][0]["kind"] == "diagnostic"
    assert told["points"][0]["mastered"]["of"] == len(told["points"][0]["mastery"])
    assert told["help"]["languages"] == ["ar"]
