"""Items in and out of files: the report first, all or nothing, and nothing lost on the way there and back."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from pathways.errors import Invalid
from pathways.items import authoring, bank
from pathways.items.exchange import plan as exchange_plan
from pathways.items.exchange import service as exchange
from pathways.items.exchange.documents import Written, table_of
from pathways.items.exchange.files import opened, packed, unpacked
from pathways.items.exchange.plan import Status
from pathways.items.exchange.yaml_files import yaml_of
from pathways.items.flaws import is_plain
from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.spreadsheets import csv_of, xlsx_of
from tests.items.exchange_situations import CHOICE, FRAMEWORK, imported, numbered, report, said, sent
from tests.people.situations import at_the_same_moment, somebody

OWN = bank.Wanted(origin="own")


@pytest.fixture
def trainer(db):
    return somebody(db).member


def own_rows(db, member) -> list[ItemRevision]:
    query = sa.select(ItemRevision).join(Item, Item.current_id == ItemRevision.id).order_by(ItemRevision.created_at)
    return list(db.scalars(query.where(Item.organisation_id == member.organisation_id)))


def rows_in(db) -> list[int]:
    return [db.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Item, ItemRevision, ItemTranslation)]


def files(db, member) -> dict[str, bytes]:
    items = exchange.leaving(db, member, FRAMEWORK, OWN)
    table = table_of(items)
    return {"csv": csv_of(*table), "xlsx": xlsx_of(*table, title="Questions"), "yaml": yaml_of(items)}


def opened_file(data: bytes, kind: str):
    return opened(data, f"questions.{kind}")


# --- the report, then the import -----------------------------------------------------------------------------


def test_a_report_changes_nothing_and_says_what_an_import_would_do(db, trainer):
    before = rows_in(db)
    planned = report(db, trainer, sent(CHOICE, numbered(1)))
    assert planned.errors == []
    assert planned.counts[Status.NEW] == 2
    assert rows_in(db) == before


def test_an_import_makes_own_items_with_their_translations(db, trainer):
    imported(db, trainer, sent(CHOICE))
    [revision] = own_rows(db, trainer)
    assert revision.code.startswith("SEC-02-")
    assert len(revision.code) == len("SEC-02-") + authoring.LETTERS_OF_A_CODE
    assert (revision.number, revision.skill, revision.kind, revision.edited_by) == (
        *(1, "SEC-02", "choice", trainer.account_id),
    )
    assert revision.body["code"] == revision.code
    assert [option["key"] for option in revision.body["options"]] == [True, False]
    [translation] = db.scalars(sa.select(ItemTranslation).filter_by(revision_id=revision.id))
    assert (translation.language, translation.state, translation.translator_id) == ("ar", "draft", trainer.account_id)
    assert translation.segments["options.r2"] == "أعطيه الرمز"
    found = bank.listed(
        db,
        trainer,
        authoring.ladders_of(db, authoring.referentials_service.latest(db, FRAMEWORK), trainer.organisation_id),
        bank.Wanted(words="inconnu", origin="own"),
        today=date(2026, 11, 26),
    )
    assert [row.revision.code for row in found.rows] == [revision.code]


def test_what_an_import_makes_is_what_the_form_would_have_made(db, trainer):
    imported(db, trainer, sent(CHOICE))
    [made] = own_rows(db, trainer)
    document = authoring.examined(db, FRAMEWORK, authoring.document_of(made.body)).document
    assert document is not None
    again = authoring.keep(db, trainer, FRAMEWORK, document, code=made.code)
    assert again.id == made.id


def test_the_same_file_twice_is_imported_once(db, trainer):
    imported(db, trainer, sent(CHOICE, numbered(1)))
    before = rows_in(db)
    again = imported(db, trainer, sent(CHOICE, numbered(1)))
    assert again.is_idle
    assert again.counts[Status.SAME] == 2
    assert rows_in(db) == before


def test_the_same_file_at_once_is_imported_once(database):
    with database.begin() as db:
        member = somebody(db).member
    file = sent(*(numbered(number) for number in range(20)))
    outcomes = at_the_same_moment(database, lambda db: imported(db, member, file).counts[Status.NEW], times=4)
    assert sorted(outcomes) == [0, 0, 0, 20]
    with database.read() as db:
        assert len(own_rows(db, member)) == 20


def test_half_of_the_rows_wrong_and_nothing_changes(db, trainer):
    imported(db, trainer, sent(CHOICE))
    before = rows_in(db)
    rows = [numbered(n) if n % 2 else numbered(n, micro_competence="XXX-99") for n in range(10)]
    planned = report(db, trainer, sent(*rows))
    assert said(planned) == [(line, "micro_competence") for line in (2, 4, 6, 8, 10)]
    assert planned.counts[Status.REFUSED] == 5
    with pytest.raises(Invalid, match="Rien n'a été importé"):
        exchange.keep(db, trainer, FRAMEWORK, planned)
    assert rows_in(db) == before


def test_a_row_with_an_own_code_is_the_next_revision_only_if_it_changed(db, trainer):
    imported(db, trainer, sent(CHOICE))
    code = own_rows(db, trainer)[0].code
    assert imported(db, trainer, sent(CHOICE | {"code": code})).is_idle
    planned = imported(db, trainer, sent(CHOICE | {"code": code, "reponse_2_revele": "se laisse presser"}))
    assert planned.counts[Status.CHANGED] == 1
    [revision] = own_rows(db, trainer)
    assert (revision.code, revision.number) == (code, 2)
    assert [one.language for one in revision.translations] == ["ar"]
    assert imported(db, trainer, sent(CHOICE | {"code": code.lower(), "reponse_2_revele": "se laisse presser"})).is_idle


def test_a_row_without_a_translation_keeps_the_one_that_is_there_while_the_french_is_the_same(db, trainer):
    imported(db, trainer, sent(CHOICE))
    code = own_rows(db, trainer)[0].code
    french = {name: text for name, text in CHOICE.items() if not name.endswith("_ar")} | {"code": code}
    imported(db, trainer, sent(french | {"reponse_2_revele": "obéit"}))
    [revision] = own_rows(db, trainer)
    assert revision.number == 2
    assert [one.segments["stem"] for one in revision.translations] == [CHOICE["question_ar"]]
    imported(db, trainer, sent(french | {"question": "On vous demande votre code. Que faites-vous ?"}))
    [revision] = own_rows(db, trainer)
    assert (revision.number, revision.translations) == (3, [])


def test_a_translation_that_stayed_while_the_french_changed_is_named(db, trainer):
    imported(db, trainer, sent(CHOICE))
    code = own_rows(db, trainer)[0].code
    planned = imported(db, trainer, sent(CHOICE | {"code": code, "question": "On vous demande votre code. Et vous ?"}))
    assert said(planned, warnings=True) == [(2, "question_ar")]
    assert "relisez-la" in planned.warnings[0].message


def test_a_translation_alone_can_come_later(db, trainer):
    imported(db, trainer, sent({name: text for name, text in CHOICE.items() if not name.endswith("_ar")}))
    planned = imported(db, trainer, sent(CHOICE))
    assert planned.counts[Status.TRANSLATED] == 1
    [revision] = own_rows(db, trainer)
    assert revision.number == 1
    assert [one.language for one in revision.translations] == ["ar"]


def test_nothing_unreviewed_passes_for_reviewed(db, trainer):
    planned = imported(db, trainer, sent(CHOICE | {"etat_ar": "relue"}))
    assert [one.state for one in own_rows(db, trainer)[0].translations] == ["draft"]
    assert any("pas encore relue" in one.message for one in planned.warnings)
    imported(db, trainer, sent(numbered(1, etat_ar="automatique")))
    assert sorted(one.translations[0].state for one in own_rows(db, trainer)) == ["draft", "machine"]


def test_an_own_item_that_was_revised_by_hand_is_not_set_back_by_an_old_file(db, trainer):
    imported(db, trainer, sent(CHOICE))
    code = own_rows(db, trainer)[0].code
    imported(db, trainer, sent(CHOICE | {"code": code, "reponse_2_revele": "obéit"}))
    planned = imported(db, trainer, sent(CHOICE))
    assert planned.is_idle
    assert code in planned.warnings[0].message
    assert own_rows(db, trainer)[0].number == 2


def test_a_withdrawn_item_stays_withdrawn(db, trainer):
    imported(db, trainer, sent(CHOICE))
    code = own_rows(db, trainer)[0].code
    authoring.withdraw(db, trainer, FRAMEWORK, code)
    for row in (CHOICE, CHOICE | {"code": code}, CHOICE | {"code": code, "question": "Autre chose ?"}):
        planned = imported(db, trainer, sent(row))
        assert planned.counts[Status.WITHDRAWN] == 1
        assert planned.warnings
    assert own_rows(db, trainer) == []


def test_shipped_codes_and_those_of_others_are_refused_in_the_same_breath_as_unknown_ones(db, trainer):
    other = somebody(db, "other").member
    imported(db, other, sent(CHOICE))
    theirs = own_rows(db, other)[0].code
    planned = report(
        db, trainer, sent(*(numbered(n, code=c) for n, c in enumerate([theirs, "SEC-02-XXXXXX", "SEC-02-a"])))
    )
    assert said(planned) == [(2, "code"), (3, "code"), (4, "code")]
    assert planned.errors[0].message == planned.errors[1].message
    assert "livrée" in planned.errors[2].message


@pytest.mark.slow
def test_a_file_of_another_organisation_can_be_imported_as_new_items(db, trainer):
    other = somebody(db, "other").member
    imported(db, other, sent(CHOICE, numbered(1)))
    for kind, data in files(db, other).items():
        planned = imported(db, trainer, opened_file(data, kind), as_new=True)
        assert planned.errors == []
    rows = own_rows(db, trainer)
    assert len(rows) == 2
    assert {len(one.translations) for one in rows} == {1}
    assert len(own_rows(db, other)) == 2


def test_other_organisations_do_not_see_what_was_imported(db, trainer):
    other = somebody(db, "other").member
    imported(db, trainer, sent(CHOICE))
    assert exchange.leaving(db, other, FRAMEWORK, OWN) == []
    everything = exchange.leaving(db, other, FRAMEWORK, bank.Wanted())
    assert CHOICE["question"] not in {one.body["stem"] for one in everything}
    planned = report(db, other, sent(CHOICE))
    assert planned.counts[Status.NEW] == 1
    assert planned.told == ()


def test_near_duplicates_are_named_before_they_are_kept(db, trainer):
    imported(db, trainer, sent(numbered(1)))
    code = own_rows(db, trainer)[0].code
    planned = report(
        db, trainer, sent(numbered(1, reponse_2_revele="autre"), numbered(1, explication="Un code ne se donne."))
    )
    near = {one.line: one.message for one in planned.warnings if "presque" in one.message}
    assert code in near[2]
    assert "ligne 2" in near[3]


def test_the_seal_changes_when_the_bank_changed_since_the_report(db, trainer):
    imported(db, trainer, sent(CHOICE))
    code = own_rows(db, trainer)[0].code
    file = sent(CHOICE | {"code": code, "question": "On vous demande votre code. Et vous ?"})
    seal = report(db, trainer, file).seal
    assert report(db, trainer, file).seal == seal
    imported(db, trainer, sent(CHOICE | {"code": code, "reponse_2_revele": "obéit"}))
    assert report(db, trainer, file).seal != seal


# --- there and back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml"])
@pytest.mark.slow
def test_all_that_is_shipped_leaves_and_comes_back_the_same(db, trainer, kind):
    """Every kind of question, every translation: taken over as own ones, exported, imported, exported."""
    shipped = exchange.leaving(db, trainer, FRAMEWORK, bank.Wanted(origin="shipped"))
    shipped = [Written("", one.body, one.translations, one.of) for one in shipped if is_plainly_written(one)]
    header, rows = table_of(shipped)
    planned = imported(db, trainer, opened(csv_of(header, rows), "x.csv"))
    assert planned.errors == []
    assert planned.counts[Status.SAME] == len(shipped)

    renamed = list(rows)
    at = header.index("question")
    for number, row in enumerate(renamed):
        row[at] = f"{row[at]} {number}"
    for language in ("ar", "en", "uk", "fa_AF"):
        if f"question_{language}" in header:
            column = header.index(f"question_{language}")
            for number, row in enumerate(renamed):
                row[column] = row[column] and f"{row[column]} {number}"
    planned = imported(db, trainer, opened(csv_of(header, renamed), "x.csv"))
    assert planned.errors == []
    assert planned.counts[Status.NEW] == len(shipped)

    first = files(db, trainer)
    before = rows_in(db)
    assert imported(db, trainer, opened_file(first[kind], kind)).is_idle
    assert rows_in(db) == before

    other = somebody(db, "other").member
    imported(db, other, opened_file(first[kind], kind), as_new=True)
    there = [comparable(one) for one in exchange.leaving(db, trainer, FRAMEWORK, OWN)]
    back = [comparable(one) for one in exchange.leaving(db, other, FRAMEWORK, OWN)]
    assert sorted(map(repr, back)) == sorted(map(repr, there))
    second = files(db, trainer)
    assert (second["csv"], second["yaml"]) == (first["csv"], first["yaml"])


def is_plainly_written(written) -> bool:
    """Whether an organisation could have written it: its patterns are as plain as those must be."""
    return all(is_plain(one["pattern"]) for one in written.body["mistakes"])


def comparable(written):
    table = table_of([written])
    cells = dict(zip(table[0], table[1][0], strict=True)) | {"code": ""}
    return sorted((name, text) for name, text in cells.items() if text and not name.startswith("etat_"))


def test_a_translation_file_as_in_referentials_is_taken(db, trainer):
    imported(db, trainer, sent({name: text for name, text in CHOICE.items() if not name.endswith("_ar")}))
    code = own_rows(db, trainer)[0].code
    text = f"""
