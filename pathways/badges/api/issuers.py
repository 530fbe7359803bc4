"""Networks for programs: who issues, with which lists and keys, who belongs to them, who is of their jury."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Path
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.api.doors import Key, OwnSigner, done_once, kept_network
from pathways.badges.candidacy import calling, jury, requesting
from pathways.badges.formats.did_web import did_web_url
from pathways.badges.issuing import figures, key_table, lists, networks, succession
from pathways.badges.issuing.networks import Presented
from pathways.badges.models import Issuer, IssuerKey, JuryMember, KeyAlgorithm, StatusList
from pathways.badges.schemas import (
    BadgeNetworkChange,
    BadgeNetworkCreate,
    BadgeNetworkIn,
    BadgeNetworkOut,
    BadgeNetworkOwn,
    BadgeNetworkWhole,
    IssuerKeyOut,
    JuryMemberIn,
    JuryMemberOut,
    KeyRotationIn,
    StatusListOut,
)
from pathways.people.models import Account
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires, public
from pathways.web.routing import Router

router = Router(tags=["badges"], route_class=StrictRoute)
WHY = "who issues badges, and what is needed to verify them, is told to everybody"
Keeper = Annotated[Member, Depends(Requires(Permission.BADGES_ISSUE))]
Slug = Annotated[str, Path(max_length=40)]


# --- for everybody --------------------------------------------------------------------------------------------


@router.get("/issuers", response_model=list[BadgeNetworkOut], summary="The networks of this server")
@public(WHY)
def all_networks(db: ReadDB) -> Any:
    return [_network(one) for one in networks.all_of(db)]


@router.get("/issuers/{issuer_slug}", response_model=BadgeNetworkWhole, summary="One network, and how long it takes")
@public(WHY)
def one(issuer_slug: Slug, db: ReadDB) -> Any:
    return _whole(db, networks.by_slug(db, issuer_slug))


@router.get("/issuers/{issuer_slug}/status", response_model=list[StatusListOut], summary="Its status lists")
@public(WHY)
def status(issuer_slug: Slug, db: ReadDB) -> Any:
    """Where each list is served, signed, for a week; the lists themselves say which places are revoked."""
    issuer = networks.by_slug(db, issuer_slug)
    found = db.scalars(sa.select(StatusList).filter_by(issuer_id=issuer.id).order_by(StatusList.number))
    names = ("number", "of", "size", "signed_at", "valid_until", "etag")
    return [{name: getattr(row, name) for name in names} | {"url": lists.url_of(issuer, row.number)} for row in found]


# --- for those who keep one -----------------------------------------------------------------------------------


@router.get("/network", response_model=BadgeNetworkOwn, summary="The network that your organisation keeps")
def own(member: Keeper, db: ReadDB) -> Any:
    return _own(db, kept_network(db, member))


@router.post("/network", status_code=201, response_model=BadgeNetworkOwn, summary="Make the network of an organisation")
def make(member: Keeper, body: BadgeNetworkCreate, db: DB, signer: OwnSigner, key: Key = "") -> Any:
    """With its first key and its first status list. The address of this server will be in every badge."""

    def act() -> dict[str, Any]:
        given = _presented(body, body.slug)
        return _own(db, networks.found(db, signer, member.organisation_id, given, by=member.account_id))

    return done_once(db, member, key, "make a network", body, act)


@router.put("/network", response_model=BadgeNetworkOwn, summary="Say otherwise what your network is")
def present(member: Keeper, body: BadgeNetworkChange, db: DB) -> Any:
    """Badges that were signed keep what they said. 409 if `version` is not the present one."""
    issuer = kept_network(db, member)
    return _own(db, networks.present(db, member, issuer.id, _presented(body), version=body.version))


@router.put("/issuers/{issuer_slug}/membership", response_model=BadgeNetworkOut, summary="Your organisation joins")
def join(member: Keeper, issuer_slug: Slug, db: DB) -> Any:
    issuer = networks.by_slug(db, issuer_slug)
    networks.join(db, member, issuer.id)
    return _network(issuer)


@router.delete("/issuers/{issuer_slug}/membership", status_code=204, summary="Your organisation leaves")
def leave(member: Keeper, issuer_slug: Slug, db: DB) -> None:
    networks.leave(db, member, networks.by_slug(db, issuer_slug).id)


@router.get("/network/jury", response_model=list[JuryMemberOut], summary="Who is of the jury")
def pool(member: Keeper, db: ReadDB) -> Any:
    found = jury.pool(db, kept_network(db, member).id)
    ids = [one.account_id for one in found]
    names = {row.id: row.name for row in db.execute(sa.select(Account.id, Account.name).where(Account.id.in_(ids)))}
    return [_juror(one, names.get(one.account_id, "")) for one in found]


@router.post("/network/jury", status_code=201, response_model=JuryMemberOut, summary="Name somebody to the jury")
def name(member: Keeper, body: JuryMemberIn, db: DB) -> Any:
    """Somebody with an account in an organisation of the network. Named again, they decide on what is said now."""
    issuer = kept_network(db, member)
    made = calling.call(db, member, issuer.id, body.email, achievements=body.achievements)
    return _juror(made, db.get_one(Account, made.account_id).name)


@router.delete("/network/jury/{account_id}", status_code=204, summary="Somebody is of the jury no more")
def unname(member: Keeper, account_id: uuid.UUID, db: DB) -> None:
    jury.leave(db, member, kept_network(db, member).id, account_id)


@router.get("/network/keys", response_model=list[IssuerKeyOut], summary="Every key there ever was, the newest first")
def keys(member: Keeper, db: ReadDB) -> Any:
    issuer = kept_network(db, member)
    return [_key(issuer, one) for one in key_table.all_keys(db, issuer.id)]


@router.post("/network/keys/rotation", status_code=201, response_model=IssuerKeyOut, summary="Another key signs")
def rotate(member: Keeper, body: KeyRotationIn, db: DB, signer: OwnSigner, key: Key = "") -> Any:
    """What the earlier one signed stays valid. A theft is declared at the desk or by command, never here."""
    issuer = kept_network(db, member)

    def act() -> dict[str, Any]:
        done = succession.rotate(db, signer, issuer, body.algorithm, reason=body.reason, by=member.account_id)
        return _key(issuer, done.key)

    return done_once(db, member, key, "rotate a key", body, act)


# --- inside ---------------------------------------------------------------------------------------------------


def _network(issuer: Issuer) -> dict[str, Any]:
    names = ("id", "slug", "did", "name", "description", "website", "email", "is_demonstration")
    return {name: getattr(issuer, name) for name in names} | {
        "url": f"{issuer.base_url}/issuers/{issuer.slug}",
        "did_document": did_web_url(issuer.did),
    }


def _whole(db: Session, issuer: Issuer) -> dict[str, Any]:
    waiting = requesting.waiting(db, issuer.id)
    return _network(issuer) | {
        "organisations": [one.name for one in networks.members(db, issuer)],
        "waiting": {name: getattr(waiting, name) for name in ("median_days", "requests", "oldest_days")},
    }


def _own(db: Session, issuer: Issuer) -> dict[str, Any]:
    found = figures.of_network(db, issuer.id, clock.now())
    return _whole(db, issuer) | {"version": issuer.version, "living": found.living, "revoked": found.revoked}


def _presented(body: BadgeNetworkIn, slug: str = "") -> Presented:
    return Presented(body.name, slug, body.email, body.website, body.description)


def _juror(one: JuryMember, name: str) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "name": name,
        "achievements": list(one.achievements),
        "named_at": one.named_at,
    }


def _key(issuer: Issuer, one: IssuerKey) -> dict[str, Any]:
    names = ("id", "algorithm", "state", "created_at", "ended_at", "reason")
    public_ = one.public if one.algorithm is KeyAlgorithm.ED25519 else key_table.jwk_url(issuer, one.id)
    return {name: getattr(one, name) for name in names} | {"public": public_}
