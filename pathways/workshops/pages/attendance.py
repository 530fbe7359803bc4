"""The register of a session at the desk, without any script, and its sheet for pens."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops import showing
from pathways.workshops.attending import attendance, closing
from pathways.workshops.attending.attendance import KNOWN, Given, Register, Row
from pathways.workshops.attending.certificates import PRESENCES
from pathways.workshops.codes import Codes
from pathways.workshops.forms import Filled, Sent
from pathways.workshops.models import Presence, SessionState
from pathways.workshops.pages.booking_doors import OwnCodes

router = Router()
OF = {"session_id": attendance.held}
Recorder = Annotated[Member, Depends(Requires(Permission.ATTENDANCE_RECORD, of=OF))]
RecorderForm = Annotated[Member, Depends(RequiresForm(Permission.ATTENDANCE_RECORD, of=OF))]
ON_A_PAGE = 60
"""Seats: a form has a bounded number of fields."""
PAPER_LINES = 4
"""Empty lines of a sheet, at least, for those who come without a booking."""
SAID = {
    "kept": D_("C'est enregistré."),
    "closed": D_("La séance est terminée. Son compte rendu est écrit."),
}
KNOWN_TITLES = {"age": D_("Âge"), "gender": D_("Genre"), "status": D_("Statut")}
KNOWN_WORDS = {
    "moins_de_douze": D_("moins de 12 ans"),
    "douze_dix_huit": D_("12 à 18 ans"),
    "dix_huit_vingt_quatre": D_("18 à 24 ans"),
    "vingt_cinq_trente_neuf": D_("25 à 39 ans"),
    "quarante_cinquante_neuf": D_("40 à 59 ans"),
    "soixante_soixante_neuf": D_("60 à 69 ans"),
    "soixante_dix_plus": D_("70 ans et plus"),
    "masculin": D_("hommes"),
    "feminin": D_("femmes"),
    "scolarise": D_("scolarisés"),
    "sans_emploi": D_("sans emploi"),
    "en_emploi": D_("en emploi"),
    "retraite": D_("retraités"),
    "non_communique": D_("non communiqué"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One seat as the page shows it."""

    row: Row
    key: str
    code: str
    was: str
    """What stands there now, and the marks behind it: comes back with the form."""
    recorder: str
    versions: tuple[str, ...]
    """Of a conflict: who says what."""


@router.get("/sessions/{session_id}/attendance")
def register(
    request: Request,
    member: Recorder,
    session_id: uuid.UUID,
    db: ReadDB,
    codes: OwnCodes,
    said: Annotated[Short, Query()] = "",
    page: Annotated[int, Query(ge=1, le=50)] = 1,
) -> Response:
    found = attendance.register(db, member, session_id)
    return _page(request, db, codes, found, said=i18n.gettext(SAID.get(said, "")), page=page)


@router.post("/sessions/{session_id}/attendance")
def keep(
    request: Request, member: RecorderForm, session_id: uuid.UUID, db: DB, codes: OwnCodes, sent: Sent
) -> Response:
    """Each seat whose choice changed on this page becomes a mark; pressed twice, it is one."""
    found = attendance.register(db, member, session_id)
    page = sent.number("page", 1)
    try:
        with db.begin_nested():
            given = _given(found, sent, page)
            sent.refuse()
            for one in given:
                attendance.mark(db, member, one)
            if given:
                closing.write_again(db, member, session_id)
    except (Conflict, Invalid) as error:
        again = attendance.register(db, member, session_id)
        return _page(request, db, codes, again, said=said_of(error), page=page, sent=sent, status=status_of(error))
    return RedirectResponse(f"/sessions/{session_id}/attendance?said=kept&page={page}", 303)


@router.post("/sessions/{session_id}/attendance/close")
def close(request: Request, member: RecorderForm, session_id: uuid.UUID, db: DB, codes: OwnCodes) -> Response:
    try:
        with db.begin_nested():
            closing.close(db, member, session_id)
    except Conflict as error:
        found = attendance.register(db, member, session_id)
        return _page(request, db, codes, found, said=said_of(error), status=409)
    return RedirectResponse(f"/sessions/{session_id}/attendance?said=closed", 303)


@router.get("/sessions/{session_id}/attendance/close")
def back(member: Recorder, session_id: uuid.UUID) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return RedirectResponse(f"/sessions/{session_id}/attendance", 303)


@router.get("/sessions/{session_id}/attendance/sheet")
def sheet(request: Request, member: Recorder, session_id: uuid.UUID, db: ReadDB, codes: OwnCodes) -> Response:
    """For a wall or a van: columns that are understood without reading any language."""
    found = attendance.register(db, member, session_id)
    free = max(PAPER_LINES, found.session.capacity + found.session.allowance - len(found.rows))
    return render(
        request,
        "sign-in-sheet.html",
        session=found.session,
        told=showing.said_of(found.session, i18n.SOURCE),
        lines=_lines(db, codes, found, found.rows),
        free=min(free, 20),
        organisation=member.organisation_name,
        place=closing.place_of(found.session),
    )


# --- what the pages show -------------------------------------------------------------------------------------


