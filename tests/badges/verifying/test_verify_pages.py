"""The page on which anybody verifies: one word, who says so, what could not be checked; nothing of it is kept."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from pathways import clock, throttle
from pathways.badges.verifying import limits
from pathways.badges.verifying.workers import Pool, TooBusy
from tests.badges.verifying import corpus, making
from tests.badges.verifying.facing import verifying
from tests.badges.verifying.making import FORMS, NOW, as_json, badge, changed, endorsement, signed
from tests.web.world import rows_of


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(size=1)
    yield pool
    pool.close()


@pytest.fixture
def visitor(app, pool, monkeypatch) -> Iterator[TestClient]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with verifying(app, pool=pool):
        yield TestClient(app, raise_server_exceptions=False)


def sent(visitor: TestClient, data: bytes, name: str = "badge.json", **fields: str):
    return visitor.post("/verify", files={"file": (name, data)}, data=fields)


def word(page: str) -> str:
    found = re.search(r'<h1 class="verdict ([a-z-]+)"', page)
    assert found, page[:2000]
    return found[1]


def words_of(page: str) -> str:
    """What is read of a page, without its technical details."""
    shown = page.partition('<details class="technical')[0]
    shown = re.sub(r"</?(?:bdi|span|strong)\b[^>]*>", "", shown)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def test_the_form_takes_a_file_a_text_or_a_link_without_a_script(visitor):
    page = visitor.get("/verify")
    assert page.status_code == 200
    assert 'method="post" action="/verify" enctype="multipart/form-data"' in page.text
    for name in ("file", "text", "email"):
        assert f'name="{name}"' in page.text
    assert "Vérifier un badge" in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("form", FORMS)
def test_a_valid_file_of_each_form_has_a_large_yes_and_its_site(visitor, form):
    page = sent(visitor, FORMS[form]())
    assert page.status_code == 200
    assert word(page.text) == "valid"
    assert "badges.example.org" in words_of(page.text)


@pytest.mark.parametrize("form", ["ob3-json", "ob3-jwt", "ob2-link"])
def test_a_text_that_is_pasted_is_as_good_as_a_file(visitor, form):
    page = visitor.post("/verify", data={"text": f"\n{FORMS[form]().decode()}\n"})
    assert word(page.text) == "valid"


def test_what_was_measured_is_said_in_words(visitor):
    words = words_of(sent(visitor, FORMS["ob3-json"]()).text)
    assert "Niveau estimé : 4,6 (de 1 à 8)" in words
    assert "« Réseau de démonstration » (badges.example.org) a signé ce badge." in words
    assert "Jusqu'au jeudi 23 août 2029." in words
    assert "Accompagner les démarches en ligne" in words


def test_the_words_are_english_for_whoever_reads_english(visitor):
    words = words_of(visitor.post("/verify?lang=en", files={"file": ("b.json", FORMS["ob3-json"]())}).text)
    assert "signed this badge" in words
    assert "a signé" not in words
    assert "4.6 (" in words


def test_the_verdict_is_in_the_language_of_the_visitor_and_the_rest_in_french(visitor):
    page = visitor.post("/verify?lang=ar", files={"file": ("b.json", FORMS["ob3-json"]())}).text
    assert '<html lang="ar" dir="rtl">' in page
    assert '<div lang="fr" dir="ltr">' in page
    assert "a signé ce badge" in page


def test_what_was_changed_is_a_large_no_and_only_claims_are_shown(visitor):
    forged = changed(signed(badge()), lambda one: one["issuer"].update(name="Pix"))
    page = sent(visitor, as_json(forged)).text
    assert word(page) == "not-valid"
    assert "sans garantie" in words_of(page)
    assert "a signé ce badge" not in words_of(page)


def test_what_could_not_be_checked_is_neither_yes_nor_no(visitor, app, pool):
    with verifying(app, known=False, pool=pool):
        app.state.verifier._own = ("elsewhere.example", None)
        page = sent(visitor, FORMS["ob3-json"]()).text
    assert word(page) == "could-not-tell"
    words = words_of(page)
    assert "Ce serveur n'interroge pas les autres sites" in words
    assert "sans garantie" in words


def test_an_expired_badge_says_until_when(visitor):
    page = sent(visitor, as_json(signed(badge(valid_until=NOW - timedelta(days=40))))).text
    assert word(page) == "not-valid"
    assert "La date de fin de ce badge est passée." in words_of(page)
    assert "dimanche 18 octobre 2026" in words_of(page)


def test_a_badge_with_an_endorsement_shows_its_own_verdict(visitor):
    document = badge()
    document["credentialSubject"]["achievement"]["endorsement"] = [signed(endorsement(making.ACHIEVEMENT))]
    words = words_of(sent(visitor, as_json(signed(document))).text)
    assert "Recommandations" in words
    assert "a signé cette recommandation" in words


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "rien à vérifier"),
        (b"%PDF-1.7", "QR code"),
        (b"Bonjour", "pas un badge"),
        (b"{", "incomplet"),
        (b"https://exemple.fr/", "autre site"),
        (b"http://exemple.fr/", "https://"),
        (b"\xff\xd8\xff\xe0", "Demandez le fichier"),
    ],
)
def test_what_is_no_badge_gets_a_clear_message(visitor, data, said):
    page = sent(visitor, data)
    assert page.status_code == 422
    assert word(page.text) == "could-not-tell"
    assert said in words_of(page.text)


def test_no_form_at_all_is_answered(visitor):
    assert word(visitor.post("/verify").text) == "could-not-tell"
    assert word(visitor.post("/verify", content=b"x", headers={"content-type": "text/plain"}).text) == "could-not-tell"


@pytest.mark.slow
def test_whatever_is_sent_there_is_a_page(visitor):
    for name, make in corpus.HOSTILE.items():
        page = sent(visitor, make(), "../../etc/passwd")
        assert page.status_code in {200, 422}, name
        assert "<h1" in page.text, name


def test_a_file_that_is_too_large_is_refused_before_it_is_read(visitor):
    page = sent(visitor, bytes(3_000_000))
    assert page.status_code == 413
    assert "<h1" in page.text


def test_what_strangers_write_is_shown_as_words(visitor):
    document = badge()
    document["credentialSubject"]["achievement"]["name"] = '<script>alert("1")</script>\u202e{{ 7*7 }}'
    document["credentialSubject"]["achievement"]["criteria"]["id"] = "javascript:alert(1)"
    page = sent(visitor, as_json(signed(document))).text
    assert word(page) == "valid"
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert 'href="javascript' not in page
    assert "49" not in words_of(page)


def test_links_of_strangers_are_links_only_where_all_was_checked(visitor):
    valid = sent(visitor, FORMS["ob3-json"]()).text
    assert f'<a href="{making.ACHIEVEMENT}/criteria" rel="noopener noreferrer nofollow">' in valid
    forged = changed(signed(badge()), lambda one: one.update(name="x"))
    assert f'href="{making.HOST}' not in sent(visitor, as_json(forged)).text


def test_an_address_that_was_typed_is_compared_and_shown_nowhere(visitor):
    page = sent(visitor, FORMS["ob2-hosted"](), email="titulaire@exemple.fr").text
    assert word(page) == "valid"
    assert "À l&#39;adresse que vous avez donnée" in page
    other = sent(visitor, FORMS["ob2-hosted"](), email="autre@exemple.fr").text
    assert word(other) == "not-valid"
    assert "exemple.fr</" not in page
    assert "titulaire@" not in page + other


def test_nothing_is_kept_and_logs_hold_nothing_of_it(visitor, database, caplog):
    before = rows_of(database)
    with caplog.at_level(logging.DEBUG, logger="pathways"):
        for data in (FORMS["ob3-json"](), FORMS["ob2-hosted"](), b"https://secret.example/badge", corpus.families(11)):
            sent(visitor, data, email="titulaire@exemple.fr")
    assert rows_of(database) == before
    for secret in ("titulaire", "secret.example", "Accompagner", "badges.example.org", making.CREDENTIAL):
        assert secret not in caplog.text


def test_a_link_may_stand_in_the_form_and_is_not_followed(visitor, app):
    app.state.verifier._local = lambda url: pytest.fail(f"asked for {url}")
    page = visitor.get("/verify", params={"link": '"><script>https://badges.example.org/x'})
    assert page.status_code == 200
    assert "&#34;&gt;&lt;script&gt;https://badges.example.org/x</textarea>" in page.text
    assert visitor.get("/verify", params={"link": "x" * 501}).status_code == 422


def test_a_room_of_telephones_may_verify_and_no_script(visitor, monkeypatch):
    monkeypatch.setattr(limits, "VERIFICATIONS", 3)
    for _ in range(3):
        assert sent(visitor, b"Bonjour").status_code == 422
    refused = sent(visitor, b"Bonjour")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert visitor.get("/verify").status_code == 200


def test_what_others_are_asked_for_is_counted_by_network_address(app, database):
    counted = limits.Limits(database, b"x" * 32, "203.0.113.9")
    assert all(counted.may_ask() for _ in range(limits.ASKED))
    assert not counted.may_ask()
    assert limits.Limits(database, b"x" * 32, "203.0.113.10").may_ask()
    assert not limits.Limits(database, b"x" * 32, "::ffff:203.0.113.9").may_ask()
    with database.read() as db:
        kept = [one.bucket for one in db.query(throttle.WrongTries)]
    assert all("203" not in one for one in kept)


def test_more_at_once_than_can_be_done_are_told_so(app, visitor):
    class Full(Pool):
        def judge(self, *_: object, **__: object):
            raise TooBusy

    with verifying(app, pool=Full()):
        refused = sent(visitor, FORMS["ob3-json"]())
    assert refused.status_code == 503
    assert "<h1" in refused.text


def test_another_site_cannot_have_its_visitors_verify(visitor):
    refused = visitor.post("/verify", data={"text": "x"}, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
