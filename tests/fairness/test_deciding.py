"""What fairness says to whom, and what a reviewer decides: kept, withdrawn, put back, always with a reason."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.fairness import deciding, service
from pathways.fairness.models import ItemFairness
from pathways.fairness.service import Decision
from pathways.items import service as items_service
from pathways.items.models import Item, ItemFigures, ItemTranslation, TranslationEvent
from pathways.people import service as people
from pathways.people.models import Organisation
from pathways.permissions import OF_ROLE, Member, Role
from tests.fairness import bank
from tests.fairness.bank import FRAMEWORK


def member(db, *, role: Role = Role.REVIEWER, reviews_shipped: bool = True, name: str = "Une relectrice") -> Member:
    organisation = people.create_organisation(db, name="Une structure")
    organisation.reviews_shipped = reviews_shipped
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name=name)
    people.add_member(db, account_id=account.id, organisation_id=organisation.id, role=role)
    db.flush()
    return Member(account.id, account.name, organisation.id, organisation.name, role, OF_ROLE[role])


def flag(db, one: bank.Known, grade: str = "C", *, focal: int = 260, reference: int = 300) -> ItemFairness:
    row = ItemFairness(
        item_id=one.item_id,
        language="ar",
        translation_id=one.translation_id,
        reference=reference,
        focal=focal,
        grade=grade,
        delta=-1.9,
        figures={
            "options": {one.right: [200, 90], one.wrong[0]: [90, 165], "dont_know": [10, 5]},
            "low": -2.6,
            "high": -1.2,
            "p": 0.0001,
            "adjusted": 0.002,
            "regression": 0.001,
            "effect": 0.04,
        },
        computed_at=clock.now(),
    )
    db.add(row)
    db.flush()
    return row


@pytest.fixture
def one(db) -> bank.Known:
    return bank.questions(db)[0]


def decide(db, who: Member, one: bank.Known, decision: Decision, reason: str = "Le mot « lien » manque.", **other):
    seen = other.pop("seen", None) or service.about(db, who, FRAMEWORK, one.code, "ar").seen
    return deciding.decide(db, who, FRAMEWORK, one.code, "ar", decision=decision, reason=reason, seen=seen)


def acts(db, one: bank.Known) -> list[str]:
    rows = sa.select(TranslationEvent.act).filter_by(translation_id=one.translation_id)
    return list(db.scalars(rows.order_by(TranslationEvent.happened_at, TranslationEvent.id)))


def test_what_is_flagged_stands_first_in_its_language(db, one):
    second, third = bank.questions(db)[1:3]
    flag(db, second, "watch", focal=80)
    flag(db, one, "C")
    flag(db, third, "A")
    (arabic,) = service.overview(db, member(db), FRAMEWORK)
    assert [(row.code, row.grade) for row in arabic.flagged] == [(one.code, "C"), (second.code, "watch")]
    assert (arabic.judged, arabic.few, arabic.needed) == (2, 1, 120)


def test_a_withdrawn_translation_is_served_to_nobody_and_can_be_restored(db, one):
    flag(db, one)
    who, before = member(db), items_service.change_number(db)
    decide(db, who, one, Decision.WITHDRAW)
    row = db.get_one(ItemTranslation, one.translation_id)
    (revision,) = [each for each in items_service.current_revisions(db, FRAMEWORK) if each.code == one.code]
    db.refresh(revision)
    assert not row.is_current
    assert items_service.served(revision, "ar", "machine") is None
    assert items_service.change_number(db) == before + 1
    (arabic,) = service.overview(db, who, FRAMEWORK)
    assert [shown.withdrawn for shown in arabic.flagged] == [True]
    decide(db, who, one, Decision.RESTORE, "Corrigée ailleurs.")
    assert row.is_current
    assert items_service.change_number(db) == before + 2
    assert acts(db, one) == ["withdrawn", "restored"]


def test_a_decision_is_kept_with_its_reason_and_what_was_known(db, one):
    flag(db, one)
    who = member(db)
    decide(db, who, one, Decision.KEEP, "  La question est\n juste plus rare là-bas. ")
    event = db.scalars(sa.select(TranslationEvent).filter_by(translation_id=one.translation_id)).one()
    assert (event.act, event.reason) == ("kept", "La question est juste plus rare là-bas.")
    assert (event.account_id, event.organisation_id) == (who.account_id, who.organisation_id)
    assert (event.figures["grade"], event.figures["delta"], event.figures["focal"]) == ("C", -1.9, 260)
    (arabic,) = service.overview(db, who, FRAMEWORK)
    assert [shown.kept for shown in arabic.flagged] == [True]
    assert db.get_one(ItemTranslation, one.translation_id).is_current


def test_the_same_decision_twice_is_one(db, one):
    flag(db, one)
    who = member(db)
    seen = service.about(db, who, FRAMEWORK, one.code, "ar").seen
    for _ in range(2):
        decide(db, who, one, Decision.WITHDRAW, seen=seen)
    assert acts(db, one) == ["withdrawn"]


def test_of_two_reviewers_the_second_sees_what_the_first_decided(db, one):
    flag(db, one)
    first, second = member(db), member(db)
    seen = service.about(db, second, FRAMEWORK, one.code, "ar").seen
    decide(db, first, one, Decision.WITHDRAW)
    with pytest.raises(Conflict):
        decide(db, second, one, Decision.KEEP, "Je la trouve juste.", seen=seen)
    assert acts(db, one) == ["withdrawn"]


def test_figures_worked_out_anew_are_looked_at_anew(db, one):
    row = flag(db, one)
    who = member(db)
    seen = service.about(db, who, FRAMEWORK, one.code, "ar").seen
    row.computed_at = clock.now()
    row.grade = "A"
    db.flush()
    with pytest.raises(Conflict):
        decide(db, who, one, Decision.WITHDRAW, seen=seen)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_nothing_is_decided_without_a_reason_that_can_be_read(db, one, reason):
    flag(db, one)
    with pytest.raises(Invalid) as refused:
        decide(db, member(db), one, Decision.KEEP, reason)
    assert refused.value.errors[0]["field"] == "reason"
    assert acts(db, one) == []


def test_shipped_questions_are_decided_on_by_those_whom_the_operator_trusts(db, one):
    flag(db, one)
    for who in (member(db, reviews_shipped=False), member(db, role=Role.TRAINER)):
        assert not service.about(db, who, FRAMEWORK, one.code, "ar").may_decide
        with pytest.raises(Forbidden):
            decide(db, who, one, Decision.WITHDRAW)
    assert db.get_one(ItemTranslation, one.translation_id).is_current


def test_own_questions_exist_in_their_organisation_alone(db, one):
    owner, other = member(db, reviews_shipped=False), member(db)
    db.get_one(Item, one.item_id).organisation_id = owner.organisation_id
    flag(db, one)
    assert [shown.code for shown in service.overview(db, owner, FRAMEWORK)[0].flagged] == [one.code]
    assert service.overview(db, other, FRAMEWORK) == []
    with pytest.raises(NotFound):
        service.about(db, other, FRAMEWORK, one.code, "ar")
    with pytest.raises(NotFound):
        decide(db, other, one, Decision.WITHDRAW, seen="whatever")
    decide(db, owner, one, Decision.WITHDRAW)
    assert acts(db, one) == ["withdrawn"]


def test_nobody_learns_the_names_of_another_organisation(db, one):
    flag(db, one)
    decide(db, member(db, name="Une voisine"), one, Decision.KEEP)
    (event,) = service.about(db, member(db), FRAMEWORK, one.code, "ar").events
    assert (event.act, event.by) == ("kept", None)


def test_what_somebody_else_took_out_of_service_is_no_decision_of_ours(db, one):
    flag(db, one)
    who = member(db)
    db.get_one(ItemTranslation, one.translation_id).is_current = False
    db.flush()
    with pytest.raises(Conflict):
        decide(db, who, one, Decision.RESTORE)
    assert service.overview(db, who, FRAMEWORK)[0].flagged == ()


@pytest.mark.parametrize("language", ["fr", "xx"])
def test_french_is_not_compared_with_itself(db, one, language):
    with pytest.raises(NotFound):
        service.about(db, member(db), FRAMEWORK, one.code, language)


def test_options_stand_in_the_order_of_the_question_and_not_before_fifty_answers(db, one):
    row = flag(db, one)
    who = member(db)
    found = service.about(db, who, FRAMEWORK, one.code, "ar").options
    assert found[-1].name == "dont_know"
    assert found[-1].text == ""
    right = next(option for option in found if option.name == one.right)
    assert (round(right.french, 3), round(right.other, 3)) == (0.667, 0.346)
    row.focal = 49
    db.flush()
    assert service.about(db, who, FRAMEWORK, one.code, "ar").options == ()


def figures(db, one: bank.Known, organisation: Organisation | uuid.UUID, **counts: int) -> None:
    identifier = organisation if isinstance(organisation, uuid.UUID) else organisation.id
    db.add(ItemFigures(item_id=one.item_id, organisation_id=identifier, language="ar", **counts))
    db.flush()


def test_what_one_in_ten_does_not_understand_is_read_again(db, one):
    who, other = member(db), member(db)
    figures(db, one, who.organisation_id, correct=14, not_understood=1)
    figures(db, one, other.organisation_id, correct=12, not_understood=3)
    (arabic,) = service.overview(db, who, FRAMEWORK)
    assert [(row.code, row.share, row.shown) for row in arabic.troubled] == [(one.code, 4 / 30, 30)]
    about = service.about(db, who, FRAMEWORK, one.code, "ar")
    assert about.trouble is not None
    assert (about.shown, about.trouble.share) == (30, 4 / 30)


@pytest.mark.parametrize("counts", [{"correct": 27, "not_understood": 3}, {"correct": 20, "not_understood": 9}])
def test_just_one_in_ten_or_fewer_than_thirty_showings_are_no_trouble(db, one, counts):
    who = member(db)
    figures(db, one, who.organisation_id, **counts)
    assert service.overview(db, who, FRAMEWORK) == []


def test_nothing_is_said_of_fewer_than_ten(db, one):
    who = member(db)
    figures(db, one, who.organisation_id, correct=1, not_understood=8)
    about = service.about(db, who, FRAMEWORK, one.code, "ar")
    assert (about.shown, about.trouble) == (0, None)


def test_a_translator_does_not_put_back_what_somebody_else_withdrew(db, one):
    flag(db, one)
    author, other = member(db), member(db)
    row = db.get_one(ItemTranslation, one.translation_id)
    row.translator_id, row.organisation_id = author.account_id, author.organisation_id
    decide(db, other, one, Decision.WITHDRAW)
    with pytest.raises(Forbidden):
        decide(db, author, one, Decision.RESTORE, "Si.")
    assert not row.is_current
