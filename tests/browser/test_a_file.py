"""A learner's file, from the profile to the receipt, as a mediator goes through it: wide and narrow, by keyboard."""

import uuid

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from pathways.diagnostics.models import Attempt
from pathways.people.models import LearnerFile
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import LEARNT, Server

pytestmark = pytest.mark.slow


def an_attempt(server: Server, page: Page, language: str = "ar") -> uuid.UUID:
    attempt = server.begin(page, language, answered=LEARNT)
    server.finish(attempt)
    page.context.clear_cookies()
    return attempt


def file_in(page: Page) -> str:
    return page.url.split("?")[0].rsplit("/", 1)[1]


def opened(server: Server, page: Page, label: str, attempt: uuid.UUID) -> str:
    """A new file for an attempt, made on its page; the identifier of the file."""
    page.goto(f"{server.url}/profiles/{attempt}/file")
    page.get_by_label("Repère", exact=True).fill(label)
    with page.expect_navigation():
        page.get_by_role("button", name="Ouvrir la fiche").click()
    return file_in(page)


@pytest.mark.parametrize("width", [1280, 360])
def test_from_the_profile_to_the_receipt(server, page_at, width):
    page = page_at(width)
    attempt, second = an_attempt(server, page), an_attempt(server, page, "fr")
    server.sign_in(page)
    page.goto(f"{server.url}/profiles/{attempt}")
    page.get_by_role("link", name="fiche", exact=False).last.click()
    label = f"lundi {width}"
    file_id = opened(server, page, label, attempt)
    page.goto(f"{server.url}/profiles/{second}/file?q=lundi+{width}")
    page.get_by_label(label).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Mettre dans cette fiche").click()
    assert file_in(page) == file_id
    page.get_by_label("Note", exact=True).fill("vient le matin")
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer").click()
    assert page.get_by_text("C'est enregistré.").is_visible()
    page.goto(f"{server.url}/learners?q=lundi")
    page.get_by_role("link", name=label, exact=True).click()
    page.get_by_role("button", name="Nouveau code").last.click()
    assert page.locator("html").get_attribute("lang") == "ar"
    assert len(page.locator("p.code").inner_text()) == 9
    page.go_back()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tout emporter").click()
    assert download.value.suggested_filename.startswith("fiche-")
    page.get_by_role("link", name="Tout effacer").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Tout effacer").click()
    assert page.get_by_text("Reçu d'effacement").is_visible()
    with server.database.read() as db:
        assert db.get(LearnerFile, uuid.UUID(file_id)) is None
        assert db.scalars(sa.select(Attempt.id).where(Attempt.id.in_([attempt, second]))).all() == []


def pages_of(server: Server, page: Page):
    attempt, other = an_attempt(server, page), an_attempt(server, page, "fr")
    alone, endless = an_attempt(server, page), an_attempt(server, page)
    server.sign_in(page)
    opened(server, page, "W" * 40, endless)  # the longest mark, and nowhere to break it
    file_id = opened(server, page, "jeudi", attempt)
    page.goto(f"{server.url}/profiles/{other}/file?q=jeudi")
    page.get_by_label("jeudi").first.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Mettre dans cette fiche").click()
    for path in (
        f"/learners/{file_id}",
        "/learners",
        "/learners?q=introuvable",
        f"/learners/{file_id}/erase",
        f"/profiles/{attempt}/file",
        f"/profiles/{alone}/file",
        "/organisation/journal",
        "/organisation/journal?month=novembre",
        "/organisation/habits",
        "/confidentialite",
    ):
        page.goto(server.url + path)
        yield path
    page.goto(f"{server.url}/learners/{file_id}")
    page.locator("input[name=version]").evaluate("one => one.value = 77")
    page.get_by_label("Note", exact=True).fill("écrit en même temps")
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer").click()
    yield "a file that a colleague changed meanwhile"
    page.goto(f"{server.url}/learners/{file_id}")
    page.get_by_role("button", name="Nouveau code").first.click()
    yield "the slip of a resume code"
    page.goto(f"{server.url}/learners/{file_id}/erase")
    with page.expect_navigation():
        page.get_by_role("button", name="Tout effacer").click()
    yield "the receipt"


def test_every_page_of_a_file_is_accessible_and_fits(server, page_at, recorder):
    recorder.allow("status of 409")  # the browser complains of it; the page says what happened
    page = page_at(320)
    found = {name: faults(page, targets=False) for name in pages_of(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight(server, page_at, recorder):
    recorder.allow("status of 409")
    page = page_at(1280)
    found = {name: focus_walk(page, most=40) for name in pages_of(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_a_file_is_opened_and_found_without_javascript_and_by_keyboard(server, page_at):
    page = page_at(360, javascript=False)
    attempt = an_attempt(server, page)
    server.sign_in(page)
    page.goto(f"{server.url}/profiles/{attempt}/file")
    page.get_by_label("Repère", exact=True).focus()
    page.keyboard.type("vendredi")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{server.url}/learners")
    page.get_by_label("Chercher un repère").focus()
    page.keyboard.type("vendr")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("link", name="vendredi", exact=True).is_visible()


def test_a_slip_and_a_receipt_print_on_one_sheet_without_buttons(server, page_at):
    page = page_at(1280)
    attempt = an_attempt(server, page)
    server.sign_in(page)
    file_id = opened(server, page, "samedi", attempt)
    page.get_by_role("button", name="Nouveau code").click()
    page.emulate_media(media="print")
    assert page.locator("p.code").is_visible()
    assert not page.get_by_role("link", name="Revenir à la fiche").is_visible()
    page.goto(f"{server.url}/learners/{file_id}/erase")
    page.emulate_media(media="screen")
    with page.expect_navigation():
        page.get_by_role("button", name="Tout effacer").click()
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="Revenir aux fiches").is_visible()
