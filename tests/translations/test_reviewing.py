"""Who may say that a translation is right, and what is served meanwhile."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.items import service, translating
from pathways.items.models import Item, TranslationEvent
from pathways.permissions import Role
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.translations import history, reviewing, sheet
from pathways.translations.reviewing import Act
from tests.items.exchange_situations import CHOICE, imported, sent
from tests.translations.situations import (
    FREE,
    SHIPPED,
    cleared,
    revision_of,
    served_text,
    somebody,
    suggest,
    texts_of,
)


def decide(db, member, row, act, reason="", code=SHIPPED):
    return reviewing.decide(db, member, USUAL_FRAMEWORK, code, translation_id=row.id, act=act, reason=reason)


@pytest.fixture
def reviewer(db):
    return somebody(db, name="Relectrice")


@pytest.fixture
def translator(db, reviewer):
    return somebody(db, Role.TRANSLATOR, of=reviewer.organisation_id, name="Traducteur")


def events(db, row) -> list[str]:
    found = sa.select(TranslationEvent.act).filter_by(translation_id=row.id).order_by(TranslationEvent.id)
    return list(db.scalars(found))


def test_a_suggestion_is_served_at_once_where_nothing_is(db, translator):
    cleared(db, translator)
    row = suggest(db, translator)
    assert (row.is_current, row.is_waiting, row.state, row.origin) == (True, False, "draft", "person")
    assert (row.translator_id, row.organisation_id) == (translator.account_id, translator.organisation_id)
    assert events(db, row) == ["suggested"]


def test_a_suggestion_waits_where_something_as_good_is_served(db, translator, reviewer):
    cleared(db, translator)
    first = suggest(db, translator, "yon")
    second = suggest(db, reviewer, "de")
    assert (first.is_current, second.is_current, second.is_waiting) == (True, False, True)
    assert served_text(db, translator) == first.segments["stem"]


def test_who_corrects_a_draft_of_their_own_need_not_wait(db, translator):
    cleared(db, translator)
    first = suggest(db, translator, "yon")
    second = suggest(db, translator, "de")
    assert (first.is_current, second.is_current, second.is_waiting) == (False, True, False)


def test_a_machine_s_texts_give_way_to_a_person_s(db, translator):
    revision = cleared(db, translator)
    row, _ = translating.take_in(
        db,
        revision,
        FREE,
        texts_of(revision, "machin"),
        author=translating.Author(),
        origin="machine:x",
        state="machine",
    )
    assert row.is_current
    assert suggest(db, translator).is_current
    assert not row.is_current


def test_who_keeps_a_machine_s_texts_answers_for_them(db, translator, reviewer):
    revision = cleared(db, translator)
    texts = texts_of(revision, "machin")
    row, _ = translating.take_in(
        db, revision, FREE, texts, author=translating.Author(), origin="machine:x", state="machine"
    )
    assert suggest(db, translator, texts=texts) is row
    assert (row.state, row.translator_id) == ("draft", translator.account_id)
    assert decide(db, reviewer, row, Act.REVIEW).state == "reviewed"


def test_the_same_suggestion_twice_is_one_row(db, translator):
    cleared(db, translator)
    assert suggest(db, translator).id == suggest(db, translator).id
    assert events(db, suggest(db, translator)) == ["suggested"]


def test_one_translator_has_one_suggestion_waiting(db, reviewer, translator):
    cleared(db, translator)
    suggest(db, reviewer, "sèvi")
    first, second = suggest(db, translator, "yon"), suggest(db, translator, "de")
    assert (first.is_waiting, second.is_waiting) == (False, True)


def test_a_review_puts_a_suggestion_in_service(db, reviewer, translator):
    cleared(db, translator)
    other = somebody(db, of=reviewer.organisation_id, name="Autre")
    first, second = suggest(db, other, "yon"), suggest(db, translator, "de")
    before = service.change_number(db)
    decide(db, reviewer, second, Act.REVIEW)
    assert (second.state, second.reviewer_id, second.is_current) == ("reviewed", reviewer.account_id, True)
    assert second.reviewed_at is not None
    assert not first.is_current
    assert service.change_number(db) > before
    decide(db, reviewer, second, Act.REVIEW)
    assert events(db, second) == ["suggested", "reviewed"]


def test_nobody_reviews_their_own(db, reviewer):
    cleared(db, reviewer)
    row = suggest(db, reviewer)
    with pytest.raises(Forbidden):
        decide(db, reviewer, row, Act.REVIEW)
    assert row.state == "draft"


@pytest.mark.parametrize(
    "change",
    [
        "reviewer_id = translator_id",
        "verifier_id = translator_id",
        "reviewer_id = :other, verifier_id = :other",
        "is_current = :yes, is_waiting = :yes",
    ],
)
def test_the_database_refuses_what_no_service_would_write(db, translator, reviewer, change):
    cleared(db, translator)
    row = suggest(db, translator)
    values = {"other": reviewer.account_id, "yes": True, "id": row.id}
    kinds = [sa.bindparam("id", type_=sa.Uuid())]
    kinds += [sa.bindparam("other", type_=sa.Uuid())] if ":other" in change else []
    kinds += [sa.bindparam("yes", type_=sa.Boolean())] if ":yes" in change else []
    update = sa.text(f"UPDATE item_translation SET {change} WHERE id = :id").bindparams(*kinds)
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(update, {kind.key: values[kind.key] for kind in kinds})


def test_a_third_person_verifies(db, reviewer, translator):
    cleared(db, translator)
    row = suggest(db, translator)
    with pytest.raises(Conflict):
        decide(db, reviewer, row, Act.VERIFY)
    decide(db, reviewer, row, Act.REVIEW)
    with pytest.raises(Forbidden):
        decide(db, reviewer, row, Act.VERIFY)
    third = somebody(db, of=reviewer.organisation_id, name="Troisième")
    assert decide(db, third, row, Act.VERIFY).state == "verified"
    assert row.verifier_id == third.account_id


def test_a_suggestion_is_sent_back_with_a_reason(db, reviewer, translator):
    cleared(db, translator)
    row = suggest(db, translator)
    with pytest.raises(Invalid):
        decide(db, reviewer, row, Act.REJECT, "  ")
    decide(db, reviewer, row, Act.REJECT, "Trop savant.")
    assert (row.state, row.is_current, row.is_waiting) == ("rejected", False, False)
    assert served_text(db, translator) is None
    with pytest.raises(Conflict):
        suggest(db, translator)
    assert suggest(db, translator, "pi senp").is_current
    with pytest.raises(Conflict):
        decide(db, reviewer, row, Act.REVIEW)


def test_what_was_read_over_is_taken_out_of_service_and_put_back(db, reviewer, translator):
    cleared(db, translator)
    row = suggest(db, translator)
    decide(db, reviewer, row, Act.REVIEW)
    with pytest.raises(Conflict):
        decide(db, reviewer, row, Act.REJECT, "Finalement non.")
    decide(db, reviewer, row, Act.WITHDRAW, "Plus difficile que le français.")
    assert served_text(db, translator) is None
    again = suggest(db, translator)
    assert (again.id, again.is_current, again.is_waiting) == (row.id, False, True)
    decide(db, reviewer, row, Act.REVIEW)
    assert row.is_current
    decide(db, reviewer, row, Act.WITHDRAW, "Encore.")
    decide(db, reviewer, row, Act.RESTORE)
    assert served_text(db, translator) == row.segments["stem"]


def test_a_translator_does_not_put_back_what_somebody_else_withdrew(db, reviewer):
    colleague = somebody(db, of=reviewer.organisation_id, name="Collègue")
    cleared(db, reviewer)
    row = suggest(db, reviewer)
    decide(db, colleague, row, Act.WITHDRAW, "Faux sens.")
    with pytest.raises(Forbidden):
        decide(db, reviewer, row, Act.RESTORE)
    assert served_text(db, reviewer) is None
    decide(db, colleague, row, Act.RESTORE)
    decide(db, reviewer, row, Act.WITHDRAW, "Je me suis trompé.")
    assert decide(db, reviewer, row, Act.RESTORE).is_current


def test_a_draft_that_was_withdrawn_does_not_take_the_place_of_a_reviewed_one(db, translator, reviewer):
    cleared(db, translator)
    draft = suggest(db, translator, "yon")
    decide(db, reviewer, draft, Act.WITHDRAW, "Faux sens.")
    better = suggest(db, translator, "de")
    decide(db, reviewer, better, Act.REVIEW)
    with pytest.raises(Conflict):
        decide(db, reviewer, draft, Act.RESTORE)
    assert served_text(db, translator) == better.segments["stem"]


def test_shipped_questions_are_read_over_where_the_operator_says_so(db, translator):
    cleared(db, translator)
    row = suggest(db, translator)
    untrusted = somebody(db, reviews_shipped=False, name="Lointaine")
    with pytest.raises(Forbidden):
        decide(db, untrusted, row, Act.REVIEW)
    trusted = somebody(db, name="Voisine")
    assert decide(db, trusted, row, Act.REVIEW).state == "reviewed"


def own_code(db, member) -> str:
    [row] = imported(db, member, sent(CHOICE)).rows
    return row.code


def test_own_questions_are_the_affair_of_their_organisation(db, reviewer):
    trainer = somebody(db, Role.TRAINER, of=reviewer.organisation_id, name="Formatrice")
    code = own_code(db, trainer)
    row = revision_of(db, trainer, code).translations[0]
    stranger = somebody(db, name="Lointaine")
    with pytest.raises(NotFound):
        decide(db, stranger, row, Act.REVIEW, code=code)
    with pytest.raises(NotFound):  # nor by the code of a question that they may see
        decide(db, stranger, row, Act.REVIEW)
    with pytest.raises(Forbidden):
        decide(db, trainer, row, Act.REVIEW, code=code)
    assert decide(db, reviewer, row, Act.REVIEW, code=code).state == "reviewed"


def test_a_file_reviews_nothing_and_takes_nothing_reviewed_away(db, reviewer):
    trainer = somebody(db, Role.TRAINER, of=reviewer.organisation_id, name="Formatrice")
    code = own_code(db, trainer)
    row = revision_of(db, trainer, code).translations[0]
    imported(db, trainer, sent(CHOICE | {"code": code, "etat_ar": "relue"}))
    assert row.state == "draft"
    decide(db, reviewer, row, Act.REVIEW, code=code)
    imported(db, trainer, sent(CHOICE | {"code": code, "etat_ar": "brouillon"}))
    assert (row.state, row.is_current) == ("reviewed", True)
    other = CHOICE | {"code": code, "question_ar": "شخص مجهول يطلب رمزك الآن"}
    imported(db, trainer, sent(other))
    waiting = [one for one in revision_of(db, trainer, code).translations if one.is_waiting]
    assert row.is_current
    assert [(one.state, one.translator_id, one.origin) for one in waiting] == [
        ("draft", trainer.account_id, "exchange")
    ]
    assert imported(db, trainer, sent(other)).is_idle


def test_a_changed_question_makes_the_form_conflict_and_its_translation_stale(db, reviewer):
    trainer = somebody(db, Role.TRAINER, of=reviewer.organisation_id, name="Formatrice")
    code = own_code(db, trainer)
    old = revision_of(db, trainer, code)
    changed = "Une inconnue demande votre code. Que faites-vous ?"
    untranslated = dict.fromkeys(("question_ar", "reponse_1_ar", "reponse_2_ar", "explication_ar"), "")
    imported(db, trainer, sent(CHOICE | untranslated | {"code": code, "question": changed}))
    with pytest.raises(Conflict):
        translating.suggest(
            db, reviewer, USUAL_FRAMEWORK, code, language="ar", number=old.number, texts={"stem": "x"}, seen=""
        )
    with pytest.raises(Conflict):
        decide(db, reviewer, old.translations[0], Act.REVIEW, code=code)
    page = sheet.make(db, reviewer, USUAL_FRAMEWORK, code, "ar")
    assert page.is_stale
    stem = next(one for one in page.segments if one.key == "stem")
    assert stem.text == CHOICE["question_ar"]
    assert [(one.kind, one.text) for one in stem.change][:2] == [("del", "Un inconnu"), ("ins", "Une inconnue")]
    assert [one.change for one in page.segments if one.key != "stem"] == [()] * (len(page.segments) - 1)


def test_a_translation_that_changed_meanwhile_makes_the_form_conflict(db, reviewer, translator):
    revision = cleared(db, translator)
    suggest(db, translator)
    with pytest.raises(Conflict):
        translating.suggest(
            db,
            reviewer,
            USUAL_FRAMEWORK,
            SHIPPED,
            language=FREE,
            number=revision.number,
            seen="",
            texts=texts_of(revision, "lòt"),
        )


def test_names_stay_in_their_organisation(db, reviewer, translator):
    cleared(db, translator)
    row = suggest(db, translator)
    decide(db, reviewer, row, Act.REVIEW)
    item = db.get_one(Item, revision_of(db, reviewer).item_id)
    told = [(one.act, one.by) for one in history.of_item(db, reviewer, item, FREE)]
    assert told == [("reviewed", "Relectrice"), ("suggested", "Traducteur")]
    stranger = somebody(db, name="Lointaine")
    assert {one.by for one in history.of_item(db, stranger, item, FREE)} == {history.ELSEWHERE}
    served = sheet.make(db, stranger, USUAL_FRAMEWORK, SHIPPED, FREE).served
    assert served is not None
    assert (served.by, served.is_phrase) == (history.ELSEWHERE, True)


def test_all_or_nothing_and_no_french(db, translator):
    revision = cleared(db, translator)
    whole = texts_of(revision)
    for wrong in (
        {key: text for key, text in whole.items() if key != "stem"},
        whole | {"options.nobody": "x"},
        whole | {"stem": revision.segments["stem"]},
        whole | {"stem": "x" * 301},
    ):
        with pytest.raises(Invalid):
            suggest(db, translator, texts=wrong)
    assert not [row for row in revision.translations if row.language == FREE and row.is_current]


def test_a_translation_of_nothing_is_not_there(db, reviewer):
    with pytest.raises(NotFound):
        reviewing.decide(db, reviewer, USUAL_FRAMEWORK, SHIPPED, translation_id=uuid.uuid4(), act=Act.REVIEW)
