"""The composition root: the only place that knows every feature."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from fastapi import FastAPI, Request
from sqlalchemy.orm import Session
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, PlainTextResponse

from pathways import __version__, clock, throttle, working
from pathways.badges import publishing
from pathways.badges import running as badges
from pathways.badges.pages import co_leading as co_leading_pages
from pathways.badges.verifying.verifier import Verifier
from pathways.database import Database
from pathways.diagnostics import counting, taking, usage
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.engine import Abandoned
from pathways.diagnostics.taking import Door
from pathways.faces import APIS, PAGES
from pathways.fairness import gathering
from pathways.fairness.models import ItemFairness
from pathways.fairness.service import FLAGGED
from pathways.filing import handing_over
from pathways.filing import service as filing
from pathways.items import recordings
from pathways.learning import attending, choosing, leaving
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.journeys import wording
from pathways.learning.planner import solver
from pathways.learning.referrals import referral_mails, referred, referring
from pathways.learning.resources import links
from pathways.learning.trainers import proposing
from pathways.people import identification, journal, mailing, operation
from pathways.people.events import PasswordForgotten
from pathways.reception import service as receptions
from pathways.settings import Settings
from pathways.teams import inviting
from pathways.voices import links as voice_links
from pathways.web import presence, problems
from pathways.web.dependencies import public
from pathways.web.routing import Application, Router, RouteTable
from pathways.web.security import Guard
from pathways.working import Work
from pathways.workshops import running as workshops
from pathways.workshops.scheduling import happening

FORGOTTEN_AFTER = timedelta(hours=12)
"""Counts of wrong tries, whose windows last an hour at most. The privacy page says: less than a day."""
WARM_AFTER_SECONDS = 2.0
"""The first pages are served before the solver of plans is loaded."""
SMALLEST_COMPRESSED = 700
"""Bytes: below this a compressed answer is hardly smaller, and costs time."""
FOR_PROGRAMS = """\
Whoever starts an attempt is given a token that opens this attempt and nothing else; a member makes a personal token on
the page *Mon compte* (or by `POST /api/v1/tokens`), with the permissions that it shall have. Either is sent as
`Authorization: Bearer TOKEN`. What needs no token says so by answering without.

What may be sent twice takes an `Idempotency-Key`: the same key gives the same reply. What is refused is a problem
document (RFC 9457, `application/problem+json`), in the language of `Accept-Language` or `?lang=`; `429` and `503` say
in `Retry-After` when to come back. To follow what changes, read `GET /api/v1/changes`.
"""
"""What the OpenAPI document says before its addresses."""


def create_app(settings: Settings) -> Application:
    """The web application. Everything it holds hangs on ``app.state``; nothing is made at import."""
    app = Application(
        _table(),
        title="pathways",
        version=__version__,
        summary="Diagnostics finer than a competence domain, in the learner's language. A complement of Pix.",
        description=FOR_PROGRAMS,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.database = Database(settings.database_url)
    app.state.identify = identification.identify_request
    app.state.uses_of_item = usage.of_item
    app.state.happening_at = happening.at_place
    app.state.flagged_translations = _flagged_translations
    app.state.hand_over = handing_over.hand_over
    app.state.beside = receptions.beside
    app.state.journey_kept = wording.kept
    app.state.goes_on = choosing.goes_on
    app.state.leave = leaving.leave
    app.state.referral_news = referred.news
    app.state.tandem_worries = meeting.worries
    app.state.door = Door(settings.secret, Blueprints(clock=time.monotonic, voices=voice_links.heard_in))
    app.state.verifier = Verifier(settings, partial(_published_here, app.state.database))
    app.state.co_led = co_leading_pages.of_session
    problems.install(app)
    app.add_exception_handler(Abandoned, presence.nobody_waits)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=6)
    app.add_middleware(Guard, url=settings.url)
    return app


@cache
def _table() -> RouteTable:
    """Every address, once per process: no setting changes it."""
    refused = {"description": "Refused, with reasons", "content": {"application/problem+json": {}}}
    table = RouteTable()
    for api in APIS:
        table.add(api.router, "/api/v1", responses={422: refused})
    for pages in PAGES:
        table.add(pages.router, in_schema=False)
    own = Router()
    own.add_api_route("/healthz", healthz)
    own.add_api_route("/api/v1/openapi.json", openapi)
    table.add(own, in_schema=False)
    return table


@public("a health check says only that the server is up")
def healthz() -> PlainTextResponse:
    return PlainTextResponse("ok")


@public("what the API understands is no secret")
def openapi(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi())


def _published_here(database: Database, url: str) -> bytes | None:
    """What this server would answer at an address of its own: it does not ask itself over the network."""
    with database.read() as db:
        return publishing.at(db, urlsplit(url).path)


def _flagged_translations(db: Session) -> set[uuid.UUID]:
    """The translations that fairness has something to say of, for the queue of those who can look into it."""
    found = sa.select(ItemFairness.translation_id).where(ItemFairness.grade.in_(FLAGGED))
    return {one for one in db.scalars(found) if one is not None}


def work_of(settings: Settings) -> Work:
    """What the worker does: what each event of the outbox sets off, and the upkeep."""
    handlers = {PasswordForgotten.__name__: mailing.password_forgotten(settings)} | workshops.handlers(settings)
    handlers |= referral_mails.handlers(settings) | badges.handlers(settings)
    return Work(handlers, partial(_upkeep, settings), _count, partial(_daily, settings))


def _count(db: Session) -> int:
    """What is looked for every half minute: attempts to count, reminders and calls to plan."""
    learnt = attending.sweep(db) + proposing.sweep(db)
    return counting.count_finished(db) + workshops.sweep(db) + learnt + badges.sweep(db)


def _daily(settings: Settings, database: Database, told_to_stop: Callable[[], bool]) -> None:
    """What takes minutes: how even questions are, and where links lead, if the operator wants to know."""
    gathering.run_if_due(database, told_to_stop)
    if settings.check_links:
        links.look_if_due(database, told_to_stop, url=settings.url)


def _upkeep(settings: Settings, db: Session) -> None:
    """What time takes away: expired attempts, old counts of wrong tries, ended sessions, sounds that nothing names."""
    recordings.sweep(db, settings.data / recordings.FOLDER)
    leaving.leave_expired(db)
    taking.erase_expired(db)
    receptions.forget(db)
    filing.forget_empty(db)
    journal.forget(db)
    throttle.forget(db, older_than=clock.now() - FORGOTTEN_AFTER)
    operation.forget_expired(db)
    workshops.upkeep(db)
    referring.forget(db)
    exchanging.forget(db)
    badges.upkeep(settings, db)
    inviting.forget(db)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    database: Database = app.state.database
    warming = threading.Timer(WARM_AFTER_SECONDS, solver.warm)
    warming.daemon = True
    warming.start()
    with working.beside(database, work_of(app.state.settings)) if database.is_sqlite else nullcontext():
        yield {}
    warming.cancel()
    warming.join()
    app.state.verifier.close()
    database.dispose()
