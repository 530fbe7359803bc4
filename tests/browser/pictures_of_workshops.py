"""Pictures of places and seats: what is near, a session, a slip; the session at the desk and the sheet to sign."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from playwright.sync_api import Browser

from pathways import demo_workshops
from pathways.permissions import Role
from pathways.places import territories
from pathways.workshops.models import SessionState, WorkshopSession
from pathways.workshops.seating import booking
from pathways.workshops.seating.booking import Wanted
from tests.browser.booking import CODES, sign_in
from tests.browser.camera import DESK, LONG, PHONE, a_page, take, take_sheet
from tests.browser.server import Server

NEAR = "need=learn&where=45000&km=30"
LANGUAGE = "ar"


def workshops(server: Server, browser: Browser) -> None:
    organisation_id = _filled(server)
    session_id, code = _session(server)
    with server.database.begin() as db:
        wanted = Wanted(party=2, language=LANGUAGE, label="A.", needs=("interpreter",))
        slip = booking.book(db, CODES, session_id, wanted).token
    with a_page(browser, LONG, LANGUAGE) as page:
        page.goto(f"{server.url}/near?lang={LANGUAGE}&{NEAR}")
        take(page, "near-ar")
        page.goto(f"{server.url}/s/{code}")
        take(page, "session-ar")
    with a_page(browser, PHONE, LANGUAGE) as page:
        page.goto(f"{server.url}/b/{slip}")
        take(page, "slip-ar")
    with a_page(browser, DESK, "fr") as page:
        page.goto(server.url + sign_in(server, organisation_id, Role.TRAINER))
        page.goto(f"{server.url}/sessions/{session_id}")
        take(page, "session-desk")
        page.goto(f"{server.url}/sessions/{session_id}/attendance/sheet")
        take_sheet(page, "sign-in-sheet")


def _filled(server: Server) -> uuid.UUID:
    """The workshops of the demonstration, in the trainer's organisation."""
    member = server._trainer()
    with server.database.begin() as db:
        territories.load(db)
        demo_workshops.fill(db, member, server.door.secret)
    return member.organisation_id


def _session(server: Server) -> tuple[uuid.UUID, str]:
    """The next one that is held in the language of the pictures, with seats."""
    with server.database.read() as db:
        found = sa.select(WorkshopSession).where(WorkshopSession.state == SessionState.PUBLISHED)
        for one in db.scalars(found.order_by(WorkshopSession.starts_at, WorkshopSession.id)):
            if LANGUAGE in {*one.languages, *one.interpretation} and one.capacity - one.booked > 2:
                return one.id, one.code
    raise LookupError("the demonstration has no such session")
