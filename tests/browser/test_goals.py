"""Goals at the desk: accessible, and whole at 320 px. That they need no JavaScript is in `tests/learning`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.checks import faults, told
from tests.browser.server import Server

pytestmark = pytest.mark.slow  # axe on every page

TITLE = "Renouveler ma carte de bus"


@pytest.fixture(autouse=True)
def _an_incomplete_form_is_refused(recorder):
    recorder.allow("status of 422")  # the browser complains of it; the page says what is missing


def _pages(server: Server, page: Page) -> Iterator[str]:
    server.sign_in(page)
    page.goto(f"{server.url}/goals")
    yield "the list"
    page.get_by_role("link", name="Renouveler mon titre de séjour en ligne").click()
    yield "a shipped one"
    page.goto(f"{server.url}/goals/new")
    page.get_by_label("Le but, comme la personne le dirait").fill(TITLE)
    page.get_by_role("button", name="Enregistrer").click()
    yield "without a micro-skill"
    page.get_by_text("Démarches en ligne : les bases").click()
    page.get_by_label("Remplir un formulaire en ligne").select_option("3")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url("**/goals/*-*")
    yield "an own one"
    page.goto(f"{server.url}/goals?q=carte+de+bus")
    assert page.get_by_role("link", name=TITLE).count() == 1
    yield "what was found"


def test_the_pages_of_goals(server, page_at):
    page = page_at(320)
    found = {name: faults(page, targets=False) for name in _pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong
