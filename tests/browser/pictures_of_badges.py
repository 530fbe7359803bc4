"""Pictures of badges: a holder's space, a badge's public page, a verdict; the jury's desk, a team and what it lacks."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from playwright.sync_api import Browser, FilePayload

from pathways import demo_badges
from pathways.badges.candidacy import requesting
from pathways.badges.holding import holders, takeaways
from pathways.badges.holding.links import Links
from pathways.badges.models import Achievement, AwardRequest, Credential, CredentialForm, Holder, RequestState
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.settings import Settings
from pathways.teams import selecting, targets
from tests.browser.camera import LONG, a_page, at_the_desk, take
from tests.browser.server import Server

NEXT = "volunteer-side-by-side"
"""What a volunteer who has a badge asks for."""
SHORTER = 1060
"""What a space with one badge fills of a long telephone, in CSS pixels."""
WANTED = {"ACU-03": 3, "FAV-01": 3, "PRO-03": 4}
"""How many people of the team should be able to do what."""
PUBLIC = "http://pathways.example"
"""As ``screenshots`` serves it: it stands in each badge."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pictures are of."""

    space: str
    credential_id: uuid.UUID
    file: FilePayload
    waiting: uuid.UUID


def badges(server: Server, browser: Browser) -> None:
    """The badges of the demonstration, in the trainer's organisation."""
    shown = _filled(server)
    with a_page(browser, LONG, "fr") as page:
        page.goto(server.url + shown.space)
        page.set_viewport_size({"width": LONG[0], "height": SHORTER})
        take(page, "badge-space")
        page.set_viewport_size({"width": LONG[0], "height": LONG[1]})
        page.goto(f"{server.url}/credentials/{shown.credential_id}")
        take(page, "badge-page")
        page.goto(f"{server.url}/verify")
        page.set_input_files("#file", shown.file)
        page.locator("button.primary").click()
        page.locator("h1.verdict.valid").wait_for()
        take(page, "badge-verdict")
    with at_the_desk(server, browser) as page:
        page.goto(f"{server.url}/jury/{shown.waiting}")
        take(page, "jury")
        page.goto(f"{server.url}/team")
        take(page, "team")
        page.goto(f"{server.url}/team/coverage")
        page.locator(".beneath").evaluate("one => scrollTo(0, one.getBoundingClientRect().bottom - innerHeight)")
        take(page, "team-coverage")


def _filled(server: Server) -> Shown:
    settings, member = Settings(url=PUBLIC, secret=server.door.secret), server._trainer()
    door, links = Door(settings.secret, Blueprints(clock=time.monotonic)), Links(settings.secret)
    with server.database.begin() as db:
        demo_badges.fill(db, settings, door, member)
        team = selecting.of(db, member)
        wanted = {f"{team.framework}:{code}": count for code, count in WANTED.items()}
        targets.keep(db, member, post="", wanted=wanted, columns=selecting.columns(db, team))
        held = sa.select(Holder, Credential).join(Credential, Credential.holder_id == Holder.id)
        holder, credential = db.execute(held.order_by(Credential.id).limit(1)).one()
        requesting.ask(db, holder, db.scalars(sa.select(Achievement.id).filter_by(slug=NEXT)).one())
        png = takeaways.file_of(db, credential, CredentialForm.PNG)
        waiting = db.scalars(sa.select(AwardRequest.id).filter_by(state=RequestState.SUBMITTED)).one()
        space = f"/h/{holders.token_of(links, holder)}"
        file = FilePayload(name=png.name, mimeType=png.media_type, buffer=png.data)
        return Shown(space, credential.id, file, waiting)
