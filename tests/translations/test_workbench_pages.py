"""The queue and the page of one question in one language, as people meet them."""

from __future__ import annotations

import html
import re

import sqlalchemy as sa

from pathways.fairness.models import ItemFairness
from pathways.items.models import ItemTranslation, UnclearSentence
from pathways.people.models import Account, Membership, Organisation
from pathways.permissions import Role
from tests.items.writing import CHOICE, Author
from tests.translations.situations import FREE, SHIPPED, texts_of
from tests.web.world import csrf_of

PAGE = f"/translations/{SHIPPED}?lang={FREE}"


def form_of(client, path: str = PAGE) -> dict[str, str]:
    page = client.get(path).text
    found = dict(re.findall(r'name="(number|seen)" value="([^"]*)"', page))
    texts = re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return found | {name: html.unescape(text) for name, text in texts} | {"csrf": csrf_of(client)}


def typed(revision, mark: str = "tèks") -> dict[str, str]:
    return {f"text-{key}": text for key, text in texts_of(revision, mark).items()}


def suggested(client, revision, mark: str = "tèks", path: str = PAGE):
    return client.post(path, data=form_of(client, path) | typed(revision, mark))


def decided(client, act: str, row_id: object, **more: str):
    path = PAGE.replace("?", "/decisions?")
    return client.post(path, data={"csrf": csrf_of(client), "act": act, "translation": str(row_id)} | more)


def row_of(database, mark: str = "tèks") -> ItemTranslation:
    with database.read() as db:
        rows = db.scalars(sa.select(ItemTranslation).filter_by(language=FREE)).all()
        found = next(row for row in rows if row.segments["stem"].startswith(mark))
        db.expunge(found)
        return found


def test_from_the_queue_to_a_reviewed_translation(translator, reviewer, revision, database):
    assert SHIPPED in translator.get(f"/translations?lang={FREE}&state=missing&words=sms").text
    reply = suggested(translator, revision)
    assert reply.status_code == 303
    assert "done=suggested" in reply.headers["location"]
    page = translator.get(reply.headers["location"]).text
    assert "Vos textes sont enregistrés" in page
    assert f'class="as-learner" lang="{FREE}"' in page
    assert "tèks 0" in page
    assert "J&#39;ai relu" not in page
    reviewed = decided(reviewer, "review", row_of(database).id)
    assert reviewed.status_code == 303, reviewed.text
    assert row_of(database).state == "reviewed"
    assert SHIPPED in reviewer.get(f"/translations?lang={FREE}&state=reviewed").text


def test_a_text_that_is_missing_costs_nothing_of_the_others(translator, revision):
    form = form_of(translator) | typed(revision) | {"text-stem": ""}
    reply = translator.post(PAGE, data=form)
    assert reply.status_code == 422
    assert "tèks 1" in reply.text
    assert 'href="#text-stem"' in reply.text
    assert 'aria-invalid="true"' in reply.text


def test_an_invisible_sign_is_taken_off_and_an_isolate_stays(translator, revision, database):
    form = form_of(translator) | typed(revision)
    reply = translator.post(PAGE, data=form | {"text-stem": form["text-stem"] + "\u202e!"})
    assert reply.status_code == 422
    assert "Un caractère invisible" in reply.text
    isolated = form["text-stem"] + " \u206606 39 98 00 41\u2069"
    assert translator.post(PAGE, data=form | {"text-stem": isolated}).status_code == 303
    assert row_of(database).segments["stem"] == isolated


def test_two_people_at_once_the_second_one_keeps_what_they_typed(translator, reviewer, revision):
    form = form_of(reviewer) | typed(revision, "lòt")
    assert suggested(translator, revision).status_code == 303
    reply = reviewer.post(PAGE, data=form)
    assert reply.status_code == 409
    assert "lòt 1" in reply.text
    assert "a changé entre-temps" in reply.text
    again = dict(re.findall(r'name="(number|seen)" value="([^"]*)"', reply.text))
    assert "done=waiting" in reviewer.post(PAGE, data=form | again).headers["location"]


