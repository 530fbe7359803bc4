"""Templates of steps: from nothing or from a pathway, places filled in, shared inside one organisation alone."""

from __future__ import annotations

import time
import uuid

import pytest

from pathways import ids
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Invalid, NotFound
from pathways.learning import following
from pathways.learning.models import StepKind
from pathways.learning.trainers import adjusting, templating
from pathways.learning.trainers.adjusting import Act
from pathways.learning.trainers.templating import TemplateStep
from tests.conftest import SECRET
from tests.learning.test_adjusting import Trained
from tests.learning.walkers import FRAMEWORK
from tests.workshops import offering

WORDS = TemplateStep("Appeler {contact} avant le {date}, {contact} attend à {lieu}", 10)


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


@pytest.fixture
def trained(db, door) -> Trained:
    return Trained(db, door)


def made(trained, *steps, title="Le jour d'avant"):
    return templating.create(
        trained.db, trained.member, title=title, framework=FRAMEWORK, steps=steps, key=ids.random_id()
    )


def test_places_are_filled_in_for_a_person(trained):
    template = made(
        trained, WORDS, TemplateStep("", 55, "SEC-02", str(trained.long.id)), TemplateStep("", 30, "MES-04")
    )
    assert templating.places(template) == ["contact", "date", "lieu"]
    values = {"contact": "Madame T.", "date": "12 mars", "lieu": "la médiathèque {date}"}
    apply = {"version": trained.pathway.version, "key": "once"}
    for _ in range(2):
        templating.apply(trained.db, trained.door, trained.member, template.id, trained.pathway.id, values, **apply)
    own = [one for one in trained.open_steps() if one.kind is StepKind.OWN]
    assert [one.title for one in own] == [
        "Appeler Madame T. avant le 12 mars, Madame T. attend à la médiathèque {date}"
    ]
    assert trained.step("MES-04").locked  # no goal asked for it: the template did
    assert trained.step("SEC-02").resource_id == trained.short.id  # it was there already
    following.refresh(trained.db, trained.door, trained.pathway)
    assert trained.step("MES-04").locked
    adjusting.undo(trained.db, trained.member, trained.pathway.id, version=trained.pathway.version, key="undo")
    assert all(one.kind is not StepKind.OWN for one in trained.open_steps())


def test_what_is_not_filled_in_is_told(trained):
    template = made(trained, WORDS)
    with pytest.raises(Invalid) as wrong:
        values = {"contact": " ", "date": "x" * 81}
        templating.apply(
            trained.db, trained.door, trained.member, template.id, trained.pathway.id, values, version=1, key="k"
        )
    assert {one["field"] for one in wrong.value.errors} == {"contact", "date", "lieu"}


def test_a_template_begins_with_the_steps_of_a_pathway(trained):
    trained.do(Act.ADD, words="Apporter son téléphone", minutes=10)
    trained.do(Act.REPLACE, trained.step("SEC-02"), to=f"session:{trained.session.id}")
    drawn = templating.drawn_from(trained.db, trained.pathway)
    words = [one.words for one in drawn if one.words]
    assert any(one.endswith("{date}, {lieu}") for one in words)
    assert not any("téléphone" in one for one in words)  # they may be about the person
    assert [one.minutes for one in drawn if not (one.words or one.skill)] == [10]
    assert made(trained, *(one for one in drawn if one.words or one.skill)).steps


def test_a_change_of_a_colleague_is_not_lost(trained):
    template = made(trained, WORDS)
    change = {"title": "Autre", "steps": [WORDS], "version": 1}
    templating.change(trained.db, trained.member, template.id, **change)
    with pytest.raises(Conflict):
        templating.change(trained.db, trained.member, template.id, **change)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (TemplateStep("", 10),),
        (TemplateStep("x" * 201, 10),),
        (TemplateStep("Un pas", 0),),
        (TemplateStep("", 10, "NO-SUCH"),),
        (TemplateStep("", 10, "SEC-02", str(uuid.UUID(int=1))),),
        tuple(TemplateStep("Un pas", 5) for _ in range(21)),
    ],
)
def test_what_cannot_be_a_template(trained, steps):
    with pytest.raises(Invalid):
        made(trained, *steps)


def test_it_stays_in_the_organisation(trained, db):
    template, stranger = made(trained, WORDS), offering.member_of(db)
    assert [one.id for one in templating.list_for(db, trained.member)] == [template.id]
    assert templating.list_for(db, stranger) == []
    with pytest.raises(NotFound):
        templating.get(db, stranger, template.id)
    templating.archive(db, trained.member, template.id)
    with pytest.raises(NotFound):
        templating.get(db, trained.member, template.id)
