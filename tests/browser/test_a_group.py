"""The live view, the group, the sheet of a session, two attempts compared: at 1280 and 360 px, by keyboard, on paper,
without JavaScript.
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from pathways import clock
from pathways.diagnostics.models import Attempt, Diagnostic
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import Server
from tests.insights.crowds import Crowd

pytestmark = pytest.mark.slow  # a server with a crowd

SINCE = "since=2000-01-01"
RIGHT, WRONG = {"SEC-01": "correct", "SEC-02": "correct"}, {"SEC-01": "correct", "SEC-02": "dont_know"}


class Room:
    """A diagnostic of its own with people in front of it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.id = server.diagnostic(server.publish(skills=("SEC-01", "SEC-02", "MEL-03"), title="Un groupe"))
        with server.database.begin() as db:
            crowd = self.crowd(db)
            file = crowd.file("Jeudi matin")
            self.before = crowd.add(WRONG, file=file, at=clock.now() - timedelta(days=8)).id
            self.after = crowd.add(RIGHT, file=file, assisted=True).id
            self.lost = crowd.add({"SEC-01": "not_understood"}, language="ar", stopped=None, current_item="SEC-02-a").id
            item = crowd.items["SEC-02"][0]
            for language in ("ar", "uk", "fr", "fr", "ar", "uk", "fr"):
                crowd.add(
                    WRONG | {item: "incorrect"}, language=language, reveals={item: ["se laisse presser par l'urgence"]}
                )

    def crowd(self, db) -> Crowd:
        return Crowd(db, self.server._trainer(), db.get_one(Diagnostic, self.id))

    def path(self, end: str) -> str:
        return f"{self.server.url}/diagnostics/{self.id}/{end}"

    def paths(self) -> dict[str, str]:
        return {
            "live": self.path(f"live?{SINCE}"),
            "group": self.path("group"),
            "session": self.path("session?skill=SEC-02"),
            "profile": f"{self.server.url}/profiles/{self.after}",
            "compared": f"{self.server.url}/profiles/{self.before}/compare/{self.after}",
        }


@pytest.fixture(scope="module")
def room(server: Server) -> Room:
    return Room(server)


def arrive(server: Server, page: Page, address: str) -> None:
    server.sign_in(page)
    page.goto(address)


def test_each_page_is_whole_and_accessible_at_both_widths(server, room, page_at):
    page = page_at(360)
    server.sign_in(page)
    found = {}
    for name, address in room.paths().items():
        page.goto(address)
        for details in page.locator("details > summary").all():
            details.click()
        found[name] = faults(page, targets=False)
    assert not told(found)


def test_a_label_as_long_as_may_be_stays_on_the_page(server, page_at):
    own = Room(server)
    with server.database.begin() as db:
        crowd = own.crowd(db)
        own.after = crowd.add(WRONG, file=crowd.file("W" * 60), language="ar").id
    page = page_at(320)
    server.sign_in(page)
    found = {}
    for name, address in own.paths().items():
        page.goto(address)
        found[name] = faults(page, targets=False)
    assert not told(found)


def test_the_focus_is_in_sight_on_each_page(server, room, page_at):
    page = page_at(1280)
    server.sign_in(page)
    found = {}
    for name, address in room.paths().items():
        page.goto(address)
        found[name] = focus_walk(page, most=50)
    assert not told(found)


def test_a_newcomer_appears_without_a_reload_and_the_focus_stays(server, room, page_at):
    page = page_at(1280)
    arrive(server, page, room.path(f"live?{SINCE}"))
    summary = page.locator("[data-live-summary]")
    before = summary.inner_text()
    button = page.locator(f"#stop-{room.lost}")
    button.focus()
    page.evaluate("document.querySelector('main').dataset.same = 'page'")
    with room.server.database.begin() as db:
        added = room.crowd(db).add(RIGHT)
    expect(page.locator(f"#row-{added.id}")).to_be_visible(timeout=15_000)
    assert page.evaluate("document.querySelector('main').dataset.same") == "page", "no reload"
    assert page.evaluate("document.activeElement.id") == f"stop-{room.lost}"
    assert summary.inner_text() != before
    assert page.locator("[role=status]").count() == 1


def test_ending_and_lengthening_by_keyboard(server, room, page_at):
    page = page_at(360)
    arrive(server, page, room.path(f"live?{SINCE}"))
    page.locator(f"#stop-{room.lost}").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    row = page.locator(f"#row-{room.lost}")
    expect(row).to_contain_text("arrêtée par l'équipe")
    page.locator(f"#longer-{room.lost}").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(row).to_contain_text("en cours")
    with server.database.read() as db:
        attempt = db.get_one(Attempt, room.lost)
        assert (attempt.stopped, attempt.longer_to) == (None, attempt.answered + 5)


def test_without_scripts_the_live_page_reloads_itself_until_it_is_told_not_to(server, room, page_at):
    page = page_at(360, javascript=False)
    arrive(server, page, room.path(f"live?{SINCE}"))
    assert 'http-equiv="refresh"' in page.content()
    page.locator("#again").click()
    expect(page.locator(f"#row-{room.after}")).to_be_visible()
    page.locator("#still").click()
    assert 'http-equiv="refresh"' not in page.content()
    expect(page.get_by_text("ne se rafraîchit plus")).to_be_visible()


def test_a_group_is_filtered_and_its_table_is_downloaded(server, room, page_at):
    page = page_at(1280)
    arrive(server, page, room.path("group"))
    page.get_by_label("Langue").select_option("ar")
    with page.expect_navigation():
        page.get_by_role("button", name="Montrer").click()
    assert re.search(r"language=ar", page.url)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert downloading.value.suggested_filename.endswith(".csv")


def test_the_sheet_is_one_page_in_black_and_white(server, room, page_at):
    page = page_at(1280)
    arrive(server, page, room.path("session?skill=SEC-02"))
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1
    page.emulate_media(media="print")
    assert page.get_by_text("Prochain rendez-vous").is_visible()
    assert not page.get_by_role("link", name="Groupe").is_visible()


def test_the_map_of_a_large_group_is_whole_on_paper(server, page_at):
    large = Room(server)
    with server.database.begin() as db:
        large.crowd(db).many(60)
    page = page_at(794)
    arrive(server, page, large.path("group"))
    page.emulate_media(media="print")
    drawn, room_for_it = (page.locator(one).bounding_box() for one in (".heat", ".scroll:has(.heat)"))
    assert drawn["width"] <= room_for_it["width"]
    assert drawn["height"] < drawn["width"]


def test_an_unknown_room_is_a_page_not_found(server, page_at):
    page = page_at(360)
    server.sign_in(page)
    reply = page.goto(f"{server.url}/diagnostics/{uuid.uuid4()}/group")
    assert reply is not None
    assert reply.status == 404
