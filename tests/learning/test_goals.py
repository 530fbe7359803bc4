"""Goals as a service: whose they are, that nobody overwrites anybody, and that the files load once."""

from __future__ import annotations

import copy
import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pathways import content, i18n
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.learning import goals
from pathways.learning.goals import GoalForm
from pathways.learning.models import Goal, GoalAudience
from pathways.referentials import own
from pathways.referentials.own import Rung
from tests.insights.crowds import member_of

FRAMEWORK = "inclusion-numerique"
FORM = GoalForm(title="Renouveler ma carte de bus", weights={"ADM-04": 3, "ADM-05": 1}, words=("tcl", "abonnement"))


def _shipped(db, framework: str = FRAMEWORK) -> list[Goal]:
    query = sa.select(Goal).where(Goal.framework == framework, Goal.organisation_id.is_(None))
    return list(db.scalars(query.order_by(Goal.position)))


def test_the_shipped_goals_are_there_with_their_titles(db, shipped):
    found = _shipped(db)
    assert len(found) == 26
    assert [one.code for one in found] == [one.code for one in shipped.goals[FRAMEWORK].document.goals]
    languages = {code for code in i18n.languages() if code != i18n.SOURCE}
    assert all(set(one.titles) == languages and set(one.states.values()) == {"draft"} for one in found)
    assert found[0].titles["ti"] != found[0].title


def test_the_same_files_twice_change_nothing(db, shipped):
    versions = {one.id: one.version for one in _shipped(db)}
    assert goals.load(db, FRAMEWORK, shipped.goals[FRAMEWORK]) == 0
    content.load(db, shipped)
    assert {one.id: one.version for one in _shipped(db)} == versions


def test_a_goal_that_left_the_files_is_archived_and_comes_back(db, shipped):
    member = member_of(db)
    whole = shipped.goals[FRAMEWORK]
    less = copy.copy(whole)
    less.document = whole.document.model_copy(update={"goals": whole.document.goals[1:]})
    assert goals.load(db, FRAMEWORK, less) == 26, "one is archived, the others moved up"
    gone = db.scalars(sa.select(Goal).filter_by(code="school-photo", organisation_id=None)).one()
    assert gone.archived_at is not None
    assert gone not in goals.list_for(db, member.organisation_id, FRAMEWORK)
    with pytest.raises(NotFound):
        goals.get(db, member, gone.id)
    assert goals.load(db, FRAMEWORK, whole) == 26
    assert goals.get(db, member, gone.id).archived_at is None


def test_a_changed_french_title_leaves_its_translations_behind(db, shipped):
    whole = shipped.goals[FRAMEWORK]
    first, *others = whole.document.goals
    changed = copy.copy(whole)
    renamed = first.model_copy(update={"title": "Envoyer une photo à la maîtresse"})
    changed.document = whole.document.model_copy(update={"goals": (renamed, *others)})
    assert goals.load(db, FRAMEWORK, changed) == 1
    assert _shipped(db)[0].titles == {}
    assert _shipped(db)[1].titles


def test_an_own_goal_is_of_its_organisation_alone_until_it_is_shared(db):
    ours, theirs = member_of(db), member_of(db)
    made = goals.create(db, ours, FORM, framework=FRAMEWORK)
    assert goals.list_for(db, ours.organisation_id, FRAMEWORK)[0] is made, "own ones come first"
    assert made not in goals.list_for(db, theirs.organisation_id, FRAMEWORK)
    with pytest.raises(NotFound):
        goals.get(db, theirs, made.id)
    with pytest.raises(NotFound):
        goals.change(db, theirs, made.id, FORM, version=1)

    goals.share(db, ours, made.id, shared=True)
    assert goals.list_for(db, theirs.organisation_id, FRAMEWORK)[-1] is made, "others' come last"
    assert made not in goals.for_person(db, theirs.organisation_id, FRAMEWORK), "until somebody there takes it"
    with pytest.raises(Forbidden):
        goals.change(db, theirs, made.id, FORM, version=2)
    mine = goals.copy(db, theirs, made.id)
    assert (mine.organisation_id, mine.title, mine.weights) == (theirs.organisation_id, made.title, made.weights)
    assert mine in goals.for_person(db, theirs.organisation_id, FRAMEWORK)

    goals.archive(db, ours, made.id, archived=True)
    with pytest.raises(NotFound):
        goals.get(db, theirs, made.id)
    assert goals.archived_of(db, ours, FRAMEWORK) == [made]
    goals.archive(db, ours, made.id, archived=False)
    assert goals.get(db, theirs, made.id) is made


