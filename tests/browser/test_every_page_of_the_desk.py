"""Every page of the trainer's desk: accessible, whole, legible, French, at home."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import KINDS, LEARNT, OBSERVED, Server

pytestmark = pytest.mark.slow  # minutes of axe: what a page does is in the quick tests

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _an_incomplete_form_is_refused(recorder):
    recorder.allow("status of 422")  # the browser complains of it; the page says what is missing


def trainer_pages(server: Server, page: Page) -> Iterator[str]:
    attempt = server.begin(page, "ar", answered=LEARNT)
    server.finish(attempt)
    page.context.clear_cookies()
    diagnostic = server.diagnostic(server.code)

    def at(path: str) -> str:
        page.goto(server.url + path)
        return path

    yield at("/sign-in")
    yield at("/forgotten")
    server.sign_in(page)
    for path in ("/", "/diagnostics", "/diagnostics/new", f"/diagnostics/{diagnostic}"):
        yield at(path)
    yield at(f"/diagnostics/{diagnostic}/poster")
    page.goto(f"{server.url}/diagnostics/new")
    for skill in ("MEL-01", "MEL-03", "SEC-01", "NAV-03"):
        page.locator(f"input[value={skill}]").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Chercher et calculer").click()
    yield "the composer, filled"
    page.get_by_text("Plus de réglages").click()
    page.get_by_text("Les chiffres, et d'où ils viennent").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Publier").click()
    yield "the composer, with a title missing"
    yield at(f"/profiles/{attempt}")
    yield at(f"/profiles/{attempt}/reasons")
    yield at(f"/diagnostics/{diagnostic}/audit")
    for details in page.locator("main details > summary").all():
        details.click()
    yield "the audit, unfolded"
    yield at(f"/diagnostics/{diagnostic}/quality")
    for item in (KINDS["zone"], KINDS["order"], KINDS["match"], f"{OBSERVED}-o"):
        yield at(f"/items/{item}")
    for path in ("/account", "/organisation", "/server", "/diagnostics/" + NOBODY):
        yield at(path)


def test_trainer_pages(server, page_at):
    page = page_at(320)
    found = {name: faults(page, targets=False) for name in trainer_pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight_on_the_desk(server, page_at):
    page = page_at(1280)
    found = {name: focus_walk(page, most=40) for name in trainer_pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_the_desk_is_french_whatever_the_browser_reads(server, page_at):
    page = page_at(1280, "ar")
    server.sign_in(page)
    diagnostic = server.diagnostic(server.code)
    for path in ("/", f"/diagnostics/{diagnostic}", f"/diagnostics/{diagnostic}/poster"):
        page.goto(server.url + path)
        assert page.evaluate("[document.documentElement.lang, document.dir]") == ["fr", "ltr"]
