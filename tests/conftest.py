"""What every test may ask for: a migrated database with the shipped content, on SQLite and on PostgreSQL; the
application on it; people in situations."""

from __future__ import annotations

import gc
import shutil
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from babel.messages import Catalog
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as drawing
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from pathways import clock, content, demo, messages, migrating, throttle
from pathways.app import create_app
from pathways.clock import now
from pathways.database import Database
from pathways.diagnostics import blueprint, circumstances
from pathways.diagnostics.composing import selections
from pathways.diagnostics.engine import FIRST_STYLES
from pathways.people import service as people
from pathways.people.models import Organisation
from pathways.permissions import Role
from pathways.settings import Settings, resource
from tests.parts import postgres
from tests.scheduling import Scheduling

SECRET = b"a secret for tests, thirty-two bytes or more"
DATABASES = ("sqlite", "postgresql")
drawing.register_profile("pathways", deadline=None, suppress_health_check=[HealthCheck.too_slow])
drawing.load_profile("pathways")  # how busy the machine is makes no test fail

FACES = ("_pages.py", "_api.py")
TWICE_SLOWLY = frozenset(
    (
        *("calibrations", "diagnostics", "directory", "fairness", "filing", "insights", "items", "learning"),
        *("people", "places", "reception", "referentials", "teams", "translations", "voices", "workshops"),
        *("candidacy", "holding", "issuing"),  # of badges
    )
)
"""Folders whose tests run on SQLite at once, and on PostgreSQL with the slow ones."""
FACES_AT_ONCE = 4
"""Tests of one file of pages or of the API that are quick: the others are about cases of the same forms."""
PAGES_TWICE = 5
"""Tests of one file of pages that run on PostgreSQL, too: what is between them and the database runs on both whole,
and so do the sweeps over every page (``tests/web``).
"""

SLOWEST_FILES = 40


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    return Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What stands on pages is seen on SQLite at once, and on PostgreSQL with the slow tests: of several cases the
    first, since the services below them run on both in every case. Further cases on SQLite are slow ones, too, and so
    is what comes after the first tests of a file of pages or of the API.
    """
    left = set[pytest.Item]()
    seen: dict[tuple[Path, bool], set[str]] = defaultdict(set)
    for item in sorted(items, key=_as_written):  # whatever the order in which they will run
        face = item.path.name.endswith(FACES) or item.path.parent.name == "web"
        on_postgresql = "postgresql" in item.name
        tests, test = seen[item.path, on_postgresql], item.nodeid.partition("[")[0]
        if on_postgresql and (face or not TWICE_SLOWLY.isdisjoint(item.path.parts)):
            item.add_marker(pytest.mark.slow)
            if face and (test in tests or (item.path.name.endswith("_pages.py") and len(tests) >= PAGES_TWICE)):
                left.add(item)
                continue
        elif face and (test in tests or len(tests) >= FACES_AT_ONCE):
            item.add_marker(pytest.mark.slow)
        tests.add(test)
    if left:
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


def _as_written(item: pytest.Item) -> tuple[str, int, str]:
    return str(item.path), item.location[1] or 0, item.nodeid


def pytest_collection_finish() -> None:
    """What the imports and thousands of tests made stays until the end: the collector need not go through it again and
    again.
    """
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Where the time went by file, wherever the slowest tests are asked for: hundreds of quick ones cost, too."""
    if config.getoption("durations") is None:
        return
    seconds, tests = defaultdict[str, float](float), defaultdict[str, set[str]](set)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = report.nodeid.partition("::")[0]
                seconds[file] += report.duration
                tests[file].add(report.nodeid)
    terminalreporter.section("slowest files")
    for file in sorted(seconds, key=lambda file: -seconds[file])[:SLOWEST_FILES]:
        terminalreporter.write_line(f"{seconds[file]:7.1f}s {len(tests[file]):4} tests {file}")


@pytest.fixture(scope="session", autouse=True)
def _one_event_loop() -> Iterator[None]:
    """Applications answer every test client in one event loop, as a server does. A client by itself starts a thread
    and a loop for each request, and ends them: a quarter of what a request costs.
    """
    with start_blocking_portal() as portal:
        TestClient.portal = portal
        yield
        TestClient.portal = None


@pytest.fixture(scope="session")
def shipped() -> content.Content:
    """The content of `referentials/`, read and checked once per process."""
    return content.check(resource("referentials"), now().date())


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, shipped: content.Content) -> Callable[[str], str]:
    """The URL of a migrated database with the content and the demonstration in it, made once per kind and copied."""
    made: dict[str, str] = {}

    def of(kind: str) -> str:
        if kind not in made:
            folder = tmp_path_factory.mktemp("template")
            url = f"sqlite:///{folder}/template.sqlite3" if kind == "sqlite" else postgres.new_database()
            database = Database(url)
            migrating.migrate(database)
            with pytest.MonkeyPatch.context() as usual, database.begin() as db:
                # Whichever test comes first, with what it changes for itself: all others see the same demonstration.
                usual.setattr(blueprint, "FIRST_STYLES", FIRST_STYLES)
                usual.setattr(selections, "EXTRA_ONE_IN", 0)
                content.load(db, shipped)
                demo.prepare(db)
            if kind == "sqlite":
                with database.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            database.dispose()
            made[kind] = url
        return made[kind]

    return of


