"""Endorsements by program: the links by which a candidate invites, what was said of them, what one said of others."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.api.doors import (
    HolderMember,
    Key,
    OwnLinks,
    OwnSigner,
    acting,
    done_once,
    own_request,
    space_of,
)
from pathways.badges.api.showing import endorsement_row
from pathways.badges.candidacy import endorsing, requests
from pathways.badges.candidacy.endorsing import Said
from pathways.badges.holding.links import Links, Opens
from pathways.badges.models import Endorsement, EndorsementInvitation
from pathways.badges.schemas import (
    EndorsementIn,
    EndorsementInvitationOut,
    EndorsementOut,
    GivenEndorsementOut,
    InvitationIn,
)
from pathways.errors import NotFound
from pathways.i18n import N_
from pathways.permissions import Member, Permission
from pathways.settings import Settings
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires
from pathways.web.routing import Router

router = Router(tags=["badges"], route_class=StrictRoute)


def own_link(db: Session, member: Member, link_id: uuid.UUID) -> EndorsementInvitation:
    """An invitation of whoever asks."""
    found, holder = db.get(EndorsementInvitation, link_id), space_of(db, member)
    if found is None or holder is None:
        raise NotFound(N_("Ce lien n'existe pas."))
    requests.own(db, holder, found.request_id)
    return found


def given(db: Session, member: Member, endorsement_id: uuid.UUID) -> Endorsement:
    """An endorsement that whoever asks gave."""
    found, holder = db.get(Endorsement, endorsement_id), space_of(db, member)
    if found is None or holder is None or found.endorser_id != holder.id:
        raise NotFound(endorsing.NOT_THERE)
    return found


Inviter = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD, of={"link_id": own_link}))]
Giver = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD, of={"endorsement_id": given}))]


# --- of a candidate -------------------------------------------------------------------------------------------


@router.get(
    "/award-requests/{request_id}/endorsements", response_model=list[EndorsementOut], summary="What was said of you"
)
def of_request(member: HolderMember, request_id: uuid.UUID, db: ReadDB) -> Any:
    return [endorsement_row(one) for one in endorsing.of_request(db, own_request(db, member, request_id))]


@router.get(
    "/award-requests/{request_id}/invitations",
    response_model=list[EndorsementInvitationOut],
    summary="Links by which you invite",
)
def invitations(member: HolderMember, request_id: uuid.UUID, db: ReadDB, links: OwnLinks, settings: OwnSettings) -> Any:
    found = endorsing.invitations_of(db, own_request(db, member, request_id))
    return [_invitation(settings, links, one) for one in found]


@router.post(
    "/award-requests/{request_id}/invitations",
    status_code=201,
    response_model=EndorsementInvitationOut,
    summary="Make a link for somebody who has seen you at work",
)
def invite(
    member: HolderMember,
    request_id: uuid.UUID,
    body: InvitationIn,
    db: DB,
    links: OwnLinks,
    settings: OwnSettings,
    key: Key = "",
) -> Any:
    """Open for a month; ten at once."""

    def act() -> dict[str, Any]:
        made, _ = endorsing.invite(db, links, acting(db, links, member), request_id, label=body.label)
        return {"id": made.id}  # and nothing that opens it

    done = done_once(db, member, key, "invite an endorser", body, act, request_id)
    return _invitation(settings, links, own_link(db, member, uuid.UUID(str(done["id"]))))


@router.delete("/endorsement-invitations/{link_id}", status_code=204, summary="A link opens nothing any more")
def withdraw_invitation(member: Inviter, link_id: uuid.UUID, db: DB, links: OwnLinks) -> None:
    """What was said by it stays."""
    endorsing.withdraw_invitation(db, acting(db, links, member), link_id)


# --- of others ------------------------------------------------------------------------------------------------


@router.get("/endorsements", response_model=list[GivenEndorsementOut], summary="What you said of others")
def given_by(member: HolderMember, db: ReadDB) -> Any:
    holder = space_of(db, member)
    return [_given(one) for one in endorsing.given_by(db, holder)] if holder else []


@router.post("/endorsements", status_code=201, response_model=GivenEndorsementOut, summary="Endorse somebody")
def endorse(member: HolderMember, body: EndorsementIn, db: DB, links: OwnLinks, key: Key = "") -> Any:
    """With the token of the link that they gave you. 409 says which rule against conflicts of interest refuses it."""

    def act() -> dict[str, Any]:
        said = Said(body.comment, body.role, dict(body.answers))
        return _given(endorsing.endorse(db, links, body.token, said, by=member))

    return done_once(db, member, key, "endorse", body, act)


@router.delete("/endorsements/{endorsement_id}", status_code=204, summary="Take back what you said")
def take_back(member: Giver, endorsement_id: uuid.UUID, db: DB, links: OwnLinks, signer: OwnSigner) -> None:
    """Also once a badge stands on it: who verifies finds it on the list of what was taken back."""
    endorsing.take_back(db, signer, acting(db, links, member), endorsement_id)


# --- inside ---------------------------------------------------------------------------------------------------


def _invitation(settings: Settings, links: Links, one: EndorsementInvitation) -> dict[str, Any]:
    names = ("id", "label", "created_at", "expires_at", "used_at", "withdrawn_at")
    is_open = endorsing.is_open(one, clock.now())
    url = f"{settings.url}/endorse/{links.token_of(Opens.ENDORSEMENT, one.id)}" if is_open else None
    return {name: getattr(one, name) for name in names} | {"url": url}


def _given(one: Endorsement) -> dict[str, Any]:
    names = ("id", "role", "comment", "given_at")
    return {name: getattr(one, name) for name in names} | {"is_signed": one.document is not None}
