"""What anybody may know of badges: which there are, what each asks for and means, its picture, who gives it. Nobody's
name is here, so search engines may read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Path
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pathways import i18n
from pathways.badges.candidacy import requesting, standing
from pathways.badges.criteria import wording
from pathways.badges.criteria.wording import Language, Line
from pathways.badges.formats import documents
from pathways.badges.issuing import composing, key_table, naming, networks, offering
from pathways.badges.issuing.defining import Definition
from pathways.badges.models import Achievement, AchievementVersion, Audience, Issuer
from pathways.badges.pages import achievement_shown, negotiation
from pathways.badges.pages.catalogue_words import AUDIENCES, KEYS, WORDS
from pathways.badges.pages.plainly import in_plain, language_of
from pathways.diagnostics.doors import remember
from pathways.errors import NotFound
from pathways.web.dependencies import ReadDB, public
from pathways.web.files import FOR_EVER
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.web.security import LANGUAGE_COOKIE

router = Router()
WHY = "what badges mean is told to everybody"
Slug = Annotated[str, Path(pattern=r"^[a-z0-9-]+$", max_length=60)]
A_DAY = "public, max-age=86400"
_VERSION = re.compile(r"v([1-9][0-9]{0,4})")
_PICTURE = re.compile(r"v([1-9][0-9]{0,4})(?:-([1-9]))?\.(png|svg)")
_IMAGE_ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Card:
    """One badge of the list."""

    version: AchievementVersion
    definition: Definition
    name: str
    description: str
    needed: Line


# --- the list -------------------------------------------------------------------------------------------------


@router.get("/badges")
@public(WHY)
def listed(request: Request, db: ReadDB) -> Response:
    """Every badge that can be asked for, by whom it is for."""
    language = language_of(i18n.current().code)
    cards = _cards(db, offering.on_offer(db), language)
    groups = {one: [card for card in cards if card.definition.audience is one] for one in Audience}
    return _page(request, "badges.html", language, groups=groups, audiences=AUDIENCES)


# --- one achievement ------------------------------------------------------------------------------------------


@router.get("/achievements/{issuer_slug}/{achievement_slug}")
@public(WHY)
def achievement(request: Request, issuer_slug: Slug, achievement_slug: Slug, db: ReadDB) -> Response:
    """The version in force, and the ways to ask for it."""
    issuer = networks.by_slug(db, issuer_slug)
    found = _achievement(db, issuer, achievement_slug)
    return _shown(request, db, issuer, offering.current(db, found.id), language_of(i18n.current().code), frozen=False)


@router.get("/achievements/{issuer_slug}/{achievement_slug}/{picture_name}")
@public(WHY)
def picture(issuer_slug: Slug, achievement_slug: Slug, picture_name: str, db: ReadDB) -> Response:
    """``v2.png``, ``v2-1.svg``: as it was drawn when that version was published, for ever. Of one with levels, the
    picture without a number is that of the first.
    """
    name = _PICTURE.fullmatch(picture_name)
    if name is None:
        raise NotFound(offering.NOT_THERE)
    issuer = networks.by_slug(db, issuer_slug)
    version = offering.version_at(db, issuer, achievement_slug, int(name[1]))
    level = int(name[2]) if name[2] else (1 if offering.definition_of(version).levels else 0)
    kept = offering.picture_of(db, version.id, level)
    headers = {"cache-control": FOR_EVER, "cross-origin-resource-policy": "cross-origin"}
    if name[3] == "png":
        return Response(kept.png, headers=headers, media_type="image/png")
    return Response(kept.svg, headers=headers | {"content-security-policy": _IMAGE_ALONE}, media_type="image/svg+xml")


@router.get("/achievements/{issuer_slug}/{achievement_slug}/{version_name}/{badge_language}")
@public(WHY)
def version(
    request: Request, issuer_slug: Slug, achievement_slug: Slug, version_name: str, badge_language: str, db: ReadDB
) -> Response:
    """What a badge of this version means, in its language. Its address is in every such badge, so it never changes."""
    issuer = networks.by_slug(db, issuer_slug)
    code, _, ending = badge_language.partition(".")
    number = _VERSION.fullmatch(version_name)
    if number is None or ending not in {"", "json"}:
        raise NotFound(offering.NOT_THERE)
    found = offering.version_at(db, issuer, achievement_slug, int(number[1]))
    if code not in offering.definition_of(found).languages:
        raise NotFound(offering.NOT_THERE)
    language = language_of(code)
    if ending == "json":
        return _document(achievement_shown.document(db, issuer, found, language))
    return _shown(request, db, issuer, found, language, frozen=True)


# --- one network ----------------------------------------------------------------------------------------------


@router.get("/issuers/{issuer_slug}")
@public(WHY)
def network(request: Request, issuer_slug: Slug, db: ReadDB) -> Response:
    """Who gives badges, with which structures and keys, and how long it takes. For machines, its profile."""
    issuer = networks.by_slug(db, issuer_slug)
    if negotiation.wants_document(request):
        return _document(documents.issuer_profile(composing.profile_of(issuer)))
    language = language_of(i18n.current().code)
    return _page(
        request,
        "badge-network.html",
        language,
        network=issuer,
        organisations=networks.members(db, issuer),
        found=_cards(db, offering.on_offer(db, issuer), language),
        keys=key_table.published(db, issuer.id),
        key_states={state: i18n.gettext(said, language) for state, said in KEYS.items()},
        waiting=requesting.waiting(db, issuer.id),
    )


# --- inside ---------------------------------------------------------------------------------------------------


def _achievement(db: Session, issuer: Issuer, slug: str) -> Achievement:
    found = db.scalar(sa.select(Achievement).filter_by(issuer_id=issuer.id, slug=slug))
    if found is None:
        raise NotFound(offering.NOT_THERE)
    return found


def _cards(db: Session, found: Sequence[AchievementVersion], language: Language) -> list[Card]:
    """The number of queries does not grow with them."""
    demands = [standing.demand_of(one) for one in found]
    names, cards = naming.names_for(db, [one.node for one in demands], language), list[Card]()
    for one, demand in zip(found, demands, strict=True):
        texts, line = demand.definition.texts_in(language), wording.needed(demand.node, language, names)
        cards.append(Card(one, demand.definition, texts.name, texts.description, line))
    return cards


def _shown(
    request: Request, db: Session, issuer: Issuer, found: AchievementVersion, language: Language, *, frozen: bool
) -> Response:
    if negotiation.wants_document(request):
        return _document(achievement_shown.document(db, issuer, found, language))
    newest = offering.current(db, found.achievement_id)
    return _page(
        request,
        "badge.html",
        language,
        network=issuer,
        frozen=frozen,
        newest=newest,
        waiting=requesting.waiting(db, issuer.id),
        **achievement_shown.values(db, issuer, found, language),
    )


def _document(document: Mapping[str, Any]) -> Response:
    headers = {"cache-control": A_DAY, "access-control-allow-origin": "*", "vary": "Accept"}
    return JSONResponse(dict(document), headers=headers, media_type=negotiation.JSON_LD)


def _page(request: Request, template: str, language: Language, **values: Any) -> Response:
    response = render(request, template, spoken_in=language, plain=in_plain(WORDS, language), **values)
    response.headers["vary"] = "Accept, Accept-Language, Cookie"
    if asked := i18n.recognised(request.query_params.get("lang", "")):
        remember(response, request, LANGUAGE_COOKIE, asked, "/")
    return response
