"""A trainer changes a pathway: what each change does, what it costs, that it survives a plan made anew, and that nobody
overwrites anybody.
"""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

import pytest

from pathways import clock
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Invalid, NotFound
from pathways.learning import following
from pathways.learning.models import (
    PathwayEvent,
    PathwayNote,
    PathwayState,
    Resource,
    ResourceKind,
    StepKind,
    StepState,
)
from pathways.learning.trainers import adjusting, weighing
from pathways.learning.trainers.adjusting import Act, Change, Overtaken
from tests.conftest import SECRET
from tests.insights.crowds import SKILLS, Crowd
from tests.learning.walkers import FRAMEWORK, a_walker
from tests.workshops import offering

pytestmark = pytest.mark.slow  # each plans, and plans again


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


def a_resource(db, member, skill: str, minutes: int, **values) -> Resource:
    made = Resource(
        **{
            "organisation_id": member.organisation_id,
            "framework": FRAMEWORK,
            "code": uuid.uuid4().hex[:8],
            "kind": ResourceKind.PAGE,
            "title": f"Une page de {minutes} minutes",
            "minutes": minutes,
            "teaches": [{"skill": skill, "level": "practise"}],
            "languages": ["fr", "ar"],
        }
        | values
    )
    db.add(made)
    db.flush()
    return made


class Trained:
    """Somebody on a pathway, and the trainer who changes it."""

    def __init__(self, db, door, crowd: Crowd | None = None) -> None:
        self.db, self.door, self.crowd = db, door, crowd or Crowd.new(db)
        self.member = self.crowd.member
        self.short = a_resource(db, self.member, "SEC-02", 15)
        self.long = a_resource(db, self.member, "SEC-02", 55)
        workshop = offering.workshop_of(db, self.member, skills=(f"{FRAMEWORK}:SEC-02",), languages=("fr", "ar"))
        place = offering.place_of(db, self.member)
        dated = {"place_id": place.id, "languages": ("fr", "ar")}
        late = (clock.now() + timedelta(days=60)).date()
        self.session = offering.session_of(db, self.member, workshop, day=late, **dated)
        self.too_early = offering.session_of(db, self.member, workshop, **dated)
        lacking = dict.fromkeys(SKILLS, "correct") | {"SEC-02": "dont_know", "MEL-04": "dont_know"}
        self.pathway = a_walker(db, door, self.crowd, outcomes=lacking).pathway

    def open_steps(self):
        return [one for one in following.steps_of(self.db, self.pathway) if one.state is StepState.OPEN]

    def step(self, skill: str):
        return next(one for one in self.open_steps() if skill in one.skills)

    def do(self, act: Act, step=None, *, version=None, key=None, **values):
        change = Change(act, step.id if step is not None else None, **values)
        version = self.pathway.version if version is None else version
        key = key or uuid.uuid4().hex
        return adjusting.make(self.db, self.door, self.member, self.pathway.id, change, version=version, key=key)

    def price(self, act: Act, step=None, **values):
        change = Change(act, step.id if step is not None else None, **values)
        version = self.pathway.version
        return weighing.preview(self.db, self.door, self.member, self.pathway.id, change, version=version)

    def titles(self) -> list[str]:
        return [one.title or one.skills[0] for one in self.open_steps()]


@pytest.fixture
def trained(db, door) -> Trained:
    return Trained(db, door)


def test_a_longer_resource_costs_what_it_lasts_longer_and_stays(trained):
    step = trained.step("SEC-02")
    assert step.resource_id == trained.short.id
    to, before = f"resource:{trained.long.id}", trained.pathway.version
    told = trained.price(Act.REPLACE, step, to=to)
    assert told.cost.minutes >= 15  # of 40 minutes, what P(not mastered) leaves, and more care with its ground
    assert trained.pathway.version == before
    assert trained.step("SEC-02").resource_id == trained.short.id
    trained.do(Act.REPLACE, step, to=to)
    step = trained.step("SEC-02")
    assert (step.resource_id, step.locked) == (trained.long.id, True)
    following.refresh(trained.db, trained.door, trained.pathway)
    assert trained.step("SEC-02").resource_id == trained.long.id
    seen = weighing.situation(trained.db, trained.door, trained.pathway, clock.now())
    assert weighing.costs_of_locks(seen).each[step.id].minutes == told.cost.minutes
    assert weighing.costs_of_locks(seen).every.minutes == told.cost.minutes


