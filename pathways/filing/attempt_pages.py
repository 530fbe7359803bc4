"""One attempt and its file: put in, taken out, and a new resume code for somebody who lost theirs."""

from __future__ import annotations

import uuid
from typing import Annotated

import segno
from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import reading
from pathways.diagnostics.doors import OF, OwnDoor
from pathways.errors import Conflict, Invalid
from pathways.filing import service
from pathways.i18n import D_
from pathways.people import days, files
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line, Pasted
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/profiles/{attempt_id}")

Keeper = Annotated[Member, Depends(Requires(Permission.FILES_KEEP, of=OF))]
KeeperForm = Annotated[Member, Depends(RequiresForm(Permission.FILES_KEEP, of=OF))]
MOST_OFFERED = 20


@router.get("/file")
def file_page(
    request: Request, member: Keeper, db: ReadDB, attempt_id: uuid.UUID, q: Annotated[Line, Query()] = ""
) -> Response:
    return _page(request, db, member, attempt_id, q=q)


@router.post("/file")
def attach(
    request: Request,
    member: KeeperForm,
    db: DB,
    attempt_id: uuid.UUID,
    file: Annotated[str, Form(max_length=36)] = "",
    label: Annotated[Pasted, Form()] = "",
) -> Response:
    """Into a known file if one is chosen, otherwise into a new one."""
    try:
        kept = service.attach(db, member, attempt_id, file_id=_identifier(file), label=label)
    except Invalid as error:
        said = i18n.sentence(error.errors[0]["message"], {})
        return _page(request, db, member, attempt_id, label=label, error=said, status=422)
    except Conflict as error:
        said = i18n.sentence(error.message, error.values)
        return _page(request, db, member, attempt_id, label=label, error=said, status=409)
    return RedirectResponse(f"/learners/{kept.id}", 303)


@router.post("/file/detach")
def detach(member: KeeperForm, db: DB, attempt_id: uuid.UUID) -> Response:
    service.detach(db, member, attempt_id)
    return RedirectResponse(f"/profiles/{attempt_id}/file", 303)


@router.post("/resume-code")
def resume_code(
    request: Request,
    member: KeeperForm,
    db: DB,
    door: OwnDoor,
    settings: OwnSettings,
    attempt_id: uuid.UUID,
    number: Annotated[int, Form()] = 1,
) -> Response:
    """The slip is the answer itself: the new code is in no address and on no other page of the desk."""
    attempt = service.renew_code(db, door, member, attempt_id, number=number)
    code = ids.readable(door.resume_code(attempt))
    address = f"{settings.url}/resume?code={code}"
    desk = i18n.current()
    told = i18n.gettext(D_("Imprimez cette page, ou notez le code : il ne sera plus affiché ici."))
    back = i18n.gettext(D_("Revenir à la fiche"))
    i18n.use(attempt.language)
    return render(
        request,
        "resume-slip.html",
        code=code,
        url=f"{settings.url}/resume",
        qr=segno.make(address, error="m").svg_data_uri(scale=6, border=2),
        file_id=attempt.file_id,
        desk=desk,
        told=told,
        back=back,
    )


def _page(
    request: Request,
    db: Session,
    member: Member,
    attempt_id: uuid.UUID,
    *,
    q: str = "",
    label: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    attempt, diagnostic = reading.attempt_for(db, member, attempt_id)
    kept = files.get(db, member, attempt.file_id) if attempt.file_id else None
    return render(
        request,
        "attempt-file.html",
        status=status,
        attempt=attempt,
        diagnostic=diagnostic,
        kept=kept,
        alone=kept is not None and len(service.attempts_in(db, kept.id)) == 1,
        found=() if kept else files.search(db, member, words=q, most=MOST_OFFERED),
        most=MOST_OFFERED,
        q=q,
        label=label,
        error=error,
        until=days.day(service.anonymous_until(attempt)),
        longest_label=files.LONGEST_LABEL,
        day=days.day,
        short=days.short,
    )


def _identifier(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        said = D_("Choisissez une fiche de la liste, ou donnez un repère.")
        raise Invalid(said, errors=[{"field": "file", "message": said}]) from error
