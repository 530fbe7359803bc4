"""An application of this feature alone, on a database of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta

import jinja2
import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from pathways import clock, outbox, throttle  # noqa: F401 - their tables belong to the metadata
from pathways.database import Base, Database
from pathways.people import api, identification
from pathways.people import pages as people_pages
from pathways.settings import Settings
from pathways.web import pages, problems
from pathways.web.security import Guard

SETTINGS = Settings(
    url="http://testserver",
    secret=b"0123456789abcdef0123456789abcdef",
    mail_url="smtp://127.0.0.1:2525",
    mail_from="pathways@exemple.fr",
)
BARE = {
    "desk.html": (
        "<!doctype html><title>{% block title %}{% endblock %}</title><main>{% block content %}{% endblock %}</main>"
    ),
    "error.html": "<!doctype html><title>{{ title }}</title><main>{{ detail }}</main>",
}
"""The frame that the whole application gives, where only this feature is looked at."""


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    """Empty, with its tables: SQLite in a file, or the PostgreSQL of ``PATHWAYS_TEST_DATABASE_URL``."""
    database = Database(os.environ.get("PATHWAYS_TEST_DATABASE_URL") or f"sqlite:///{tmp_path}/people.sqlite3")
    Base.metadata.drop_all(database.engine)
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def db(database) -> Iterator[Session]:
    """One transaction for the whole test. It holds SQLite's writer's turn: ask for it after fixtures that write."""
    with database.begin() as db:
        yield db


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture
def app(database, settings, monkeypatch) -> FastAPI:
    own = pages.environment().loader
    assert own is not None
    environment = pages.environment().overlay(loader=jinja2.ChoiceLoader([jinja2.DictLoader(BARE), own]))
    monkeypatch.setattr(pages, "environment", lambda: environment)
    app = FastAPI()
    app.state.database, app.state.settings = database, settings
    app.state.identify = identification.identify_request
    problems.install(app)
    app.include_router(people_pages.router)
    app.include_router(api.router, prefix="/api/v1")
    app.add_middleware(Guard, url=settings.url)
    return app


@pytest.fixture
def client(app) -> TestClient:
    """A browser that belongs to nobody yet."""
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