format: 1
language: ar
items:
  {code}:
    state: draft
    of: ""
    stem: "ماذا تفعل؟"
    options: {{r1: "أرفض", r2: "أعطيه"}}
    explain: "لا تعط رمزك."
"""
    planned = imported(db, trainer, opened(text.encode(), "ar.yaml"))
    assert planned.counts[Status.TRANSLATED] == 1
    wrong = report(db, trainer, opened(text.replace(code, "SEC-02-XXXXXX").encode(), "ar.yaml"))
    assert [one.line for one in wrong.errors] == [6]
    lacking = report(db, trainer, opened(text.replace('r2: "أعطيه"', "").encode(), "ar.yaml"))
    assert "options.r2" in lacking.errors[0].message
    stale = report(db, trainer, opened(text.replace('of: ""', "of: 0123456789ab").encode(), "ar.yaml"))
    assert stale.is_idle
    assert said(stale, warnings=True) == [(6, "ar")]


def test_new_items_may_come_in_the_very_format_of_referentials(db, trainer):
    text = """
format: 1
items:
- code: SEC-02-z
  skill: SEC-02
  kind: choice
  stem: "Un ami demande votre mot de passe. Que faites-vous ?"
  options:
  - {id: refuse, text: "Je garde mon mot de passe", key: true}
  - {id: give, text: "Je le donne", reveals: "croit qu'un ami peut tout savoir"}
