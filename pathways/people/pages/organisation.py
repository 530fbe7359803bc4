"""The people of an organisation: members see each other; administrators invite, change roles, remove."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.people import invitations, journal, memberships, recovery
from pathways.people.journal import Act
from pathways.people.pages.forms import at_fields, identifier, see
from pathways.people.pages.forms import said as sentence_of
from pathways.people.pages.words import ROLES, day, details_of
from pathways.permissions import Member, Permission, Role
from pathways.web import pages
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm, settings_of
from pathways.web.fields import Line, Short
from pathways.web.routing import Router

router = Router(prefix="/organisation")

Reader = Annotated[Member, Depends(Requires(Permission.PEOPLE_READ))]
Manager = Annotated[Member, Depends(RequiresForm(Permission.PEOPLE_MANAGE))]


def _handed(db: Session, member: Member) -> str:
    """What came of the last departure, in a sentence."""
    last = db.scalars(journal.entries(member.organisation_id, act=Act.WORK_HANDED_OVER).limit(1)).first()
    if last is None:
        return ""
    to = last.details.get("to")
    name = journal.names(db, [uuid.UUID(str(to))]).get(uuid.UUID(str(to)), "") if to else ""
    moved = details_of(last.details)
    if not (moved and name):
        return i18n.gettext(D_("C'est fait. Il n'y avait rien à transmettre."))
    return i18n.sentence(D_("C'est fait. Passent à %(name)s : %(moved)s."), {"name": name, "moved": moved})


@router.get("")
def organisation_page(
    request: Request, member: Reader, db: ReadDB, said: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    return _page(request, db, member, handed=_handed(db, member) if said == "removed" else "")


@router.post("/invitations")
def invite(
    request: Request,
    member: Manager,
    db: DB,
    role: Annotated[Role, Form()],
    email: Annotated[Line, Form()] = "",
) -> Response:
    typed = {"email": email, "role": role}
    try:
        token = invitations.invite(db, member, role=role, email=email)
    except Invalid as error:
        return _page(request, db, member, typed=typed, errors=at_fields(error))
    except Conflict as error:
        return _page(request, db, member, typed=typed, errors={"email": sentence_of(error)})
    return _page(request, db, member, invitation_path=f"/invitation/{token}")


@router.post("/invitations/{invitation_id}/withdraw")
def withdraw(member: Manager, db: DB, invitation_id: uuid.UUID) -> Response:
    invitations.withdraw(db, member, invitation_id=invitation_id)
    return see("/organisation#invitations")


@router.post("/members/{membership_id}/role")
def change_role(
    request: Request,
    member: Manager,
    db: DB,
    membership_id: uuid.UUID,
    role: Annotated[Role, Form()],
) -> Response:
    try:
        memberships.change_role(db, member, membership_id=membership_id, role=role)
    except Conflict as error:
        return _page(request, db, member, errors={str(membership_id): sentence_of(error)})
    return see("/organisation")


@router.post("/members/{membership_id}/remove")
def remove(
    request: Request,
    member: Manager,
    db: DB,
    membership_id: uuid.UUID,
    successor: Annotated[Short, Form()] = "",
) -> Response:
    """Their work goes to whom the form names; sent twice, it went the first time."""
    try:
        memberships.remove_member(
            db,
            member,
            membership_id=membership_id,
            successor_id=identifier(successor),
            hand_over=request.app.state.hand_over,
        )
    except Conflict as error:
        return _page(request, db, member, errors={str(membership_id): sentence_of(error)})
    except Invalid as error:
        return _page(request, db, member, errors={str(membership_id): at_fields(error)["successor"]})
    return see("/organisation?said=removed")


@router.post("/members/{membership_id}/reset-link")
def reset_link(request: Request, member: Manager, db: DB, membership_id: uuid.UUID) -> Response:
    try:
        token = recovery.reset_link_for(db, member, membership_id=membership_id)
    except Conflict as error:
        return _page(request, db, member, errors={str(membership_id): sentence_of(error)})
    return _page(request, db, member, reset=(f"/reset/{token}", membership_id))


def _page(
    request: Request,
    db: Session,
    member: Member,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    invitation_path: str = "",
    reset: tuple[str, uuid.UUID | None] = ("", None),
    handed: str = "",
) -> Response:
    url = settings_of(request).url
    return pages.render(
        request,
        "organisation.html",
        status=422 if errors else 200,
        handed=handed,
        colleagues=memberships.colleagues(db, member),
        waiting=invitations.waiting(db, member),
        manages=member.may(Permission.PEOPLE_MANAGE),
        roles=ROLES,
        typed=typed or {"email": "", "role": Role.TRAINER},
        errors=errors or {},
        invitation_link=invitation_path and url + invitation_path,
        reset_link=reset[0] and url + reset[0],
        reset_for=reset[1],
        day=day,
    )
