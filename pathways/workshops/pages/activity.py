"""What closed sessions leave behind: the activity report and the table of hours, by period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops.attending import activity, certificates, signing
from pathways.workshops.attending.activity import Period
from pathways.workshops.attending.certificates import COLUMNS, Wanted
from pathways.workshops.forms import Sent
from pathways.workshops.pages.attendance import SAID, Recorder, RecorderForm, said_of, status_of
from pathways.workshops.pages.booking_doors import OwnCodes

router = Router()
USUAL_DAYS = 31


@router.get("/attendance")
def reports(
    request: Request,
    member: Recorder,
    db: ReadDB,
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
    said: Annotated[Short, Query()] = "",
) -> Response:
    """The organisation's closed sessions of some days, and the tables that are made of them."""
    try:
        period, wrong = _period(first, last), ""
    except Invalid as error:
        period, wrong = _period("", ""), said_of(error)
    return _reports(request, member, db, period, said=wrong or i18n.gettext(SAID.get(said, "")))


@router.get("/attendance/activity.{kind}")
def activity_table(
    member: Recorder,
    kind: activity.Kind,
    db: ReadDB,
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    period = _period(first, last)
    return _handed(activity.written(activity.records(db, member, period), kind), f"activite-{period.first}", kind)


@router.get("/attendance/hours.{kind}")
def hours_table(
    member: Recorder,
    kind: certificates.Kind,
    db: ReadDB,
    codes: OwnCodes,
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """With the columns that the organisation chose, for whoever pays the hours."""
    period = _period(first, last)
    found = certificates.attended(db, codes, member, period)
    made = certificates.table(found, certificates.wanted(db, member).columns, kind)
    return _handed(made, f"heures-{period.first}", kind)


@router.post("/attendance/columns")
def columns(request: Request, member: RecorderForm, db: DB, sent: Sent) -> Response:
    chosen = Wanted(sent.all("columns"), sent.number("keep_months", 0), sent.number("version", 0))
    try:
        with db.begin_nested():
            certificates.want(db, member, chosen)
    except (Conflict, Invalid) as error:
        response = _reports(request, member, db, _period("", ""), said=said_of(error), chosen=chosen)
        response.status_code = status_of(error)
        return response
    return RedirectResponse("/attendance?said=kept", 303)


def _reports(
    request: Request, member: Member, db: Session, period: Period, *, said: str, chosen: Wanted | None = None
) -> Response:
    return render(
        request,
        "activity.html",
        period=period,
        records=activity.records(db, member, period),
        came=activity.came,
        theme_names=activity.theme_names,
        columns=COLUMNS,
        wanted=chosen or certificates.wanted(db, member),
        said=said,
    )


def _period(first: str, last: str) -> Period:
    """The days that were asked for; the last month, if none are."""
    today = signing.today()
    try:
        ends = date.fromisoformat(last) if last else today
        begins = date.fromisoformat(first) if first else ends - timedelta(days=USUAL_DAYS)
    except (ValueError, OverflowError) as error:
        raise Invalid(D_("La date s'écrit ainsi : 2026-12-03.")) from error
    return Period(begins, ends).checked()


def _handed(made: tuple[bytes, str], name: str, kind: str) -> Response:
    content, media_type = made
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, headers=headers, media_type=media_type)
