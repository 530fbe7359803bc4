"""What the routes of diagnostics ask for: the learner's door of this process, and what trainers' paths are about."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, i18n
from pathways.diagnostics import belonging, reading, taking
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import Gone, NotFound
from pathways.i18n import N_
from pathways.people.identification import COOKIE as SESSION_COOKIE
from pathways.permissions import Learner
from pathways.web.pages import DISPLAY_COOKIE
from pathways.web.security import LANGUAGE_COOKIE

COOKIE = "attempt"
COOKIE_PATH = "/t"
"""One attempt per browser: who starts or resumes on a shared device shuts the door of the one before."""
KEPT_SECONDS = taking.KEPT_DAYS * 86400
DESK_MARK = "desk-"
"""Begins the cookie of an attempt on a mediator's device. It is worth something only while the attempt is at the desk:
a browser that keeps it all the same, or gives it back after a crash, opens nothing of the person before."""
DESK_IDLE = timedelta(minutes=20)
"""An attempt at the desk that nobody touches is locked then, until the mediator opens it again."""
DESKS = 6
MOST_TOGETHER = 100
"""Attempts of one person among which the one of a cookie is looked for."""
BEGUN_COOKIE = "begun"
BEGUN_PATH = "/q"
"""Tells the poster's door that this very phone is in the middle of its diagnostic. It opens nothing."""
CLOSED = N_("Ce passage a déjà été fermé sur cet appareil. Votre code de reprise le rouvre.")
LOCKED = N_("Ce passage attend depuis longtemps : il est verrouillé. Le médiateur peut le rouvrir.")


async def door_of(request: Request) -> Door:
    """Awaits nothing: a plain function would be handed to a thread, which costs more than this."""
    door: Door = request.app.state.door
    return door


OwnDoor = Annotated[Door, Depends(door_of)]
OF = {"diagnostic_id": composing.get, "attempt_id": reading.attempt_for}
"""For :class:`pathways.web.dependencies.Requires`: how what a path names is found, for a member."""


def is_at_desk(request: Request) -> bool:
    """Whether this browser holds an attempt as a mediator's device does."""
    return request.cookies.get(COOKIE, "").startswith(DESK_MARK)


def _by_cookie(attempt_id: uuid.UUID, request: Request, door: OwnDoor) -> Learner:
    """Who holds the cookie of this very attempt, or of another one of the same person: the way leads from a pathway to
    its checks and back, also by the browser's own button. To anybody else it does not exist.
    """
    held = request.cookies.get(COOKIE, "")
    if not held or not (_opens(held, attempt_id, door) or _opens_another(held, attempt_id, request, door)):
        raise NotFound(CLOSED)
    return Learner(attempt_id)


def _opens(held: str, attempt_id: uuid.UUID, door: Door) -> bool:
    opens = DESK_MARK + door.desk_token(attempt_id) if held.startswith(DESK_MARK) else door.token(attempt_id)
    return hmac.compare_digest(held.encode(), opens.encode())


def _opens_another(held: str, attempt_id: uuid.UUID, request: Request, door: Door) -> bool:
    query = sa.select(Attempt.id).where(belonging.together_with(attempt_id)).limit(MOST_TOGETHER)
    with request.app.state.database.read() as db:
        together = db.scalars(query).all()
    return any(_opens(held, one, door) for one in together)


# Few at a time: these connections come on top of those that pathways.database counts.
HolderOfCookie = Annotated[Learner, Depends(_by_cookie, max_concurrency=DESKS)]
"""Whose browser still holds the cookie, even if the desk has shut the attempt: to shut it once more."""


def _by_open_door(attempt_id: uuid.UUID, request: Request, door: OwnDoor) -> Learner:
    """The same, and at a desk attempt and mediator must still be there."""
    learner = _by_cookie(attempt_id, request, door)
    if is_at_desk(request):
        if SESSION_COOKIE not in request.cookies:  # the mediator signed out and left
            raise NotFound(CLOSED)
        query = sa.select(Attempt.id, Attempt.active_at).where(
            belonging.together_with(attempt_id), Attempt.at_desk.is_(True)
        )
        with request.app.state.database.read() as db:
            found = {one.id: one.active_at for one in db.execute(query)}
        if attempt_id not in found:
            raise NotFound(CLOSED)
        if max(found.values()) < clock.now() - DESK_IDLE:
            raise Gone(LOCKED)
    return learner


CurrentLearner = Annotated[Learner, Depends(_by_open_door, max_concurrency=DESKS)]


Beside = Callable[[Session, uuid.UUID], Mapping[str, Any]]
"""``(db, attempt)`` gives what was agreed beside the answers: ``appointment`` and ``reception``, if there was one. The
application registers it, since who receives people is above diagnostics."""


async def _beside(request: Request) -> Beside:
    beside: Beside = request.app.state.beside
    return beside


BesideAnswers = Annotated[Beside, Depends(_beside)]


def speak(attempt: Attempt) -> None:
    """Answer this request in the learner's language."""
    i18n.use(attempt.language)


def hand_over(response: Response, request: Request, door: Door, attempt: Attempt) -> None:
    """Give the browser what opens this attempt, in place of what it held for another."""
    keep_open(response, request, door, attempt)
    response.delete_cookie(DISPLAY_COOKIE)  # how the one before wanted to read is not how this one does


def keep_open(response: Response, request: Request, door: Door, attempt: Attempt) -> None:
    """The same for the person who sits there already: how they read stays."""
    if attempt.at_desk:
        # For as long as the browser is open, and not a day longer: the next person sits at the same one.
        kept = {"path": COOKIE_PATH, "httponly": True, "samesite": "lax"}
        secure = request.app.state.settings.secure_cookies
        response.set_cookie(COOKIE, DESK_MARK + door.desk_token(attempt.id), **kept, secure=secure)
        response.delete_cookie(BEGUN_COOKIE, path=BEGUN_PATH)
    else:
        remember(response, request, COOKIE, door.token(attempt.id), COOKIE_PATH)
        remember(response, request, BEGUN_COOKIE, f"{attempt.diagnostic_id}.{attempt.id}", BEGUN_PATH)
    remember(response, request, LANGUAGE_COOKIE, attempt.language, "/")


def begun(request: Request, diagnostic_id: uuid.UUID) -> str:
    """The id of the attempt on this diagnostic that this browser is in the middle of, or nothing."""
    diagnostic, _, attempt = request.cookies.get(BEGUN_COOKIE, "").partition(".")
    try:
        return str(uuid.UUID(attempt)) if diagnostic == str(diagnostic_id) else ""
    except ValueError:
        return ""


def forget(response: Response) -> None:
    """Take back from the browser what it held of an attempt."""
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    response.delete_cookie(BEGUN_COOKIE, path=BEGUN_PATH)
    response.delete_cookie(DISPLAY_COOKIE)


def forget_person(response: Response) -> None:
    """The same at a desk, where the language of the one before would tell of them, too."""
    forget(response)
    response.delete_cookie(LANGUAGE_COOKIE)


def remember(response: Response, request: Request, name: str, value: str, path: str) -> None:
    """Set a cookie that no script reads, for as long as an attempt is kept."""
    response.set_cookie(
        name,
        value,
        max_age=KEPT_SECONDS,
        path=path,
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.secure_cookies,
    )
