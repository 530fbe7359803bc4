"""Real people can reach the badges that are proposed: by the questions that there are, from a village, in two hours a
week, with a phone alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from pathways.badges import proposals
from pathways.badges.criteria import tree
from pathways.badges.criteria.facts import Decided, Endorsed, Facts, Led, Measure, Sheet, Witness
from pathways.badges.criteria.nodes import Role
from pathways.badges.criteria.progress import progress
from pathways.badges.models import Audience
from pathways.diagnostics.blueprint import structure_of
from pathways.diagnostics.engine import compile_structure, infer

SHIPPED = {one.slug: one for one in proposals.proposals()}
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MARGIN = 0.02
"""Of mastery: what a question that is made a little easier or harder to guess may take away."""
Kind = TypeVar("Kind")


def of(audience: Audience) -> list[str]:
    return [slug for slug, one in SHIPPED.items() if one.audience is audience]


each_mediator = pytest.mark.parametrize("slug", of(Audience.MEDIATOR))
each_volunteer = pytest.mark.parametrize("slug", of(Audience.VOLUNTEER))


def leaves(slug: str, kind: type[Kind]) -> list[Kind]:
    return [one for one in tree.leaves(SHIPPED[slug].content.node) if isinstance(one, kind)]


def believed_after_right_answers(shipped, framework, skills):
    """``{micro-skill: (mastery, questions)}`` of somebody who answers every question of the bank right."""
    folder, items = next(one for one in shipped.frameworks if one[0].framework.code == framework)
    strands = [strand for _, strand in folder.framework.strands()]
    asked: list[Any] = [
        SimpleNamespace(
            code=item.code,
            skill=item.skill,
            kind=item.kind,
            segments=item.segments(),
            text_fingerprint="",
            body={"options": [{"key": option.key} for option in item.options]},
        )
        for item in items.items.values()
        if item.skill in skills and item.kind != "observed"
    ]
    ladders: Any = SimpleNamespace(strands=strands, levels=folder.framework.levels)
    structure = structure_of(ladders, skills, asked)
    mastery = infer(
        compile_structure(structure), [(item.code, "correct") for item in structure.items]
    ).mastery_by_skill()
    counts = {code: sum(item.skill == code for item in asked) for code in skills}
    return {code: (mastery[code], counts[code]) for code in skills}


@pytest.mark.parametrize("slug", SHIPPED)
def test_whoever_answers_every_question_right_reaches_each_mastery(slug, shipped):
    content = SHIPPED[slug].content
    trees = [content.node, *([tree.parse(content.renewal.criteria)] if content.renewal else [])]
    profiles = [leaf for one in trees for leaf in tree.leaves(one) if isinstance(leaf, tree.Profile)]
    for leaf in profiles:
        believed = believed_after_right_answers(shipped, leaf.framework, [code for code, _ in leaf.skills])
        for code, least in leaf.skills:
            mastery, questions = believed[code]
            assert mastery >= least + MARGIN, f"{code}: {mastery:.3f}"
            assert questions >= leaf.answers, code


def measured(slug):
    return [
        Measure(skill=key, mastery=0.97, answers=1, at=NOW) for one in leaves(slug, tree.Profile) for key in one.keys
    ]


def facts(slug, **known):
    return Facts(person="me", now=NOW, measures=tuple(measured(slug)), **known)


def endorsed(who, organisation, *roles):
    return Endorsed(Witness(who, organisation, roles=frozenset(roles)), at=NOW)


ELSEWHERE = (endorsed("a", "town-hall", Role.PRESCRIBER), endorsed("b", "hub", Role.COORDINATOR))


def decided(slug, number=2):
    return tuple(
        Decided(piece.piece, f"jury-{place}", accepted=True, at=NOW)
        for piece in leaves(slug, tree.Portfolio)
        for place in range(number)
    )


SESSIONS = tuple(Led(f"s{place}", at=NOW) for place in range(6))


@each_mediator
def test_a_mediator_alone_in_a_village_reaches_it_from_a_distance(slug):
    """Nobody of their own structure, nobody who holds a badge yet, nobody who travels to them."""
    node = SHIPPED[slug].content.node
    assert progress(node, facts(slug, endorsements=ELSEWHERE, decisions=decided(slug), led=SESSIONS)).met


@each_mediator
def test_a_mediator_needs_somebody_who_saw_it_and_both_of_the_jury(slug):
    node = SHIPPED[slug].content.node
    assert not progress(node, facts(slug, decisions=decided(slug), led=SESSIONS)).met
    assert not progress(node, facts(slug, endorsements=ELSEWHERE, led=SESSIONS)).met
    assert not progress(node, facts(slug, endorsements=ELSEWHERE, decisions=decided(slug, 1), led=SESSIONS)).met


@each_volunteer
def test_a_volunteer_reaches_it_by_one_sheet_or_by_two_who_know_them(slug):
    node = SHIPPED[slug].content.node
    seen = frozenset(key for one in leaves(slug, tree.Observation) for key in one.keys)
    trainer = Witness("t", "library", roles=frozenset({Role.TRAINER}))
    sheet = Sheet("sheet", trainer, seen, at=NOW)
    two = (endorsed("a", "library"), endorsed("b", "library"))
    assert progress(node, facts(slug, sheets=(sheet,))).met
    assert progress(node, facts(slug, endorsements=two)).met
    assert not progress(node, facts(slug, endorsements=two[:1])).met
    assert not progress(node, facts(slug)).met


@pytest.mark.parametrize("without", ["MES", "MEL"])
@pytest.mark.parametrize("slug", of(Audience.LEARNER))
def test_a_learner_reaches_it_with_a_phone_alone_or_with_e_mail_alone(slug, without):
    own = tuple(one for one in measured(slug) if f":{without}-" not in one.skill)
    node = SHIPPED[slug].content.node
    assert progress(node, Facts(person="me", now=NOW, measures=own)).met
    secret = tuple(one for one in own if ":SEC-" not in one.skill)
    assert not progress(node, Facts(person="me", now=NOW, measures=secret)).met
