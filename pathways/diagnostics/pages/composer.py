"""The composer's routes: choose, look at the price, keep, publish, compare, go back to an earlier state."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.diagnostics import compose_forms
from pathways.diagnostics.compose_forms import Composed, composed
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing import side_by_side, versions
from pathways.diagnostics.composing.selections import usual
from pathways.diagnostics.composing.side_by_side import Pair
from pathways.diagnostics.doors import OF
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.diagnostics.pages import screen as compose_screen
from pathways.diagnostics.pages.screen import Told, composer, said_of
from pathways.errors import Conflict, DomainError, NotFound
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()

DiagnosticsReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ, of=OF))]
Composer = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_COMPOSE, of=OF))]
ComposerForm = Annotated[Member, Depends(RequiresForm(Permission.DIAGNOSTICS_COMPOSE, of=OF))]
Fields = Annotated[Composed, Depends(composed)]
_OPEN_EYED = D_(
    "Traductions automatiques : cochez la case qui dit que vous les acceptez sans relecture, ou choisissez un autre "
    "état."
)
_AS_NEW = D_("Vos choix sont encore là : « Garder en brouillon » en fait un nouveau.")


@router.get("/diagnostics/new")
def new(
    request: Request,
    member: Composer,
    db: ReadDB,
    framework: Annotated[Short, Query()] = "",
    situation: Annotated[Short, Query()] = "",
) -> Response:
    """A blank form with the habits of the organisation, or a ready-made choice."""
    known = [one.code for one in referentials_service.all_newest(db)]
    if not known:
        raise NotFound(D_("Aucun référentiel n'est chargé sur ce serveur."))
    chosen = next((code for code in (framework, referentials_service.USUAL_FRAMEWORK) if code in known), known[0])
    action = f"situation:{situation}" if situation else "look"
    return composer(request, member, db, Composed(framework=chosen, selection=usual(db, member), action=action))


@router.post("/diagnostics/new")
def compose(request: Request, member: ComposerForm, fields: Fields, db: DB) -> Response:
    """One form, several buttons: search, add a whole ladder, look at the price, keep, publish."""
    return _composed(request, member, fields, db)


@router.post("/diagnostics/new/price")
def price_of_new(request: Request, member: ComposerForm, fields: Fields, db: ReadDB) -> Response:
    """The composer as it stands, for its script: a simulation must not hold the one writer's turn on SQLite."""
    return composer(request, member, db, fields)


@router.get("/diagnostics/compare")
def compare(
    request: Request,
    member: DiagnosticsReader,
    db: ReadDB,
    a: Annotated[Short, Query()] = "",
    b: Annotated[Short, Query()] = "",
) -> Response:
    """Two diagnostics or ready-made choices beside each other; with one of them missing, what there is to choose."""
    pair = Pair(side_by_side.named(db, member, a), side_by_side.named(db, member, b)) if a and b else None
    return render(
        request,
        "compare.html",
        pair=pair,
        fields=None,
        diagnostic=None,
        named=(a, b),
        comparable=compose_screen.comparable(db, member, referentials_service.USUAL_FRAMEWORK),
        sources=i18n.languages(),
    )


@router.post("/diagnostics/{diagnostic_id}/price")
def price_of(request: Request, member: ComposerForm, diagnostic_id: uuid.UUID, fields: Fields, db: ReadDB) -> Response:
    return composer(request, member, db, fields, diagnostic=composing.get(db, member, diagnostic_id))


@router.post("/diagnostics/{diagnostic_id}")
def recompose(request: Request, member: ComposerForm, diagnostic_id: uuid.UUID, fields: Fields, db: DB) -> Response:
    return _composed(request, member, fields, db, diagnostic=composing.get(db, member, diagnostic_id))