@pytest.fixture(scope="session")
def collected() -> dict[str, Catalog]:
    """Every text of the interface, as it is collected from the source."""
    return messages.collected()


@pytest.fixture(autouse=True)
def _windows_begin_with_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong tries are counted by windows of the wall clock: no test falls on the edge between two of them."""
    began = clock.now()

    def window(minutes: int) -> datetime:
        length = timedelta(minutes=minutes)
        return began + (clock.now() - began) // length * length

    monkeypatch.setattr(throttle, "_window", window)


@pytest.fixture(autouse=True)
def _the_best_question_always(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """New attempts draw nothing, so that the same answers bring the same questions in every test but those that ask
    for ``drawn_questions``.
    """
    if "drawn_questions" not in request.fixturenames:
        monkeypatch.setattr(circumstances, "new_seed", lambda _blueprint: None)


@pytest.fixture
def drawn_questions() -> None:
    """New attempts have a seed, as outside of tests."""


@pytest.fixture
def extra_questions() -> None:
    """Diagnostics ask an extra question in the usual share of attempts; in all other tests none does, so that a number
    of questions is one that a test can count.
    """


@pytest.fixture(autouse=True)
def _no_extra_question(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "extra_questions" not in request.fixturenames:
        monkeypatch.setattr(selections, "EXTRA_ONE_IN", 0)


@pytest.fixture(params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test that needs a database runs on each kind in turn."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, template: Callable[[str], str], tmp_path: Path) -> Iterator[str]:
    """A database of this test's own."""
    with _copied(template(database_kind), tmp_path) as url:
        yield url


@contextmanager
def _copied(source: str, folder: Path) -> Iterator[str]:
    if source.startswith("sqlite"):
        copy = folder / "pathways.sqlite3"
        shutil.copyfile(source.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}"
    else:
        url = postgres.new_database(like=source)
        yield url
        postgres.drop_database(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def unchanged(
    template: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Database]]:
    """One database of each kind for all the tests that keep nothing in it: a copy for each would cost more than they
    do.
    """
    with ExitStack() as stack:

        @cache
        def of(kind: str) -> Database:
            url = stack.enter_context(_copied(template(kind), tmp_path_factory.mktemp("unchanged")))
            database = Database(url)
            stack.callback(database.dispose)
            return database

        yield of


@pytest.fixture
def db(request: pytest.FixtureRequest, database_kind: str, unchanged: Callable[[str], Database]) -> Iterator[Session]:
    """A transaction that is never kept, for tests that call services; on the test's own database where it has one."""
    own = "database_url" in request.fixturenames
    database: Database = request.getfixturevalue("database") if own else unchanged(database_kind)
    with database.engine.execution_options(writes=True).connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as db:
            yield db
        outer.rollback()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, data=tmp_path, url="http://testserver", secret=SECRET)


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    app = create_app(settings)
    yield app
    app.state.database.dispose()


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A browser, or a program, of nobody in particular."""
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def one_style(monkeypatch: pytest.MonkeyPatch) -> None:
    """Diagnostics published from now on take their questions at their word, so that few answers make sure labels: for
    tests that are about something else than certainty.
    """
    monkeypatch.setattr(blueprint, "FIRST_STYLES", ())


@pytest.fixture
def published(database: Database) -> str:
    """The code of the demonstration's diagnostic."""
    with database.begin() as db:
        return demo.prepare(db).code


@pytest.fixture
def signed_in(app: FastAPI, database: Database) -> Callable[..., TestClient]:
    """`signed_in(role)`: the browser of a new member of a new organisation (or of `organisation`)."""

    def browser(
        role: Role = Role.TRAINER, *, organisation: uuid.UUID | None = None, operator: bool = False
    ) -> TestClient:
        with database.begin() as db:
            account = people.create_account(
                db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne", is_operator=operator
            )
            place = organisation or people.create_organisation(db, name="Une structure").id
            people.add_member(db, account_id=account.id, organisation_id=place, role=role)
            token = people.one_time_link(db, account_id=account.id, organisation_id=place)
        client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
        assert client.get(f"/sign-in/link/{token}").status_code == 303
        client.organisation_id = place  # type: ignore[attr-defined] - a test asks for it
        return client

    return browser


@pytest.fixture
def reviewer(signed_in: Callable[..., TestClient], database: Database) -> TestClient:
    """Somebody who decides on the shipped questions, in front of a browser."""
    client = signed_in(Role.REVIEWER)
    with database.begin() as db:
        db.get_one(Organisation, client.organisation_id).reviews_shipped = True  # type: ignore[attr-defined] - as above
    return client
