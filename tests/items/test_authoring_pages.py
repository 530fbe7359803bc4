"""Writing one's own questions on the pages: each kind, every mistake said, nothing typed lost, nobody overwritten."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa

from pathways.items.models import Item, ItemRevision
from pathways.permissions import Role
from tests.items.test_pictures import image_of, png_that_claims
from tests.items.writing import CHOICE, FORMS, SVG, Author, fields_in


@pytest.fixture
def author(signed_in) -> Author:
    return Author(signed_in())


def body_of(database, code: str) -> dict:
    with database.read() as db:
        query = sa.select(ItemRevision).join(Item, Item.current_id == ItemRevision.id).where(Item.code == code)
        return db.scalars(query).one().body


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.slow
def test_a_question_of_each_kind_is_written_shown_and_changed_without_loss(author, database, kind):
    code = author.write(FORMS[kind])
    assert re.fullmatch(FORMS[kind]["skill"] + "-[2-9CFGHJMPQRVWX]{6}", code)
    before = body_of(database, code)
    assert before["stem"] == FORMS[kind]["stem"]
    assert author.client.get(f"/items/{code}").status_code == 200
    same = author.press(author.form(code), path=f"/items/{code}/edit")
    assert same.status_code == 303, same.text
    assert body_of(database, code) == before
    assert author.change(code, stem="Et maintenant, que faites-vous ?").status_code == 303
    after = body_of(database, code)
    assert after == before | {"stem": "Et maintenant, que faites-vous ?"}


def test_a_question_with_pictures_keeps_them_by_their_digest(author, database):
    fields = {"kind": "pictures", "skill": "CNX-01", "stem": "Quel dessin montre un réseau sans fil ?"}
    files = {}
    for row, size in enumerate([(60, 60), (61, 60), (62, 60)]):
        fields |= {f"option-{row}-alt": f"dessin {row}", f"option-{row}-reveals": "" if row == 0 else "confond"}
        files[f"option-{row}-picture_file"] = ("photo.txt", image_of("PNG", size=size), "text/plain")
    code = author.write(fields | {"option-0-key": "on"}, files=files)
    options = body_of(database, code)["options"]
    assert [option["picture"]["width"] for option in options] == [60, 61, 62]
    for option in options:
        reply = author.client.get(f"/media/{option['picture']['file']}")
        assert reply.headers["content-type"] == "image/png"
        assert reply.headers["x-content-type-options"] == "nosniff"
    assert author.press(author.form(code), path=f"/items/{code}/edit").status_code == 303
    assert body_of(database, code)["options"] == options


def test_a_zone_is_pointed_at_in_a_photograph(author, database):
    fields = {"kind": "zone", "skill": "NAV-03", "stem": "Où est l'adresse du site ?", "picture-alt": "une fenêtre"}
    for row, left in enumerate(("0", "100,5", "200")):
        fields |= {f"option-{row}-text": f"endroit {row}", f"option-{row}-reveals": "" if row == 0 else "confond"}
        fields |= {f"option-{row}-{side}": value for side, value in zip("xywh", (left, "0", "50", "40"), strict=True)}
    fields["option-0-key"] = "on"
    files = {"picture_file": ("a.jpg", image_of("JPEG"), "image/jpeg")}
    outside = author.press(fields | {"option-2-x": "290"}, files=files)
    assert outside.status_code == 422
    assert "La zone sort de l&#39;image (300 × 200)" in outside.text
    again = fields_in(outside.text) | {"option-2-x": "200"}
    code = author.write(again)
    assert body_of(database, code)["options"][1]["zone"] == [100.5, 0, 50, 40]


def test_a_mistake_is_said_at_its_field_and_nothing_that_was_typed_is_lost(author):
    wrong = CHOICE | {
        "option-1-key": "on",
        "option-2-reveals": "",
        "explain": "Une explication à garder.",
        "option-3-text": "Je ne réponds jamais",
    }
    reply = author.press(wrong, files={"picture_file": ("a.png", image_of("PNG"), "image/png")})
    assert reply.status_code == 422
    assert 'href="#picture-alt"' in reply.text
    kept = fields_in(reply.text)
    for name, value in wrong.items():
        assert kept[name] == value, name
    assert kept["picture"].endswith(".png")
    second = author.press(kept | {"picture-alt": "un téléphone"})
    assert second.status_code == 422
    assert "Une seule réponse doit être la bonne, il y en a 2." in html.unescape(second.text)
    third = author.press(kept | {"option-1-key": "", "picture-alt": "un téléphone"})
    text = html.unescape(third.text)
    assert 'href="#option-2-text"' in text
    assert "ne dit pas quelle erreur elle révèle" in text
    assert "Un mot à éviter dans « Je ne réponds jamais »" in text


def test_the_same_press_twice_makes_one_question(author, database):
    first, second = author.press(CHOICE), author.press(CHOICE)
    assert first.headers["location"] == second.headers["location"]
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Item.organisation_id.is_not(None))) == 1


def test_nearly_the_same_question_is_shown_first_and_kept_on_purpose(author):
    code = author.write(CHOICE)
    author.key = "7d3d6c0a-3f0e-4b56-9a4e-5f1f0f8a6d11"
    reply = author.press(CHOICE)
    assert reply.status_code == 422
    assert f"/items/{code}" in reply.text
    kept = fields_in(reply.text)
    assert author.press(kept, action="keep_on_purpose").status_code == 303


def test_a_shipped_question_is_copied_to_be_adapted_never_changed(author, database):
    assert author.client.get("/items/SEC-02-a/edit").status_code == 403
    page = author.client.get("/items/new", params={"copy": "SEC-02-a"})
    fields = fields_in(page.text)
    assert fields["stem"] == body_of(database, "SEC-02-a")["stem"]
    shown_first = author.press(fields)
    assert shown_first.status_code == 422
    assert "/items/SEC-02-a" in shown_first.text
    made = author.press(
        fields | {"stem": "Vous recevez ce message chez vous. Que faites-vous ?"}, action="keep_on_purpose"
    )
    assert made.status_code == 303, made.text
    copied = body_of(database, made.headers["location"].removeprefix("/items/"))
    assert copied["picture"]["sha256"] == body_of(database, "SEC-02-a")["picture"]["sha256"]
    refused = author.press(fields, path="/items/SEC-02-a/edit")
    assert refused.status_code == 403


def test_of_two_who_change_at_once_the_second_is_told_and_keeps_the_text(author, signed_in, database):
    code = author.write(CHOICE)
    other = Author(signed_in(organisation=author.client.organisation_id))
    mine, theirs = author.form(code), other.form(code)
    assert (
        other.press(
            theirs | {"stem": "Votre cousin envoie un lien. Que faites-vous ?"}, path=f"/items/{code}/edit"
        ).status_code
        == 303
    )
    told = author.press(mine | {"stem": "Votre tante envoie un lien. Que faites-vous ?"}, path=f"/items/{code}/edit")
    assert told.status_code == 409
    text = html.unescape(told.text)
    assert "Votre cousin envoie un lien" in text
    kept = fields_in(told.text)
    assert kept["stem"] == "Votre tante envoie un lien. Que faites-vous ?"
    assert body_of(database, code)["stem"].startswith("Votre cousin")
    assert author.press(kept, path=f"/items/{code}/edit").status_code == 303
    assert body_of(database, code)["stem"].startswith("Votre tante")


def test_the_preview_is_the_learner_s_question_in_a_language_and_keeps_nothing(author, database):
    reply = author.press(CHOICE, action="look", look_in="ar")
    assert reply.status_code == 200
    assert 'class="as-learner" lang="ar" dir="rtl"' in reply.text
    assert 'lang="fr" dir="ltr">' in reply.text
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).where(Item.organisation_id.is_not(None))) == 0


def translated(author, code: str, texts: dict[str, str], number: str = "1"):
    path = f"/translations/{code}?lang=ar"
    return author.client.post(path, data={"csrf": author.csrf, "number": number, "seen": ""} | texts)


def test_a_question_is_translated_as_a_draft_and_french_is_no_translation(author, database):
    code = author.write(CHOICE)
    segments = ("stem", "options.a", "options.b", "options.c")
    arabic = {f"text-{key}": f"نص {number}" for number, key in enumerate(segments)}
    missing = translated(author, code, arabic | {"text-options.b": ""})
    assert missing.status_code == 422
    assert "نص 3" in missing.text
    copied = translated(author, code, arabic | {"text-stem": CHOICE["stem"]})
    assert copied.status_code == 422
    assert "le texte français" in copied.text
    assert translated(author, code, arabic).status_code == 303
    page = author.client.get(f"/items/{code}?lang=ar")
    assert "نص 0" in page.text
    assert "brouillon, pas encore relue" in page.text
    author.change(code, stem="Votre cousine envoie un lien. Que faites-vous ?")
    later = translated(author, code, arabic)
    assert later.status_code == 409
    assert "نص 2" in later.text
    stale = author.client.get(f"/translations/{code}?lang=ar").text
    assert "نص 1" in stale  # its French is still the same
    assert "<del>" in stale
    assert author.client.get(f"/items/{code}/translations/fr").status_code == 404
    assert author.client.get(f"/items/{code}/translations/xx").status_code == 404


def test_a_change_of_what_only_trainers_read_keeps_the_translations(author):
    code = author.write(CHOICE)
    texts = {f"text-{key}": "نص" for key in ("stem", "options.a", "options.b", "options.c")}
    assert translated(author, code, texts).status_code == 303
    assert author.change(code, **{"option-1-reveals": "croit que le lien est sûr"}).status_code == 303
    assert "نص" in author.client.get(f"/items/{code}?lang=ar").text


def test_a_withdrawn_question_leaves_the_bank_and_comes_back(author):
    code = author.write(CHOICE)
    assert author.client.post(f"/items/{code}/withdraw", data={"csrf": author.csrf}).status_code == 303
    assert code not in author.client.get("/items?origin=own").text
    assert code in author.client.get("/items?origin=withdrawn").text
    assert "Remettre en service" in author.client.get(f"/items/{code}").text
    author.client.post(f"/items/{code}/bring-back", data={"csrf": author.csrf})
    assert code in author.client.get("/items?origin=own").text
    assert author.client.post("/items/SEC-02-a/withdraw", data={"csrf": author.csrf}).status_code == 403


def test_another_organisation_finds_nothing_of_it(author, signed_in):
    code = author.write(CHOICE)
    stranger = Author(signed_in(Role.ADMINISTRATOR))
    assert code not in stranger.client.get("/items?words=voisine").text
    for path in (f"/items/{code}", f"/items/{code}/edit", f"/items/new?copy={code}", f"/items/{code}/translations/ar"):
        assert stranger.client.get(path).status_code == 404, path
    for path in ("edit", "withdraw", "bring-back"):
        assert stranger.press(CHOICE, path=f"/items/{code}/{path}").status_code == 404, path
    stranger.key = author.key
    mine = stranger.press(CHOICE)  # neither as a twin nor by the key of the first one
    assert mine.status_code == 303
    assert mine.headers["location"] != f"/items/{code}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SVG.replace(b"<rect", b"<script/><rect"), "SVG n'est pas admis"),
        (png_that_claims(60_000, 60_000), "trop de points"),
        (b"%PDF-1.4", "PNG, JPEG, WebP ou SVG"),
        (b"", "vide"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_words_beside_its_field(author, data, said):
    reply = author.press(CHOICE, files={"picture_file": ("image.png", data, "image/png")})
    assert reply.status_code == 422
    assert said in html.unescape(reply.text)
    assert fields_in(reply.text)["stem"] == CHOICE["stem"]


def test_a_character_that_cannot_be_kept_is_taken_out_and_said(author):
    reply = author.press(CHOICE | {"stem": "Que faites\u202e-vous ?", "option-0-text": "a\x00b"})
    assert reply.status_code == 422
    assert fields_in(reply.text)["stem"] == "Que faites-vous ?"
    assert "caractère invisible" in reply.text


def test_a_pattern_that_could_keep_the_server_busy_is_refused(author):
    evil = FORMS["text"] | {"mistake-0-how": "pattern", "mistake-0-text": "^(a+)+$"}
    reply = author.press(evil)
    assert reply.status_code == 422
    assert "motif trop compliqué" in html.unescape(reply.text).lower()
