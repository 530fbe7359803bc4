"""The desk: templates of steps, made, changed, and added to somebody's pathway with their places filled in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Form, Query
from pydantic import BeforeValidator
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids, texts
from pathways.diagnostics.doors import OwnDoor
from pathways.errors import Conflict, DomainError, Invalid
from pathways.learning import following, knowing
from pathways.learning.models import Pathway, PathwayTemplate
from pathways.learning.trainers import overview, templating
from pathways.learning.trainers.templating import TemplateStep
from pathways.people import journal
from pathways.people.journal import Act as Noted
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/pathways/templates")
OF = {"template_id": templating.get}
Reader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.ATTEMPTS_OBSERVE, of=OF))]
OptionalId = Annotated[uuid.UUID | None, BeforeValidator(lambda value: value or None)]
"""An empty field names nothing."""
MORE_ROWS, MOST_FIELDS, LONGEST_FIELD = 3, 200, 400
RESOURCE, SKILL = "resource:", "skill:"


async def _sent(request: Request) -> dict[str, str]:
    """The fields of a form, as typed, bounded; of one that comes twice, the first."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        found: dict[str, str] = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                found.setdefault(name[:60], texts.one_line(texts.salvaged(value, LONGEST_FIELD)[0]))
    return found


Sent = Annotated[dict[str, str], Depends(_sent)]


@router.get("")
def every(
    request: Request, member: Reader, db: ReadDB, whom: Annotated[OptionalId, Query(alias="for")] = None
) -> Response:
    """The organisation's templates; ``for``: to be added to this pathway."""
    pathway = following.pathway_for(db, member, whom) if whom else None
    found = [
        (one, templating.places(one))
        for one in templating.list_for(db, member)
        if pathway is None or one.framework == pathway.framework
    ]
    name = overview.named(db, [pathway])[pathway.id][1] if pathway else ""
    return render(request, "desk-pathway-templates.html", templates=found, pathway=pathway, name=name)


@router.get("/new")
def new(
    request: Request, member: Reader, db: ReadDB, source: Annotated[OptionalId, Query(alias="from")] = None
) -> Response:
    """From nothing, or from the open steps of a pathway."""
    pathway = following.pathway_for(db, member, source) if source else None
    if pathway is not None:
        journal.note_opened(request.app.state.database, db, member, Noted.PROFILE_OPENED, [pathway.attempt_id])
    steps = templating.drawn_from(db, pathway) if pathway else []
    framework = pathway.framework if pathway else referentials_service.USUAL_FRAMEWORK
    return _form(request, db, member, framework, steps=steps)


@router.post("/new")
def create(request: Request, member: WriterForm, db: DB, sent: Sent) -> Response:
    steps = _steps(sent)
    framework = sent.get("framework", "")[:64] or referentials_service.USUAL_FRAMEWORK
    try:
        with db.begin_nested():
            title, key = sent.get("title", ""), _key(sent)
            made = templating.create(db, member, title=title, framework=framework, steps=steps, key=key)
    except (Conflict, Invalid) as error:
        return _form(request, db, member, framework, steps=steps, sent=sent, error=error)
    return RedirectResponse(f"/pathways/templates/{made.id}", 303)


@router.get("/{template_id}")
def one(request: Request, member: Reader, template_id: uuid.UUID, db: ReadDB) -> Response:
    found = templating.get(db, member, template_id)
    return _form(request, db, member, found.framework, steps=templating.steps_of(found), template=found)


@router.post("/{template_id}")
def change(request: Request, member: WriterForm, template_id: uuid.UUID, db: DB, sent: Sent) -> Response:
    """Whatever is wrong, everything typed comes back; after a colleague's change, both are shown."""
    found = templating.get(db, member, template_id)
    steps, version = _steps(sent), int(sent["version"]) if sent.get("version", "").isdecimal() else 0
    try:
        with db.begin_nested():
            templating.change(db, member, template_id, title=sent.get("title", ""), steps=steps, version=version)
    except (Conflict, Invalid) as error:
        db.refresh(found)
        return _form(request, db, member, found.framework, steps=steps, template=found, sent=sent, error=error)
    return RedirectResponse(f"/pathways/templates/{template_id}", 303)


@router.post("/{template_id}/archive")
def archive(member: WriterForm, template_id: uuid.UUID, db: DB) -> Response:
    templating.archive(db, member, template_id)
    return RedirectResponse("/pathways/templates", 303)


