"""Places, houses, tours and basins at the desk: by whoever keeps them, on a phone, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from pathways.people.models import Membership
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import Server
from tests.web import world_of_places

pytestmark = pytest.mark.slow  # minutes of axe
MANY_PARTS = "Fédération départementale des associations pour l'accompagnement numérique itinérant du Val"


@dataclass(frozen=True)
class Kept:
    values: dict[str, str]

    def __call__(self, template: str) -> str:
        return template.format(**self.values)


@pytest.fixture(scope="module")
def kept(server: Server) -> Kept:
    """One of each, of the organisation of the demonstration's trainer."""
    with server.database.begin() as db:
        trainer = db.scalars(sa.select(Membership).order_by(Membership.id)).first()
        assert trainer is not None
        return Kept(world_of_places.made(db, trainer.organisation_id, trainer.account_id))


def pages_of_places(server: Server, page: Page, kept: Kept) -> Iterator[str]:
    page.context.clear_cookies()
    server.sign_in(page)
    for path in (
        "/places",
        "/places/new",
        "/places/import",
        "/places/export",
        "/places/{place_id}",
        "/places/{place_id}/edit",
        "/places/{place_id}/rooms",
        "/places/{place_id}/tenants",
        "/tours",
        "/tours/{tour_id}",
        "/tours/{tour_id}/stops/new",
        "/tours/{tour_id}/stops/{stop_id}",
        "/tours/{tour_id}/notice?stop={stop_id}&language=ar",
        "/basins",
        "/basins/{basin_id}",
    ):
        page.goto(server.url + kept(path))
        assert page.locator("h1").count() == 1, path
        yield path
    page.goto(f"{server.url}/places/new")
    page.locator("#name").fill(MANY_PARTS)
    page.locator("#postcode").fill("1")
    page.locator("#commune").fill("Ailleurs")
    page.locator("#hours").fill("lundi")
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer").last.click()
    yield "a place that is wrong"
    lines = "id,pivot,nom,commune,code_postal,adresse,date_maj\nun,1,Lieu,Ailleurs,99999,1 quai,hier\n"
    page.goto(f"{server.url}/places/import")
    page.get_by_label("Fichiers", exact=True).set_input_files(
        {"name": "lieux.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Examiner").click()
    assert page.get_by_text("Lieu par lieu").count() > 0
    yield "the report of a file"


def test_every_page_of_places_is_accessible_whole_and_legible(server, page_at, recorder, kept):
    recorder.allow("status of 422")
    page = page_at(320)
    found = {
        name: faults(page, targets=False, printed="notice" in name) for name in pages_of_places(server, page, kept)
    }
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight(server, page_at, recorder, kept):
    recorder.allow("status of 422")
    page = page_at(1280)
    found = {name: focus_walk(page, most=40) for name in pages_of_places(server, page, kept)}
    wrong = told(found)
    assert not wrong, wrong


def test_a_day_of_a_van_changes_in_two_clicks_without_javascript(server, page_at, kept):
    page = page_at(320, javascript=False)
    server.sign_in(page)
    page.goto(server.url + kept("/tours/{tour_id}"))
    day = page.locator(".days > li").first
    day.locator("summary").click()
    with page.expect_navigation():
        day.get_by_role("button", name="Ne vient pas ce jour-là").click()
    day = page.locator(".days > li").first
    assert day.locator(".gone").count() == 1
    with page.expect_navigation():
        day.get_by_role("button", name="Vient quand même").click()
    assert page.locator(".days .gone").count() == 0
