"""What the person takes home of a pathway: an A4 sheet, a card to fold, a calendar; with the code that leads back."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, ids
from pathways.diagnostics import taking
from pathways.diagnostics.doors import CurrentLearner, OwnDoor, is_at_desk, speak
from pathways.diagnostics.models import Attempt
from pathways.learning import agenda, choosing
from pathways.learning.agenda import Dated
from pathways.learning.limits import Limits
from pathways.learning.models import Pathway
from pathways.learning.pages.choice import elsewhere
from pathways.learning.pages.codes import OwnCodes
from pathways.learning.pages.pathway import page_values
from pathways.learning.pages.shown import ShownStep
from pathways.web.dependencies import OwnSettings, ReadDB
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.web.squares import square
from pathways.workshops.codes import Codes

router = Router()
ON_THE_CARD = 3


@router.get("/t/{attempt_id}/pathway/print")
def sheet(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, codes: OwnCodes) -> Response:
    """All of it on A4, with a box to tick for each step."""
    return _paper(request, db, door, codes, taking.get(db, learner.attempt_id), "pathway-print.html")


@router.get("/t/{attempt_id}/pathway/card")
def card(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, codes: OwnCodes) -> Response:
    """Four panels for a pocket: goals, the next steps, the next session, the code."""
    return _paper(request, db, door, codes, taking.get(db, learner.attempt_id), "pathway-card.html")


@router.get("/t/{attempt_id}/pathway.ics")
def calendar(learner: CurrentLearner, db: ReadDB, codes: OwnCodes, settings: OwnSettings) -> Response:
    """Sittings and sessions, for the calendar of a telephone."""
    attempt = taking.get(db, learner.attempt_id)
    found = None if attempt.part_of_id else choosing.current(db, attempt)
    if found is None:
        return RedirectResponse(f"/t/{attempt.id}/pathway", 303)
    speak(attempt)
    steps = page_values(db, codes, attempt, found)["steps"]
    made = agenda.of_pathway(found, dated(steps), settings, attempt.language, clock.now())
    headers = {"content-disposition": 'attachment; filename="parcours.ics"'}
    return Response(made, headers=headers, media_type=agenda.MEDIA_TYPE)


def dated(steps: list[ShownStep]) -> list[Dated]:
    """The open steps with the words of a calendar."""
    found = []
    for one in steps:
        if one.step is not None:
            own, french = one.titles[0] if one.titles else (None, "")
            found.append(Dated(one.step, own or french, french, one.session, one.slip))
    return found


def _paper(request: Request, db: Session, door: taking.Door, codes: Codes, attempt: Attempt, template: str) -> Response:
    if away := elsewhere(attempt):
        return away
    found = choosing.latest(db, attempt)
    if found is None:
        return RedirectResponse(f"/t/{attempt.id}/goals", 303)
    speak(attempt)
    today = clock.now().date()
    code = door.resume_code(attempt)
    values = page_values(db, codes, attempt, found)
    return render(
        request,
        template,
        **values,
        **_days(found, values["steps"], attempt.language),
        day=(i18n.say_date(today, attempt.language), i18n.say_date(today, i18n.SOURCE)),
        resume_code=ids.readable(code),
        qr=square(f"{request.app.state.settings.url}/resume?code={code}"),
        on_the_card=ON_THE_CARD,
        not_booked=agenda.NOT_BOOKED,
        at_desk=is_at_desk(request),
    )


def _days(found: Pathway, steps: list[ShownStep], language: str) -> dict[str, Any]:
    """``days``: ``{step: (day, in French)}`` on which each is begun, if all goes as it was said. Whoever does it with
    somebody agrees on a day with them.
    """
    own = {str(one.step.id) for one in dated(steps) if one.has_own_day}
    told = agenda.sittings(dated(steps), Limits.from_json(found.limits), clock.now().date())
    days: dict[str, tuple[str, str]] = {}
    for sitting in told.sittings:
        for part in [one for one in sitting.parts if one.key in own]:
            days.setdefault(part.key, (i18n.say_date(sitting.on, language), i18n.say_date(sitting.on, i18n.SOURCE)))
    return {"days": days}
