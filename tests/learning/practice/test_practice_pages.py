"""A practice screen as a browser without JavaScript sees it: each screen, each refusal, the end; what is not kept."""

from __future__ import annotations

import html
import logging
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from pathways import i18n
from pathways.learning.practice import loading
from pathways.learning.practice.documents import PracticeDocument, PracticeTranslationDocument
from pathways.learning.practice.walking import ways
from tests.web.world import rows_of

ALL = [one.document for one in loading.practices("inclusion-numerique")]
STEP = "/t/0191f2a0-0000-7000-8000-000000000001/pathway/steps/0191f2a0-0000-7000-8000-000000000002"
SECRET = "Mon-Vrai-Secret-2027"


@pytest.fixture(autouse=True)
def _in_french(client):
    client.headers["Accept-Language"] = "fr"


def links(page) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'href="([^"]+)"', page.text)]


def sent_to(page) -> str:
    found = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert found, page.text[:500]
    return html.unescape(found[1])


def words(page) -> str:
    return html.unescape(page.text).replace("\u00a0", " ")


def begin(client, code: str, query: str = ""):
    page = client.get(f"/practice/{code}{query}")
    assert page.status_code == 200, page.text[:300]
    start = next(one for one in links(page) if "step=" in one)
    return client.get(start)


def press(client, page, pressed: str, typed):
    """The next page, whether the site refuses or lets pass."""
    reply = client.post(sent_to(page), data={**typed, "act": pressed})
    return client.get(reply.headers["location"]) if reply.status_code == 303 else reply


@pytest.mark.parametrize("practice", ALL, ids=[one.code for one in ALL])
def test_each_of_them_is_walked_through_to_its_end(client, practice):
    page, way = begin(client, practice.code, "?lang=fr"), ways(practice).right
    assert way is not None
    for pressed, typed in way:
        page = press(client, page, pressed, typed)
        assert page.status_code == 200
    said = words(page)
    assert all(right.said in said for right in practice.rights)
    assert not any(one.said in said or one.look in said for one in practice.mistakes)


def test_what_is_refused_comes_back_with_what_was_typed_and_why(client):
    page = begin(client, "remplir-un-formulaire")
    page = press(client, page, "send", {"name": "EXEMPLE", "birth": "5 mars"})
    assert page.status_code == 200
    assert 'value="5 mars"' in page.text
    assert "Format attendu : JJ/MM/AAAA." in page.text
    assert "La date n&#39;a pas la forme demandée." in page.text
    assert page.text.count('aria-invalid="true"') == 4
    assert 'aria-describedby="birth-hint birth-error"' in page.text
    page = press(client, page, "send", {"name": "Autre", "birth": "05/03/1990", "postcode": "35000"} | AGREED)
    page = press(client, page, "leave", {})
    assert "Ce que vous avez corrigé" in page.text
    assert "Relisez chaque case" in page.text


AGREED = {"mail": "exemple@courriel.example", "rules": "yes"}


def test_nothing_that_is_typed_is_kept_sent_on_or_logged(client, database, caplog):
    caplog.set_level(logging.DEBUG)
    before = rows_of(database)
    page = begin(client, "creer-un-compte")
    typed = {"mail": "exemple@courriel.example", "password": SECRET, "again": SECRET, "rules": "yes"}
    refused = client.post(sent_to(page), data={**typed, "again": "x", "act": "send"})
    assert refused.status_code == 200
    assert SECRET not in refused.text  # a password is not given back, as no site does
    passed = client.post(sent_to(page), data={**typed, "act": "send"})
    assert passed.status_code == 303
    assert SECRET not in str(passed.headers)
    assert SECRET not in caplog.text
    assert rows_of(database) == before
    for reply in (page, refused, passed):
        assert "set-cookie" not in reply.headers
        assert reply.headers["cache-control"] == "no-store"


def test_a_file_of_ones_own_has_no_name_so_that_no_browser_sends_it(client):
    page = client.get("/practice/joindre-une-photo?step=own")
    [field] = re.findall(r'<input[^>]*type="file"[^>]*>', page.text)
    assert "name=" not in field
    sent = {"file": ("photo.jpg", b"\xff\xd8", "image/jpeg")}
    assert client.post("/practice/joindre-une-photo?step=own", files=sent).status_code in {303, 400, 422}


