"""People whom no machine can tell: what to say to each, in their language, and that it was said."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import NotFound
from pathways.i18n import D_, N_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.pages import desk_language, render
from pathways.web.routing import Router
from pathways.workshops import showing, wall_clock
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    Booking,
    BookingState,
    DeskTask,
    DeskTaskKind,
    SessionState,
    WaitingState,
    WaitlistEntry,
    WorkshopSession,
)
from pathways.workshops.pages.booking_doors import OwnCodes, readable
from pathways.workshops.seating import desk_tasks, seeking, waiting
from pathways.workshops.seating.asking import Refused

router = Router()
OF = {"task_id": desk_tasks.get}
Maker = Annotated[Member, Depends(Requires(Permission.BOOKINGS_MAKE, of=OF))]
MakerForm = Annotated[Member, Depends(RequiresForm(Permission.BOOKINGS_MAKE, of=OF))]
KINDS = {
    DeskTaskKind.OFFER: D_("Une place s'est libérée"),
    DeskTaskKind.CANCELLED: D_("Séance annulée"),
    DeskTaskKind.MOVED: D_("Autre heure ou autre lieu"),
    DeskTaskKind.REMINDER: D_("Rappel"),
    DeskTaskKind.CALL: D_("Absences : prendre des nouvelles"),
}
SAID = {
    DeskTaskKind.OFFER: N_("Une place est gardée pour vous."),
    DeskTaskKind.CANCELLED: N_("Cet atelier est annulé."),
    DeskTaskKind.MOVED: N_("Attention : l'heure ou le lieu a changé."),
    DeskTaskKind.REMINDER: N_("N'oubliez pas votre atelier."),
    DeskTaskKind.CALL: N_("Vous nous avez manqué les dernières fois. Comment allez-vous ?"),
}
BEFORE = N_("Répondez avant :")
COME_BACK = N_("Voulez-vous revenir ?")
Sentence = dict[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What the tasks of a page are about, each kind read in one question."""

    bookings: dict[uuid.UUID, Booking]
    entries: dict[uuid.UUID, WaitlistEntry]
    sessions: dict[uuid.UUID, WorkshopSession]


@router.get("/tasks")
def listed(request: Request, member: Maker, db: ReadDB, codes: OwnCodes) -> Response:
    tasks = desk_tasks.open_tasks(db, member)
    known = _known(db, tasks)
    spoken = desk_language(request)
    rows = [row for task in tasks if (row := _row(task, known, codes, spoken)) is not None]
    return render(request, "tasks.html", rows=rows)


@router.post("/tasks/{task_id}/done")
def done(member: MakerForm, task_id: uuid.UUID, db: DB) -> Response:
    desk_tasks.done(db, member, task_id)
    return RedirectResponse("/tasks", 303)


@router.post("/tasks/{task_id}/accept")
def accept(member: MakerForm, task_id: uuid.UUID, db: DB, codes: OwnCodes) -> Response:
    """They said yes: the seat is theirs, and here is the slip."""
    task = desk_tasks.get(db, member, task_id)
    entry = _entry(db, task)
    try:
        made = waiting.accept(db, codes, entry)
    except Refused:  # too late: it went to the next, and the list says so
        return RedirectResponse("/tasks", 303)
    desk_tasks.done(db, member, task_id)
    return RedirectResponse(f"/sessions/{entry.session_id}/book?made={made.booking.id}", 303)


@router.post("/tasks/{task_id}/decline")
def decline(member: MakerForm, task_id: uuid.UUID, db: DB) -> Response:
    task = desk_tasks.get(db, member, task_id)
    waiting.decline(db, _entry(db, task))
    desk_tasks.done(db, member, task_id)
    return RedirectResponse("/tasks", 303)


@router.get("/tasks/{task_id}/done")
@router.get("/tasks/{task_id}/accept")
@router.get("/tasks/{task_id}/decline")
def back(member: Maker, task_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    desk_tasks.get(db, member, task_id)
    return RedirectResponse("/tasks", 303)


def _entry(db: Session, task: DeskTask) -> WaitlistEntry:
    found = db.get(WaitlistEntry, task.entry_id) if task.entry_id else None
    if found is None or task.kind is not DeskTaskKind.OFFER:
        raise NotFound(D_("Cette tâche n'offre pas de place."))
    return found


def _known(db: Session, tasks: Sequence[DeskTask]) -> Known:
    entries = {
        one.id: one
        for one in db.scalars(
            sa.select(WaitlistEntry).where(WaitlistEntry.id.in_([task.entry_id for task in tasks if task.entry_id]))
        )
    }
    wanted = [task.booking_id for task in tasks if task.booking_id]
    wanted += [one.booking_id for one in entries.values() if one.booking_id]
    found = {one.id: one for one in db.scalars(sa.select(Booking).where(Booking.id.in_(wanted)))}
    follow = [one.moved_to_id for one in found.values() if one.moved_to_id]
    found |= {one.id: one for one in db.scalars(sa.select(Booking).where(Booking.id.in_(follow)))}
    about = [one.session_id for one in (*entries.values(), *found.values())]
    return Known(found, entries, seeking.by_ids(db, about))


def _row(task: DeskTask, known: Known, codes: Codes, spoken: str) -> dict[str, Any] | None:
    who: Booking | WaitlistEntry | None = None
    if task.entry_id is not None:
        who = known.entries.get(task.entry_id)
    elif task.booking_id is not None:
        who = known.bookings.get(task.booking_id)
    if who is None:
        return None
    session = known.sessions[who.session_id]
    offered = task.kind is DeskTaskKind.OFFER and isinstance(who, WaitlistEntry)
    due = wall_clock.local(task.due_at, session.timezone) if task.due_at else None
    return {
        "id": task.id,
        "kind": KINDS[task.kind],
        "name": who.label or readable(codes, who),
        "label": who.label,
        "code": readable(codes, who),
        "party": who.party,
        "language": i18n.language(who.language if who.language in i18n.languages() else i18n.SOURCE),
        "due": f"{i18n.say_date(due.day, spoken)}, {due}" if due else "",
        "sentences": _sentences(task, who, session, known),
        "entry": offered and who.state is WaitingState.OFFERED,
        "booking": who.id if isinstance(who, Booking) else None,
    }


def _sentences(task: DeskTask, who: Booking | WaitlistEntry, session: WorkshopSession, known: Known) -> list[Sentence]:
    """What to say, in the language of whoever hears it and in French."""
    code = who.language
    lines = [_two(SAID[task.kind], code)]
    if task.kind is DeskTaskKind.CALL:
        return [*lines, _two(COME_BACK, code)]
    lines += _about(session, code)
    if task.kind is DeskTaskKind.OFFER and isinstance(who, WaitlistEntry):
        held = known.bookings.get(who.booking_id) if who.booking_id else None
        lines += _until(held, session, code)
    if task.kind is DeskTaskKind.CANCELLED:
        if session.state is SessionState.CANCELLED and session.reason:
            lines.append({"own": session.reason, "french": session.reason})
        other = known.bookings.get(who.moved_to_id) if isinstance(who, Booking) and who.moved_to_id else None
        if other is not None and other.state is BookingState.HELD and other.session_id in known.sessions:
            place = known.sessions[other.session_id]
            lines += [_two(SAID[DeskTaskKind.OFFER], code), *_about(place, code), *_until(other, place, code)]
    return lines


def _two(message: str, code: str) -> Sentence:
    return {"own": i18n.gettext(message, code), "french": message}


def _about(session: WorkshopSession, code: str) -> list[Sentence]:
    said = showing.said_of(session, code)
    place = f"{said.place.name}, {said.address}" if said.place else ""
    return [
        {"own": said.title.text, "french": said.title_french},
        {"own": f"{said.day}, {said.hours}", "french": f"{said.day_french}, {said.hours}"},
        *([{"own": place, "french": place}] if place else []),
    ]


def _until(held: Booking | None, session: WorkshopSession, code: str) -> list[Sentence]:
    if held is None or held.lapses_at is None:
        return []
    end = wall_clock.local(held.lapses_at, session.timezone)
    own, french = (f"{i18n.gettext(BEFORE, one)} {i18n.say_date(end.day, one)}, {end}" for one in (code, i18n.SOURCE))
    return [{"own": own, "french": french}]
