"""A plan that is stored and read again is the plan of before: it tells what changed, and what did not."""

import json
from dataclasses import replace

from pathways.learning import remembering
from pathways.learning.planner.planning import plan
from pathways.learning.planner.problem import Limits, Means
from pathways.learning.planner.replanning import Change, replan
from tests.learning.planner.small import problem, skill

SKILLS = (
    skill("phone", 0.1, 30.0),
    skill("computer", 0.1, 80.0),
    skill("mail", 0.1, 20.0, ("phone", "computer")),
    skill("form", 0.1, 30.0, "mail"),
)


def through_json(found, today):
    kept = remembering.from_json(json.loads(json.dumps(remembering.to_json(found))), today)
    assert kept is not None
    return kept


def test_nothing_changed():
    session = Means("s", frozenset({"mail", "form"}), 20.0, 9.0)
    asked = problem(*SKILLS, means=(session,), limits=Limits(60.0))
    found = replan(through_json(plan(asked), asked), asked)
    assert (found.change, found.searched) == (Change.SAME, False)
    assert found.plan.choice.attended == ("s",)


def test_a_lock_that_is_taken_away_is_seen():
    locked = problem(*SKILLS, kept=frozenset({"computer"}))
    assert replan(through_json(plan(locked), locked), locked).change is Change.SAME
    free = problem(*SKILLS)
    assert replan(through_json(plan(locked), free), free).change is Change.SAVES


def test_a_session_that_teaches_more_now_is_seen():
    before = problem(*SKILLS, means=(Means("s", frozenset({"mail"}), 20.0, 9.0),))
    more = replace(before, means=(Means("s", frozenset({"mail", "form", "phone"}), 20.0, 9.0),))
    assert replan(through_json(plan(before), more), more).change is Change.SAVES


def test_a_session_that_is_gone():
    before = problem(*SKILLS, means=(Means("s", frozenset({"mail", "form"}), 20.0, 9.0),))
    today = problem(*SKILLS)
    assert replan(through_json(plan(before), today), today).change is Change.MUST


def test_what_cannot_be_read_is_no_plan():
    assert remembering.from_json({}, problem(*SKILLS)) is None
