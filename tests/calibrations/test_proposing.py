"""What a proposal takes, what it leaves, and what accepting it changes: new diagnostics, nothing that is published."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa

from pathways.calibrations import comparing, deciding, proposing, service
from pathways.calibrations.deciding import Decision
from pathways.diagnostics import blueprint, calibrated
from pathways.diagnostics.calibrating import fitting
from pathways.diagnostics.calibrating.document import document_of
from pathways.diagnostics.calibrating.server import ServerAnswers, bank_of
from pathways.diagnostics.composing import everything, versions
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.engine import compile_structure, decide, infer
from pathways.diagnostics.models import Calibration, Diagnostic
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.items import service as items
from pathways.items.models import ItemRevision
from pathways.people.models import Organisation
from pathways.permissions import OF_ROLE, Member, Role
from tests.calibrations import population, proposals
from tests.calibrations.population import FRAMEWORK, reviewer
from tests.calibrations.proposals import MOVED, SHIFT

SKILLS = ("SEC-01", "SEC-02", "MEL-03")


def trainer(db) -> Member:
    one = reviewer(db, role=Role.TRAINER)
    return replace(one, permissions=OF_ROLE[Role.TRAINER])


def publish(db, member: Member) -> Diagnostic:
    chosen = Selection(skills=SKILLS, languages=("fr", "ar"))
    draft = composing.create(db, member, title="Un atelier", framework=FRAMEWORK, selection=chosen)
    return composing.publish(db, member, draft.id)


def accept(db, row: Calibration, reason: str = "") -> Calibration:
    return deciding.decide(db, reviewer(db), row.id, decision=Decision.ACCEPT, reason=reason)


def item_of(diagnostic: Diagnostic, place: int = 0) -> dict[str, float]:
    return diagnostic.blueprint["structure"]["items"][place]


def test_what_is_published_before_stays_to_the_byte_and_asks_the_same(db):
    member = trainer(db)
    before = publish(db, member)
    bytes_before = json.dumps(before.blueprint, sort_keys=True)  # of two databases, one orders the keys
    first = blueprint.thaw(db, before)
    asked = decide(first.compiled, first.rules, [], first.askable("ar"), seconds_spent=0.0).next_item
    accept(db, proposals.made(db))
    db.refresh(before)
    assert json.dumps(before.blueprint, sort_keys=True) == bytes_before
    again = blueprint.thaw(db, before)
    assert decide(again.compiled_in("ar"), again.rules, [], again.askable("ar"), seconds_spent=0.0).next_item == asked
    assert np.array_equal(again.compiled.log_response, first.compiled.log_response)
    assert again.compiled_in("ar") is again.compiled
    assert "calibration" not in before.blueprint


def test_what_is_published_after_takes_the_values_and_says_whose(db):
    member = trainer(db)
    row = accept(db, proposals.made(db))
    after = publish(db, member)
    assert after.blueprint["calibration"] == str(row.id)
    for one in after.blueprint["structure"]["items"]:
        assert {name: one[name] for name in MOVED} == MOVED
        assert one["seconds"] == 27.0
    places = [rung["threshold"] for strand in after.blueprint["structure"]["strands"] for rung in strand["skills"]]
    assert {round((place + 0.5) / 0.4, 6) % 1.0 for place in places} == {0.0}
    assert blueprint.thaw(db, after).calibration == row.id


def test_a_proposal_or_a_refusal_changes_nothing(db):
    member = trainer(db)
    before = publish(db, member).blueprint
    row = proposals.made(db)
    assert publish(db, member).blueprint == before
    deciding.decide(db, reviewer(db), row.id, decision=Decision.REFUSE, reason="Trop peu de personnes.")
    assert publish(db, member).blueprint == before
    assert row.reason == "Trop peu de personnes."


def test_a_translation_is_as_hard_as_answers_in_it_say(db):
    accept(db, proposals.made(db))
    found = blueprint.thaw(db, publish(db, trainer(db)))
    own, french = found.compiled_in("ar"), found.compiled
    assert found.compiled_in("ar") is own
    assert found.compiled_in("tr") is french
    place = {item.code: item for item in own.structure.items}
    translated = [item for item in french.structure.items if "ar" in found.texts[item.code]]
    assert translated
    for item in translated:
        for name, right in (("guess", lambda value: value), ("slip", lambda value: 1.0 - value)):
            odds = [right(getattr(one, name)) / (1.0 - right(getattr(one, name))) for one in (item, place[item.code])]
            assert np.log(odds[0] / odds[1]) == pytest.approx(SHIFT, abs=1e-4)


def test_a_corrected_translation_is_as_hard_as_its_french_until_it_is_answered(db):
    accept(db, proposals.made(db))
    diagnostic = publish(db, trainer(db))
    code = next(iter(diagnostic.blueprint["in_languages"]))
    diagnostic.blueprint = json.loads(
        json.dumps(diagnostic.blueprint).replace(diagnostic.blueprint["in_languages"][code]["ar"]["text"], "other")
    )
    found = blueprint.thaw(db, diagnostic)
    assert code not in found.shifted["ar"]


def test_a_question_with_too_few_answers_keeps_its_first_values(db):
    bank = bank_of(db, framework=FRAMEWORK)
    code = bank.structure.items[0].code
    row = proposals.made(db, few=code)
    assert code not in row.values["items"]
    assert len(row.values["items"]) == len(bank.structure.items) - 1


def test_values_that_turn_a_right_answer_against_mastery_are_not_taken(db):
    turned = {"slip": 0.7, "guess": 0.6, "dont_know_mastered": 0.5, "dont_know_not_mastered": 0.1}
    assert proposals.made(db, parameters=turned).values["items"] == {}


def test_a_question_whose_french_changed_since_takes_nothing(db):
    row = accept(db, proposals.made(db))
    values = calibrated.values_by(db, row.id)
    revision = db.scalars(sa.select(ItemRevision).where(ItemRevision.code == next(iter(values.items)))).first()
    known = values.items[revision.code]
    first = blueprint.model_of(revision)
    assert values.model(first, known["text"]) != first
    assert values.model(first, "another") == first
    assert values.in_languages(revision.code, "another") == {}


def test_heights_that_do_not_rise_or_are_not_whole_are_not_taken():
    values = calibrated.Values(thresholds={"a": 0.1, "b": 0.1, "c": 0.3})
    assert values.heights(["a", "c"], [0.0, 1.0]) == [0.1, 0.3]
    assert values.heights(["a", "b"], [0.0, 1.0]) == [0.0, 1.0]
    assert values.heights(["a", "d"], [0.0, 1.0]) == [0.0, 1.0]


def test_what_a_later_proposal_does_not_speak_of_stays_as_it_was(published, db):
    row = accept(db, proposals.made(db))
    bank = bank_of(db, diagnostic=published)
    assert bank.in_force.calibration == row.id
    found = proposals.document(bank, parameters=MOVED | {"slip": 0.11})
    found["strands"] = {}
    taken = proposing.taken(bank, found)
    own = {one.code for one in bank.structure.items}
    assert {taken.items[code]["values"]["slip"] for code in own} == {0.11}
    assert {one["values"]["slip"] for code, one in taken.items.items() if code not in own} == {MOVED["slip"]}
    assert taken.thresholds == row.values["thresholds"]


def test_of_two_people_the_first_decides_and_the_other_is_told(db):
    row, one, two = proposals.made(db), reviewer(db), reviewer(db)
    deciding.decide(db, one, row.id, decision=Decision.REFUSE, reason="Non.")
    with pytest.raises(Conflict):
        deciding.decide(db, two, row.id, decision=Decision.ACCEPT, reason="")
    assert (row.state.value, row.decided_by) == ("refused", one.account_id)
    assert deciding.decide(db, one, row.id, decision=Decision.REFUSE, reason=" Non. ") is row  # a form sent twice
    assert service.about(db, one, row.id).by == "Une relectrice"
    assert service.about(db, two, row.id).by is None


def test_of_two_proposals_that_were_made_from_the_same_only_one_is_accepted(db):
    one, two = proposals.made(db), proposals.made(db)
    accept(db, one)
    assert service.about(db, reviewer(db), two.id).is_outdated
    with pytest.raises(Conflict):
        accept(db, two)
    third = proposals.made(db)
    assert third.follows_id == one.id
    accept(db, third)
    assert db.scalar(calibrated.in_force(FRAMEWORK)) == third.id
    assert [row.is_in_force for row in service.overview(db, FRAMEWORK)].count(True) == 1


def test_a_refusal_needs_its_reason(db):
    row = proposals.made(db)
    with pytest.raises(Invalid):
        deciding.decide(db, reviewer(db), row.id, decision=Decision.REFUSE, reason="  ")
    with pytest.raises(Invalid):
        deciding.decide(db, reviewer(db), row.id, decision=Decision.ACCEPT, reason="x" * 501)
    assert row.state.value == "proposed"


@pytest.mark.parametrize(
    ("role", "trusted"),
    [(Role.TRAINER, True), (Role.TRANSLATOR, True), (Role.REVIEWER, False), (Role.ADMINISTRATOR, False)],
)
def test_only_who_decides_on_shipped_questions_decides(db, role, trusted):
    row = proposals.made(db)
    with pytest.raises(Forbidden):
        deciding.decide(
            db, reviewer(db, role=role, reviews_shipped=trusted), row.id, decision=Decision.ACCEPT, reason=""
        )
    administrator = reviewer(db, role=Role.ADMINISTRATOR)
    assert deciding.decide(db, administrator, row.id, decision=Decision.ACCEPT, reason="").decided_at is not None


def test_what_does_not_exist_is_not_there(db):
    with pytest.raises(NotFound):
        service.get(db, reviewer(db).account_id)


@pytest.mark.slow
def test_before_and_after_are_the_same_people_and_the_true_values_claim_no_more_than_what_is_true(published, db):
    bank = bank_of(db, diagnostic=published)
    truth = population.true_structure(bank.structure, seed=3)
    found = comparing.compare(bank.structure, truth, bank.rules, people=150, seed=5)
    assert found == comparing.compare(bank.structure, truth, bank.rules, people=150, seed=5)
    after = found["after"]
    assert after["claimed"] < after["accuracy"] + 4.0 * after["accuracy_error"]
    same = comparing.compare(truth, truth, bank.rules, people=20, seed=5)
    assert same["before"] == same["after"]
    mastered = [one.mastered for one in comparing.answering(truth, 400, 1)]
    shares = np.array([len(one) for one in mastered if one is not None]) / len(truth.skill_codes)
    assert len(shares) == 400
    expected = float(np.mean(list(infer(compile_structure(truth), []).mastery_by_skill().values())))
    assert abs(shares.mean() - expected) < 4.0 * shares.std() / 20.0


@pytest.mark.slow  # a whole calibration
def test_a_calibration_of_the_servers_answers_becomes_a_proposal_that_a_new_diagnostic_takes(database, published):
    with database.begin() as db:
        world = population.answered(db, published, persons=300)
        bank = bank_of(db, diagnostic=published)
    population.counted(database)
    task = fitting.Task(ServerAnswers(database, bank), "level", bank.structure)
    document = document_of(fitting.fit(task, lambda _: None))
    assert "/calibrations/" in proposing.propose(database, bank, document)
    with database.begin() as db:
        row = db.scalars(sa.select(Calibration)).one()
        assert (row.diagnostic_code, row.answers) == (published, world.answers)
        changes = [one["change"] for one in row.comparison["items"]]
        assert changes == sorted(changes, reverse=True)
        accept(db, row, "Plausible.")
        first = db.scalars(sa.select(Diagnostic).filter_by(code=published)).one()
        member = Member(first.made_by, "", first.organisation_id, "", Role.ADMINISTRATOR, OF_ROLE[Role.ADMINISTRATOR])
        draft, _ = versions.succeed(db, member, first.id)
        new = composing.publish(db, member, draft.id)
        for one in new.blueprint["structure"]["items"]:
            named = document["items"][one["code"]]["parameters"]
            assert {name: one[name] for name in named} == named
        assert new.blueprint["calibration"] == str(row.id)


def test_checks_of_pathways_that_are_made_later_take_the_values_too(db):
    organisation = db.get_one(Organisation, reviewer(db).organisation_id)
    before = everything.everything(db, organisation.id, FRAMEWORK)
    row = accept(db, proposals.made(db))
    assert everything.everything(db, organisation.id, FRAMEWORK).id == before.id
    items.note_change(db)
    other = db.get_one(Organisation, reviewer(db).organisation_id)
    assert everything.everything(db, other.id, FRAMEWORK).blueprint["calibration"] == str(row.id)
