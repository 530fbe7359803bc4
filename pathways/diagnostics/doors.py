"""What the routes of diagnostics ask for: the learner's door of this process, and what trainers' paths are about."""

from __future__ import annotations

import hmac
import uuid
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.diagnostics import composing, reading, taking
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import NotFound
from pathways.i18n import N_
from pathways.permissions import Learner
from pathways.web.pages import DISPLAY_COOKIE
from pathways.web.security import LANGUAGE_COOKIE

COOKIE = "attempt"
COOKIE_PATH = "/t"
"""One attempt per browser: who starts or resumes on a shared device shuts the door of the one before."""
KEPT_SECONDS = taking.KEPT_DAYS * 86400


async def door_of(request: Request) -> Door:
    """Awaits nothing: a plain function would be handed to a thread, which costs more than this."""
    door: Door = request.app.state.door
    return door


OwnDoor = Annotated[Door, Depends(door_of)]
OF = {"diagnostic_id": composing.get, "attempt_id": reading.attempt_for}
"""For :class:`pathways.web.dependencies.Requires`: how what a path names is found, for a member."""


def _by_cookie(attempt_id: uuid.UUID, request: Request, door: OwnDoor) -> Learner:
    """Who holds the cookie of this very attempt; to anybody else it does not exist."""
    token = request.cookies.get(COOKIE, "")
    if not hmac.compare_digest(token.encode(), door.token(attempt_id).encode()):
        raise NotFound(N_("Ce passage n'existe plus. Il a été effacé, ou son temps est fini."))
    return Learner(attempt_id)


CurrentLearner = Annotated[Learner, Depends(_by_cookie)]


def speak(attempt: Attempt) -> None:
    """Answer this request in the learner's language."""
    i18n.use(attempt.language)


def hand_over(response: Response, request: Request, door: Door, attempt: Attempt) -> None:
    """Give the browser what opens this attempt, in place of what it held for another."""
    remember(response, request, COOKIE, door.token(attempt.id), COOKIE_PATH)
    response.delete_cookie(DISPLAY_COOKIE)  # how the one before wanted to read is not how this one does
    remember(response, request, LANGUAGE_COOKIE, attempt.language, "/")


def forget(response: Response) -> None:
    """Take back from the browser what it held of an attempt."""
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    response.delete_cookie(DISPLAY_COOKIE)


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
