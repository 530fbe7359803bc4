"""The desk's pages of workshops, sessions and means: accessible at 320 px; a session fixed without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from pathways import demo, demo_workshops
from pathways.people import service as people
from pathways.people.models import Membership
from pathways.workshops.models import Means, Series, WorkshopSession
from tests.browser.checks import faults, told
from tests.browser.server import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def filled(server: Server) -> Server:
    """With the workshops of the demonstration."""
    with server.database.begin() as db:
        account = people.account_by_email(db, demo.EMAIL)
        assert account is not None
        membership = db.scalars(sa.select(Membership).filter_by(account_id=account.id)).first()
        assert membership is not None
        demo_workshops.fill(db, demo._member(account, membership), server.door.secret)
    return server


def workshop_pages(server: Server, page: Page) -> Iterator[str]:
    with server.database.read() as db:
        session = db.scalars(sa.select(WorkshopSession).order_by(WorkshopSession.starts_at)).first()
        assert session is not None
        series, sheet = db.scalars(sa.select(Series.id)).first(), db.scalars(sa.select(Means.id)).first()
        one, workshop = f"/sessions/{session.id}", f"/workshops/{session.workshop_id}"
    server.sign_in(page)
    paths = (
        "/workshops",
        "/workshops/new",
        workshop,
        f"{workshop}/edit",
        f"{workshop}/sessions/new",
        one,
        f"{one}/edit",
    )
    more = (f"{one}/cancel", f"{one}/poster?lang=ar", f"/series/{series}", "/means", "/means/new", f"/means/{sheet}")
    for path in (*paths, *more, f"/means/{sheet}/edit", "/means/mine"):
        page.goto(server.url + path)
        yield path


def test_every_page_of_the_workshops(filled, page_at):
    page = page_at(320)
    found = {name: faults(page, targets=False) for name in workshop_pages(filled, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_a_session_from_the_form_without_javascript(filled, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640}, locale="fr-FR")
    page = context.new_page()
    filled.sign_in(page)
    page.goto(f"{filled.url}/workshops")
    page.locator(".offers a").first.click()
    page.get_by_role("link", name="Fixer une séance").click()
    page.locator("#day").fill("2027-03-03")
    page.locator("#starts").fill("09:00")
    page.get_by_role("button", name="Qui est libre").click()
    expect(page.locator("#day")).to_have_value("2027-03-03")
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_role("status")).to_contain_text("La séance est publiée")
    context.close()