def test_the_same_press_twice_is_one_suggestion(translator, revision, database):
    form = form_of(translator) | typed(revision)
    assert {translator.post(PAGE, data=form).status_code for _ in range(2)} == {303}
    with database.read() as db:
        rows = db.scalars(sa.select(ItemTranslation).filter_by(language=FREE, revision_id=revision.id)).all()
        assert len([row for row in rows if row.segments["stem"].startswith("tèks")]) == 1


def test_a_reason_is_asked_for_and_the_page_comes_back_with_it(translator, reviewer, revision, database):
    suggested(translator, revision)
    row = row_of(database)
    refused = decided(reviewer, "reject", row.id)
    assert refused.status_code == 422
    assert "Dites pourquoi" in refused.text
    assert decided(reviewer, "reject", row.id, reason="Trop savant").status_code == 303
    assert "Trop savant" in translator.get(PAGE).text
    late = decided(reviewer, "review", row.id, reason="gardée")
    assert late.status_code == 409


def test_nobody_reviews_their_own_by_the_page_either(reviewer, revision, database):
    suggested(reviewer, revision)
    reply = decided(reviewer, "review", row_of(database).id)
    assert reply.status_code == 403
    assert row_of(database).state == "draft"


def test_a_waiting_suggestion_is_shown_as_a_learner_would_see_it(translator, reviewer, revision, database):
    suggested(translator, revision, "yon")
    suggested(reviewer, revision, "lòt")
    waiting = row_of(database, "lòt")
    page = translator.get(f"{PAGE}&look={waiting.id}").text
    preview = page[page.index('class="as-learner"') :]
    assert "lòt 0" in preview[: preview.index("</section>")]


def test_another_organisation_sees_no_name_and_none_of_the_own_questions(signed_in, translator, revision, database):
    with database.begin() as db:
        account = db.scalars(
            sa.select(Account)
            .join(Membership, Membership.account_id == Account.id)
            .where(Membership.organisation_id == translator.organisation_id, Membership.role == Role.TRANSLATOR)
        ).one()
        account.name = "Prénom Reconnaissable"
    suggested(translator, revision)
    stranger = signed_in(Role.ADMINISTRATOR)
    page = stranger.get(PAGE).text
    assert "Prénom Reconnaissable" in translator.get(PAGE).text
    assert "Prénom Reconnaissable" not in page
    assert "une autre structure" in page
    author = Author(signed_in(Role.TRAINER, organisation=translator.organisation_id))
    code = author.write(CHOICE)
    assert code in author.client.get("/translations?lang=ar&state=missing&words=voisine").text
    assert code not in stranger.get("/translations?lang=ar&state=missing&words=voisine").text
    for path in ("", "/decisions", "/unclear"):
        reply = stranger.post(f"/translations/{code}{path}?lang=ar", data={"csrf": csrf_of(stranger)})
        assert reply.status_code == 404, path
    assert stranger.get(f"/translations/{code}?lang=ar").status_code == 404


def test_an_unclear_sentence_reaches_the_queue_and_is_settled(translator, reviewer, revision, database):
    with database.begin() as db:
        for language in ("ar", "fr"):
            db.add(UnclearSentence(revision_id=revision.id, language=language, segment="stem", times=3))
    for tag in ("ar", "fr"):
        listed = translator.get(f"/translations?lang={tag}&state=unclear").text
        assert SHIPPED in listed
        assert "3 personnes" in listed
        path = f"/translations/{SHIPPED}?lang={tag}"
        assert "pas claire" in translator.get(path).text
        assert "recommencer le compte" not in translator.get(path).text
        settling = path.replace("?", "/unclear?")
        assert translator.post(settling, data={"csrf": csrf_of(translator), "segment": "stem"}).status_code == 403
        assert reviewer.post(settling, data={"csrf": csrf_of(reviewer), "segment": "stem"}).status_code == 303
        assert SHIPPED not in translator.get(f"/translations?lang={tag}&state=unclear").text


def test_the_former_page_leads_to_the_workbench(signed_in):
    author = Author(signed_in(Role.TRAINER))
    code = author.write(CHOICE)
    reply = author.client.get(f"/items/{code}/translations/prs")
    assert (reply.status_code, reply.headers["location"]) == (
        303,
        f"/translations/{code}?framework=inclusion-numerique&lang=fa-AF",
    )


