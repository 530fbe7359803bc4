"""A seat in the right language, booked on a telephone without an account: as a person does it, and page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from pathways import i18n
from pathways.permissions import Role
from pathways.workshops.models import Booking, BookingState
from tests.browser import booking
from tests.browser.booking import Offered
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import Server
from tests.parts.browser import no_horizontal_scroll, small_targets

pytestmark = pytest.mark.slow  # a server with a week of sessions

MOST_PRESSES = 4
A4, A5 = (210, 297), (148, 210)


@pytest.fixture(scope="module")
def offered(server) -> Offered:
    return booking.offer(server)


def states(server: Server, session_id) -> list[BookingState]:
    with server.database.read() as db:
        return list(db.scalars(sa.select(Booking.state).filter_by(session_id=session_id)))


def test_somebody_who_reads_dari_books_and_cancels_without_scripts(server, offered, page_at, recorder):
    page: Page = page_at(320, "fa-AF", javascript=False)
    page.goto(f"{server.url}/s/{offered.code}")
    assert page.locator("h1 .two > :first-child").inner_text() == booking.TITLES["fa_AF"]
    before, presses = states(server, offered.session_id), 0
    gone = before.count(BookingState.CANCELLED_BY_PERSON)
    for press in (
        lambda: page.locator("a.primary").click(),
        lambda: page.locator("input[name=party][value='2']").check(),
        lambda: page.locator("input[value=interpreter]").check(),
        lambda: page.locator("form .primary").click(),
    ):
        press()
        presses += 1
    page.wait_for_url(re.compile(r"/b/"))
    assert presses <= MOST_PRESSES
    assert page.locator("html").get_attribute("lang") == "fa-AF"
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", page.locator(".ticket .code").inner_text())
    page.go_back()  # to the form: it shows the slip instead
    page.wait_for_url(re.compile(r"/b/"))
    assert len(states(server, offered.session_id)) == len(before) + 1
    page.locator("a[href$='/cancel']").click()
    assert states(server, offered.session_id).count(BookingState.CANCELLED_BY_PERSON) == gone  # only asked
    page.locator("form .danger").click()
    page.wait_for_url(re.compile(r"/b/"))
    assert page.locator(".ticket .code").count() == 0
    assert states(server, offered.session_id).count(BookingState.CANCELLED_BY_PERSON) == gone + 1
    assert all(url.startswith(server.url) for url in recorder.requests)


def test_the_desk_books_with_one_key_and_the_next_person_is_one_key_away(server, offered, page_at):
    page: Page = page_at(1280, "fr")
    page.goto(server.url + booking.sign_in(server, offered.organisation_id))
    page.goto(f"{server.url}/sessions/{offered.session_id}/book")
    page.keyboard.press("B")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("made="))
    assert page.locator(".ticket").inner_text().count("B") >= 1
    expect(page.locator("[data-print]").first).to_be_focused()  # Enter prints
    page.emulate_media(media="print")
    assert page.locator(".ticket").is_visible()
    assert not page.locator("form.card").is_visible()
    page.emulate_media(media="screen")
    page.locator("#label").press("Enter")  # the next one has no name
    page.wait_for_url(re.compile("made="))


def pages(server: Server, page: Page, offered: Offered, language: str) -> Iterator[str]:
    """Bring up one page of the learner after the other, and say its name."""

    def at(path: str) -> str:
        page.goto(server.url + path)
        return re.sub(r"/[\w-]{43}", "/…", path)

    slip = booking.slip(server, offered, language)
    for path in (f"/s/{offered.code}", f"/s/{offered.full}", f"/s/{offered.code}/language", f"/s/{offered.code}/book"):
        yield at(path)
    yield at(f"/s/{offered.full}/wait")
    for path in ("", "/language", "/cancel", "/move", "/transfer"):
        yield at(slip + path)
    yield at(booking.place_in_line(server, offered, language))
    yield at("/booking")
    page.locator("#code").fill("2222-2222")
    with page.expect_navigation():
        page.locator("form button").click()
    yield "a wrong code"
    page.goto(f"{server.url}{slip}/cancel")
    with page.expect_navigation():
        page.locator("form .danger").click()
    yield "a cancelled slip"


@pytest.mark.parametrize("language", ["fr", "ar", "ti"])
def test_each_page_of_a_booking(server, offered, page_at, language):
    page = page_at(320, i18n.language(language).tag)
    found = {name: faults(page, forced=True, printed=True) for name in pages(server, page, offered, language)}
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_name_of_one_long_word_stays_on_the_slip(server, offered, page_at, language):
    page = page_at(320, i18n.language(language).tag)
    page.goto(f"{server.url}/s/{offered.code}/book")
    page.locator("#label").fill("W" * 30)
    page.locator("form .primary").click()
    page.wait_for_url(re.compile(r"/b/"))
    assert no_horizontal_scroll(page) + small_targets(page) == []


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_focus_is_always_in_sight(server, offered, page_at, language):
    page = page_at(320, i18n.language(language).tag)
    found = {name: focus_walk(page) for name in pages(server, page, offered, language)}
    wrong = told(found)
    assert not wrong, wrong


def test_a_slip_fits_on_one_sheet(server, offered, page_at):
    margin = dict.fromkeys(("top", "right", "bottom", "left"), "10mm")
    page, sheets = page_at(360, "fr"), {}
    for language in i18n.languages():
        page.goto(server.url + booking.slip(server, offered, language))
        for width, height in (A4, A5):
            printed = page.pdf(width=f"{width}mm", height=f"{height}mm", margin=margin)
            sheets[language, width] = len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))
    assert set(sheets.values()) == {1}, sheets


def test_each_page_of_bookings_at_the_desk(server, offered, page_at):
    page = page_at(320, "fr")
    page.goto(server.url + booking.sign_in(server, offered.organisation_id, Role.TRAINER))
    booking.slip(server, offered, "ar")
    found = {}
    for path in (f"/sessions/{offered.session_id}/book", "/bookings", "/bookings/search", "/tasks"):
        page.goto(server.url + path)
        found[path] = faults(page, targets=False)
    page.goto(f"{server.url}/bookings")
    page.locator("td a").first.click()
    found["a booking"] = faults(page, targets=False)
    page.goto(f"{server.url}/sessions/{offered.session_id}/book")
    page.locator("#label").press("Enter")
    page.wait_for_url(re.compile("made="))
    found["booked"] = faults(page, targets=False)
    wrong = told(found)
    assert not wrong, wrong
