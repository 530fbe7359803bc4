"""Receptions for an organisation's own tools: the same service functions as the pages."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from pathways import ids
from pathways.diagnostics import reading, taking
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.keys import Door
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.people import habits
from pathways.permissions import Member, Permission
from pathways.reception import service
from pathways.reception.appointments import Appointment
from pathways.reception.models import Reception
from pathways.reception.schemas import (
    AppointmentChange,
    AppointmentOut,
    ReceptionIn,
    ReceptionOut,
    ReceptionsOut,
    SummaryOut,
    appointment_json,
    state_of,
)
from pathways.reception.service import Choice
from pathways.reception.sheet import Sheet
from pathways.reception.summary import summary
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.routing import Router

router = Router(prefix="/receptions", tags=["receptions"], route_class=StrictRoute)
Holder = Annotated[Member, Depends(Requires(Permission.RECEPTIONS_HOLD, of={"reception_id": service.get}))]


@router.get("", response_model=ReceptionsOut, summary="Whom the organisation received")
def list_day(member: Holder, db: ReadDB, day: Annotated[date | None, Query()] = None) -> dict[str, Any]:
    """From midnight to midnight in Paris, the latest first; today, if no day is named."""
    rows = service.received_on(db, member, day or service.today())
    return {
        "receptions": [
            {
                "id": one.id,
                "language": one.language,
                "state": state_of(attempt_id=one.attempt_id, stopped=one.stopped),
                "attempt_id": one.attempt_id,
                "diagnostic": one.diagnostic,
                "answered": one.answered,
                "label": one.label,
                "started_at": one.started_at,
                "closed_at": one.closed_at,
            }
            for one in rows
        ]
    }


@router.post("", status_code=201, response_model=ReceptionOut, summary="Receive somebody")
def receive(member: Holder, body: ReceptionIn, db: DB, door: OwnDoor) -> dict[str, Any]:
    """Keep a context sheet, or begin the questions. The id is the idempotency key."""
    here, unusable = body.where == "here", tuple(body.unusable)
    sheet = Sheet(body.language, body.context, body.label, body.file_id, here=here, unusable=unusable)
    if body.situation or body.diagnostic_id:
        choice = Choice(body.situation, body.diagnostic_id)
        found, _ = service.start(db, door, member, body.id, sheet=sheet, choice=choice, here=here)
    else:
        found = service.keep(db, member, body.id, sheet)
    db.flush()
    return _out(db, door, found)


@router.get("/{reception_id}", response_model=ReceptionOut, summary="One reception")
def reception(member: Holder, reception_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> dict[str, Any]:
    return _out(db, door, service.get(db, member, reception_id))


@router.get("/{reception_id}/appointment", response_model=AppointmentOut, summary="The next appointment")
def appointment(member: Holder, reception_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    found = service.get(db, member, reception_id)
    return appointment_json(found.appointment, service.version_of(found))


@router.patch("/{reception_id}/appointment", response_model=AppointmentOut, summary="Agree on an appointment")
def agree(member: Holder, reception_id: uuid.UUID, body: AppointmentChange, db: DB) -> dict[str, Any]:
    """Sent twice, it changes nothing; with a version that is not the present one it is refused (409)."""
    wanted = Appointment(body.date, body.time, body.place, body.words)
    found = service.agree(db, member, reception_id, appointment=wanted, seen=body.version)
    return appointment_json(found.appointment, service.version_of(found))


@router.post("/{reception_id}/next", response_model=ReceptionOut, summary="The next person")
def next_person(member: Holder, reception_id: uuid.UUID, db: DB, door: OwnDoor) -> dict[str, Any]:
    """Shut what the desk shows of this one. Twice changes nothing."""
    return _out(db, door, service.next_person(db, member, reception_id))


@router.get("/{reception_id}/summary", response_model=SummaryOut, summary="What to report of a reception")
def report(member: Holder, reception_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> dict[str, Any]:
    """Date, minutes, equipment, themes and, if it can be said, the level. Never a label."""
    found = service.get(db, member, reception_id)
    if found.attempt_id is None:
        raise NotFound(D_("Les questions n'ont pas encore commencé."))
    attempt = taking.get(db, found.attempt_id)
    place = habits.of(habits.get(db, member)).place or member.organisation_name
    told = summary(found, reading.profile(db, door, attempt), place=place)
    return told.to_json() | {"text": told.text()}


def _out(db: Session, door: Door, found: Reception) -> dict[str, Any]:
    attempt = taking.get(db, found.attempt_id) if found.attempt_id else None
    return {
        "id": found.id,
        "language": found.language,
        "state": state_of(attempt_id=found.attempt_id, stopped=attempt.stopped if attempt else None),
        "attempt_id": found.attempt_id,
        "resume_code": ids.readable(door.resume_code(attempt)) if attempt else None,
        "started_at": found.started_at,
        "closed_at": found.closed_at,
    }
