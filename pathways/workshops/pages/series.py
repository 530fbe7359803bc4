"""The desk: one series, its coming sessions, and its end."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.errors import Conflict, DomainError, Invalid
from pathways.permissions import Member, Permission
from pathways.places.rules import Rule, holiday_name
from pathways.web.dependencies import DB, ReadDB
from pathways.web.routing import Router
from pathways.workshops import forms
from pathways.workshops.forms import Filled, Sent
from pathways.workshops.models import Workshop, WorkshopSession
from pathways.workshops.pages import desk
from pathways.workshops.pages.desk import Reader, Said, WriterForm
from pathways.workshops.scheduling import series as all_series
from pathways.workshops.scheduling import sessions
from pathways.workshops.showing import Said as Told
from pathways.workshops.showing import said_of

router = Router()
MOST_ROWS = 100


@router.get("/series/{series_id}")
def series(request: Request, member: Reader, series_id: uuid.UUID, db: ReadDB, said: Said = "") -> Response:
    return _series(request, db, member, series_id, said=said)


@router.post("/series/{series_id}/end")
def end(request: Request, member: WriterForm, series_id: uuid.UUID, db: DB, filled: Sent) -> Response:
    """No more sessions after a day. What is planned after it is shown, and nothing of it is cancelled."""
    try:
        last = forms.day_of(filled, "last")
        with db.begin_nested():
            all_series.end(db, member, series_id, last=last)
    except (Invalid, Conflict) as refused:
        return _series(request, db, member, series_id, filled=filled, refused=refused)
    return RedirectResponse(f"/series/{series_id}?said=ended", 303)


def _series(
    request: Request,
    db: Session,
    member: Member,
    series_id: uuid.UUID,
    *,
    said: str = "",
    filled: Filled | None = None,
    refused: DomainError | None = None,
) -> Response:
    found = all_series.get(db, member, series_id)
    rule = Rule.of(found.rule)
    query = sessions.list_for(member, start=clock.now()).where(WorkshopSession.series_id == found.id)
    loaded = query.options(*desk.WHOLE)
    return desk.page(
        request,
        "series.html",
        said=said,
        refused=refused,
        filled=filled,
        series=found,
        workshop=db.get_one(Workshop, found.workshop_id),
        rule=rule,
        pattern=found.template,
        rows=_told(db.scalars(loaded.limit(MOST_ROWS))),
        staying=_told(all_series.staying(db, found)) if found.ended_at else [],
        skipped=_holidays(rule, found.made_until),
        states=desk.STATES,
        writes=member.may(Permission.WORKSHOPS_WRITE),
    )


def _told(found: Iterable[WorkshopSession]) -> list[tuple[Any, Told]]:
    return [(one, said_of(one, i18n.SOURCE)) for one in found]


def _holidays(rule: Rule, until: date | None) -> list[tuple[date, str]]:
    """The coming days that the rule leaves out because they are public holidays."""
    if rule.on_holidays or until is None:
        return []
    today = clock.now().date()
    weeks = timedelta(weeks=max(1, rule.weeks))
    day = rule.first + weeks * max(0, -((rule.first - today) // weeks))
    last, found = min(until, rule.until or until), []
    while day <= last:
        if name := holiday_name(day, rule.area):
            found.append((day, name))
        day += weeks
    return found
