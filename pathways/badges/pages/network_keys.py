"""The keys of a network at its desk: which one signs, since when; another one, in peace or after a theft."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock
from pathways.badges.doors import OwnSigner
from pathways.badges.issuing import figures, key_table, succession
from pathways.badges.models import Issuer, KeyAlgorithm, KeyState
from pathways.badges.pages import network_words as words
from pathways.badges.pages.network_doors import Keeper, KeeperForm, Said, Sent, key_of, own_network, page
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_
from pathways.people import fields
from pathways.permissions import Member
from pathways.texts import one_line
from pathways.web.dependencies import DB, ReadDB
from pathways.web.routing import Router
from pathways.workshops.forms import Filled

router = Router()
MOST_BY_PAGE = 1_000
"""Badges that are issued again while somebody waits for a page; more are for the command."""
LEAST_REASON, LONGEST_REASON = 5, 300


@router.get("/network/keys")
def keys(request: Request, member: Keeper, db: ReadDB, said: Said = "") -> Response:
    return _keys(request, db, member, Filled(), said=said)


@router.post("/network/keys/rotate")
def rotate(request: Request, member: KeeperForm, db: DB, signer: OwnSigner, sent: Sent) -> Response:
    """In peace: once a year, when somebody who knew the secret leaves, when the server moves."""
    try:
        algorithm = sent.choice("algorithm", KeyAlgorithm, KeyAlgorithm.ED25519)
        reason = _reason(sent)
        sent.refuse()
        with db.begin_nested():
            issuer = own_network(db, member)
            succession.rotate(db, signer, issuer, algorithm, reason=reason, by=member.account_id)
    except (Conflict, Invalid) as error:
        return _keys(request, db, member, sent, refused=error)
    return RedirectResponse("/network/keys?said=rotated", 303)


@router.get("/network/keys/rotate")
def back(member: Keeper) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return RedirectResponse("/network/keys", 303)


@router.get("/network/keys/{key_id}/compromise")
def compromise_page(request: Request, member: Keeper, key_id: uuid.UUID, db: ReadDB) -> Response:
    return _compromise(request, db, member, key_id, Filled())


@router.post("/network/keys/{key_id}/compromise")
def compromise(
    request: Request, member: KeeperForm, key_id: uuid.UUID, db: DB, signer: OwnSigner, sent: Sent
) -> Response:
    """After a theft. The address of the network is typed by hand: nobody does this by a slip of the mouse."""
    issuer = own_network(db, member)
    try:
        reason = _reason(sent)
        _must_be_meant(db, issuer, key_id, sent)
        with db.begin_nested():
            succession.compromise(db, signer, issuer, key_id, reason=reason, by=member.account_id)
    except (Conflict, Invalid) as error:
        return _compromise(request, db, member, key_id, sent, refused=error)
    return RedirectResponse("/network/keys?said=compromised", 303)


# --- inside ---------------------------------------------------------------------------------------------------


def _keys(
    request: Request,
    db: Session,
    member: Member,
    filled: Filled,
    *,
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    issuer = own_network(db, member)
    found = key_table.all_keys(db, issuer.id)
    return page(
        request,
        "network-keys.html",
        network=issuer,
        keys=found,
        living=figures.living_under(db, [one.id for one in found], clock.now()),
        active=[one for one in found if one.state is KeyState.ACTIVE],
        states=words.KEY_STATES,
        algorithms=words.ALGORITHMS,
        filled=filled,
        refused=refused,
        said=said,
    )


def _compromise(
    request: Request,
    db: Session,
    member: Member,
    key_id: uuid.UUID,
    filled: Filled,
    *,
    refused: DomainError | None = None,
) -> Response:
    key = key_of(db, member, key_id)
    living = figures.living_under(db, [key.id], clock.now())[key.id]
    return page(
        request,
        "network-key-compromise.html",
        network=own_network(db, member),
        key=key,
        living=living,
        by_command=living > MOST_BY_PAGE,
        algorithms=words.ALGORITHMS,
        filled=filled,
        refused=refused,
    )


def _must_be_meant(db: Session, issuer: Issuer, key_id: uuid.UUID, sent: Filled) -> None:
    if sent.get("confirmation").strip() != issuer.slug:
        raise fields.refused("confirmation", D_("Tapez l'adresse du réseau, telle qu'elle est écrite."))
    if figures.living_under(db, [key_id], clock.now())[key_id] > MOST_BY_PAGE:
        raise Conflict(D_("Il y a trop de badges pour cette page : l'exploitant du serveur lance la commande."))


def _reason(sent: Filled) -> str:
    reason = one_line(sent.get("reason"))
    if not LEAST_REASON <= len(reason) <= LONGEST_REASON:
        said = D_("Dites pourquoi, en %(least)s à %(most)s signes : l'historique le garde.")
        raise fields.refused("reason", said, least=LEAST_REASON, most=LONGEST_REASON)
    return reason