def test_a_session_in_place_of_a_page_and_back(trained):
    step, to = trained.step("SEC-02"), f"session:{trained.session.id}"
    told = trained.price(Act.REPLACE, step, to=to)
    assert told.cost.minutes > 60  # two hours for what a page teaches in a quarter of one
    trained.do(Act.REPLACE, step, to=to)
    step = trained.step("SEC-02")
    assert (step.kind, step.session_id, step.locked) == (StepKind.ATTEND, trained.session.id, True)
    trained.do(Act.REPLACE, step, to=f"resource:{trained.short.id}")
    step = trained.step("SEC-02")
    assert (step.kind, step.session_id, step.resource_id) == (StepKind.LEARN, None, trained.short.id)
    following.refresh(trained.db, trained.door, trained.pathway)
    assert trained.step("SEC-02").session_id is None


def test_a_session_that_comes_too_early_is_told(trained):
    step, to = trained.step("SEC-02"), f"session:{trained.too_early.id}"
    told = trained.price(Act.REPLACE, step, to=to)
    assert told.cost.is_idle
    assert told.cost.minutes >= 120
    trained.do(Act.REPLACE, step, to=to)
    following.refresh(trained.db, trained.door, trained.pathway)
    kinds = {one.kind for one in trained.open_steps() if "SEC-02" in one.skills}
    assert kinds == {StepKind.ATTEND, StepKind.LEARN}


def test_what_nobody_of_theirs_can_use_is_refused(trained):
    other = a_resource(trained.db, trained.member, "SEC-02", 5, languages=["uk"])
    for to in (f"resource:{other.id}", f"session:{uuid.uuid4()}", "resource:x", "", "mediator:"):
        with pytest.raises(Conflict):
            trained.do(Act.REPLACE, trained.step("SEC-02"), to=to)
        trained.db.expire_all()


def test_somebody_beside_the_person(trained):
    trained.do(Act.REPLACE, trained.step("SEC-02"), to="mediator")
    following.refresh(trained.db, trained.door, trained.pathway)
    step = trained.step("SEC-02")
    assert (step.resource_id, step.session_id, step.locked) == (None, None, True)


def test_a_lock_that_the_plan_keeps_anyway_costs_nothing(trained):
    step = trained.step("SEC-02")
    assert trained.price(Act.LOCK, step).cost.minutes == 0
    trained.do(Act.LOCK, step)
    assert trained.step("SEC-02").locked
    trained.do(Act.UNLOCK, step)
    assert not trained.step("SEC-02").locked


def test_what_is_moved_keeps_its_place(trained):
    titles = trained.titles()
    last = trained.open_steps()[-1]
    trained.do(Act.UP, last)
    expected = [*titles[:-2], titles[-1], titles[-2]]
    assert trained.titles() == expected
    following.refresh(trained.db, trained.door, trained.pathway)
    assert trained.titles() == expected
    trained.do(Act.MOVE, last, to="0")
    assert trained.titles()[0] == titles[-1]
    trained.do(Act.UP, last)
    assert trained.titles()[0] == titles[-1]
    for to in ("-1", "x", "99999", "٣"):
        trained.do(Act.MOVE, last, to=to)


def test_an_own_step_stands_where_it_was_put(trained):
    assert trained.price(Act.ADD, words="Apporter son téléphone", minutes=10).cost.minutes == 10
    trained.do(Act.ADD, words="Apporter son téléphone", minutes=10)
    own = trained.open_steps()[-1]
    assert (own.kind, own.title, own.made_by) == (StepKind.OWN, "Apporter son téléphone", trained.member.account_id)
    trained.do(Act.MOVE, own, to="1")
    following.refresh(trained.db, trained.door, trained.pathway)
    assert trained.titles()[1] == "Apporter son téléphone"
    first = trained.open_steps()[0]
    following.already_known(trained.db, trained.door, trained.pathway, first, key="known")
    trained.do(Act.WORDS, own, words="Apporter son chargeur", minutes=5)
    assert trained.titles()[1] == "Apporter son chargeur"
    trained.do(Act.REMOVE, own)
    assert "Apporter son chargeur" not in trained.titles()


@pytest.mark.parametrize(("words", "minutes"), [("", 10), ("x" * 201, 10), ("Un pas", 0), ("Un pas", 481)])
def test_an_own_step_says_something_and_takes_time(trained, words, minutes):
    with pytest.raises(Invalid):
        trained.do(Act.ADD, words=words, minutes=minutes)


