"""The badges that a network issued, at its desk: without a name, found by their number, taken back with a reason."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock
from pathways.badges.doors import OwnSigner
from pathways.badges.holding.validity import validity_of
from pathways.badges.issuing import figures, offering, revoking
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import AchievementVersion, Credential, Issuer
from pathways.badges.pages import network_words as words
from pathways.badges.pages.network_doors import Keeper, KeeperForm, Said, Sent, own_network, page
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_
from pathways.people import fields
from pathways.permissions import Member
from pathways.texts import one_line
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Line
from pathways.web.routing import Router
from pathways.workshops.forms import Filled

router = Router()
ON_A_PAGE = 50
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BEGINNING = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?![0-9a-z])")
NOT_FOUND = D_("Aucun badge de ce réseau n'a ce numéro. Recopiez-le, ou collez l'adresse du badge.")


@router.get("/network/badges")
def issued(
    request: Request,
    member: Keeper,
    db: ReadDB,
    q: Annotated[Line, Query()] = "",
    part: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> Response:
    """The latest, or the one whose number, address or file name was pasted."""
    issuer = own_network(db, member)
    if q and (found := _named(db, issuer, q.casefold())):
        return RedirectResponse(f"/network/badges/{found}", 303)
    shown = figures.latest(db, issuer, offset=(part - 1) * ON_A_PAGE, most=ON_A_PAGE + 1)
    now = clock.now()
    return page(
        request,
        "network-badges.html",
        network=issuer,
        asked=q,
        missing=NOT_FOUND if q else "",
        rows=[(one, _name(one.version), words.VALIDITIES[validity_of(one, now)]) for one in shown[:ON_A_PAGE]],
        part=part,
        is_more=len(shown) > ON_A_PAGE,
        origin_of=_origin,
    )


@router.get("/network/badges/{credential_id}")
def badge(request: Request, member: Keeper, credential_id: uuid.UUID, db: ReadDB, said: Said = "") -> Response:
    return _badge(request, db, member, credential_id, Filled(), said=said)


@router.post("/network/badges/{credential_id}/revoke")
def revoke(
    request: Request, member: KeeperForm, credential_id: uuid.UUID, db: DB, signer: OwnSigner, sent: Sent
) -> Response:
    """It is never undone, so the form asks twice: the reason, and a tick."""
    try:
        why = _why(sent)
        with db.begin_nested():
            revoking.revoke(db, signer, member, credential_id, why, words=one_line(sent.get("words")))
    except (Conflict, Invalid) as error:
        return _badge(request, db, member, credential_id, sent, refused=error)
    return RedirectResponse(f"/network/badges/{credential_id}?said=revoked", 303)


@router.get("/network/badges/{credential_id}/revoke")
def back(member: Keeper, credential_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    revoking.of_network(db, member, credential_id)
    return RedirectResponse(f"/network/badges/{credential_id}", 303)


# --- inside ---------------------------------------------------------------------------------------------------


def _badge(
    request: Request,
    db: Session,
    member: Member,
    credential_id: uuid.UUID,
    filled: Filled,
    *,
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    credential = revoking.of_network(db, member, credential_id)
    now = clock.now()
    return page(
        request,
        "network-badge.html",
        network=own_network(db, member),
        badge=credential,
        name=_name(credential.version),
        achievement=credential.version.achievement,
        definition=offering.definition_of(credential.version),
        validity=words.VALIDITIES[validity_of(credential, now)],
        is_over=_is_over(credential, now),
        why=words.WHYS[Why(credential.revocation)] if credential.revocation in set(Why) else "",
        whys={one: words.WHYS[one] for one in words.CHOSEN_WHYS},
        origin=_origin(credential),
        filled=filled,
        refused=refused,
        said=said,
    )


def _why(sent: Filled) -> Why:
    chosen = sent.get("why")
    if chosen not in words.CHOSEN_WHYS:
        raise fields.refused("why", D_("Choisissez dans la liste."))
    if not sent.get("sure"):
        raise fields.refused("sure", D_("Cochez : un badge repris ne revient pas."))
    return Why(chosen)


def _named(db: Session, issuer: Issuer, typed: str) -> uuid.UUID | None:
    """The badge of the network whose number is in what was typed: whole, or its first eight signs as in the name of a
    file, if only one begins so.
    """
    whole = _UUID.search(typed)
    begins = whole or _BEGINNING.search(typed)
    if begins is None:
        return None
    first, last = (uuid.UUID(begins[0].replace("-", "").ljust(32, sign)) for sign in "0f")
    query = sa.select(Credential.id).where(Credential.issuer_id == issuer.id, Credential.id.between(first, last))
    found = db.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _is_over(credential: Credential, now: datetime) -> bool:
    return credential.revoked_at is not None or (credential.valid_until is not None and credential.valid_until <= now)


def _name(version: AchievementVersion) -> str:
    return offering.definition_of(version).texts["fr"].name


def _origin(credential: Credential) -> str:
    """The msgid of what it was issued for; empty where that is not known any more."""
    return words.ORIGINS.get((credential.origin or "").partition(":")[0], "")
