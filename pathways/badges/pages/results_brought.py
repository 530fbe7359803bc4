"""Results in a holder's space: brought with their code, or from the very page of the result, on the same telephone."""

from __future__ import annotations

import uuid
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways.badges.doors import ME, WHY, OwnLinks, OwnSpace, OwnSpaceForm, Space, answer, back
from pathways.badges.holding import holders, results
from pathways.badges.models import HolderAttempt
from pathways.badges.pages.badge_shown import day
from pathways.badges.pages.holder_words import WORDS
from pathways.badges.pages.plainly import in_plain, language_of
from pathways.diagnostics import belonging, taking
from pathways.diagnostics.doors import CurrentLearner, OwnDoor, is_at_desk, speak
from pathways.errors import Conflict, NotFound, WrongCode
from pathways.i18n import N_
from pathways.web.dependencies import DB, Address, ReadDB, public
from pathways.web.fields import Pasted, Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
NEW, OWN = "new", "own"
"""Which space a result, or a seat, goes into from its own page."""
NO_SPACE = N_("Ce lien n'ouvre pas d'espace. Copiez-le encore une fois.")


@router.get("/h/{key}/results")
@public(WHY)
def list_results(request: Request, space: OwnSpace, db: ReadDB) -> Response:
    return _page(request, space, db)


@router.post("/h/{key}/results")
@public(WHY)
def bring(
    request: Request,
    space: OwnSpaceForm,
    db: DB,
    door: OwnDoor,
    address: Address,
    code: Annotated[Pasted, Form()] = "",
) -> Response:
    """Whoever knows the resume code of an attempt may open it, and so may put it here."""
    try:
        attempt = taking.resume(db, door, code=code[:40], address=address)
    except WrongCode as error:  # answered, not raised: its transaction, which counts the try, is kept all the same
        return _page(request, space, db, wrong=error.message, typed=code[:20], status=404)
    try:
        holders.bring_attempt(db, space.holder, attempt.id)
    except Conflict as error:
        return _page(request, space, db, wrong=error.message, status=409)
    return back(space, "/results")


@router.post("/h/{key}/results/{attempt_id}/remove")
@public(WHY)
def let_go(attempt_id: uuid.UUID, space: OwnSpaceForm, db: DB) -> Response:
    holders.let_go_of_attempt(db, space.holder, attempt_id)
    return back(space, "/results")


@router.get("/h/{key}/results/{attempt_id}/remove")
@public(WHY)
def to_results(space: OwnSpace) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return back(space, "/results")


# --- from the page of a result --------------------------------------------------------------------------------


@router.get("/t/{attempt_id}/badges")
def ask_where(request: Request, learner: CurrentLearner, db: ReadDB) -> Response:
    """Into which space: a new one, or one that there is."""
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    return _where(request, db, attempt.id)


@router.post("/t/{attempt_id}/badges")
def bring_from_here(
    request: Request,
    learner: CurrentLearner,
    db: DB,
    links: OwnLinks,
    space: Annotated[Short, Form()] = "",
    link: Annotated[Pasted, Form()] = "",
) -> Response:
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    if is_at_desk(request):
        return _where(request, db, attempt.id, status=409)
    try:
        if space == NEW:
            _must_be_free(db, attempt.id)
            holder, token = holders.create(db, links, language=attempt.language)
        elif space == OWN:
            token = token_in(link)
            holder = holders.by_token(db, links, token)
        else:
            return _where(request, db, attempt.id, wrong=N_("Cochez une case."), status=422)
        holders.bring_attempt(db, holder, attempt.id)
    except NotFound:
        return _where(request, db, attempt.id, wrong=NO_SPACE, typed=link, status=404)
    except Conflict as error:
        return _where(request, db, attempt.id, wrong=error.message, status=409)
    return RedirectResponse(f"/h/{token}{'?new=1' if space == NEW else '/results'}", 303)


def _where(
    request: Request, db: Session, attempt_id: uuid.UUID, *, wrong: str = "", typed: str = "", status: int = 200
) -> Response:
    """Not at a mediator's desk: the link of a space would stay on the device for the next person."""
    root = belonging.root_of(db, taking.get(db, attempt_id))
    return render(
        request,
        "result-to-badges.html",
        status=status,
        attempt_id=attempt_id,
        is_brought=db.get(HolderAttempt, root.id) is not None,
        at_desk=is_at_desk(request),
        wrong=wrong,
        typed=typed,
    )


def _must_be_free(db: Session, attempt_id: uuid.UUID) -> None:
    """Before a space is made for it: pressing twice makes one."""
    root = belonging.root_of(db, taking.get(db, attempt_id))
    taking.held(db, root.id)
    if db.get(HolderAttempt, root.id) is not None:
        raise Conflict(holders.SOMEBODY_ELSES)


def token_in(link: str) -> str:
    """The token of the pasted link of a space, or the bare token. Raises :class:`NotFound` for that of an account."""
    parts = [one for one in urlsplit(link.strip()).path.split("/") if one]
    token = parts[parts.index("h") + 1] if "h" in parts[:-1] else "".join(parts[-1:])
    if token == ME:
        raise NotFound(NO_SPACE)
    return token


# --- inside ---------------------------------------------------------------------------------------------------


def _page(
    request: Request, space: Space, db: Session, *, wrong: str = "", typed: str = "", status: int = 200
) -> Response:
    return answer(
        request,
        "holder-results.html",
        space,
        status=status,
        **_plain(space),
        taken=results.results_of(db, space.holder),
        day=day,
        wrong=wrong,
        typed=typed,
    )


def _plain(space: Space) -> dict[str, Any]:
    language = language_of(space.language)
    return {"plain": in_plain(WORDS, language), "spoken_in": language}
