"""What a candidate gathers: evidence that is handed over as a file and never as a page, links, papers of others."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from pathways.badges.candidacy import evidence
from pathways.badges.models import (
    Attested,
    AwardRequest,
    EndorsementInvitation,
    Evidence,
    EvidenceFile,
    RequestState,
)
from pathways.badges.pages import gathering
from tests.badges.candidacy.candidates import World
from tests.badges.pages.applying import Candidate, a_candidate, said, sent

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF"
STORY = {"portfolio": {"piece": "story", "asked": {"fr": "Le récit", "en": "The story"}, "jury": 1}}
HABILITATION = {"attested": {"kind": "aidants-connect"}}


@pytest.fixture
def browser(scene):
    return scene.browser()


@pytest.fixture
def candidate(scene) -> Candidate:
    with scene.writing() as db:
        return a_candidate(db, World(db, criteria=STORY), name="Prénom Exemple")


def kept(scene, kind: type[Any] = Evidence) -> list[Any]:
    with scene.database.read() as db:
        found = list(db.scalars(sa.select(kind)).all())
        db.expunge_all()
        return found


def request_of(scene, candidate: Candidate) -> AwardRequest:
    return next(one for one in kept(scene, AwardRequest) if str(one.id) in candidate.page)


def upload(browser, candidate: Candidate, data: bytes, **fields):
    given = {"kind": "file", "title": "Ma fiche"} | fields
    return browser.post(f"{candidate.page}/evidence", data=given, files={"file": ("x.exe", data, "text/html")})


# --- evidence -------------------------------------------------------------------------------------------------


def test_a_file_is_kept_and_handed_over_to_be_saved(scene, browser, candidate):
    added = upload(browser, candidate, PDF)
    assert added.headers["location"] == f"{candidate.page}?said=added#evidence"
    found = kept(scene)[0]
    assert (found.media_type, found.title) == ("application/pdf", "Ma fiche")
    assert said(browser.get(candidate.page)).count("Ma fiche") >= 1
    back = browser.get(f"{candidate.page}/evidence/{found.id}")
    assert back.content == PDF
    assert back.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in back.headers["content-security-policy"]
    assert (back.headers["x-content-type-options"], back.headers["content-type"]) == ("nosniff", "application/pdf")
    assert "x.exe" not in str(back.headers)


def test_a_page_or_a_script_is_kept_as_a_text_and_never_runs(scene, browser, candidate):
    upload(browser, candidate, b"<html><script>alert(1)</script></html>")
    back = browser.get(f"{candidate.page}/evidence/{kept(scene)[0].id}")
    assert back.headers["content-type"] == "text/plain; charset=utf-8"
    assert back.headers["content-disposition"].startswith("attachment;")


def test_a_picture_loses_what_a_camera_wrote_beside_it(scene, browser, candidate):
    picture, body = Image.new("RGB", (60, 40), "white"), io.BytesIO()
    exif = picture.getexif()
    exif[0x010E] = "Chez quelqu'un, rue des Lilas"
    picture.save(body, "JPEG", exif=exif)
    assert b"Lilas" in body.getvalue()
    assert upload(browser, candidate, body.getvalue()).status_code == 303
    assert b"Lilas" not in kept(scene, EvidenceFile)[0].data


def test_a_title_that_names_somebody_is_refused_and_stays_in_the_form(scene, browser, candidate):
    refused = upload(browser, candidate, PDF, title="Fiche de Exemple")
    assert refused.status_code == 422
    page = said(refused)
    assert "retirez « Exemple »" in page
    assert 'value="Fiche de Exemple"' in page
    assert re.search(r'<details id="add-file" open>.{0,80}un fichier', page)
    assert kept(scene) == []


@pytest.mark.parametrize(
    ("where", "fields", "status"),
    [
        ("evidence", {"kind": "link", "title": "Un site", "url": "https://example.org"}, 303),
        ("evidence", {"kind": "link", "title": "Un site", "url": "zut"}, 422),
        ("invitations", {"act": "invite", "label": "Une collègue"}, 303),
    ],
)
def test_a_text_that_stands_beside_the_form_that_is_sent_is_kept(scene, browser, candidate, where, fields, status):
    words = {"words": "Deux matinées par semaine.", "version": str(request_of(scene, candidate).version)}
    assert browser.post(f"{candidate.page}/{where}", data=fields | words).status_code == status
    assert request_of(scene, candidate).words == "Deux matinées par semaine."
    again = browser.post(f"{candidate.page}/{where}", data=fields | words | {"words": "Un mot de trop"})
    assert again.status_code == 409  # the page was read before: what is kept since is not lost
    assert "Un mot de trop" in said(again)
    assert request_of(scene, candidate).words == "Deux matinées par semaine."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "Ce fichier est vide."), (b"MZ\x90\x00\x03", "Ce fichier ne peut pas être lu ici.")],
)
def test_a_file_that_cannot_be_kept_is_told_why(scene, browser, candidate, data, sentence):
    refused = upload(browser, candidate, data)
    assert refused.status_code == 422
    assert sentence in said(refused)
    assert kept(scene) == []


def test_one_address_sends_so_many_files_an_hour_into_spaces_without_account(scene, browser, candidate, monkeypatch):
    monkeypatch.setattr(gathering, "MOST_SENT", 2)
    assert [upload(browser, candidate, PDF).status_code for _ in range(3)] == [303, 303, 429]
    assert len(kept(scene)) == 2


def test_a_file_that_is_too_heavy_is_told_so(scene, browser, candidate):
    slightly = upload(browser, candidate, PDF + b" " * evidence.LARGEST)
    assert slightly.status_code == 422
    assert "5 Mo au plus" in said(slightly)
    assert upload(browser, candidate, PDF + b" " * (evidence.LARGEST + 200_000)).status_code == 413
    assert kept(scene) == []


def test_a_link_and_a_text_are_evidence_too(scene, browser, candidate):
    link = {"kind": "link", "title": "Notre carnet", "url": "https://carnet.example/2026"}
    text = {"kind": "text", "title": "Mon récit", "text": "Un matin, à l'accueil.", "piece": "story"}
    for fields in (link, text):
        assert browser.post(f"{candidate.page}/evidence", data=fields).status_code == 303
    found = {one.title: one for one in kept(scene)}
    assert (found["Mon récit"].is_piece, found["Mon récit"].criterion) == (True, "story")
    assert not found["Notre carnet"].is_piece
    assert browser.get(f"{candidate.page}/evidence/{found['Mon récit'].id}").text == "Un matin, à l'accueil."
    assert "Envoyer ma demande" in said(browser.get(candidate.page))
    wrong = browser.post(f"{candidate.page}/evidence", data=link | {"url": "javascript:alert(1)"})
    assert wrong.status_code == 422
    assert 'id="link-url-error"' in wrong.text


def test_the_evidence_of_somebody_else_does_not_exist(scene, browser, candidate):
    upload(browser, candidate, PDF)
    with scene.writing() as db:
        stranger = a_candidate(db, World(db, criteria=STORY))
    found = kept(scene)[0].id
    assert browser.get(f"{stranger.page}/evidence/{found}").status_code == 404
    assert browser.post(f"{stranger.page}/evidence/{found}/remove").status_code == 404
    assert browser.get(f"{candidate.base}/requests/{stranger.request_id}/evidence/{found}").status_code == 404
    assert len(kept(scene)) == 1


def test_what_is_removed_is_gone_with_its_bytes(scene, browser, candidate):
    upload(browser, candidate, PDF)
    path = f"{candidate.page}/evidence/{kept(scene)[0].id}"
    assert browser.post(f"{path}/remove").status_code == 303
    assert kept(scene) == kept(scene, EvidenceFile) == []
    assert browser.get(path).status_code == 404
    assert browser.get(f"{path}/remove").headers["location"] == candidate.page


def test_removing_from_a_request_that_waits_brings_it_back(scene, browser):
    with scene.writing() as db:
        world = World(db)
        candidate = a_candidate(db, world)
    upload(browser, candidate, PDF)
    with scene.writing() as db:
        world.db = db
        sent(db, world, candidate)
    assert "la demande revient vers vous" in said(browser.get(candidate.page))
    browser.post(f"{candidate.page}/evidence/{kept(scene)[0].id}/remove")
    assert kept(scene, AwardRequest)[0].state is RequestState.GATHERING


# --- those who endorse ----------------------------------------------------------------------------------------


def test_a_link_for_one_person_is_shown_to_be_sent_or_scanned(scene, browser, candidate):
    made = browser.post(f"{candidate.page}/invitations", data={"act": "invite", "label": "La voisine de bureau"})
    page = browser.get(made.headers["location"])
    link = re.search(r'value="http://testserver(/endorse/[\w-]+)"', page.text)
    assert link
    assert '<svg class="qr"' in page.text or 'class="qr"' in page.text
    assert "La voisine de bureau" in said(browser.get(candidate.page))
    asked = scene.browser().get(link[1])
    assert asked.status_code == 200
    assert "La voisine" not in said(asked)


def test_a_closed_link_opens_nothing_and_is_shown_no_more(scene, browser, candidate):
    made = browser.post(f"{candidate.page}/invitations", data={"act": "invite"}).headers["location"]
    link = re.search(r"/endorse/[\w-]+", browser.get(made).text)
    assert link
    assert browser.post(f"{made}/withdraw").status_code == 303
    assert scene.browser().get(link[0]).status_code == 404
    assert browser.get(made).headers["location"] == candidate.page
    assert "lien fermé" in said(browser.get(candidate.page))


def test_a_label_that_is_too_long_comes_back(scene, browser, candidate):
    refused = browser.post(f"{candidate.page}/invitations", data={"act": "invite", "label": "a" * 61})
    assert refused.status_code == 422
    assert 'id="invitation-label-error"' in refused.text
    assert kept(scene, EndorsementInvitation) == []


def test_the_link_of_somebody_else_does_not_exist(scene, browser, candidate):
    made = browser.post(f"{candidate.page}/invitations", data={"act": "invite"}).headers["location"].rpartition("/")[2]
    with scene.writing() as db:
        stranger = a_candidate(db, World(db))
    assert browser.get(f"{stranger.page}/invitations/{made}").status_code == 404
    assert browser.post(f"{stranger.page}/invitations/{made}/withdraw").status_code == 404
    assert browser.get(f"{candidate.page}/invitations/{uuid.uuid4()}").status_code == 404


# --- what others attested -------------------------------------------------------------------------------------


def test_a_habilitation_is_noted_and_waits_to_be_seen(scene, browser):
    with scene.writing() as db:
        candidate = a_candidate(db, World(db, criteria=HABILITATION))
    fields = {"attested": "aidants-connect", "reference": "AC-2026", "until": "2027-12-31"}
    assert browser.post(f"{candidate.page}/attested", data=fields).status_code == 303
    page = said(browser.get(candidate.page))
    assert "personne n'a encore vu le papier" in page
    assert "31/12/2027" in page
    found = kept(scene, Attested)[0]
    assert (found.kind, found.reference, found.seen_at) == ("aidants-connect", "AC-2026", None)
    assert browser.post(f"{candidate.page}/attested/{found.id}/remove").status_code == 303
    assert kept(scene, Attested) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"attested": "pix-certificate", "reference": "12"}, "reference"),
        ({"attested": "other"}, "title"),
        ({"attested": "something"}, "kind"),
        ({"attested": "remn", "until": "demain"}, "until"),
    ],
)
def test_what_cannot_be_looked_up_as_it_is_written_comes_back(scene, browser, fields, field):
    with scene.writing() as db:
        candidate = a_candidate(db, World(db, criteria=HABILITATION))
    refused = browser.post(f"{candidate.page}/attested", data=fields)
    assert refused.status_code == 422
    assert f'id="attested-{field}-error"' in refused.text
    assert kept(scene, Attested) == []


def test_what_the_criteria_name_can_be_chosen(scene, browser):
    title = {"fr": "Formation aux premiers secours", "en": "First aid"}
    with scene.writing() as db:
        world = World(db, criteria={"attested": {"kind": "other", "code": "first-aid", "title": title}})
        candidate = a_candidate(db, world)
    assert "Formation aux premiers secours" in said(browser.get(candidate.page))
    fields = {"attested": "other:first-aid", "attested-title": "Premiers secours"}
    assert browser.post(f"{candidate.page}/attested", data=fields).status_code == 303
    assert kept(scene, Attested)[0].code == "first-aid"