@router.get("/{template_id}/apply")
def ask(
    request: Request, member: Reader, template_id: uuid.UUID, db: ReadDB, whom: Annotated[uuid.UUID, Query(alias="for")]
) -> Response:
    """The places to fill in for one person."""
    template, pathway = templating.get(db, member, template_id), following.pathway_for(db, member, whom)
    journal.note_opened(request.app.state.database, db, member, Noted.PROFILE_OPENED, [pathway.attempt_id])
    return _apply(request, db, member, template, pathway, {})


@router.post("/{template_id}/apply")
def apply(
    request: Request,
    member: WriterForm,
    template_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    sent: Sent,
    whom: Annotated[uuid.UUID, Form(alias="for")],
) -> Response:
    template, pathway = templating.get(db, member, template_id), following.pathway_for(db, member, whom)
    values = {word: sent.get(f"place-{word}", "") for word in templating.places(template)}
    version = int(sent["version"]) if sent.get("version", "").isdecimal() else 0
    try:
        with db.begin_nested():
            key = f"template {_key(sent)}"
            templating.apply(db, door, member, template_id, pathway.id, values, version=version, key=key)
    except (Conflict, Invalid) as error:
        db.refresh(pathway)
        return _apply(request, db, member, template, pathway, values, error=error)
    return RedirectResponse(f"/pathways/{pathway.id}?said=proposed", 303)


@router.get("/{template_id}/archive")
def back(member: Reader, template_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return RedirectResponse(f"/pathways/templates/{templating.get(db, member, template_id).id}", 303)


# --- inside --------------------------------------------------------------------------------------------------


def _steps(sent: dict[str, str]) -> list[TemplateStep]:
    """The rows that say something, in the order of their numbers."""
    rows = []
    for number in range(templating.MOST_STEPS + MORE_ROWS):
        what, words = sent.get(f"what-{number}", ""), sent.get(f"words-{number}", "")
        if not words.strip() and not what:
            continue
        minutes = sent.get(f"minutes-{number}", "")
        place = sent.get(f"order-{number}", "")
        skill, resource = what.removeprefix(SKILL) if what.startswith(SKILL) else "", ""
        if what.startswith(RESOURCE):
            resource, _, skill = what.removeprefix(RESOURCE).partition(":")
        step = TemplateStep(words, int(minutes) if minutes.isdecimal() and len(minutes) < 5 else 0, skill, resource)
        rows.append((int(place) if place.isdecimal() and len(place) < 5 else 999, number, step))
    return [step for _, _, step in sorted(rows, key=lambda one: one[:2])]


def _key(sent: dict[str, str]) -> uuid.UUID:
    try:
        return uuid.UUID(sent.get("key", ""))
    except ValueError:
        return ids.random_id()


def _errors(error: DomainError | None) -> dict[str, str]:
    return {one["field"]: i18n.sentence(one["message"], {}) for one in getattr(error, "errors", [])}


def _form(
    request: Request,
    db: Session,
    member: Member,
    framework: str,
    *,
    steps: Sequence[TemplateStep],
    template: PathwayTemplate | None = None,
    sent: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> Response:
    ladders = knowing.ladders_for(db, member.organisation_id, framework)
    rows = [*steps, *[TemplateStep() for _ in range(MORE_ROWS)]][: templating.MOST_STEPS + MORE_ROWS]
    return render(
        request,
        "desk-pathway-template.html",
        status=200 if error is None else 422 if isinstance(error, Invalid) else 409,
        model=template,
        title=sent.get("title", "") if sent else template.title if template else "",
        framework=framework,
        rows=rows,
        unsaid=sent is None and any(not (one.words or one.skill) for one in steps),
        ladders=ladders,
        resources=templating.offered(db, member, framework),
        said=i18n.sentence(error.message, error.values) if error else "",
        overtaken=isinstance(error, Conflict) and template is not None,
        theirs=templating.steps_of(template) if template else [],
        errors=_errors(error),
        key=(sent or {}).get("key") or str(ids.random_id()),
        writes=member.may(Permission.ATTEMPTS_OBSERVE),
    )


def _apply(
    request: Request,
    db: Session,
    member: Member,
    template: PathwayTemplate,
    pathway: Pathway,
    values: dict[str, str],
    *,
    error: DomainError | None = None,
) -> Response:
    skills: dict[str, Any] = dict(knowing.ladders_for(db, member.organisation_id, template.framework).skills)
    return render(
        request,
        "desk-pathway-apply.html",
        status=200 if error is None else 422 if isinstance(error, Invalid) else 409,
        model=template,
        steps=templating.steps_of(template),
        skills=skills,
        places=templating.places(template),
        values=values,
        pathway=pathway,
        name=overview.named(db, [pathway])[pathway.id][1],
        said=i18n.sentence(error.message, error.values) if error else "",
        errors=_errors(error),
        key=str(ids.random_id()),
    )
