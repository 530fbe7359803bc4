"""Achievements for programs: what is on offer, for everybody; drafts and versions, for the network that writes them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from pathways.badges import proposals
from pathways.badges.api.doors import Key, done_once, kept_network
from pathways.badges.criteria import wording
from pathways.badges.criteria.wording import Language
from pathways.badges.issuing import composing, drafting, naming, networks, offering
from pathways.badges.models import Achievement, AchievementVersion, Issuer
from pathways.badges.schemas import (
    AchievementCreate,
    AchievementDraftOut,
    AchievementOut,
    AchievementProposalOut,
    DraftChange,
    PublicationIn,
)
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.people import fields
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires, public
from pathways.web.fields import Short
from pathways.web.routing import Router

router = Router(tags=["badges"], route_class=StrictRoute)
WHY = "what badges mean is told to everybody"
OF = {"achievement_id": offering.get}
Keeper = Annotated[Member, Depends(Requires(Permission.BADGES_ISSUE, of=OF))]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


# --- for everybody --------------------------------------------------------------------------------------------


@router.get("/achievements", response_model=list[AchievementOut], summary="Badges that can be asked for")
@public(WHY)
def offered(db: ReadDB, issuer: Annotated[Short, Query(description="The slug of a network; empty: all.")] = "") -> Any:
    network = networks.by_slug(db, issuer) if issuer else None
    return _shown(db, offering.on_offer(db, network))


@router.get("/achievements/{achievement_id}", response_model=AchievementOut, summary="The version in force of one")
@public(WHY)
def one(achievement_id: uuid.UUID, db: ReadDB) -> Any:
    """Also of one that is not offered any more: badges still name it."""
    return _shown(db, [offering.current(db, achievement_id)])[0]


# --- for the network that writes them -------------------------------------------------------------------------


@router.get("/achievement-proposals", response_model=list[AchievementProposalOut], summary="Proposals to adopt")
def proposed(member: Keeper) -> Any:
    return [
        {"slug": found.slug, "audience": found.audience, "definition": found.definition.as_data()}
        for found in proposals.proposals()
    ]


@router.get("/network/achievements", response_model=list[AchievementDraftOut], summary="All of your network's")
def of_network(member: Keeper, db: ReadDB) -> Any:
    return [_draft(row.achievement, row.version) for row in drafting.listed(db, kept_network(db, member))]


@router.post(
    "/network/achievements", status_code=201, response_model=AchievementDraftOut, summary="Begin a draft, or adopt one"
)
def compose(member: Keeper, body: AchievementCreate, db: DB, key: Key = "") -> Any:
    """From a definition of your own, or from a proposal. Adopting twice gives the same draft."""
    issuer = kept_network(db, member)
    if (body.definition is None) is not bool(body.proposal):
        raise fields.refused("definition", D_("Donnez une définition, ou le nom d'une proposition."))

    def act() -> dict[str, Any]:
        if body.proposal:
            return _with_version(db, offering.adopt(db, member, issuer, body.proposal))
        return _draft(drafting.compose(db, member, issuer, body.definition or {}), None)

    return done_once(db, member, key, "compose an achievement", body, act)


@router.get("/network/achievements/{achievement_id}", response_model=AchievementDraftOut, summary="One of them")
def draft(member: Keeper, achievement_id: uuid.UUID, db: ReadDB) -> Any:
    return _with_version(db, offering.get(db, member, achievement_id))


@router.put(
    "/network/achievements/{achievement_id}/draft", response_model=AchievementDraftOut, summary="Write its draft"
)
def write(member: Keeper, achievement_id: uuid.UUID, body: DraftChange, db: DB) -> Any:
    """As it shall be. 409 if `version` is not the present one, 422 with what is wrong field by field."""
    definition = drafting.checked(body.definition).as_data()
    return _with_version(db, offering.keep_draft(db, member, achievement_id, definition, version=body.version))


@router.delete("/network/achievements/{achievement_id}/draft", status_code=204, summary="Throw its draft away")
def discard(
    member: Keeper, achievement_id: uuid.UUID, db: DB, version: Annotated[int, Query(ge=1, le=2_000_000_000)]
) -> None:
    """An achievement of which nothing was ever published goes with it."""
    drafting.discard(db, member, achievement_id, version=version)


@router.post(
    "/network/achievements/{achievement_id}/publication",
    response_model=AchievementOut,
    summary="Publish its draft, for ever",
)
def publish(member: Keeper, achievement_id: uuid.UUID, body: PublicationIn, db: DB, key: Key = "") -> Any:
    """The draft becomes a version that nobody changes any more."""

    def act() -> dict[str, Any]:
        return _shown(db, [drafting.publish(db, member, achievement_id, version=body.version)])[0]

    return done_once(db, member, key, "publish an achievement", body, act, achievement_id)


@router.post(
    "/network/achievements/{achievement_id}/revision",
    response_model=AchievementDraftOut,
    summary="Begin the draft of a next version",
)
def revise(member: Keeper, achievement_id: uuid.UUID, db: DB) -> Any:
    return _with_version(db, offering.revise(db, member, achievement_id))


@router.post(
    "/network/achievements/{achievement_id}/closing", response_model=AchievementDraftOut, summary="Offer it no more"
)
def close(member: Keeper, achievement_id: uuid.UUID, db: DB) -> Any:
    """Those who hold it keep it. Publishing a version offers it again."""
    offering.close(db, member, achievement_id)
    return _with_version(db, offering.get(db, member, achievement_id))


# --- inside ---------------------------------------------------------------------------------------------------


def _shown(db: Session, versions: Iterable[AchievementVersion]) -> list[dict[str, Any]]:
    """The number of queries does not grow with them."""
    found = [(one, offering.definition_of(one)) for one in versions]
    nodes = [definition.node for _, definition in found]
    names = {language: naming.names_for(db, nodes, language) for language in LANGUAGES}
    rows = []
    for (version, definition), node in zip(found, nodes, strict=True):
        achievement, issuer = version.achievement, db.get_one(Issuer, version.achievement.issuer_id)
        rows.append(
            {
                "id": achievement.id,
                "issuer": issuer.slug,
                "slug": achievement.slug,
                "audience": definition.audience,
                "version": version.number,
                "languages": list(definition.languages),
                "texts": {language: texts.model_dump() for language, texts in definition.texts.items()},
                "needed": {
                    language: wording.as_text(wording.needed(node, language, names[language])) for language in LANGUAGES
                },
                "criteria": definition.criteria,
                "jury": definition.jury,
                "foreign_jury": definition.foreign_jury,
                "validity_months": definition.validity_months,
                "levels": list(definition.levels),
                "url": f"{issuer.base_url}/achievements/{issuer.slug}/{achievement.slug}",
                "picture": composing.picture_of(issuer, version, 1 if definition.levels else None),
                "published_at": version.published_at,
            }
        )
    return rows


def _draft(achievement: Achievement, version: AchievementVersion | None) -> dict[str, Any]:
    names = ("id", "slug", "audience", "proposal", "draft", "version", "closed_at")
    return {name: getattr(achievement, name) for name in names} | {"published": version.number if version else None}


def _with_version(db: Session, achievement: Achievement) -> dict[str, Any]:
    try:
        return _draft(achievement, offering.current(db, achievement.id))
    except NotFound:
        return _draft(achievement, None)
