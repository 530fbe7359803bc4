"""The desk of a network: what it is, who belongs to it, how it goes. For whoever keeps none, how to make one, and the
networks that one's organisation may belong to.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.badges.candidacy import requesting
from pathways.badges.doors import OwnSigner
from pathways.badges.issuing import drafting, figures, networks
from pathways.badges.issuing.networks import Presented
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import Issuer, IssuerEvent, IssuerMember
from pathways.badges.pages import network_words as words
from pathways.badges.pages.network_doors import Keeper, KeeperForm, Said, Sent, own_network, page
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.settings import Settings
from pathways.texts import one_line
from pathways.web.dependencies import DB, OwnSettings, ReadDB
from pathways.web.routing import Router
from pathways.workshops.forms import Filled

router = Router()


@router.get("/network")
def network(request: Request, member: Keeper, db: ReadDB, settings: OwnSettings, said: Said = "") -> Response:
    return _network(request, db, member, settings, Filled(), said=said)


@router.post("/network")
def make(
    request: Request, member: KeeperForm, db: DB, settings: OwnSettings, signer: OwnSigner, sent: Sent
) -> Response:
    try:
        with db.begin_nested():
            networks.found(db, signer, member.organisation_id, _presented(sent), by=member.account_id)
    except (Conflict, Invalid) as error:
        return _network(request, db, member, settings, sent, refused=error)
    return RedirectResponse("/network?said=made", 303)


@router.post("/network/presentation")
def present(request: Request, member: KeeperForm, db: DB, settings: OwnSettings, sent: Sent) -> Response:
    issuer = own_network(db, member)
    try:
        with db.begin_nested():
            networks.present(db, member, issuer.id, _presented(sent), version=sent.number("version", 0))
    except (Conflict, Invalid) as error:
        return _network(request, db, member, settings, sent, refused=error)
    return RedirectResponse("/network?said=kept", 303)


@router.post("/network/join")
def join(member: KeeperForm, db: DB, sent: Sent) -> Response:
    """An organisation says itself that it belongs to a network."""
    networks.join(db, member, _named(sent))
    return RedirectResponse("/network?said=joined", 303)


@router.post("/network/leave")
def leave(member: KeeperForm, db: DB, sent: Sent) -> Response:
    networks.leave(db, member, _named(sent))
    return RedirectResponse("/network?said=left", 303)


@router.get("/network/presentation")
@router.get("/network/join")
@router.get("/network/leave")
def back(member: Keeper) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return RedirectResponse("/network", 303)


@router.get("/network/history")
def history(request: Request, member: Keeper, db: ReadDB) -> Response:
    issuer = own_network(db, member)
    found = networks.history(db, issuer)
    badges = {one.achievement.id: one.name for one in drafting.listed(db, issuer)}
    return page(
        request,
        "network-history.html",
        network=issuer,
        events=[(one, _details(one, badges)) for one in found],
        names=_names(db, found),
        acts=words.ACTS,
    )


# --- inside ---------------------------------------------------------------------------------------------------


def _network(
    request: Request,
    db: Session,
    member: Member,
    settings: Settings,
    filled: Filled,
    *,
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    issuer = networks.kept_by(db, member)
    others = [one for one in networks.all_of(db) if issuer is None or one.id != issuer.id]
    if issuer is not None and not filled.fields:
        filled = _filled(issuer)
    shared = {"others": others, "belongs": _belongs(db, member)}
    if issuer is None:
        return page(
            request,
            "network-new.html",
            url=settings.url,
            is_https=settings.url.startswith("https://"),
            filled=filled,
            refused=refused,
            said=said,
            **shared,
        )
    now = clock.now()
    return page(
        request,
        "network.html",
        network=issuer,
        organisations=networks.members(db, issuer),
        figures=figures.of_network(db, issuer.id, now),
        waiting=requesting.waiting(db, issuer.id, now=now),
        verified=figures.verifications(db, now),
        outcomes=words.OUTCOMES,
        filled=filled,
        refused=refused,
        said=said,
        **shared,
    )


def _presented(sent: Filled) -> Presented:
    return Presented(
        name=one_line(sent.get("name")),
        slug=sent.get("slug").lower(),
        email=sent.get("email"),
        website=sent.get("website"),
        description=one_line(sent.get("description")),
    )


def _filled(issuer: Issuer) -> Filled:
    names = ("name", "email", "website", "description")
    return Filled({name: [getattr(issuer, name)] for name in names} | {"version": [str(issuer.version)]})


def _named(sent: Filled) -> uuid.UUID:
    found = sent.identifier("network")
    if found is None:
        raise NotFound(networks.NOT_THERE)
    return found


def _belongs(db: Session, member: Member) -> set[uuid.UUID]:
    """The networks that the member's organisation belongs to."""
    return set(db.scalars(sa.select(IssuerMember.issuer_id).filter_by(organisation_id=member.organisation_id)))


def _names(db: Session, events: Sequence[IssuerEvent]) -> dict[uuid.UUID, str]:
    named = {one.account_id for one in events if one.account_id is not None}
    query = sa.select(Account.id, Account.name).where(Account.id.in_(named))
    return {row.id: row.name for row in db.execute(query)}


def _details(event: IssuerEvent, badges: Mapping[uuid.UUID, str]) -> list[tuple[str, str]]:
    """``(msgid, what is said)`` of what has a word; a badge is called by the name that it has today."""
    badge = badges.get(event.about_id) if event.about_id is not None else None
    told = (
        event.details
        if badge is None
        else {"slug": badge} | {name: value for name, value in event.details.items() if name != "slug"}
    )
    return [(words.DETAILS[name], _said(name, value)) for name, value in told.items() if name in words.DETAILS]


def _said(name: str, value: Any) -> str:
    if name == "why" and value in set(Why):
        return i18n.gettext(words.WHYS[Why(value)])
    if name == "verdict":
        return i18n.gettext(words.VERDICTS.get(str(value), str(value)))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
