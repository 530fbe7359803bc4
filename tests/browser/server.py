"""A server of one's own, and people in front of it: `pathways serve` in a process, on a free port, with the content."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page

from pathways import clock, content, demo, i18n, ids, migrating
from pathways.database import Database
from pathways.diagnostics import reading, taking
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.service import Selection
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.items.models import ItemRevision
from pathways.items.presenting import arrangement
from pathways.people import service as people
from pathways.people.models import Membership
from pathways.permissions import OF_ROLE, Member, Role
from pathways.referentials import service as referentials
from pathways.settings import resource

SECRET = "a secret for tests, thirty-two bytes or more"
KINDS = {
    "choice": "SEC-02-a",
    "choices": "SEC-01-a",
    "pictures": "CNX-01-a",
    "zone": "MEL-04-a",
    "order": "GES-05-a",
    "match": "MDP-01-a",
    "text": "NAV-03-a",
}
"""One question of each kind that stands on a screen."""
LEARNT = ("right", "wrong", "right", "not_understood", "dont_know", "wrong", "right", "right", "wrong", "dont_know")
"""Answers after which each part of a result has something in it."""
OBSERVED = "GES-01"
"""A micro-skill with an observation sheet."""


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    database: Database
    door: Door
    code: str
    """Of a diagnostic with every kind of question and an observation sheet, in every language."""

    def publish(self, *, skills: Sequence[str] = demo.SKILLS, title: str = demo.TITLE, questions: int = 12) -> str:
        """The code of a new diagnostic in every language that asks all it may: certainty does not stop it."""
        with self.database.begin() as db:
            member = self._trainer()
            languages = tuple(i18n.languages())
            wanted = Selection(
                skills=tuple(skills), languages=languages, accuracy=None, questions=questions, varied=False
            )
            made = composing.create(db, member, title=title, framework=referentials.USUAL_FRAMEWORK, selection=wanted)
            return str(composing.publish(db, member, made.id).code)

    def sign_in(self, page: Page) -> None:
        """Open the one-time link of the demonstration's trainer."""
        with self.database.begin() as db:
            path = demo.prepare(db).sign_in
        page.goto(self.url + path)

    def diagnostic(self, code: str) -> uuid.UUID:
        with self.database.read() as db:
            return db.scalars(sa.select(Diagnostic.id).filter_by(code=code)).one()

    def begin(
        self, page: Page, language: str, *, item: str | None = None, answered: Sequence[str] = (), code: str = ""
    ) -> uuid.UUID:
        """Give the browser of `page` an attempt: so many answers given (right, wrong, dont_know, not_understood), then
        `item` on the screen. What a learner would reach by answering, without the minutes that it takes.
        """
        page.context.clear_cookies(name="attempt")
        with self.database.begin() as db:
            attempt, blueprint = taking.start(
                db, self.door, code=code or self.code, language=language, address="127.0.0.1"
            )
            for given in answered:
                if attempt.current_item is None:  # nothing more to ask
                    break
                current = attempt.current_item
                outcome, response = given, None
                if given in {"right", "wrong"}:
                    outcome, response = "answered", response_to(blueprint.bodies[current], right=given == "right")
                taking.answer(
                    db,
                    self.door,
                    attempt.id,
                    key=str(ids.random_id()),
                    item=current,
                    outcome=outcome,
                    response=response,
                )
            if item is not None:
                attempt.current_item = item
            self._hand_over(page, attempt.id, language)
            return attempt.id

    def finish(self, attempt_id: uuid.UUID) -> None:
        with self.database.begin() as db:
            taking.leave(db, attempt_id)

    def standing(self, attempt_id: uuid.UUID) -> list[tuple[str, str]]:
        """The answers that count: (item, outcome)."""
        with self.database.read() as db:
            rows = taking.standing_of(taking.answers_of(db, attempt_id))
            return [(one.item, one.outcome) for one in rows]

    def answers(self, attempt_id: uuid.UUID) -> int:
        """How many answers are held, those taken back included."""
        with self.database.read() as db:
            return db.scalar(sa.select(sa.func.count()).select_from(Answer).filter_by(attempt_id=attempt_id)) or 0

    def attempts(self, code: str) -> int:
        with self.database.read() as db:
            found = self.diagnostic(code)
            return reading.count_attempts(db, [found]).get(found, (0, 0))[0]

    def current(self, attempt_id: uuid.UUID) -> str | None:
        with self.database.read() as db:
            return db.get_one(Attempt, attempt_id).current_item

    def arranged(self, attempt_id: uuid.UUID, item: str) -> list[str]:
        """The options of an item in the order in which this learner sees them."""
        return arrangement(self.body(item), str(attempt_id))

    def body(self, item: str) -> dict[str, Any]:
        with self.database.read() as db:
            found = sa.select(ItemRevision.body).filter_by(code=item).order_by(ItemRevision.number.desc())
            return dict(db.scalars(found).first() or {})

    def _hand_over(self, page: Page, attempt_id: uuid.UUID, language: str) -> None:
        page.context.add_cookies(
            [
                {
                    "name": "attempt",
                    "value": self.door.token(attempt_id),
                    "domain": "127.0.0.1",
                    "path": f"/t/{attempt_id}",
                },
                {"name": "language", "value": language, "domain": "127.0.0.1", "path": "/"},
            ]
        )

    def _trainer(self) -> Member:
        with self.database.read() as db:
            account = people.account_by_email(db, demo.EMAIL)
            assert account is not None
            membership = db.scalars(sa.select(Membership).filter_by(account_id=account.id)).one()
            return Member(
                account_id=account.id,
                name=account.name,
                organisation_id=membership.organisation_id,
                organisation_name=demo.ORGANISATION,
                role=Role.ADMINISTRATOR,
                permissions=OF_ROLE[Role.ADMINISTRATOR],
            )


def response_to(body: Mapping[str, Any], *, right: bool) -> Any:
    """A right or a wrong response to an item, in the shape of its kind."""
    keys = [option["id"] for option in body["options"] if option["key"]]
    others = [option["id"] for option in body["options"] if not option["key"]]
    match body["kind"]:
        case "choices":
            return keys if right else [*keys[1:], others[0]]
        case "order":
            return list(body["orders"][0]) if right else list(reversed(body["orders"][0]))
        case "match":
            things, targets = list(body["pairs"]), list(body["pairs"].values())
            return body["pairs"] if right else dict(zip(things, targets[1:] + targets[:1], strict=True))
        case "text":
            return body["accept"][0] if right else "aucune idée"
        case _:
            return keys[0] if right else others[0]


@contextmanager
def running(folder: Path, *, public: str = "") -> Iterator[Server]:
    """A server on loopback with the shipped content and the demonstration in `folder`, until the block ends; they are
    put there where nothing is yet. `public` is the address that its posters carry.
    """
    file = folder / "pathways.sqlite3"
    is_new = not file.exists()
    database = Database(f"sqlite:///{file}")
    door = Door(SECRET.encode(), Blueprints(clock=time.monotonic))
    if is_new:
        _fill(database)
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PATHWAYS_")}
    environment |= {"PATHWAYS_PORT": str(port), "PATHWAYS_DATA": str(folder), "PATHWAYS_SECRET": SECRET}
    if public:
        environment["PATHWAYS_URL"] = public
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "pathways", "serve"], env=environment, stdout=log, stderr=log)
    try:
        server = Server(f"http://127.0.0.1:{port}", database, door, code="")
        _wait(f"{server.url}/healthz", process, folder / "log")
        code = server.publish(skills=(*demo.SKILLS, OBSERVED), title="Chaque sorte de question", questions=40)
        yield Server(server.url, database, door, code)
    finally:
        process.terminate()
        process.wait(20)
        database.dispose()


def _fill(database: Database) -> None:
    migrating.migrate(database)
    checked = content.check(resource("referentials"), clock.now().date())
    assert checked.errors == []
    with database.begin() as db:
        content.load(db, checked)
    with database.begin() as db:
        demo.prepare(db)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise AssertionError(f"The server did not start:\n{log.read_text()}")
