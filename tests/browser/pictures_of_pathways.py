"""Pictures of a pathway: ways to one goal, today's step, a sheet, a practice screen; a trainer who adjusts it."""

from __future__ import annotations

import io
import uuid

import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page

from pathways.learning.models import Goal, Pathway
from tests.browser.camera import LONG, PHONE, a_page, at_the_desk, keep, take
from tests.browser.server import Server

LANGUAGE, GOAL = "ar", "energy"
ANSWERED = ("dont_know",) * 6
LIFE = "&where=45000&km=30&minutes=60"
SHEET, PRACTICE = "/sheets/mel-04-ecrire", "/practice/remplir-un-formulaire"
TYPED = {"name": "EXEMPLE", "birth": "5 mars 1990", "postcode": "35000", "mail": "exemple@courriel.example"}
"""All of it right but for how the date is written."""
WIDE, HIGH, GAP = 328, 900, 24
"""Of one card, and between two."""


def pathways(server: Server, browser: Browser) -> None:
    """The workshops of the demonstration are there already: see ``pictures_of_workshops``."""
    with a_page(browser, LONG, LANGUAGE) as page:
        attempt_id = _ways(server, page)
        keep(_side_by_side(page), "ways-ar")
        page.locator(".way").first.locator("form button.primary").click()
        page.wait_for_url("**/pathway")
        take(page, "today")
    with a_page(browser, LONG, "ti") as page:
        page.goto(f"{server.url}{SHEET}?lang=ti")
        take(page, "sheet-ti")
    with a_page(browser, PHONE, "uk") as page:
        _practice(server, page)
        take(page, "practice")
    with at_the_desk(server, browser) as page:
        _adjusted(server, page, attempt_id)
        take(page, "adjusting")


def _ways(server: Server, page: Page) -> uuid.UUID:
    """Somebody in front of the ways to a goal."""
    attempt_id = server.begin(page, LANGUAGE, answered=ANSWERED)
    server.finish(attempt_id)
    with server.database.read() as db:
        goal_id = db.scalars(sa.select(Goal.id).filter_by(code=GOAL, organisation_id=None)).one()
    page.goto(f"{server.url}/t/{attempt_id}/ways?goal={goal_id}{LIFE}")
    page.locator(".way").first.wait_for()
    return attempt_id


def _side_by_side(page: Page) -> Image.Image:
    """The top of each card: on a phone they stand one below the other."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    shots = [one.screenshot(animations="disabled", caret="hide") for one in page.locator(".way").all()]
    cards = [Image.open(io.BytesIO(one)).convert("RGB") for one in shots]
    small = [
        one.resize((WIDE, one.height * WIDE // one.width), Image.Resampling.LANCZOS).crop((0, 0, WIDE, HIGH))
        for one in cards
    ]
    sheet = Image.new("RGB", (len(small) * (WIDE + GAP) + GAP, HIGH + GAP), "#faf8f4")
    for place, card in enumerate(reversed(small)):  # from right to left, as they are read
        sheet.paste(card, (GAP + place * (WIDE + GAP), GAP))
    return sheet


def _practice(server: Server, page: Page) -> None:
    """A screen that was filled in wrongly, and says so."""
    page.goto(f"{server.url}{PRACTICE}?lang=uk")
    page.locator("main a.primary").click()
    for name, typed in TYPED.items():
        page.locator(f"[name={name}]").fill(typed)
    page.locator("[name=rules]").check()
    page.get_by_role("button", name="Envoyer").click()
    page.locator("[aria-invalid=true]").first.evaluate("one => scrollTo(0, one.getBoundingClientRect().top - 280)")


def _adjusted(server: Server, page: Page, attempt_id: uuid.UUID) -> None:
    """One step is gone through beside a mediator from now on, which costs something."""
    with server.database.read() as db:
        pathway_id = db.scalars(sa.select(Pathway.id).filter_by(attempt_id=attempt_id)).one()
    page.goto(f"{server.url}/pathways/{pathway_id}")
    page.locator("[data-step]").nth(1).get_by_role("link", name="Changer").click()
    page.locator("input[name=to]").last.check()
    page.get_by_role("button", name="Voir ce que cela coûte").click()
    page.get_by_role("button", name="Le faire").click()
    page.locator("[data-step].locked").first.wait_for()
    page.goto(f"{server.url}/pathways/{pathway_id}")
