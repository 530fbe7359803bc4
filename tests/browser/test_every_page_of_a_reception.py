"""Every page of a reception: accessible, whole, legible, and what is handed over on one page of paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.checks import faults, focus_walk, told
from tests.browser.receiving import QUESTION, agree, answer, begin, blank, press, to_the_end
from tests.browser.server import Server
from tests.browser.test_paper import A4, on_paper, pages_of

pytestmark = pytest.mark.slow  # minutes of axe: what a page does is in the quick tests

LABEL = "Mariposa du mardi"


@pytest.fixture(autouse=True)
def _an_incomplete_form_is_refused(recorder):
    recorder.allow("status of (422|409|410)")  # the browser complains of it; the page says what is missing


@pytest.fixture
def desk(server, page_at):
    def opened(width: int = 1280, *, javascript: bool = True) -> Page:
        page = page_at(width, javascript=javascript)
        server.sign_in(page)
        return page

    return opened


def pages(server: Server, page: Page) -> Iterator[str]:
    """Every page of a reception, one after the other."""
    blank(page, server)
    yield "a blank sheet"
    page.locator("#without > summary").click()
    page.locator("#without input").first.check()
    yield "a sheet: some questions do not suit"
    page.locator("#without input").first.uncheck()
    page.locator("#find").fill("personne")
    press(page, "Chercher")
    yield "a sheet without a file found"
    address, questions = begin(page, server, language="ar", label=LABEL)
    yield "a question at the desk"
    page.goto(address)
    yield "a reception at the desk"
    press(page, "Sur le téléphone de la personne")
    yield "a reception on the phone"
    press(page, "Ici, à voix haute")
    page.wait_for_url(QUESTION)
    for _ in range(4):
        answer(page, server)
    page.goto(f"{questions}/pause")
    with page.expect_navigation():
        page.locator("form[action$=leave] button").click()
    page.goto(address)
    page.locator("#time").fill("10:00")
    press(page, "Enregistrer")
    yield "an appointment without its day"
    agree(page)
    yield "an appointment"
    page.goto(f"{questions}/result")
    yield "a result at the desk"
    page.goto(f"{address}/sheet")
    yield "the sheet to take home"
    page.goto(server.url)
    yield "home in the middle of it"
    press(page, "Personne suivante")
    page.locator("#find").fill("mariposa")
    press(page, "Chercher")
    yield "a sheet with a file found"
    page.goto(address)
    yield "home after it"


def test_every_page_of_a_reception(server, desk):
    page = desk(320)
    found = {name: faults(page, targets=False) for name in pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight_at_the_desk(server, desk):
    page = desk(1280)
    found = {name: focus_walk(page, most=60) for name in pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("dark", [False, True])
def test_what_the_person_takes_home_is_one_page(server, desk, language, dark):
    page = desk()
    page.emulate_media(color_scheme="dark" if dark else "light")
    address, _ = begin(page, server, language=language)
    to_the_end(page, server)
    page.goto(address)
    agree(page)
    page.goto(f"{address}/sheet")
    assert page.locator(".step").count() == 2
    on_paper(page)
    assert page.locator("svg.qr").is_visible()
    assert page.locator(".code").is_visible()
    sizes = pages_of(page.pdf(prefer_css_page_size=True, print_background=True))
    assert sizes == [pytest.approx(A4, abs=1)]