def test_the_way_back_leads_to_the_step_and_never_off_this_server(client):
    page = begin(client, "reperer-un-faux-sms", f"?back={STEP}")
    assert STEP in links(page)
    page = press(client, page, "delete", {})
    assert parse_qs(urlsplit(sent_to(page)).query)["back"] == [STEP]
    page = press(client, page, "leave", {})
    assert STEP in links(page)
    for evil in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/t/../x",
        "/t//evil.example",
        "/sign-in",
    ):
        page = client.get("/practice/reperer-un-faux-sms", params={"back": evil})
        assert "evil" not in page.text, evil
        assert not [one for one in links(page) if one.startswith("/sign-in")]


def test_in_another_language_the_site_stays_french_and_the_help_is_ones_own(client, monkeypatch):
    found = loading.practice("remplir-un-formulaire")
    assert found is not None
    texts = {key: f"ن{number}" for number, key in enumerate(found.french)}
    own = PracticeTranslationDocument(state="draft", of="0", texts=texts)
    spoken = loading.Practice(found.framework, found.document, found.french, {"ar": own}, found.pictures)
    monkeypatch.setattr(loading, "practice", lambda _: spoken)
    page = begin(client, "remplir-un-formulaire", "?lang=ar")
    assert '<html lang="ar" dir="rtl">' in page.text
    assert texts["screens.form.help"] in page.text
    assert "Traduction pas encore relue" in page.text
    assert '<section class="imitation form" lang="fr" dir="ltr"' in page.text
    assert "Inscription à la bibliothèque" in page.text
    page = press(client, page, "send", {"birth": "x"})
    assert '<div class="plainly" lang="ar" dir="rtl">' in page.text
    assert texts["mistakes.date-shape.said"] in page.text


def test_each_language_is_offered_and_goes_along_without_a_cookie(client):
    page = client.get("/practice/remplir-un-formulaire")
    offered = {parse_qs(urlsplit(one).query)["lang"][0] for one in links(page) if one.startswith("?lang=")}
    assert offered == {one.tag for one in i18n.languages().values()}
    page = begin(client, "prendre-un-rendez-vous", "?lang=ti")
    page = press(client, page, "next", {"reason": "first"})
    assert '<html lang="ti"' in page.text


def test_what_was_chosen_stands_on_the_next_screens(client):
    page = begin(client, "prendre-un-rendez-vous")
    for typed in ({"reason": "first"}, {"day": "tuesday"}, {"hour": "quarter-past-three"}):
        page = press(client, page, "next", typed)
    assert "Mardi 8 juin à 15:15" in page.text
    page = press(client, page, "change", {})
    assert re.search(r'value="tuesday" checked', page.text)


def test_what_does_not_exist(client):
    assert client.get("/practice/rien").status_code == 404
    assert client.post("/practice/rien", data={"act": "x"}).status_code == 404
    assert "Commencer" in client.get("/practice/remplir-un-formulaire?step=nowhere").text
    assert client.post("/practice/remplir-un-formulaire?step=nowhere", data={"act": "send"}).status_code == 303
    assert client.get(f"/practice/remplir-un-formulaire?step={'x' * 900}").status_code == 422


def test_an_address_that_somebody_wrote_tells_of_nothing_that_the_file_does_not_know(client):
    page = client.get("/practice/remplir-un-formulaire?step=end&noted=<script>.month-first&picked=a:b.c&mended=..")
    assert page.status_code == 200
    assert "<script>." not in page.text
    assert "Vous avez écrit le mois avant le jour." in page.text


def test_a_file_without_its_pictures_or_with_a_stale_translation_is_not_served_by_them():
    photo = loading.practice("joindre-une-photo")
    assert photo is not None
    assert all(one.startswith("data:image/svg+xml;base64,") for one in photo.pictures.values())
    assert len(photo.pictures) == 4
    assert isinstance(photo.document, PracticeDocument)
    assert loading.practices("nothing") == ()
