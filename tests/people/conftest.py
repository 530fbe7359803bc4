"""An application of this feature alone, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import jinja2
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from pathways import clock
from pathways.database import Database
from pathways.people import api, identification
from pathways.people.models import (
    Account,
    Invitation,
    Membership,
    Organisation,
    PersonalToken,
    SignInLink,
    SignInSession,
)
from pathways.people.pages import account, entrance, invitation, journal, organisation, server
from pathways.people.pages import settings as settings_pages
from pathways.permissions import Role
from pathways.settings import Settings
from pathways.tables import metadata
from pathways.web import pages, problems
from pathways.web.routing import Application, RouteTable
from pathways.web.security import Guard
from tests.people.situations import somebody

SETTINGS = Settings(
    url="http://testserver",
    secret=b"0123456789abcdef0123456789abcdef",
    mail_url="smtp://127.0.0.1:2525",
    mail_from="pathways@exemple.fr",
)
PEOPLE = [
    model.__table__
    for model in (Organisation, Account, Membership, Invitation, SignInLink, SignInSession, PersonalToken)
]
BARE = {
    "desk.html": (
        "<!doctype html><title>{% block title %}{% endblock %}</title><main>{% block content %}{% endblock %}</main>"
    ),
    "error.html": "<!doctype html><title>{{ title }}</title><main>{{ detail }}</main>",
}
"""The frame that the whole application gives, where only this feature is looked at."""


@pytest.fixture
def database(database: Database) -> Database:
    """On each kind of database, without the people of the demonstration."""
    with database.begin() as db:
        for table in reversed(metadata.sorted_tables):
            if table.name in {"diagnostic", "attempt", "answer"} or table in PEOPLE:
                db.execute(sa.delete(table))
    return database


@pytest.fixture
def db(database) -> Iterator[Session]:
    """One transaction for the whole test. It holds SQLite's writer's turn: ask for it after fixtures that write."""
    with database.begin() as db:
        yield db


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture
def app(database, settings, monkeypatch) -> Application:
    own = pages.environment().loader
    assert own is not None
    environment = pages.environment().overlay(loader=jinja2.ChoiceLoader([jinja2.DictLoader(BARE), own]))
    monkeypatch.setattr(pages, "environment", lambda: environment)
    table = RouteTable()
    for part in (entrance, invitation, account, organisation, settings_pages, journal, server):
        table.add(part.router)
    table.add(api.router, "/api/v1")
    app = Application(table)
    app.state.database, app.state.settings = database, settings
    app.state.identify = identification.identify_request
    app.state.hand_over = lambda *_whose: {"diagnostics": 2, "receptions": 0}
    problems.install(app)
    app.add_middleware(Guard, url=settings.url)
    return app


@pytest.fixture
def client(app) -> TestClient:
    """A browser that belongs to nobody yet."""
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def boss(database):
    with database.begin() as db:
        return somebody(db, "boss", role=Role.ADMINISTRATOR)


@pytest.fixture
def colleague(database, boss):
    with database.begin() as db:
        return somebody(db, "colleague", organisation=boss.organisation)


@pytest.fixture
def other_client(app):
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def later(monkeypatch):
    """``later(hours=3)`` moves the clock."""
    moved = timedelta()
    now = clock.now

    def move(**by: float) -> datetime:
        nonlocal moved
        moved += timedelta(**by)
        return clock.now()

    monkeypatch.setattr(clock, "now", lambda: now() + moved)
    return move