@router.get("/diagnostics/{diagnostic_id}/history")
def history(request: Request, member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> Response:
    """What a draft was before each edit, and what each edit changed."""
    found = composing.get(db, member, diagnostic_id)
    past = versions.history(db, found)
    return render(
        request,
        "history.html",
        diagnostic=found,
        edits=versions.changes(found, past),
        skills=composing.ladders(db, found, archived=True).skills,
        editable=found.state is DiagnosticState.DRAFT and member.may(Permission.DIAGNOSTICS_COMPOSE),
    )


@router.post("/diagnostics/{diagnostic_id}/restore")
def restore(
    request: Request,
    member: ComposerForm,
    diagnostic_id: uuid.UUID,
    db: DB,
    to: Annotated[int, Form(ge=1)],
    version: Annotated[int, Form(ge=1)],
) -> Response:
    """Go back to an earlier state. Refused if a colleague changed the draft since the page was read."""
    del request
    versions.restore(db, member, diagnostic_id, to=to, version=version)
    return RedirectResponse(f"/diagnostics/{diagnostic_id}?said=restored", 303)


@router.post("/diagnostics/{diagnostic_id}/delete")
def erase(member: ComposerForm, diagnostic_id: uuid.UUID, db: DB) -> Response:
    composing.erase(db, member, diagnostic_id)
    return RedirectResponse("/diagnostics?said=erased", 303)


def _composed(
    request: Request, member: Member, fields: Composed, db: Session, *, diagnostic: Diagnostic | None = None
) -> Response:
    """What the pressed button asks for; whatever is wrong is said on the page, with every choice still there."""
    if fields.action == "compare":
        return compose_screen.comparison(request, member, db, fields, diagnostic)
    if fields.action not in compose_forms.WRITING:
        return composer(request, member, db, fields, diagnostic=diagnostic)
    if fields.selection.least_state == "machine" and not fields.machine_accepted:
        told = Told(422, (i18n.gettext(_OPEN_EYED),))
        return composer(request, member, db, fields, diagnostic=diagnostic, told=told)
    if fields.wrong:
        return composer(
            request,
            member,
            db,
            fields,
            diagnostic=diagnostic,
            told=Told(422, (i18n.sentence(D_("Titre : %(wrong)s"), {"wrong": i18n.gettext(fields.wrong)}),)),
        )
    try:
        with db.begin_nested():
            kept = _keep(db, member, fields, diagnostic)
            if fields.action == "publish":
                composing.publish(db, member, kept.id)
    except Conflict as error:
        return _clashed(request, member, fields, db, diagnostic, i18n.sentence(error.message, error.values))
    except DomainError as error:
        said = said_of(error)
        return composer(request, member, db, fields, diagnostic=diagnostic, told=Told(422, said))
    return RedirectResponse(f"/diagnostics/{kept.id}", 303)


def _clashed(
    request: Request, member: Member, fields: Composed, db: Session, diagnostic: Diagnostic | None, said: str
) -> Response:
    """The trainer's own choices stay on the screen: to be kept on purpose over the colleague's, or as a new draft if
    what they were for is published.
    """
    if diagnostic is None:
        return composer(request, member, db, fields, told=Told(409, (said,)))
    db.refresh(diagnostic)
    if diagnostic.state is not DiagnosticState.DRAFT:
        return composer(
            request, member, db, replace(fields, version=0), told=Told(409, (f"{said} {i18n.gettext(_AS_NEW)}",))
        )
    clash = compose_screen.clash_with(db, diagnostic, fields)
    fields = replace(fields, version=diagnostic.version)
    return composer(request, member, db, fields, diagnostic=diagnostic, told=Told(409, (said,), clash))


def _keep(db: Session, member: Member, fields: Composed, diagnostic: Diagnostic | None) -> Diagnostic:
    title, selection = fields.title, fields.selection
    if diagnostic is None:
        return composing.create(
            db, member, title=title, framework=fields.framework, selection=selection, key=fields.key
        )
    return composing.update(db, member, diagnostic.id, title=title, selection=selection, version=fields.version)
