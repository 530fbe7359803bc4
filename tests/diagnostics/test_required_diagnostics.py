"""Diagnostics whose micro-skills require each other: published, taken, read for one and for many, carried on."""

from __future__ import annotations

import html
import json
import random
import uuid
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from pathways.diagnostics import requiring
from pathways.diagnostics.blueprint import Blueprint, structure_of, thaw
from pathways.diagnostics.composing import pricing
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.engine import (
    EVIDENCE,
    Compiled,
    Narrowed,
    Sitting,
    believe,
    compile_structure,
    decide,
    entries,
    infer,
    masteries,
)
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Invalid
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials import service as referentials
from tests.diagnostics.engine.graphs.enumeration import Profiles
from tests.diagnostics.situations import Taker
from tests.diagnostics.test_compose_pages import Composer
from tests.diagnostics.test_reading import publish

FRAMEWORK = "inclusion-numerique"
FEW = ("GES-04", "GES-05", "CNX-01", "CNX-02", "SEC-01", "MES-04")
MANY = ("GES-04", "GES-05", "GES-06", "GES-07", "CNX-01", "NAV-01", "NAV-02", "NAV-03", "MDP-01", "MEL-01", "MEL-03")


@pytest.fixture
def member(db) -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    organisation = people.create_organisation(db, name="Une structure")
    return Member(account.id, "", organisation.id, "", Role.TRAINER, OF_ROLE[Role.TRAINER])


def published(db, member: Member, skills=MANY, **others: Any) -> Diagnostic:
    selection = Selection(skills=tuple(skills), languages=("fr",), **others)
    made = composing.create(db, member, title="Essai", framework=FRAMEWORK, selection=selection)
    return composing.publish(db, member, made.id)


def some_answers(blueprint: Blueprint | Compiled, count: int, seed: int) -> list[tuple[str, str]]:
    compiled = blueprint.compiled if isinstance(blueprint, Blueprint) else blueprint
    dice = random.Random(seed)
    return [(code, dice.choice(EVIDENCE)) for code in dice.sample(list(compiled.item_codes), count)]


def test_what_is_published_holds_what_its_micro_skills_require(db, member):
    frozen = published(db, member).blueprint["structure"]
    found = {one["skill"]: one["groups"] for one in frozen["requirements"]}
    assert ["GES-05", "NAV-02"] in found["MEL-03"]
    assert found["GES-07"] == [["CNX-01"]], "what its own ladder says is not said again"
    assert "MDP-01" not in found, "another way to write leads to it, and is not among the chosen"


@pytest.mark.usefixtures("one_style")
def test_the_profile_is_what_enumeration_says(client, signed_in, database):
    code = publish(signed_in(), skills=list(FEW), languages=["fr"], questions=6)
    taker = Taker.start(client, code)
    while taker.item:
        taker.dont_know()
    with database.read() as db:
        compiled = thaw(db, db.scalars(sa.select(Diagnostic).filter_by(code=code)).one()).compiled
    assert compiled.linked is not None
    truth = Profiles(compiled.structure, compiled.population, compiled.linked.thresholds)
    given = [(one["item"], "dont_know") for one in taker.history]
    found = {one["code"]: one["mastery"] for one in taker.profile()["skills"]}
    assert found == pytest.approx(truth.mastery(given), abs=1e-6, rel=0)


def test_one_many_and_carried_read_the_same(db, member):
    blueprint = thaw(db, published(db, member))
    compiled = blueprint.compiled
    learners = [some_answers(blueprint, count, count) for count in (0, 3, 9)]
    together = masteries(compiled, learners)
    for row, answers in zip(together, learners, strict=True):
        alone = infer(compiled, answers).masteries
        assert row == pytest.approx(alone, abs=1e-12)
        belief = believe(compiled, [Sitting(answers)])
        assert belief.masteries() == pytest.approx(alone, abs=1e-9)
        assert belief.drawn(4_000, 1).mean(axis=0) == pytest.approx(alone, abs=0.04)


def test_somebody_who_fails_the_ground_is_not_believed_to_master_what_stands_on_it(db, member):
    blueprint = thaw(db, published(db, member))
    compiled, apart = blueprint.compiled, compile_structure(structure_of_apart(db, member, MANY))
    ground = [code for code in compiled.item_codes if blueprint.skill_of[code] == "GES-05"]
    answers = [(code, "incorrect") for code in ground]
    tied, untied = infer(compiled, answers), infer(apart, answers)
    assert tied.mastery("MDP-01") < untied.mastery("MDP-01")
    prior_tied, prior_untied = infer(compiled, ()), infer(apart, ())
    out_of_reach = {one.skill for one in compiled.warnings}
    for strand in compiled.structure.strands:  # shares stay, but where fewer can than what is required leaves
        if not out_of_reach & set(strand.skill_codes):
            for code in strand.skill_codes:
                assert prior_tied.mastery(code) == pytest.approx(prior_untied.mastery(code), abs=0.01)


