"""What a calibration learned of the ways in which answers come out: taken, stored, and served where it holds."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from pathways.calibrations import comparing, proposing
from pathways.diagnostics import blueprint, calibrated
from pathways.diagnostics.calibrated import Values
from pathways.diagnostics.calibrating.server import ServerBank, bank_of
from pathways.diagnostics.engine import FIRST_NEAR, FIRST_STYLES, KNOWN_STYLES, StopRules, Structure, Style
from pathways.diagnostics.models import Calibration, Diagnostic
from pathways.items.models import ItemRevision
from tests.calibrations import proposals
from tests.calibrations.population import FRAMEWORK
from tests.calibrations.proposals import MOVED, STYLES
from tests.calibrations.test_proposing import accept, publish, trainer
from tests.diagnostics.engine.ladders import even

pytestmark = pytest.mark.slow  # whole calibrations through the service

LEARNED = (Style(0.71, hole=0.05), Style(0.29, noise=0.1, slope=2.5, dont_know=False))
STORED = tuple(asdict(style) for style in LEARNED)
OTHERS = [asdict(Style(1.0, hole=0.2))]


def styles_of(diagnostic: Diagnostic) -> tuple[Style, ...]:
    return Structure.from_document(diagnostic.blueprint["structure"]).styles


def test_what_is_published_after_an_acceptance_doubts_as_answers_showed(db):
    member = trainer(db)
    before = publish(db, member)
    accept(db, proposals.made(db, styles=STYLES))
    assert styles_of(publish(db, member)) == LEARNED
    assert styles_of(before) == FIRST_STYLES
    db.refresh(before)
    assert styles_of(before) == FIRST_STYLES


def test_a_diagnostic_that_is_measured_in_part_keeps_the_styles_of_first_values(db):
    member = trainer(db)
    measured = {item["code"] for item in publish(db, member).blueprint["structure"]["items"]}
    accept(db, proposals.made(db, few=min(measured), styles=STYLES))
    assert styles_of(publish(db, member)) == FIRST_STYLES


def test_a_question_that_was_changed_since_is_not_measured():
    values = Values(items={"a": {"text": "one"}, "b": {"text": "two"}}, styles=STORED)
    assert blueprint.styles_of(values, {"a": "one", "b": "two"}) == LEARNED
    assert blueprint.styles_of(values, {"a": "one", "b": "changed"}) == FIRST_STYLES
    assert blueprint.styles_of(values, {"a": "one", "c": "new"}) == FIRST_STYLES
    assert blueprint.styles_of(replace(values, styles=()), {"a": "one"}) == KNOWN_STYLES


def test_what_was_learned_comes_back_as_it_was_stored(db):
    row = proposals.made(db, styles=STYLES)
    db.flush()
    db.expire(row)
    values = calibrated.values_by(db, row.id)
    assert values.styles == STORED
    assert values.ways() == LEARNED
    assert values.to_json() == row.values


def test_what_was_stored_before_styles_were_learned_is_still_read(db):
    row = proposals.made(db)
    row.values = {name: row.values[name] for name in ("items", "thresholds")}
    db.flush()
    values = calibrated.values_by(db, row.id)
    assert values.ways() == ()
    accept(db, row)
    assert styles_of(publish(db, trainer(db))) == KNOWN_STYLES


def test_a_newer_proposal_without_styles_keeps_the_earlier_ones_and_one_with_them_its_own(db):
    accept(db, proposals.made(db, styles=STYLES))
    assert calibrated.values_by(db, proposals.made(db).id).ways() == LEARNED
    assert calibrated.values_by(db, proposals.made(db, styles=OTHERS).id).ways() == (Style(1.0, hole=0.2),)


@pytest.mark.parametrize(
    "wrong", [{"share": 0.0}, {"hole": 0.7}, {"slope": 2.0}, {"dont_know": "yes"}, {"noise": None}, {"share": True}]
)
def test_styles_that_cannot_be_are_not_taken_and_the_earlier_ones_stay(db, wrong):
    accept(db, proposals.made(db, styles=STYLES))
    row = proposals.made(db, styles=[STYLES[0] | wrong, STYLES[1]])
    assert calibrated.values_by(db, row.id).ways() == LEARNED
    assert row.comparison["styles"]["after"] == []
    lacking = {name: value for name, value in STYLES[0].items() if name != "hole"}
    assert proposing.styles_in({"styles": [lacking]}) == ()


def test_a_proposal_says_what_is_in_force_or_what_is_supposed(db):
    first = proposals.made(db, styles=STYLES)
    told = first.comparison["styles"]
    assert (told["learned"], told["before"]) == (False, [asdict(style) for style in FIRST_STYLES])
    assert told["after"] == STYLES
    accept(db, first)
    told = proposals.made(db).comparison["styles"]
    assert told == {"learned": True, "before": list(STORED), "after": []}


def test_simulated_people_have_the_holes_that_were_learned():
    rungs = even(4, rungs=5, guesses=(0.25,))
    holed = replace(rungs, styles=(Style(1.0, hole=0.2),))
    ladders = [strand.skill_codes for strand in rungs.strands]

    def broken(structure: Structure) -> float:
        """Share of ladders with a rung that is mastered above one that is not."""
        people = [one.mastered or frozenset() for one in comparing.answering(structure, 500, 3)]
        steps = [[code in mastered for code in ladder] for mastered in people for ladder in ladders]
        return float(np.mean([one != sorted(one, reverse=True) for one in steps]))

    assert broken(rungs) == 0.0
    assert broken(holed) > 0.3


def test_simulated_people_answer_as_their_style_says_and_not_as_a_side_believes():
    known = even(3, rungs=4, guesses=(0.2,))
    silent = (Style(1.0, dont_know=False),)
    rules = StopRules(questions=6)
    plain = comparing.compare(known, known, rules, people=60, seed=2)
    noisy = comparing.compare(known, known, rules, styles=(Style(1.0, noise=0.6),), people=60, seed=2)
    assert noisy["after"]["accuracy"] < plain["after"]["accuracy"] - 0.05
    believing = replace(known, styles=FIRST_STYLES)
    assert (
        comparing.compare(believing, known, rules, people=30, seed=2)["after"]
        == (comparing.compare(known, known, rules, people=30, seed=2)["after"])
    )
    said = [
        one for person in comparing.answering(replace(known, styles=silent), 300, 1) for one in person.answers.values()
    ]
    assert said.count("dont_know") < 0.03 * len(said)


def test_a_kept_proposal_has_the_ways_and_is_compared_on_people_who_answer_in_them(database, published):
    with database.read() as db:
        bank = bank_of(db, diagnostic=published)
    proposing.propose(database, bank, proposals.document(bank) | {"styles": STYLES})
    with database.read() as db:
        row = db.scalars(sa.select(Calibration)).one()
        values, told = calibrated.values_by(db, row.id), row.comparison
    assert values.ways() == LEARNED
    assert told["styles"]["after"] == STYLES
    sides = bank.with_values(bank.in_force), bank.with_values(values)
    assert [one.styles for one in sides] == [FIRST_STYLES, LEARNED]
    again = comparing.compare(*sides, bank.rules, styles=LEARNED, seed=told["seed"])
    assert {name: told[name] for name in again} == again


NEAR = (0.2, 0.6)
FOUND = MOVED | {"near_not_mastered": 0.2, "near_mastered": 0.6}


@pytest.fixture
def credited(db) -> ServerBank:
    """The bank of the server, one of whose questions has partial credit."""
    bank = bank_of(db, framework=FRAMEWORK)
    first, *others = bank.structure.items
    items = (replace(first, near=(0.35, 0.75)), *others)
    return replace(bank, structure=replace(bank.structure, items=items))


def taken(bank: ServerBank, **found: float) -> Values:
    return proposing.taken(bank, proposals.document(bank, parameters=FOUND | found))


def test_how_near_wrong_answers_come_is_taken_of_a_question_with_partial_credit(credited):
    values = taken(credited)
    first, other = credited.structure.items[:2]
    assert values.model(first, credited.texts[first.code]).near == NEAR
    assert values.model(first, "another text").near == (0.35, 0.75)
    assert values.model(other, credited.texts[other.code]).near is None
    assert "near" not in values.items[other.code]["values"]
    again = replace(values, items=json.loads(json.dumps(values.to_json()))["items"])
    assert credited.with_values(again) == credited.with_values(values)


@pytest.mark.parametrize("wrong", [{"near_mastered": 0.1}, {"near_mastered": 1.0}, {"near_not_mastered": 0.0}])
def test_a_pair_that_cannot_be_leaves_the_earlier_one(credited, wrong):
    first = credited.structure.items[0]
    values = taken(credited, **wrong)
    assert values.model(first, credited.texts[first.code]).near == (0.35, 0.75)
    assert values.items[first.code]["values"]["slip"] == MOVED["slip"]
    later = taken(replace(credited, in_force=taken(credited)), **wrong)
    assert later.model(first, credited.texts[first.code]).near == NEAR


def test_a_proposal_that_does_not_say_it_leaves_the_earlier_one(credited):
    first = credited.structure.items[0]
    later = replace(credited, in_force=taken(credited))
    values = proposing.taken(later, proposals.document(later))
    assert values.model(first, credited.texts[first.code]).near == NEAR
    texts = dict.fromkeys(credited.texts, "changed")
    changed = proposing.taken(replace(later, texts=texts), proposals.document(later))
    assert changed.model(first, "changed").near == (0.35, 0.75)


def test_values_against_mastery_move_nothing_of_a_question(credited):
    first = credited.structure.items[0]
    turned = {"slip": 0.7, "guess": 0.6, "dont_know_mastered": 0.5, "dont_know_not_mastered": 0.1}
    assert first.code not in taken(credited, **turned).items


def test_the_row_of_a_question_has_how_near_before_and_after_with_its_error(credited):
    errors: dict[str, Any] = {"standard_errors": dict.fromkeys(FOUND, 0.03)}
    found = proposals.document(credited, parameters=FOUND, **errors)
    after = credited.with_values(proposing.taken(credited, found))
    rows = {row["code"]: row for row in proposing.changes(credited.with_values(credited.in_force), after, found)}
    first, other = (rows[item.code] for item in credited.structure.items[:2])
    sides = [(first[side]["near_not_mastered"], first[side]["near_mastered"]) for side in ("before", "after")]
    assert sides == [(0.35, 0.75), NEAR]
    assert (first["errors"]["near_mastered"], first["errors"]["slip"]) == (0.03, 0.03)
    assert not {"near_mastered", "near_not_mastered"} & {*other["before"], *other["after"], *other["errors"]}


def test_a_change_of_how_near_wrong_answers_come_alone_is_a_change(credited):
    first = credited.structure.items[0]
    before = replace(credited.structure, items=(first,))
    after = replace(before, items=(replace(first, near=(0.1, 0.75)),))
    nothing = {"items": {}, "strands": {}}
    (row,) = proposing.changes(before, after, nothing)
    wrong = first.response()[0, 1]
    assert row["change"] == pytest.approx(0.25 * wrong, abs=1e-6)


def test_a_question_is_seen_as_near_as_answers_say(db):
    revision = db.scalars(sa.select(ItemRevision).where(ItemRevision.kind == "choice")).first()
    db.expunge(revision)
    revision.body = revision.body | {"partly": True}
    stored = {"text": revision.text_fingerprint, "values": MOVED | {"near": list(NEAR)}, "languages": {}}
    assert blueprint.model_of(revision).near == FIRST_NEAR
    assert blueprint.model_of(revision, Values(items={revision.code: stored})).near == NEAR