def test_the_operator_says_who_reviews_what_is_shipped(signed_in, database):
    operator = signed_in(Role.ADMINISTRATOR, operator=True)
    other = signed_in(Role.REVIEWER)
    path = f"/server/organisations/{other.organisation_id}/reviews"
    for allowed in ("true", "false"):
        assert operator.post(path, data={"csrf": csrf_of(operator), "allowed": allowed}).status_code == 303
        with database.read() as db:
            assert db.get_one(Organisation, other.organisation_id).reviews_shipped is (allowed == "true")
    assert other.post(path, data={"csrf": csrf_of(other), "allowed": "true"}).status_code == 403


def test_the_queue_is_there_in_english_too(translator):
    translator.cookies.set("desk", "en")
    assert translator.get("/translations").status_code == 200
    assert translator.get(PAGE).status_code == 200


def test_machine_translations_are_accepted_with_open_eyes(signed_in, database):
    trainer = signed_in(Role.TRAINER)
    form = {
        "csrf": csrf_of(trainer),
        "framework": "inclusion-numerique",
        "title": "Avant l'atelier",
        "skills": "SEC-01",
        "languages": "ar",
        "least_state": "machine",
        "action": "keep",
    }
    refused = trainer.post("/diagnostics/new", data=form)
    assert refused.status_code == 422
    assert "acceptez sans relecture" in refused.text
    kept = trainer.post("/diagnostics/new", data=form | {"machine_accepted": "1"})
    assert kept.status_code == 303
    again = trainer.get(kept.headers["location"]).text
    assert 'name="machine_accepted" value="1" checked' in again
    assert trainer.post("/diagnostics/new", data=form | {"least_state": "draft"}).status_code == 303


def test_the_first_organisation_that_is_opened_reviews_what_is_shipped(signed_in, database):
    operator = signed_in(Role.ADMINISTRATOR, operator=True)
    with database.begin() as db:
        db.execute(sa.update(Organisation).values(reviews_shipped=False))
    for name in ("La première", "La deuxième"):
        assert operator.post("/server", data={"csrf": csrf_of(operator), "name": name}).status_code == 200
    with database.read() as db:
        rows = db.execute(sa.select(Organisation.name, Organisation.reviews_shipped))
        allowed = {row.name: row.reviews_shipped for row in rows}
    assert (allowed["La première"], allowed["La deuxième"]) == (True, False)


def test_the_api_of_own_questions_translates_no_shipped_one(signed_in):
    trainer = signed_in(Role.TRAINER)
    body = {"number": 1, "texts": {"stem": "نص"}}
    assert trainer.put(f"/api/v1/items/{SHIPPED}/translations/ar", json=body).status_code == 403


def test_what_fairness_flags_is_in_the_queue_while_its_texts_are_served(translator, revision, database):
    with database.begin() as db:
        served = db.scalars(
            sa.select(ItemTranslation).filter_by(revision_id=revision.id, language="ar", is_current=True)
        ).one()
        counts = {"reference": 300, "focal": 300, "delta": -1.8}
        flag = ItemFairness(
            item_id=revision.item_id, language="ar", translation_id=served.id, grade="C", figures={}, **counts
        )
        db.add(flag)
    path = "/translations?lang=ar&state=flagged"
    assert SHIPPED in translator.get(path).text
    assert SHIPPED not in translator.get(path.replace("ar", "uk")).text
    with database.begin() as db:
        db.get_one(ItemTranslation, served.id).is_current = False
    assert SHIPPED not in translator.get(path).text


def test_who_changes_the_language_of_the_desk_stays_at_the_same_question_in_the_same_language(reviewer):
    [written] = re.findall(r'name="back" value="([^"]*)"', reviewer.get(PAGE).text)
    back = html.unescape(written)
    reply = reviewer.post("/desk-language", data={"language": "en", "back": back}, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, PAGE)
    assert '<html lang="en"' in reviewer.get(PAGE).text
