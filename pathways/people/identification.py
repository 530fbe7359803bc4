"""Who sends a request: what the application registers as ``app.state.identify``."""

from __future__ import annotations

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from pathways.database import Database
from pathways.people import service
from pathways.permissions import Member

COOKIE = "session"

log = logging.getLogger(__name__)
_noting = threading.Lock()


def identify_request(request: Request) -> Member | None:
    """The member who holds the request's personal token or session cookie.

    Its use is noted once an hour, after the answer has left: while the request runs, its own route may hold
    the writer's turn that the note would wait for.
    """
    bearer = bearer_of(request)
    cookie = request.cookies.get(COOKIE)
    if not bearer and not cookie:
        return None
    database: Database = request.app.state.database
    with database.read() as db:
        found = service.recognise(db, session_token=cookie, bearer=bearer)
    if found is None:
        return None
    if found.note_due:
        request.state.later.add_task(note_use, database, found)
    return found.member


def bearer_of(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else None


def note_use(database: Database, found: service.Recognised) -> None:
    """One note at a time per process, so that no threads queue here; others wait for their next request."""
    if not _noting.acquire(blocking=False):
        return
    try:
        with database.begin() as db:
            service.note_use(db, found)
    except SQLAlchemyError:
        log.warning("the use of a session could not be noted", exc_info=True)
    finally:
        _noting.release()