def _page(
    request: Request,
    db: Session,
    codes: Codes,
    found: Register,
    *,
    said: str = "",
    page: int = 1,
    sent: Filled | None = None,
    status: int = 200,
) -> Response:
    session, begin = found.session, (max(page, 1) - 1) * ON_A_PAGE
    return render(
        request,
        "attendance.html",
        status=status,
        session=session,
        told=showing.said_of(session, i18n.SOURCE),
        register=found,
        lines=_lines(db, codes, found, found.rows[begin : begin + ON_A_PAGE]),
        page=max(page, 1),
        pages=-(-len(found.rows) // ON_A_PAGE),
        presences=PRESENCES,
        minutes=attendance.minutes_of(session),
        known=KNOWN,
        titles=KNOWN_TITLES,
        words=KNOWN_WORDS,
        came=sum(row.came for row in found.rows),
        closed=session.state is SessionState.CLOSED,
        count_was=_was_count(found),
        key=ids.random_id(),
        said=said,
        sent=sent,
    )


def _lines(db: Session, codes: Codes, found: Register, rows: Sequence[Row]) -> list[Line]:
    torn = [row for row in rows if row.in_conflict]
    marks = {str(one.id): (one, name) for one, name in attendance.marks_of(db, found.session.id)} if torn else {}

    def versions(row: Row) -> tuple[str, ...]:
        told = [marks[one] for one in row.marks if one in marks] if row.in_conflict else []
        return tuple(f"{name} : {i18n.gettext(PRESENCES[one.presence or Presence.UNSAID])}" for one, name in told)

    return [
        Line(
            row,
            f"{row.booking.id}-{row.seat}",
            ids.readable(codes.code_of(row.booking.id)),
            _was(row),
            found.recorders.get(row.account_id, "") if row.account_id else "",
            versions(row),
        )
        for row in rows
    ]


def _was(row: Row) -> str:
    minutes = "" if row.minutes is None else row.minutes
    return f"{row.presence.value}|{minutes}|{' '.join(row.marks)}"


def _was_count(found: Register) -> str:
    kept = found.walk_ins
    return f"{_counted(kept.number, kept.known)}#{' '.join(kept.marks)}" if kept else f"{_counted(0, {})}#"


def _counted(number: int, known: Mapping[str, Mapping[str, int]]) -> str:
    return json.dumps([number, known], sort_keys=True)


def _given(found: Register, sent: Filled, page: int) -> list[Given]:
    """What was changed on the page: compared with what stood there when it was shown, not with what stands now."""
    rest = sent.get("rest")
    begin = (max(page, 1) - 1) * ON_A_PAGE
    given = [_of_seat(found, row, sent, rest) for row in found.rows[begin : begin + ON_A_PAGE]]
    return [one for one in (*given, _of_group(found, sent)) if one is not None]


def _of_seat(found: Register, row: Row, sent: Filled, rest: str) -> Given | None:
    name = f"{row.booking.id}-{row.seat}"
    was, _, behind = sent.get(f"was-{name}").partition("|")
    minutes_were, _, marks = behind.partition("|")
    chosen, typed = sent.get(f"presence-{name}", was), sent.get(f"minutes-{name}").translate(i18n.LATIN_DIGITS)
    if rest and chosen == Presence.UNSAID.value and not row.in_conflict:
        chosen = rest
    if f"was-{name}" not in sent.fields or (chosen, typed) == (was, minutes_were):
        return None
    try:
        presence = Presence(chosen)
        minutes = int(typed) if typed else None
    except ValueError:
        sent.wrong(f"minutes-{name}", i18n.gettext(D_("Écrivez un nombre.")))
        return None
    return Given(
        id=ids.stable_id("attendance", sent.get("key"), name, chosen, typed),
        session_id=found.session.id,
        booking_id=row.booking.id,
        seat=row.seat,
        presence=presence,
        minutes=minutes,
        seen=_marks(marks),
    )


def _of_group(found: Register, sent: Filled) -> Given | None:
    number = sent.number("walk_ins", 0)
    known: dict[str, dict[str, int]] = {}
    for name, values in KNOWN.items():
        counts = {one: sent.number(f"{name}-{one}", 0) for one in values}
        if any(counts.values()):
            known[name] = {one: count for one, count in counts.items() if count}
    stood, _, marks = sent.get("count_was").partition("#")
    torn = found.walk_ins is not None and found.walk_ins.in_conflict
    if "walk_ins" not in sent.fields or (stood == _counted(number, known) and not torn):
        return None
    return Given(
        id=ids.stable_id("attendance", sent.get("key"), "walk_ins", str(number), str(known)),
        session_id=found.session.id,
        walk_ins=number,
        known=known,
        seen=_marks(marks),
    )


def _marks(text: str) -> tuple[uuid.UUID, ...]:
    found = []
    for one in text.split()[:50]:
        try:
            found.append(uuid.UUID(one))
        except ValueError:
            continue
    return tuple(found)


def said_of(error: DomainError) -> str:
    return i18n.sentence(error.message, error.values)


def status_of(error: DomainError) -> int:
    return 409 if isinstance(error, Conflict) else 422
