"""Learners' files as the desk sees them: found by their label, read, taken away, erased. What is handed over is in
the person's language and in French.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Annotated

from fastapi import Depends, Form, Query
from pydantic import AfterValidator, BaseModel, StringConstraints
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Invalid
from pathways.filing import erasing, exporting, service, walking
from pathways.i18n import D_
from pathways.learning import choosing
from pathways.people import days, files, journal
from pathways.people.journal import Act
from pathways.people.models import LearnerFile
from pathways.permissions import Member, Permission
from pathways.texts import clean, unturned
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line, Pasted, Short
from pathways.web.pages import render
from pathways.web.paging import Cursor, page
from pathways.web.routing import Router

router = Router(prefix="/learners")

Keeper = Annotated[Member, Depends(Requires(Permission.FILES_KEEP))]
KeeperForm = Annotated[Member, Depends(RequiresForm(Permission.FILES_KEEP))]
Words = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(unturned), AfterValidator(clean)]
"""A note as typed; the service says what is too long, and nothing of it is lost."""


class Typed(BaseModel):
    """The form of label and note."""

    csrf: str = ""
    version: int = 0
    label: Pasted = ""
    note: Words = ""


STATES = {"running": D_("en cours"), "finished": D_("terminée"), "left": D_("arrêtée en route")}
ROWS = 50


@router.get("")
def learners(
    request: Request, member: Keeper, db: ReadDB, q: Annotated[Line, Query()] = "", cursor: Cursor = None
) -> Response:
    """Files of the organisation, the latest active first, found by words of their label."""
    found = page(
        db,
        files.matching(member, q),
        at=LearnerFile.active_at,
        key=LearnerFile.id,
        limit=ROWS,
        cursor=cursor,
        show=lambda one: one,
    )
    visits = service.visits(db, [one.id for one in found["rows"]])
    return render(
        request, "learners.html", files=found["rows"], following=found["next"], visits=visits, q=q, day=days.day
    )


@router.get("/{file_id}")
def learner(
    request: Request,
    member: Keeper,
    db: ReadDB,
    door: OwnDoor,
    file_id: uuid.UUID,
    said: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """One file. That it was opened is written down."""
    file = files.get(db, member, file_id)
    journal.note_opened(request.app.state.database, db, member, Act.FILE_OPENED, [file.id])
    return _file(request, db, door, file, saved=said == "saved")


@router.post("/{file_id}")
def change(
    request: Request, member: KeeperForm, db: DB, door: OwnDoor, file_id: uuid.UUID, typed: Annotated[Typed, Form()]
) -> Response:
    """What was typed is never lost: a refused form comes back with it, beside what a colleague kept meanwhile."""
    try:
        files.change(db, member, file_id, label=typed.label, note=typed.note, version=typed.version)
    except Invalid as error:
        wrong = {entry["field"]: i18n.sentence(entry["message"], {}) for entry in error.errors}
        return _file(request, db, door, files.get(db, member, file_id), typed=typed, errors=wrong, status=422)
    except Conflict as error:
        kept, wrong = files.get(db, member, file_id), {"conflict": i18n.sentence(error.message, error.values)}
        return _file(request, db, door, kept, typed=typed, errors=wrong, status=409)
    return RedirectResponse(f"/learners/{file_id}?said=saved#label-and-note", 303)


@router.get("/{file_id}/compare")
def compare(
    member: Keeper, db: ReadDB, file_id: uuid.UUID, before: uuid.UUID | None = None, after: uuid.UUID | None = None
) -> Response:
    """A form of two lists leads to the page of two attempts."""
    files.get(db, member, file_id)
    if before is None or after is None:
        return RedirectResponse(f"/learners/{file_id}", 303)
    return RedirectResponse(f"/profiles/{before}/compare/{after}", 303)


@router.get("/{file_id}/export")
def export(request: Request, member: Keeper, db: DB, door: OwnDoor, file_id: uuid.UUID) -> Response:
    """Everything about one person, for that person: a page that opens anywhere, and the same for programs."""
    held = exporting.held(db, door, member, file_id)
    if held.attempts:
        i18n.use(held.attempts[0].filed.attempt.language)
    shown = render(
        request,
        "learner-export.html",
        held=held,
        states=STATES,
        ways=walking.WAYS,
        pathway_states=walking.PATHWAY_STATES,
        step_states=walking.STEP_STATES,
        step_kinds=walking.STEP_KINDS,
        booking_states=walking.BOOKING_STATES,
        day=days.french_day,
        short=days.short,
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Fiche.html", bytes(shown.body))
        archive.writestr("Fiche.json", json.dumps(exporting.to_json(held), ensure_ascii=False, indent=1))
    name = f"fiche-{clock.now():%Y-%m-%d}.zip"  # no label: the name of a file is read over a shoulder
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)


@router.get("/{file_id}/erase")
def ask_erase(request: Request, member: Keeper, db: ReadDB, file_id: uuid.UUID) -> Response:
    file = files.get(db, member, file_id)
    return render(request, "learner-erase.html", file=file, counts=erasing.counted(db, file))


@router.post("/{file_id}/erase")
def erase(member: KeeperForm, db: DB, file_id: uuid.UUID) -> Response:
    """Sent twice, it leads to the same receipt."""
    filed = service.attempts_in(db, file_id)
    erasing.erase(db, member, file_id)
    language = filed[0].attempt.language if filed else i18n.SOURCE
    return RedirectResponse(f"/learners/{file_id}/receipt?lang={language}", 303)


@router.get("/{file_id}/receipt")
def receipt(
    request: Request, member: Keeper, db: ReadDB, file_id: uuid.UUID, lang: Annotated[Short, Query()] = ""
) -> Response:
    """To print and to hand over, in the language of the address and in French."""
    found = erasing.receipt(db, member, file_id)
    desk, back = i18n.current(), i18n.gettext(D_("Revenir aux fiches"))
    i18n.use(i18n.recognised(lang) or i18n.SOURCE)
    at = found.erased_at.astimezone(days.PARIS).date()
    return render(
        request,
        "learner-receipt.html",
        receipt=found,
        at=(i18n.say_date(at, i18n.current().code), i18n.say_date(at, i18n.SOURCE)),
        desk=desk,
        back=back,
    )


def _file(
    request: Request,
    db: Session,
    door: Door,
    file: LearnerFile,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    saved: bool = False,
    status: int = 200,
) -> Response:
    filed = service.attempts_in(db, file.id)
    return render(
        request,
        "learner-file.html",
        status=status,
        file=file,
        filed=filed,
        pathway=choosing.latest(db, filed[0].attempt) if filed else None,
        next_code={one.attempt.id: door.renewals(one.attempt) + 1 for one in filed},
        typed=typed or file,
        errors=errors or {},
        saved=saved,
        states=STATES,
        longest_note=files.LONGEST_NOTE,
        longest_label=files.LONGEST_LABEL,
        short=days.short,
        day=days.day,
    )