def structure_of_apart(db, member: Member, skills):
    ladders = composing.latest_ladders(db, member, FRAMEWORK)
    selection = Selection(skills=tuple(skills), languages=("fr",))
    return structure_of(ladders, skills, pricing.revisions_of(db, ladders, selection, skills))


@pytest.mark.usefixtures("one_style")
def test_what_was_published_before_asks_what_it_asked_and_keeps_its_bytes(db, member, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(requiring, "tied", lambda _, structure: Narrowed(structure))
        diagnostic = published(db, member)
    kept = json.dumps([diagnostic.blueprint, diagnostic.estimate], sort_keys=True)
    assert diagnostic.blueprint["structure"]["format"] == "structure-1"
    blueprint = thaw(db, diagnostic)
    assert composing.publish(db, member, diagnostic.id).id == diagnostic.id
    db.expire_all()
    assert json.dumps([diagnostic.blueprint, diagnostic.estimate], sort_keys=True) == kept
    assert blueprint.compiled.linked is None
    apart = compile_structure(structure_of_apart(db, member, MANY))
    assert blueprint.compiled.structure.to_document() == apart.structure.to_document()
    answers: list[tuple[str, str]] = []
    while len(answers) < 8:
        left = set(apart.item_codes) - {code for code, _ in answers}
        [one, other] = [decide(each, blueprint.rules, answers, left) for each in (blueprint.compiled, apart)]
        assert one.next_item == other.next_item
        if one.next_item is None:
            break
        answers.append((one.next_item, EVIDENCE[len(answers) % 2]))


def wide(db) -> tuple[str, ...]:
    return tuple(referentials.skills_of(referentials.latest(db, FRAMEWORK)))[:72]


def test_estimate_and_publication_leave_out_the_same(db, member):
    diagnostic = published(db, member, wide(db), questions=3)
    lost = diagnostic.estimate["uncounted"]
    assert lost
    compiled = thaw(db, diagnostic).compiled
    assert 0 < entries(compiled.structure) <= requiring.MOST_ENTRIES
    kept = {one.skill: one.groups for one in compiled.structure.requirements}
    for skill, group in lost:
        assert tuple(group) not in kept.get(skill, ())


def test_the_trainer_reads_what_is_not_counted_and_why(signed_in, database):
    composer = Composer(signed_in())
    with database.read() as db:
        skills = wide(db)
        titles = {code: one.title for code, one in referentials.skills_of(referentials.latest(db, FRAMEWORK)).items()}
    composer.press("look", skills=list(skills), languages=["fr"], questions="3")
    assert "ne compte donc pas que" in composer.page
    told = html.unescape(composer.page.partition("ne compte donc pas que")[2].partition("</ul>")[0])
    assert f"« {titles['SEC-07']} » demande « {titles['GES-07']} »" in told
    composer.press("look", skills=list(MANY), languages=["fr"])
    assert "ne compte donc pas que" not in composer.page


def test_prerequisites_that_go_round_are_told_and_nothing_is_published(db, member):
    ladders = composing.latest_ladders(db, member, FRAMEWORK)
    known = {code: SimpleNamespace(requires=one.requires) for code, one in ladders.skills.items()}
    known["GES-04"] = SimpleNamespace(requires=[["CNX-01"]])
    known["CNX-01"] = SimpleNamespace(requires=[["GES-04"]])
    wrong: Any = SimpleNamespace(skills=known)
    with pytest.raises(Invalid, match=r"GES-04 → CNX-01 → GES-04|CNX-01 → GES-04 → CNX-01"):
        requiring.tied(wrong, structure_of(ladders, MANY, ()))


@pytest.mark.parametrize("framework", ["inclusion-numerique", "mediateur-numerique", "benevole-numerique"])
def test_a_diagnostic_of_every_shipped_framework_knows_what_it_requires(db, member, framework):
    skills = tuple(referentials.skills_of(referentials.latest(db, framework)))[:40]
    selection = Selection(skills=skills, languages=("fr",), questions=10)
    made = composing.create(db, member, title="Essai", framework=framework, selection=selection)
    compiled = thaw(db, composing.publish(db, member, made.id)).compiled
    assert compiled.linked is not None
    assert compiled.linked.entries <= requiring.MOST_ENTRIES
    assert np.isfinite(infer(compiled, some_answers(compiled, 12, 5)).masteries).all()