def test_what_is_removed_is_taken_as_mastered_until_a_question_says_otherwise(trained):
    step = trained.step("SEC-02")
    assert trained.price(Act.REMOVE, step).cost.minutes < 0
    trained.do(Act.REMOVE, step)
    following.refresh(trained.db, trained.door, trained.pathway)
    assert all("SEC-02" not in one.skills for one in trained.open_steps())
    seen = weighing.situation(trained.db, trained.door, trained.pathway, clock.now())
    assert seen.plans.knowledge.mastery["SEC-02"] < 0.5


def test_the_last_change_comes_back(trained):
    before = [(one.id, one.resource_id, one.locked) for one in trained.open_steps()]
    for act, values in (
        (Act.REPLACE, {"to": f"session:{trained.session.id}"}),
        (Act.REMOVE, {}),
        (Act.UP, {}),
    ):
        estimate = trained.pathway.estimate
        trained.do(act, trained.step("SEC-02"), **values)
        assert adjusting.can_undo(trained.pathway)
        version = trained.pathway.version
        adjusting.undo(trained.db, trained.member, trained.pathway.id, version=version, key=act.value)
        assert [(one.id, one.resource_id, one.locked) for one in trained.open_steps()] == before
        assert trained.pathway.estimate == estimate
        following.refresh(trained.db, trained.door, trained.pathway)
        assert [one.id for one in trained.open_steps()] == [one[0] for one in before]
    trained.do(Act.ADD, words="Un pas", minutes=5)
    adjusting.undo(trained.db, trained.member, trained.pathway.id, version=trained.pathway.version, key="own")
    assert "Un pas" not in trained.titles()
    assert not adjusting.can_undo(trained.pathway)


def test_what_was_overtaken_does_not_come_back(trained):
    trained.do(Act.ADD, words="Un pas", minutes=5)
    following.already_known(trained.db, trained.door, trained.pathway, trained.step("SEC-02"), key="known")
    assert not adjusting.can_undo(trained.pathway)
    with pytest.raises(Overtaken):
        adjusting.undo(trained.db, trained.member, trained.pathway.id, version=trained.pathway.version, key="undo")


def test_nobody_overwrites_anybody(trained):
    seen = trained.pathway.version
    following.already_known(trained.db, trained.door, trained.pathway, trained.step("SEC-02"), key="known")
    with pytest.raises(Overtaken):
        trained.do(Act.LOCK, trained.step("MEL-04"), version=seen)
    assert not trained.step("MEL-04").locked


def test_what_is_sent_twice_is_done_once(trained):
    seen = trained.pathway.version
    for _ in range(2):
        trained.do(Act.ADD, version=seen, key="once", words="Un pas", minutes=5)
    assert trained.titles().count("Un pas") == 1
    told = trained.db.query(PathwayEvent).filter_by(pathway_id=trained.pathway.id, key="once")
    assert [(one.details["act"], one.account_id) for one in told] == [("add", trained.member.account_id)]


def test_a_pathway_that_is_over_is_not_changed(trained):
    trained.pathway.state = PathwayState.STOPPED
    trained.db.flush()
    with pytest.raises(Conflict):
        trained.do(Act.ADD, words="Un pas", minutes=5)


def test_another_organisation_knows_nothing_of_it(trained, db):
    stranger = offering.member_of(db)
    change = Change(Act.ADD, words="Un pas", minutes=5)
    with pytest.raises(NotFound):
        adjusting.make(db, trained.door, stranger, trained.pathway.id, change, version=1, key="k")
    with pytest.raises(NotFound):
        adjusting.note(db, stranger, trained.pathway.id, text="Bonjour", for_person=True, key="k")


def test_a_comment_is_for_the_person_or_for_colleagues(trained, db):
    step = trained.step("SEC-02")
    for for_person in (True, False):
        for _ in range(2):
            key = str(for_person)
            adjusting.note(
                db, trained.member, trained.pathway.id, text="Bravo", for_person=for_person, step_id=step.id, key=key
            )
    written = db.query(PathwayNote).filter_by(pathway_id=trained.pathway.id).all()
    assert sorted(one.for_person for one in written) == [False, True]
    for text in ("", "x" * 501):
        with pytest.raises(Invalid):
            adjusting.note(db, trained.member, trained.pathway.id, text=text, for_person=True, key=text[:3] + "!")
