"""The composition root: the only place that knows every feature."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, FastAPI
from sqlalchemy.orm import Session
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute

from pathways import __version__, clock, throttle, working
from pathways.database import Database
from pathways.diagnostics import counting, taking, usage
from pathways.diagnostics.api import learner as learner_api
from pathways.diagnostics.api import paper as paper_api
from pathways.diagnostics.api import sharing as sharing_api
from pathways.diagnostics.api import trainer as trainer_api
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.pages import composer as compose_pages
from pathways.diagnostics.pages import diagnostic as trainer_pages
from pathways.diagnostics.pages import learner as learner_pages
from pathways.diagnostics.pages import paper as paper_pages
from pathways.diagnostics.pages import result as result_pages
from pathways.diagnostics.pages import sharing as sharing_pages
from pathways.diagnostics.taking import Door
from pathways.directory import api as directory_api
from pathways.directory.pages import feeds as directory_feeds
from pathways.directory.pages import search as directory_pages
from pathways.directory.pages import vans as van_pages
from pathways.fairness import api as fairness_api
from pathways.fairness import gathering
from pathways.fairness import pages as fairness_pages
from pathways.fairness.models import ItemFairness
from pathways.fairness.service import FLAGGED
from pathways.filing import api as filing_api
from pathways.filing import attempt_pages as filed_pages
from pathways.filing import handing_over
from pathways.filing import pages as filing_pages
from pathways.filing import service as filing
from pathways.insights import api as insights_api
from pathways.insights import coordination_pages, profile_pages, typical_api, typical_pages
from pathways.insights import pages as insights_pages
from pathways.items import recordings
from pathways.items.api import bank as items_api
from pathways.items.api import exchange as exchange_api
from pathways.items.pages import authoring as authoring_pages
from pathways.items.pages import bank as bank_pages
from pathways.items.pages import exchange as exchange_pages
from pathways.items.pages import media as items_pages
from pathways.learning import attending, choosing, leaving
from pathways.learning.api import goals as goals_api
from pathways.learning.api import journeys as journeys_api
from pathways.learning.api import pathways as pathways_api
from pathways.learning.api import plans as plans_api
from pathways.learning.api import proposals as proposals_api
from pathways.learning.api import referrals as referrals_api
from pathways.learning.api import resources as resources_api
from pathways.learning.api import tandems as tandems_api
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.journeys import wording
from pathways.learning.pages import choice as choice_pages
from pathways.learning.pages import exchange as exchange_of_people_pages
from pathways.learning.pages import goals as goal_pages
from pathways.learning.pages import group as pathway_group_pages
from pathways.learning.pages import journey as journey_pages
from pathways.learning.pages import papers as pathway_papers
from pathways.learning.pages import pathway as pathway_pages
from pathways.learning.pages import practice as practice_pages
from pathways.learning.pages import referral_slips as referral_slip_pages
from pathways.learning.pages import referrals as referral_pages
from pathways.learning.pages import resources as resource_pages
from pathways.learning.pages import sheets as sheet_pages
from pathways.learning.pages import templates as pathway_template_pages
from pathways.learning.pages import terms as terms_pages
from pathways.learning.pages import trainer as pathway_desk_pages
from pathways.learning.pages import with_person as pathway_choice_pages
from pathways.learning.pages import workshops as learning_pages
from pathways.learning.planner import solver
from pathways.learning.referrals import referral_mails, referred, referring
from pathways.learning.resources import links
from pathways.learning.trainers import proposing
from pathways.people import api as people_api
from pathways.people import identification, journal, mailing, operation
from pathways.people import pages as people_pages
from pathways.people.events import PasswordForgotten
from pathways.places.api import basins as basins_api
from pathways.places.api import files as place_files_api
from pathways.places.api import places as places_api
from pathways.places.api import tours as tours_api
from pathways.places.pages import basin as basin_pages
from pathways.places.pages import files as place_files_pages
from pathways.places.pages import house as house_pages
from pathways.places.pages import place as place_pages
from pathways.places.pages import tour as tour_pages
from pathways.reception import api as reception_api
from pathways.reception import pages as reception_pages
from pathways.reception import service as receptions
from pathways.referentials import api as ladders_api
from pathways.referentials import pages as ladder_pages
from pathways.settings import Settings
from pathways.translations import api as translations_api
from pathways.translations.pages import coverage as translation_coverage_pages
from pathways.translations.pages import files as translation_files_pages
from pathways.translations.pages import item as translation_pages
from pathways.translations.pages import queue as translations_pages
from pathways.voices import api as voices_api
from pathways.voices import links as voice_links
from pathways.voices import pages as voice_pages
from pathways.voices import speaker_pages
from pathways.web import files, problems
from pathways.web.dependencies import public
from pathways.web.security import Guard
from pathways.working import Work
from pathways.workshops import running as workshops
from pathways.workshops.api import attendance as attendance_api
from pathways.workshops.api import bookings as bookings_api
from pathways.workshops.api import changes as changes_api
from pathways.workshops.api import means as means_api
from pathways.workshops.api import offers as workshops_api
from pathways.workshops.api import sessions as sessions_api
from pathways.workshops.api import slips as slips_api
from pathways.workshops.api import webhooks as webhooks_api
from pathways.workshops.api import wishes as wishes_api
from pathways.workshops.pages import activity as activity_pages
from pathways.workshops.pages import attendance as attendance_pages
from pathways.workshops.pages import certificates as certificate_pages
from pathways.workshops.pages import day as day_pages
from pathways.workshops.pages import demand as demand_pages
from pathways.workshops.pages import desk_booking as booking_pages
from pathways.workshops.pages import means as means_pages
from pathways.workshops.pages import notices as notice_pages
from pathways.workshops.pages import offers as workshop_pages
from pathways.workshops.pages import prescribing as prescriber_pages
from pathways.workshops.pages import public as public_session_pages
from pathways.workshops.pages import series as series_pages
from pathways.workshops.pages import sessions as session_pages
from pathways.workshops.pages import slip as slip_pages
from pathways.workshops.pages import tasks as task_pages
from pathways.workshops.pages import waiting as waiting_pages
from pathways.workshops.pages import webhooks as webhook_pages
from pathways.workshops.pages import wishes as wish_pages
from pathways.workshops.scheduling import happening

APIS = (
    learner_api,
    sharing_api,
    trainer_api,
    paper_api,
    insights_api,
    exchange_api,  # before the bank's, which takes any word for a question's code
    items_api,
    translations_api,
    ladders_api,
    people_api,
    filing_api,
    reception_api,
    voices_api,
    fairness_api,
    attendance_api,
    place_files_api,  # before the places', which take any word for an id
    places_api,
    tours_api,
    basins_api,
    bookings_api,
    slips_api,
    changes_api,
    webhooks_api,
    wishes_api,
    workshops_api,
    sessions_api,
    means_api,
    directory_api,
    plans_api,
    proposals_api,
    pathways_api,
    journeys_api,
    typical_api,
    goals_api,
    referrals_api,
    tandems_api,
    resources_api,
)
PAGES = (
    reception_pages,
    learner_pages,
    result_pages,
    learning_pages,
    pathway_template_pages,
    pathway_group_pages,  # both before one pathway, whose address takes any id
    pathway_desk_pages,
    pathway_choice_pages,
    practice_pages,
    sheet_pages,
    resource_pages,
    goal_pages,
    journey_pages,
    referral_pages,
    referral_slip_pages,
    exchange_of_people_pages,
    terms_pages,
    choice_pages,
    pathway_pages,
    pathway_papers,
    sharing_pages,
    compose_pages,
    trainer_pages,
    paper_pages,
    insights_pages,
    profile_pages,
    coordination_pages,
    typical_pages,
    people_pages,
    filing_pages,
    filed_pages,
    exchange_pages,
    authoring_pages,
    bank_pages,  # after every other page under /items/: it takes any word for a question's code
    items_pages,
    translations_pages,
    translation_coverage_pages,
    translation_files_pages,
    translation_pages,  # after every other page under /translations/: it takes any word for a question's code
    fairness_pages,
    ladder_pages,
    place_files_pages,
    house_pages,
    tour_pages,
    basin_pages,
    place_pages,  # after every other page under /places/
    voice_pages,
    speaker_pages,
    attendance_pages,
    certificate_pages,
    activity_pages,
    day_pages,
    public_session_pages,
    slip_pages,
    waiting_pages,
    wish_pages,
    demand_pages,
    prescriber_pages,  # before the bookings', which take any word for a booking's id
    booking_pages,
    task_pages,
    notice_pages,
    webhook_pages,
    workshop_pages,
    session_pages,
    series_pages,
    means_pages,
    directory_feeds,  # before the vans, whose addresses end otherwise
    van_pages,
    directory_pages,
    files,
)
FORGOTTEN_AFTER = timedelta(hours=12)
"""Counts of wrong tries, whose windows last an hour at most. The privacy page says: less than a day."""
WARM_AFTER_SECONDS = 2.0
"""The first pages are served before the solver of plans is loaded."""
SMALLEST_COMPRESSED = 700
"""Bytes: below this a compressed answer is hardly smaller, and costs time."""


def create_app(settings: Settings) -> FastAPI:
    """The web application. Everything it holds hangs on ``app.state``; nothing is made at import."""
    app = FastAPI(
        routes=[*_routes()],
        title="pathways",
        version=__version__,
        summary="Diagnostics finer than a competence domain, in the learner's language. A complement of Pix.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
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
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=6)
    app.add_middleware(Guard, url=settings.url)
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """Every address, worked out once per process: it takes half a second, and no setting changes it."""
    refused = {"description": "Refused, with reasons", "content": {"application/problem+json": {}}}
    table = APIRouter(responses={422: refused})
    for api in APIS:
        table.include_router(api.router, prefix="/api/v1")
    for pages in PAGES:
        table.include_router(pages.router, include_in_schema=False)
    table.add_api_route("/healthz", healthz, include_in_schema=False)
    return table.routes


@public("a health check says only that the server is up")
def healthz() -> PlainTextResponse:
    return PlainTextResponse("ok")


def _flagged_translations(db: Session) -> set[uuid.UUID]:
    """The translations that fairness has something to say of, for the queue of those who can look into it."""
    found = sa.select(ItemFairness.translation_id).where(ItemFairness.grade.in_(FLAGGED))
    return {one for one in db.scalars(found) if one is not None}


def work_of(settings: Settings) -> Work:
    """What the worker does: what each event of the outbox sets off, and the upkeep."""
    handlers = {PasswordForgotten.__name__: mailing.password_forgotten(settings)} | workshops.handlers(settings)
    handlers |= referral_mails.handlers(settings)
    return Work(handlers, partial(_upkeep, settings), _count, partial(_daily, settings))


def _count(db: Session) -> int:
    """What is looked for every half minute: attempts to count, reminders and calls to plan."""
    return counting.count_finished(db) + workshops.sweep(db) + attending.sweep(db) + proposing.sweep(db)


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


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    app.openapi()  # every schema is built now, not by the first requests, several of which may come at once
    database: Database = app.state.database
    warming = threading.Timer(WARM_AFTER_SECONDS, solver.warm)
    warming.daemon = True
    warming.start()
    with working.beside(database, work_of(app.state.settings)) if database.is_sqlite else nullcontext():
        yield {}
    warming.cancel()
    warming.join()
    database.dispose()
