"""Copying, sharing, a new version: the trainer's pages about what becomes of a diagnostic elsewhere and later."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Annotated

from fastapi import Depends, Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing import sharing, side_by_side, versions
from pathways.diagnostics.composing.selections import Selection, titles_of
from pathways.diagnostics.doors import OF
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
MOST_ROWS = 100
READABLE = {"diagnostic_id": sharing.readable}
"""What a path names may be of another organisation, if it is shared."""

DiagnosticsReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ, of=READABLE))]
Composer = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_COMPOSE, of=OF))]
ComposerForm = Annotated[Member, Depends(RequiresForm(Permission.DIAGNOSTICS_COMPOSE, of=OF))]
CopierForm = Annotated[Member, Depends(RequiresForm(Permission.DIAGNOSTICS_COMPOSE, of=READABLE))]


@router.get("/diagnostics/shared")
def shared(request: Request, member: DiagnosticsReader, db: ReadDB) -> Response:
    """What other organisations share with this one."""
    found = db.scalars(sharing.shared_with(member).limit(MOST_ROWS)).all()
    return render(request, "shared.html", diagnostics=found, owners=sharing.owners_of(db, found), most=MOST_ROWS)


@router.get("/diagnostics/shared/{diagnostic_id}")
def shared_one(request: Request, member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> Response:
    """The definition, the questions and the price of what is shared: never attempts, never counts."""
    found = sharing.readable(db, member, diagnostic_id)
    selection = Selection.from_json(found.selection)
    return render(
        request,
        "shared-one.html",
        diagnostic=found,
        owner=sharing.owners_of(db, [found])[found.organisation_id],
        own=found.organisation_id == member.organisation_id,
        side=side_by_side.of_diagnostic(db, found),
        selection=selection,
        rules=found.blueprint.get("rules") or asdict(selection.rules()),
        skills=titles_of(composing.ladders(db, found, archived=True), selection),
        questions=sharing.questions_of(db, found),
        sources=i18n.languages(),
        key=ids.random_id(),
    )


@router.get("/diagnostics/{diagnostic_id}/sharing")
def sharing_of(request: Request, member: Composer, diagnostic_id: uuid.UUID, db: ReadDB) -> Response:
    return _sharing(request, db, member, composing.get(db, member, diagnostic_id))


@router.post("/diagnostics/{diagnostic_id}/share")
def share(
    request: Request,
    member: ComposerForm,
    diagnostic_id: uuid.UUID,
    db: DB,
    organisation: Annotated[Short, Form()] = "",
    everybody: Annotated[Short, Form()] = "",
) -> Response:
    diagnostic = composing.get(db, member, diagnostic_id)
    try:
        sharing.share(db, member, diagnostic_id, organisation_id=_with_whom(organisation, everybody))
    except Invalid as error:
        return _sharing(request, db, member, diagnostic, said=i18n.sentence(error.message, error.values), status=422)
    return RedirectResponse(f"/diagnostics/{diagnostic_id}/sharing", 303)


@router.post("/diagnostics/{diagnostic_id}/unshare")
def unshare(
    request: Request,
    member: ComposerForm,
    diagnostic_id: uuid.UUID,
    db: DB,
    organisation: Annotated[Short, Form()] = "",
    everybody: Annotated[Short, Form()] = "",
) -> Response:
    diagnostic = composing.get(db, member, diagnostic_id)
    try:
        sharing.unshare(db, member, diagnostic_id, organisation_id=_with_whom(organisation, everybody))
    except Invalid as error:
        return _sharing(request, db, member, diagnostic, said=i18n.sentence(error.message, error.values), status=422)
    return RedirectResponse(f"/diagnostics/{diagnostic_id}/sharing", 303)


@router.post("/diagnostics/{diagnostic_id}/copy")
def copy(member: CopierForm, diagnostic_id: uuid.UUID, db: DB, key: Annotated[uuid.UUID, Form()]) -> Response:
    """A draft like this one. Pressed twice, it makes one."""
    made = sharing.copy(db, member, diagnostic_id, key=key)
    said = "incomplete" if made.lost else "adopted" if made.adopted else "copied"
    return RedirectResponse(f"/diagnostics/{made.diagnostic.id}?said={said}", 303)


@router.post("/diagnostics/{diagnostic_id}/new-version")
def new_version(member: ComposerForm, diagnostic_id: uuid.UUID, db: DB) -> Response:
    """The draft that will follow this one. Pressed twice, it makes one."""
    made, lost = versions.succeed(db, member, diagnostic_id)
    return RedirectResponse(f"/diagnostics/{made.id}?said={'incomplete' if lost else 'version'}", 303)


def _with_whom(organisation: str, everybody: str) -> uuid.UUID | None:
    if everybody:
        return None
    try:
        return uuid.UUID(organisation)
    except ValueError as error:
        said = D_("Choisissez une structure dans la liste.")
        raise Invalid(said, errors=[{"field": "organisation", "message": said}]) from error


def _sharing(
    request: Request, db: Session, member: Member, diagnostic: Diagnostic, *, said: str = "", status: int = 200
) -> Response:
    readers = sharing.readers_of(db, diagnostic)
    return render(
        request,
        "sharing.html",
        status=status,
        diagnostic=diagnostic,
        readers=readers,
        others=[one for one in sharing.others(db, member) if one[0] not in {reader.id for reader in readers}],
        said=said,
    )
