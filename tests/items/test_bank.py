"""The bank: found by words and by what it is, page by page; one question with its past and its use."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.models import Diagnostic
from pathways.items.models import Item, ItemRevision
from pathways.permissions import Role
from tests.items.writing import CHOICE, FORMS, Author

SELECTION = {"skills": ["SEC-02"], "languages": ["fr", "ar"], "questions": 6}


@pytest.fixture
def author(signed_in) -> Author:
    return Author(signed_in())


def codes_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/items/([^"?]+)', page)


def rows(client, **wanted: str) -> list[str]:
    return [one["code"] for one in client.get("/api/v1/items", params={"limit": "200"} | wanted).json()["rows"]]


def test_every_page_is_reached_once_and_in_order(author, database):
    with database.read() as db:
        shown = sa.select(Item.code).where(Item.current_id.is_not(None), Item.framework == "inclusion-numerique")
        current = sorted(db.scalars(shown))
    seen, path = [], "/items"
    while path:
        page = author.client.get(path).text
        seen += codes_in(page)
        found = re.search(r'href="(/items\?[^"]*after=[^"]+)">Suite', page)
        path = html.unescape(found[1]) if found else ""
    assert sorted(seen) == current
    assert len(seen) == len(set(seen))
    assert f"{len(current)} questions" in author.client.get("/items").text


def test_words_are_found_without_accents_and_case_and_signs_mean_themselves(author):
    code = author.write(CHOICE)
    assert rows(author.client, words="VOISINE réponds mon code") == [code]
    assert code in rows(author.client, words=code.lower())
    assert rows(author.client, words="voi%ine") == []


def test_each_filter_keeps_what_it_says(author, database):
    code = author.write(FORMS["observed"])
    assert set(rows(author.client, origin="own")) == {code}
    assert code not in rows(author.client, origin="shipped")
    assert all(one.startswith("SEC-02") for one in rows(author.client, skill="SEC-02"))
    assert {one[:3] for one in rows(author.client, strand="SEC")} == {"SEC"}
    with database.read() as db:
        kinds = dict(db.execute(sa.select(ItemRevision.code, ItemRevision.kind)).all())
    assert {kinds[one] for one in rows(author.client, kind="observed")} == {"observed"}
    assert code in rows(author.client, coverage="without:ar", skill="GES-02")
    assert code not in rows(author.client, coverage="with:ar", skill="GES-02")
    with database.begin() as db:
        revision = db.scalars(sa.select(ItemRevision).filter_by(code=code)).one()
        revision.verify_by = clock.now().date() - timedelta(days=1)
    assert code in rows(author.client, due="true")
    assert "À revérifier depuis le" in author.client.get("/items?due=true").text


def test_nothing_found_says_so_and_leads_back(author):
    page = author.client.get("/items?words=zzzzzz").text
    assert "Aucune question ne correspond" in page
    assert "0 question" in page


def test_a_reviewer_reads_the_bank_and_writes_nothing(signed_in):
    reviewer = signed_in(Role.REVIEWER)
    page = reviewer.get("/items/SEC-02-a").text
    assert "Copier pour" not in page
    assert reviewer.get("/items").status_code == 200
    assert reviewer.get("/items/new").status_code == 403


def test_a_question_is_seen_in_each_language_and_french_is_the_usual_one(author):
    page = author.client.get("/items/SEC-02-a", headers={"accept-language": "ar"}).text
    assert 'class="as-learner" lang="fr" dir="ltr"' in page
    page = author.client.get("/items/SEC-02-a?lang=ar").text
    assert 'class="as-learner" lang="ar" dir="rtl"' in page
    assert '<html lang="fr" dir="ltr">' in page


def test_revisions_tell_what_changed_and_by_whom(author):
    code = author.write(CHOICE)
    author.change(code, **{"stem": "Votre tante envoie un lien. Que faites-vous ?", "option-1-reveals": "se presse"})
    page = html.unescape(author.client.get(f"/items/{code}").text)
    assert (
        f"<li>question : <del>{CHOICE['stem']}</del> <ins>Votre tante envoie un lien. Que faites-vous ?</ins></li>"
        in page
    )
    assert "<li>réponse 2, ce qu'elle révèle : " in page
    assert "par <bdi>Une personne</bdi>" in page
    assert "révision 2" in page


def test_published_diagnostics_keep_their_revision_and_are_named(author, database):
    code = author.write(CHOICE)
    client = author.client
    made = client.post("/api/v1/diagnostics", json={"title": "Avant l'atelier", "selection": SELECTION}).json()
    assert "brouillon, qui prendra la version du moment" in client.get(f"/items/{code}").text
    client.post(f"/api/v1/diagnostics/{made['id']}/publish")
    page = client.get(f"/items/{code}").text
    assert f"/diagnostics/{made['id']}" in page
    assert "publié, qui garde sa version" in page
    assert "Cette question sert déjà" in client.get(f"/items/{code}/edit").text
    author.change(code, stem="Votre tante envoie un lien. Que faites-vous ?")
    with database.read() as db:
        frozen = db.get_one(Diagnostic, uuid.UUID(made["id"])).blueprint["items"][code]["revision"]
        revisions = {str(one.id): one.number for one in db.scalars(sa.select(ItemRevision).filter_by(code=code))}
    assert revisions[frozen] == 1
    assert "/diagnostics/" + made["id"] not in Author(client).client.get("/items/MEL-01-a").text


def test_another_organisation_s_diagnostics_are_not_named(author, signed_in):
    other = signed_in()
    made = other.post("/api/v1/diagnostics", json={"title": "Chez eux", "selection": SELECTION}).json()
    other.post(f"/api/v1/diagnostics/{made['id']}/publish")
    assert made["id"] not in author.client.get("/items/SEC-02-a").text
    assert made["id"] in other.get("/items/SEC-02-a").text


def test_two_that_are_nearly_the_same_name_each_other(author):
    code = author.write(CHOICE)
    twin = author.write(CHOICE | {"option-2-reveals": "se laisse presser"}, action="keep_on_purpose")
    assert twin in author.client.get(f"/items/{code}").text
    assert code in author.client.get(f"/items/{twin}").text
    assert "Presque les mêmes" not in author.client.get("/items/SEC-02-a").text
