"""The sessions that answer a result: for whoever holds it, and for the trainer who accompanies them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.diagnostics import reading, taking
from pathways.diagnostics.doors import OF, CurrentLearner, OwnDoor, speak
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.learning import choosing, matching
from pathways.learning.matching import Asked, Match, Matches
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.places import territories
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.fields import Line
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops import showing, tongues
from pathways.workshops.seating import seats
from pathways.workshops.showing import Said

router = Router()
DISTANCES = (5, 15, 30, 60)
Reader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
Typed = Annotated[Line, Query()]


@dataclass(frozen=True, slots=True)
class Sought:
    """What the form of either page sends."""

    where: str
    km: str
    language: str
    no_reading: bool


def _sought(where: Typed = "", km: Typed = "", language: Typed = "", reading_none: Typed = "") -> Sought:
    return Sought(where, km, language, bool(reading_none))


Form = Annotated[Sought, Depends(_sought)]


@dataclass(frozen=True, slots=True)
class Shown:
    match: Match
    said: Said
    free: int
    waits: bool


@router.get("/t/{attempt_id}/workshops")
def for_learner(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, form: Form) -> Response:
    """Where one can learn what is to be learnt: near, in one's language, soon."""
    attempt = taking.get(db, learner.attempt_id)
    if attempt.stopped is None:
        return RedirectResponse(f"/t/{attempt.id}", 303)
    speak(attempt)
    asked = _asked(db, attempt, form)
    values = _values(db, door, attempt, asked, spoken=attempt.language)
    on_pathway = choosing.latest(db, attempt) is not None
    return render(
        request, "result-workshops.html", attempt_id=attempt.id, where=form.where, on_pathway=on_pathway, **values
    )


@router.get("/profiles/{attempt_id}/workshops")
def for_trainer(
    request: Request, member: Reader, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor, form: Form
) -> Response:
    """The same at the desk, which books."""
    attempt, _ = reading.attempt_for(db, member, attempt_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt.id])
    asked = _asked(db, attempt, form)
    values = _values(db, door, attempt, asked, spoken=i18n.SOURCE)
    return render(request, "profile-workshops.html", attempt=attempt, where=form.where, **values)


def _asked(db: Session, attempt: Attempt, form: Sought) -> Asked:
    found = territories.find(db, form.where, limit=1) if form.where.strip() else []
    return Asked(
        language=form.language if form.language in tongues.tongues() else attempt.language,
        spot=found[0] if found and found[0].latitude is not None else None,
        km=int(form.km) if form.km in {str(one) for one in DISTANCES} else matching.USUAL_KM,
        no_reading=form.no_reading,
    )


def _values(db: Session, door: Door, attempt: Attempt, asked: Asked, *, spoken: str) -> Mapping[str, Any]:
    profile = reading.profile(db, door, attempt)
    matches = matching.match(db, profile, asked, clock.now())
    return {
        "asked": asked,
        "matches": matches,
        "shown": [_shown(db, one, spoken) for one in matches.found],
        "tongues": tongues.tongues(),
        "tongue": tongues.named([asked.language])[0],
        "distances": DISTANCES,
        "wish": _wish(matches, asked),
    }


def _shown(db: Session, one: Match, language: str) -> Shown:
    seen = seats.availability(db, one.session)
    return Shown(one, showing.said_of(one.session, language), seen.free, seen.standing is seats.Standing.FULL)


def _wish(matches: Matches, asked: Asked) -> str:
    known = {"language": asked.language, "theme": matches.theme, "where": asked.spot.name if asked.spot else ""}
    return f"/wish?{urlencode({name: value for name, value in known.items() if value})}"
