"""The desk: addresses of partners that are called, and what became of the calls."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Form
from pydantic import AfterValidator, StringConstraints
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.calling import LONGEST_URL
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.texts import clean
from pathways.web import pages
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.routing import Router
from pathways.workshops.notifying import webhooks

router = Router(prefix="/webhooks")
OF = {"webhook_id": webhooks.get}
Holder = Annotated[Member, Depends(Requires(Permission.BOOKINGS_HOLD, of=OF))]
HolderForm = Annotated[Member, Depends(RequiresForm(Permission.BOOKINGS_HOLD, of=OF))]
Typed = Annotated[str, StringConstraints(max_length=LONGEST_URL), AfterValidator(clean)]
KINDS = {
    "place": D_("Lieux"),
    "tour": D_("Tournées"),
    "workshop": D_("Ateliers"),
    "session": D_("Séances"),
    "booking": D_("Réservations"),
    "waiting_entry": D_("Liste d'attente"),
    "attendance": D_("Présences"),
    "pathway": D_("parcours"),
    "step": D_("étapes des parcours"),
    "seat_proposal": D_("places proposées"),
    "referral": D_("orientations"),
}


@router.get("")
def all_webhooks(request: Request, member: Holder, db: ReadDB) -> Response:
    return _list(request, db, member)


@router.post("")
def create(
    request: Request,
    member: HolderForm,
    db: DB,
    settings: OwnSettings,
    url: Annotated[Typed, Form()] = "",
    kind: Annotated[list[Short], Form(max_length=20)] = [],  # noqa: B006 - FastAPI reads the default and never hands it out
) -> Response:
    """Its secret is shown in the answer to this form, and nowhere else."""
    try:
        with db.begin_nested():
            made = webhooks.create(db, settings, member, url=url, kinds=kind)
    except (Conflict, Invalid) as error:
        return _list(request, db, member, url=url, chosen=kind, error=error)
    return _one(request, db, member, made.id, secret=webhooks.secret_of(settings, made))


@router.get("/{webhook_id}")
def one_webhook(request: Request, member: Holder, webhook_id: uuid.UUID, db: ReadDB) -> Response:
    return _one(request, db, member, webhook_id)


@router.post("/{webhook_id}/secret")
def rotate(request: Request, member: HolderForm, webhook_id: uuid.UUID, db: DB, settings: OwnSettings) -> Response:
    changed = webhooks.rotate(db, member, webhook_id)
    return _one(request, db, member, webhook_id, secret=webhooks.secret_of(settings, changed))


@router.post("/{webhook_id}/enable")
def enable(member: HolderForm, webhook_id: uuid.UUID, db: DB) -> Response:
    webhooks.enable(db, member, webhook_id)
    return RedirectResponse(f"/webhooks/{webhook_id}", 303)


@router.post("/{webhook_id}/remove")
def remove(member: HolderForm, webhook_id: uuid.UUID, db: DB) -> Response:
    webhooks.remove(db, member, webhook_id)
    return RedirectResponse("/webhooks", 303)


def _kinds() -> dict[str, str]:
    return {kind: i18n.gettext(said) for kind, said in KINDS.items()}


def _list(
    request: Request,
    db: Session,
    member: Member,
    *,
    url: str = "",
    chosen: list[str] | None = None,
    error: DomainError | None = None,
) -> Response:
    values: dict[str, Any] = {"rows": webhooks.list_for(db, member), "kinds": _kinds()}
    said = i18n.sentence(error.message, error.values) if error else ""
    status = 422 if error else 200
    return pages.render(request, "webhooks.html", status=status, url=url, chosen=chosen or [], error=said, **values)


def _one(request: Request, db: Session, member: Member, webhook_id: uuid.UUID, *, secret: str = "") -> Response:
    found = webhooks.get(db, member, webhook_id)
    log = webhooks.log(db, found)
    response = pages.render(request, "webhook.html", hook=found, log=log, kinds=_kinds(), secret=secret)
    if secret:
        response.headers["cache-control"] = "no-store"
    return response
