"""A holder's space and what they show, in a browser: whole at 320 px, from right to left, and without JavaScript."""

from __future__ import annotations

import re

import pytest

from pathways.settings import Settings
from tests.badges.pages.holding_pages import Place, place_with_a_badge
from tests.browser.checks import faults, told
from tests.browser.server import Server
from tests.parts.browser import no_horizontal_scroll


@pytest.fixture
def place(server: Server) -> Place:
    """A space of its own for each test."""
    return place_with_a_badge(server.database, Settings(url=server.url, secret=server.door.secret))


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.slow
def test_the_first_screen_and_a_badge_are_whole_on_a_small_telephone(server, page_at, place, lang):
    page, found = page_at(320, lang), {}
    for path in (place.base, place.badge, place.page):
        page.goto(f"{server.url}{path}?lang={lang}")
        found[path] = faults(page)
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.slow  # axe on every page
@pytest.mark.parametrize("lang", ["fr", "ar", "ti"])
def test_every_page_of_a_space_is_whole_on_a_small_telephone(server, page_at, place, lang):
    page, found = page_at(320, lang), {}
    shared = place.share(name="Surnom D.", shows=["evidence", "endorsements"])
    own = ("?new=1", "/settings", "/share", "/results", "/history", "/erase", "/language")
    of_badge = ("/backpack", "/give-up")
    paths = [place.base + one for one in own] + [place.badge + one for one in of_badge] + ["/h", shared]
    for path in paths:
        page.goto(f"{server.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        found[path] = faults(page, forced=True)
    wrong = told(found)
    assert not wrong, wrong


def test_the_link_that_alone_opens_a_space_is_copied_whole_with_one_press(server, page_at, place):
    page = page_at(320, "ar")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server.url}{place.base}?new=1")
    page.locator("[data-copier]").click()
    page.locator("[role=status] .two").filter(visible=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == server.url + place.base
    assert no_horizontal_scroll(page) == []


@pytest.mark.slow
def test_without_javascript_a_badge_is_shared_and_the_link_is_closed(server, page_at, place):
    page = page_at(320, javascript=False)
    page.goto(server.url + place.base)
    page.get_by_role("link", name="Aider à une permanence").click()
    page.get_by_role("link", name="Montrer ce badge").click()
    page.get_by_label("Votre nom sur cette page, si vous voulez").fill("Surnom D.")
    page.get_by_label("1 semaine").check()
    page.get_by_role("button", name="Faire un lien").click()
    url = page.get_by_label("L'adresse à donner").input_value()
    stranger = page_at(320, "en", javascript=False)
    stranger.goto(url)
    assert stranger.get_by_role("heading", level=1).inner_text() == "Surnom D."
    page.get_by_role("button", name="Fermer ce lien").click()
    reply = stranger.goto(url)
    assert reply is not None
    assert reply.status == 410


@pytest.mark.slow
def test_without_javascript_a_badge_is_given_up_and_its_page_says_so(server, page_at, place):
    page = page_at(320, javascript=False)
    page.goto(server.url + place.badge)
    page.get_by_role("link", name="Rendre ce badge").click()
    page.get_by_role("button", name="Oui, le rendre").click()
    page.get_by_role("link", name="La page publique du badge").click()
    assert "Rendu par la personne" in page.get_by_role("main").inner_text()


def test_a_file_of_a_badge_is_saved_under_a_name_that_names_nobody(server, page_at, place):
    page = page_at(360)
    page.goto(server.url + place.badge)
    for name, ending in (("Papier (PDF)", ".pdf"), ("Image (PNG)", ".png"), ("Fichier signé (JSON)", ".json")):
        with page.expect_download() as saved:
            page.get_by_role("link", name=name).click()
        assert saved.value.suggested_filename.startswith("badge-")
        assert saved.value.suggested_filename.endswith(ending)


@pytest.mark.slow
def test_the_sheet_for_a_wall_is_one_page_of_paper(server, page_at):
    texts = {"fr": {"name": "Je le fais moi-même", "description": "J'envoie des messages. Je garde mes codes."}}
    picture = {"pictogram": "learner", "tint": "lake"}
    settings = Settings(url=server.url, secret=server.door.secret)
    made = place_with_a_badge(server.database, settings, audience="learner", texts=texts, picture=picture)
    page = page_at(800)
    page.goto(f"{server.url}{made.page}/wall")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    assert faults(page, dark=False) == []