translations:
  ar:
    SEC-02-z: {state: draft, of: "", stem: "صديق يطلب كلمة السر", options: {refuse: "أحتفظ بها", give: "أعطيها"}}
"""
    planned = imported(db, trainer, opened(text.encode(), "SEC.yaml"))
    assert planned.errors == []
    [revision] = own_rows(db, trainer)
    assert revision.code != "SEC-02-z"
    assert [one.language for one in revision.translations] == ["ar"]
    assert imported(db, trainer, opened(text.encode(), "SEC.yaml")).is_idle
    wrong = report(db, trainer, opened(text.replace("key: true", "keys: 1").encode(), "SEC.yaml"))
    assert [one.line for one in wrong.errors] == [9]


# --- size ----------------------------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_follow_the_rows(db, trainer):
    def queries(act) -> int:
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            statements.append(statement)

        event.listen(db.get_bind().engine, "before_cursor_execute", note)
        act()
        event.remove(db.get_bind().engine, "before_cursor_execute", note)
        return len(statements)

    few = queries(lambda: imported(db, trainer, sent(*(numbered(n) for n in range(2)))))
    many = queries(lambda: imported(db, trainer, sent(*(numbered(n) for n in range(100, 200)))))
    assert many <= few + 3
    few = queries(lambda: exchange.leaving(db, trainer, FRAMEWORK, bank.Wanted(words="mot101x1")))
    assert queries(lambda: exchange.leaving(db, trainer, FRAMEWORK, OWN)) <= few + 1


def test_too_many_items_for_one_file_are_refused(db, trainer, monkeypatch):
    monkeypatch.setattr(exchange_plan, "MOST_ITEMS", 2)
    monkeypatch.setattr(exchange, "MOST_ITEMS", 2)
    with pytest.raises(Invalid, match="plus de 2 questions"):
        report(db, trainer, sent(*(numbered(n) for n in range(3))))
    with pytest.raises(Invalid, match="Plus de 2 questions"):
        exchange.leaving(db, trainer, FRAMEWORK, bank.Wanted())


def test_a_file_that_a_page_carries_is_the_file_that_was_sent():
    for file in (sent(CHOICE, numbered(1)), sent(numbered(2, question="a\nb\t؟"))):
        assert unpacked(packed(file)) == file
