"""Sheets and the bank of resources in a browser: accessible, whole at 320 px, and a sheet of paper is one page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.checks import faults, told
from tests.browser.server import Server
from tests.parts.browser import missing_glyphs, small_targets

pytestmark = pytest.mark.slow  # axe on every page

SHEET = "/sheets/adm-04-formulaire"
"""The one with the most words."""


@pytest.mark.parametrize("lang", ["fr", "ar", "ti"])
def test_a_sheet_and_its_card(server, page_at, lang):
    page, found = page_at(320, lang), {}
    for path in (SHEET, f"{SHEET}/card"):
        page.goto(server.url + path)
        found[path] = [*faults(page), *small_targets(page), *missing_glyphs(page)]
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("path", [SHEET, f"{SHEET}/card", "/sheets/acc-02-trier", "/sheets/acc-02-trier/card"])
def test_on_paper_it_is_one_page(server, page_at, path):
    page = page_at(800)
    page.goto(f"{server.url}{path}?lang=en")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1


def test_a_sheet_needs_no_javascript_and_leads_to_its_exercise_and_back(server, page_at):
    page = page_at(320, javascript=False)
    page.goto(f"{server.url}/sheets/mdp-04-code-sms")
    page.get_by_role("link", name="M'entraîner").click()
    assert page.url.startswith(f"{server.url}/practice/recevoir-un-code")
    page.goto(f"{server.url}/sheets/mdp-04-code-sms")
    page.get_by_role("link", name="Une petite carte à plier").click()
    page.get_by_role("link", name="Retour").click()
    assert page.url == f"{server.url}/sheets/mdp-04-code-sms"


def _pages(server: Server, page: Page) -> Iterator[str]:
    server.sign_in(page)
    page.goto(f"{server.url}/resources")
    yield "the list"
    page.get_by_role("link", name="Écrire et envoyer un e-mail").click()
    yield "a shipped one"
    page.get_by_role("button", name="Copier").click()
    page.wait_for_load_state()
    yield "a copy of it"
    page.goto(f"{server.url}/resources/new")
    page.get_by_label("Titre, comme on le dirait à la personne").fill("Voir un formulaire")
    page.get_by_label("Minutes, la première fois").fill("6")
    page.get_by_label("Adresse (lien)").fill("https://video.example/")
    page.get_by_role("button", name="Enregistrer").click()
    yield "without a micro-skill"
    page.get_by_text("Démarches en ligne : les bases").click()
    page.get_by_label("Remplir un formulaire en ligne").select_option("practise")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url("**/resources/*-*")
    yield "an own one"
    page.goto(f"{server.url}/resources/import")
    rows = "titre;minutes;micro_competences;type;langues;adresse\nVoir;six;CNX-01;film;fr;https://video.example/a\n"
    page.set_input_files("#file", {"name": "r.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Examiner le fichier").click()
    yield "what is wrong with a file"


def test_the_bank_of_resources(server, page_at, recorder):
    recorder.allow("status of 422")  # the browser complains of it; the page says what is missing
    page = page_at(320)
    found = {name: faults(page, targets=False) for name in _pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong
