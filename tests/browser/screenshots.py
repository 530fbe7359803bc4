"""Pictures of the main screens, for the README and the guides: `make screenshots` writes docs/pictures/*.png.

They are the product's own screens, drawn by the test browser with the test fonts. Nothing in them is left to chance:
the server runs in this process, whose clock stands still and whose random numbers are sown anew before each scene. So a
picture changes only when its screen does. Nobody in them is a person: labels name a day and a thing.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import sqlalchemy as sa
import uvicorn
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.app import create_app
from pathways.database import Database
from pathways.diagnostics import taking
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.paper import service as paper
from pathways.diagnostics.taking import Door
from pathways.people import journal
from pathways.people.journal import Act
from pathways.people.models import JournalEntry, LearnerFile
from pathways.reception import service as receptions
from pathways.reception.service import Appointment, Choice
from pathways.reception.sheet import Sheet
from pathways.settings import Settings
from pathways.web.server import listening_socket
from tests.browser import (
    pictures_of_badges,
    pictures_of_certainty,
    pictures_of_languages,
    pictures_of_pathways,
    pictures_of_workshops,
)
from tests.browser.answering import choose
from tests.browser.camera import DESK, FOLDER, LONG, PHONE, a_page, at_the_desk, take, take_sheet
from tests.browser.server import SECRET, Server, _fill, response_to
from tests.insights.crowds import Crowd
from tests.parts import ROOT
from tests.parts.browser import launched

TITLE, CODE = "Avant l'atelier téléphone", "C7M4QH"
WHEN = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
"""After the day on which the shipped sheets were last read over: a date to come is refused."""
ANSWERED = (
    *("right", "dont_know", "right", "wrong", "right", "not_understood"),
    *("dont_know", "right", "wrong", "right", "right", "right"),
)
GOAL = "envoyer un papier par mail à la CAF"
WORKSHOP, GROUP = "Atelier du mardi", 14
CONTEXT = {"need": "papers", "device": "phone", "connection": "mobile", "help": "nobody", "reading": "little"}


class Moment(datetime):
    """A clock that stands still until it is set."""

    here = WHEN

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override] - the zone is always given
        return cls.here.astimezone(tz)


CHANCE = random.Random()


def main(only: Collection[str] = ()) -> None:
    """``only``: names of scenes, where the whole takes too long; what one of them stands on is to be named with it."""
    own = (_learner, _composer, _bank, _reception, _paper, _group, _people)
    others = (pictures_of_languages.scene, pictures_of_workshops.workshops, pictures_of_pathways.pathways)
    every = {
        scene.__name__: scene for scene in (*own, *others, pictures_of_badges.badges, pictures_of_certainty.certainty)
    }
    if unknown := set(only) - set(every):
        raise SystemExit(f"no scene of this name: {', '.join(sorted(unknown))}")
    scenes = [scene for name, scene in every.items() if not only or name in only]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(_nothing_by_chance())
        server = stack.enter_context(_served(folder))
        browser = stack.enter_context(launched())
        server = replace(server, code=server.publish(title=TITLE))
        with server.database.begin() as db:
            db.execute(sa.update(Diagnostic).where(Diagnostic.title == TITLE).values(code=CODE))
        server = replace(server, code=CODE)
        for scene in scenes:
            CHANCE.seed(scene.__name__)
            Moment.here = WHEN
            scene(server, browser)
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


def _learner(server: Server, browser: Browser) -> None:
    with a_page(browser, PHONE, "ar") as page:
        page.goto(f"{server.url}/q/{CODE}")
        take(page, "wall")
    for name, language, item in (
        ("question-ar", "ar", "SEC-02-a"),
        ("question-uk", "uk", "MEL-04-a"),
    ):
        with a_page(browser, PHONE, language) as page:
            attempt = server.begin(page, language, item=item, answered=("right", "right"), code=CODE)
            page.goto(f"{server.url}/t/{attempt}")
            body = server.body(item)
            choose(page, body, response_to(body, right=True))
            page.mouse.move(0, 0)
            page.evaluate("scrollTo(0, 0)")
            take(page, name)
    with a_page(browser, LONG, "ar") as page:
        attempt = server.begin(page, "ar", answered=ANSWERED, code=CODE)
        server.finish(attempt)
        page.goto(f"{server.url}/t/{attempt}/result")
        take(page, "result-ar")
    with at_the_desk(server, browser) as page:
        attempt = server.begin(page, "uk", answered=ANSWERED, code=CODE)
        server.finish(attempt)
        page.goto(f"{server.url}/profiles/{attempt}")
        take(page, "profile")
        page.goto(f"{server.url}/diagnostics/{server.diagnostic(CODE)}/poster")
        take_sheet(page, "poster")
    with server.database.begin() as db:
        db.execute(sa.delete(JournalEntry))


def _composer(server: Server, browser: Browser) -> None:
    with at_the_desk(server, browser) as page:
        page.goto(f"{server.url}/diagnostics/new")
        page.get_by_label("Que veut faire").fill(GOAL)
        page.keyboard.press("Enter")
        page.locator(".answers > li").first.wait_for()
        take(page, "composer-goal")
        page.get_by_role("button", name="Prendre").nth(1).click()
        page.locator("[value=undo]:enabled").wait_for()
        page.get_by_role("textbox", name="Titre").fill("Avant l'atelier courriel")
        page.locator("#goal").fill("")
        page.locator("#goal").blur()
        page.get_by_role("button", name="Chercher et calculer").click()
        page.locator(".answers").wait_for(state="detached")
        take(page, "composer")
        page.locator("#needs > summary").click()
        take(page, "prerequisites", of="#needs")


def _bank(server: Server, browser: Browser) -> None:
    with at_the_desk(server, browser) as page:
        page.goto(f"{server.url}/items?strand=SEC")
        take(page, "bank")
        page.goto(f"{server.url}/items/new?copy=SEC-02-a")
        page.get_by_role("button", name="Voir comme un apprenant").click()
        page.locator(".as-learner").wait_for()
        page.evaluate("scrollTo(0, 0)")
        take(page, "question-form")


def _reception(server: Server, browser: Browser) -> None:
    """A morning at the desk: one has left, one answers on a phone, one is here and has an appointment."""
    member = server._trainer()

    def received(at: datetime, language: str, label: str, situation: str, answered: Sequence[str]) -> uuid.UUID:
        Moment.here = at
        reception = ids.random_id()
        with server.database.begin() as db:
            sheet = Sheet(language=language, answers=CONTEXT, label=label)
            choice = Choice(situation=situation)
            _, attempt = receptions.start(
                db, server.door, member, reception, sheet=sheet, choice=choice, here=bool(answered)
            )
            _answer(db, server, attempt, answered)
        return reception

    with at_the_desk(server, browser) as page:
        gone = received(WHEN - timedelta(minutes=70), "uk", "mardi, vélo bleu", "phone", ANSWERED)
        with server.database.begin() as db:
            receptions.next_person(db, member, gone)
        received(WHEN - timedelta(minutes=20), "fr", "mardi, sac vert", "computer", ())
        here = received(WHEN - timedelta(minutes=12), "ar", "mardi, bonnet rouge", "papers", ANSWERED)
        Moment.here = WHEN
        with server.database.begin() as db:
            seen = receptions.version_of(receptions.get(db, member, here))
            agreed = Appointment("2026-12-08", "14:30", "Espace numérique", "Apportez votre téléphone et son chargeur.")
            receptions.agree(db, member, here, appointment=agreed, seen=seen)
        page.goto(server.url)
        take(page, "desk-home")
        page.goto(f"{server.url}/receptions/new")
        for name, value in (("language", "ar"), ("need", "papers"), ("device", "phone"), ("reading", "little")):
            page.locator(f'label:has(> input[name={name}][value="{value}"])').click()
        page.get_by_label("Repère", exact=True).fill("mardi, bonnet rouge")
        page.get_by_label("Repère", exact=True).blur()
        page.evaluate("scrollTo(0, 0)")
        take(page, "reception")
        page.goto(f"{server.url}/receptions/{here}")
        take(page, "reception-after")
        page.goto(f"{server.url}/receptions/{here}/sheet")
        take_sheet(page, "reception-paper")


def _paper(server: Server, browser: Browser) -> None:
    with server.database.begin() as db:
        form = paper.make(db, server.door, server._trainer(), server.diagnostic(CODE), language="uk").row.code
    with at_the_desk(server, browser) as page:
        page.goto(f"{server.url}/paper/{form}/print")
        take_sheet(page, "paper-form")
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.goto(f"{server.url}/paper/{form}")
        for sign, field in zip("AB0?C", page.locator("[name=words]").all(), strict=False):
            field.fill(sign)
        page.locator("[name=words]").nth(5).focus()
        take(page, "paper-typing")


def _group(server: Server, browser: Browser) -> None:
    """Some who have finished, by how much they can; three who are answering."""
    diagnostic = server.diagnostic(server.publish(title=WORKSHOP))
    with server.database.begin() as db:
        room = Crowd(db, server._trainer(), db.get_one(Diagnostic, diagnostic))
        for number in range(GROUP):
            language = ("ar", "uk", "fr", "fa_AF")[number % 4]
            outcomes, reveals = _made_up(server, room, ability=(number + 1) / (GROUP + 1))
            room.add(outcomes, reveals=reveals, language=language, at=WHEN - timedelta(minutes=3 * number + 9))
        waiting = {"current_item": "SEC-02-a", "stopped": None}
        for minutes, language, outcome in (
            (0, "uk", "correct"),
            (1, "ar", "not_understood"),
            (7, "fa_AF", "dont_know"),
        ):
            first = {"GES-04": "correct", "CNX-01": outcome, "CNX-02": outcome}
            room.add(first, language=language, at=WHEN - timedelta(minutes=minutes), **waiting)
    with at_the_desk(server, browser) as page:
        group = f"{server.url}/diagnostics/{diagnostic}"
        page.goto(f"{group}/live?still=1")
        take(page, "live")
        page.goto(f"{group}/group")
        take(page, "group")
        page.goto(f"{group}/session?skill=SEC-02")
        take_sheet(page, "session")


def _people(server: Server, browser: Browser) -> None:
    """Somebody who came twice, eight days apart, and what the journal keeps of it."""
    member = server._trainer()
    with server.database.begin() as db:
        db.execute(sa.delete(JournalEntry))
        room = Crowd(db, member, db.get_one(Diagnostic, server.diagnostic(CODE)))
        file = LearnerFile(id=ids.random_id(), organisation_id=member.organisation_id, label="mardi, bonnet rouge")
        file.sought, file.created_at, file.active_at = "mardi bonnet rouge", WHEN - timedelta(days=8), WHEN
        file.note = "Vient le mardi. Veut envoyer ses papiers seule."
        db.add(file)
        db.flush()
        before, _ = _made_up(server, room, ability=0.35)
        after = before | dict.fromkeys([item for item in before if item[:3] in {"MEL", "CNX", "SEC"}], "correct")
        attempts = [
            room.add(given, file=file, language="ar", at=at, assisted=False).id
            for given, at in ((before, WHEN - timedelta(days=8)), (after, WHEN - timedelta(minutes=40)))
        ]
        for minutes, act, about, details in (
            (300, Act.GROUP_EXPORTED, server.diagnostic(CODE), {"people": 10, "format": "xlsx"}),
            (65, Act.PROFILE_OPENED, attempts[0], {}),
            (64, Act.FILE_OPENED, file.id, {}),
            (30, Act.RESUME_CODE_GIVEN, attempts[1], {}),
            (12, Act.FILE_EXPORTED, file.id, {"attempts": 2}),
        ):
            Moment.here = WHEN - timedelta(minutes=minutes)
            journal.note(db, member, act, about_id=about, **details)
        Moment.here = WHEN
    with at_the_desk(server, browser) as page:
        page.goto(f"{server.url}/organisation/journal")
        take(page, "journal")
        page.goto(f"{server.url}/learners/{file.id}")
        take(page, "file")
        page.goto(f"{server.url}/profiles/{attempts[0]}/compare/{attempts[1]}")
        take(page, "comparison")


def _answer(db: Session, server: Server, attempt: Attempt, answered: Sequence[str]) -> None:
    """Give answers to an attempt, a few seconds each, and end it if there are any."""
    blueprint = taking.blueprint_of(db, server.door, attempt.diagnostic_id)
    for given in answered:
        current = attempt.current_item
        if current is None:
            break
        outcome, response = given, None
        if given in {"right", "wrong"}:
            outcome, response = "answered", response_to(blueprint.bodies[current], right=given == "right")
        key = str(ids.random_id())
        Moment.here += timedelta(seconds=20)
        taking.answer(db, server.door, attempt.id, key=key, item=current, outcome=outcome, response=response)
    if answered:
        taking.leave(db, attempt.id)


def _made_up(server: Server, room: Crowd, *, ability: float) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Outcomes of somebody who can so much (0 to 1), and what their wrong answers reveal."""
    outcomes: dict[str, str] = {}
    reveals: dict[str, list[str]] = {}
    codes = sorted(room.items)
    for place, code in enumerate(codes):
        ease = ability - place / (2 * len(codes)) + CHANCE.uniform(-0.15, 0.15)
        item = room.items[code][0]
        outcomes[item] = "correct" if ease > 0.25 else "incorrect" if ease > 0 else "dont_know"
        told = [option["reveals"] for option in server.body(item)["options"] if option.get("reveals")]
        reveals[item] = told[:1]
    if ability < 0.3:
        outcomes[room.items[codes[-1]][0]] = "not_understood"
    return outcomes, reveals


@contextmanager
def _nothing_by_chance() -> Iterator[None]:
    """Stop the clock, and draw identifiers, codes and tokens from :data:`CHANCE`."""
    CHANCE.seed("main")
    secrets = SimpleNamespace(choice=CHANCE.choice, token_urlsafe=lambda _: CHANCE.randbytes(24).hex())
    with (
        mock.patch.object(clock, "datetime", Moment),
        mock.patch.object(ids, "os", SimpleNamespace(urandom=CHANCE.randbytes)),
        mock.patch.object(ids, "time", SimpleNamespace(time_ns=lambda: int(Moment.here.timestamp() * 1e9))),
        mock.patch.object(ids, "secrets", secrets),
    ):
        yield


@contextmanager
def _served(folder: Path) -> Iterator[Server]:
    """The application with the shipped content, in a thread of this process: it shares the clock that stands still."""
    url = f"sqlite:///{folder / 'pathways.sqlite3'}"
    database = Database(url)
    _fill(database)
    settings = Settings(port=0, data=folder, url="http://pathways.example", database_url=url, secret=SECRET.encode())
    sock = listening_socket(settings)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        door = Door(settings.secret, Blueprints(clock=time.monotonic))
        yield Server(f"http://127.0.0.1:{sock.getsockname()[1]}", database, door, code="")
    finally:
        server.should_exit = True
        thread.join(20)
        sock.close()
        database.dispose()


if __name__ == "__main__":
    main(sys.argv[1:])