def test_a_shipped_goal_is_copied_never_changed(db):
    member, shipped = member_of(db), _shipped(db)[0]
    for act in (
        lambda: goals.change(db, member, shipped.id, FORM, version=shipped.version),
        lambda: goals.archive(db, member, shipped.id, archived=True),
        lambda: goals.share(db, member, shipped.id, shared=True),
    ):
        with pytest.raises(Forbidden):
            act()
    mine = goals.copy(db, member, shipped.id)
    assert mine.titles == shipped.titles
    assert mine.weights == shipped.weights


def test_two_colleagues_do_not_overwrite_each_other(db):
    member = member_of(db)
    made = goals.create(db, member, FORM, framework=FRAMEWORK)
    goals.change(db, member, made.id, replace(FORM, title="Acheter ma carte de bus"), version=1)
    assert made.version == 2
    with pytest.raises(Conflict):
        goals.change(db, member, made.id, replace(FORM, title="Perdre ma carte de bus"), version=1)
    assert made.title == "Acheter ma carte de bus"
    again = goals.change(db, member, made.id, replace(FORM, title="Acheter ma carte de bus"), version=1)
    assert (again.version, again.title) == (2, "Acheter ma carte de bus"), "the same change twice is one"


def test_the_same_key_twice_makes_one(db):
    member, key = member_of(db), uuid.uuid4()
    assert goals.create(db, member, FORM, framework=FRAMEWORK, key=key) is goals.create(
        db, member, FORM, framework=FRAMEWORK, key=key
    )
    assert goals.create(db, member_of(db), FORM, framework=FRAMEWORK, key=key).organisation_id != member.organisation_id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "ab"}, "title"),
        ({"title": "a" * 81}, "title"),
        ({"weights": {}}, "weights"),
        ({"weights": {"ZZZ-99": 1}}, "weights"),
        ({"weights": {"ADM-04": 4}}, "weights"),
        ({"weights": {f"X-{n}": 1 for n in range(41)}}, "weights"),
        ({"words": tuple(str(n) for n in range(31))}, "words"),
        ({"picture": "palace"}, "picture"),
        ({"titles": {"xx": "but"}}, "titles"),
        ({"titles": {"fr": "but"}}, "titles"),
        ({"titles": {"ar": "ا" * 121}}, "title-ar"),
    ],
)
def test_what_is_wrong_is_said_field_by_field(db, changes, field):
    with pytest.raises(Invalid) as refused:
        goals.create(db, member_of(db), replace(FORM, **changes), framework=FRAMEWORK)
    assert field in {one["field"] for one in refused.value.errors}


def test_a_goal_on_own_micro_skills_means_nothing_to_others(db):
    ours, theirs = member_of(db), member_of(db)
    ladder = own.create(db, ours, framework=FRAMEWORK, title="Nos bornes")
    own.change(db, ours, ladder.id, version=1, title="Nos bornes", description="", rungs=[Rung("Allumer la borne", 1)])
    code = ladder.skills[0].code
    alone = goals.create(db, ours, replace(FORM, weights={code: 2}), framework=FRAMEWORK)
    with pytest.raises(Invalid):
        goals.share(db, ours, alone.id, shared=True)
    mixed = goals.create(db, ours, replace(FORM, weights={code: 2, "ADM-04": 3}), framework=FRAMEWORK)
    goals.share(db, ours, mixed.id, shared=True)
    assert goals.copy(db, theirs, mixed.id).weights == {"ADM-04": 3}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("prefecture", "residence-permit"),
        ("PHOTO école", "school-photo"),
        ("rsa", "family-benefits"),
        ("doctolib", "doctor"),
        ("ስራሕ", "job"),
        ("شرطة ورق", None),
    ],
)
def test_what_people_say_finds_their_goal(db, said, code):
    found = [one.code for one in goals.find(_shipped(db), said)]
    assert (code in found) if code else not found


def test_goals_of_mediators_and_volunteers(db):
    member = member_of(db)
    found = goals.list_for(db, member.organisation_id, "mediateur-numerique", audience=GoalAudience.MEDIATOR)
    assert len(found) >= 10
    assert all(one.posts for one in found)
    assert goals.list_for(db, member.organisation_id, "benevole-numerique", audience=GoalAudience.VOLUNTEER)
