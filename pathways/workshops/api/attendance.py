"""Attendance for programs, and for the page that works without network."""

from __future__ import annotations

import base64
import uuid
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query

from pathways import clock, ids
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.routing import Router
from pathways.workshops import showing
from pathways.workshops.attending import activity, attendance, closing, signing
from pathways.workshops.attending.activity import Period
from pathways.workshops.attending.attendance_schemas import (
    ActivitiesOut,
    DayOut,
    RecordOut,
    RegisterOut,
    SyncIn,
    SyncOut,
    VansOut,
)
from pathways.workshops.attending.signing import Expected, Scope
from pathways.workshops.codes import Codes

router = Router(prefix="/attendance", tags=["attendance"], route_class=StrictRoute)
Recorder = Annotated[Member, Depends(Requires(Permission.ATTENDANCE_RECORD, of={"session_id": attendance.held}))]


@router.get("/day", response_model=DayOut, summary="What a device takes along for a day without network")
def day(
    member: Recorder,
    db: ReadDB,
    settings: OwnSettings,
    device: Annotated[Short, Query(min_length=1, description="The name that the device gave itself.")],
    on: Annotated[date | None, Query(description="Today, if no day is named.")] = None,
    whose: Annotated[Short, Query(description="`mine`, `all`, or the id of a tour.")] = "mine",
) -> dict[str, Any]:
    """First names or initials as they were given, codes, sizes of parties: nothing else of anybody."""
    wanted = on or signing.today()
    Period(wanted, wanted).checked()
    found = signing.day(db, member, wanted, scope_of(whose))
    codes, now = Codes(settings.secret), clock.now()
    return {
        "day": wanted,
        "taken_at": now,
        "expires_at": now + signing.KEPT_ON_DEVICE,
        "key": base64.b64encode(signing.device_key(settings.secret, member, device)).decode(),
        "sessions": [told(one, codes) for one in found],
    }


@router.get("/tours", response_model=VansOut, summary="Whose day a device may take along, beside one's own")
def tours(member: Recorder, db: ReadDB) -> dict[str, Any]:
    return {"tours": signing.tours(db, member)}


@router.post("/sync", response_model=SyncOut, summary="Send what a device recorded")
def sync(member: Recorder, body: SyncIn, db: DB, settings: OwnSettings) -> dict[str, Any]:
    """Each item is for itself and is kept once, however often it is sent; one that is refused says why and holds up
    nothing. Two recorders who disagree are a conflict, which a person decides on.
    """
    items = [one.given() for one in body.items]
    answers = signing.sync(db, Codes(settings.secret), member, body.device, body.now, items)
    return {"received_at": clock.now(), "answers": answers}


@router.get("/activity", response_model=ActivitiesOut, summary="The activity report of a period")
def report(member: Recorder, db: ReadDB, first: date, last: date) -> dict[str, Any]:
    """Of the closed sessions of these days, both included."""
    found = activity.records(db, member, Period(first, last).checked())
    return {"activities": [activity.told(one) for one in found]}


@router.get("/sessions/{session_id}", response_model=RegisterOut, summary="Who came to a session")
def register(member: Recorder, session_id: uuid.UUID, db: ReadDB, settings: OwnSettings) -> dict[str, Any]:
    found = signing.expected(db, member, session_id)
    return told(found, Codes(settings.secret))


@router.post("/sessions/{session_id}/close", response_model=RecordOut, summary="Write down what happened")
def close(member: Recorder, session_id: uuid.UUID, db: DB) -> Any:
    """It took place. Nobody becomes absent by it. Twice changes nothing."""
    return closing.close(db, member, session_id)


def scope_of(whose: str) -> Scope:
    if whose in {"mine", "all"}:
        return Scope(everybody=whose == "all")
    try:
        return Scope(tour_id=uuid.UUID(whose))
    except ValueError as error:
        said = D_("Choisissez : mes séances, toutes, ou un bus.")
        raise Invalid(said, errors=[{"field": "whose", "message": said}]) from error


def told(one: Expected, codes: Codes) -> dict[str, Any]:
    """A register as JSON."""
    session, walk_ins = one.register.session, one.register.walk_ins
    said = showing.said_of(session, "fr")
    return {
        "session_id": session.id,
        "state": session.state,
        "title": said.title_french,
        "day": said.date,
        "hours": said.hours,
        "place": closing.place_of(session),
        "minutes": attendance.minutes_of(session),
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "seats": [
            {
                "booking_id": row.booking.id,
                "seat": row.seat,
                "party": row.booking.party,
                "label": row.booking.label,
                "code": ids.readable(codes.code_of(row.booking.id)),
                "presence": row.presence,
                "minutes": row.minutes,
                "in_conflict": row.in_conflict,
                "is_against_cancellation": row.is_against_cancellation,
                "marks": row.marks,
            }
            for row in one.register.rows
        ],
        "walk_ins": {
            "number": walk_ins.number if walk_ins else 0,
            "known": walk_ins.known if walk_ins else {},
            "in_conflict": bool(walk_ins and walk_ins.in_conflict),
            "marks": walk_ins.marks if walk_ins else [],
        },
        "van_seats": one.van_seats,
    }
