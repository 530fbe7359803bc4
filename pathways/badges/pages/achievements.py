"""The achievements of a network at its desk: shipped proposals to adopt, drafts, what is on offer; one achievement as a
candidate will see it; publishing, for ever.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.badges import proposals
from pathways.badges.candidacy import jury, standing
from pathways.badges.drawing.palette import TINTS
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.issuing import advising, drafting, offering
from pathways.badges.models import Achievement
from pathways.badges.pages import achievement_forms as forms
from pathways.badges.pages import leaf_forms
from pathways.badges.pages import network_words as words
from pathways.badges.pages.achievement_preview import PARTS, drawn, preview
from pathways.badges.pages.network_doors import Keeper, KeeperForm, Said, Sent, own_network, page
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_
from pathways.people import fields
from pathways.permissions import Member
from pathways.web.dependencies import DB, ReadDB
from pathways.web.routing import Router
from pathways.workshops.forms import Filled

router = Router()

# --- the list -------------------------------------------------------------------------------------------------


@router.get("/network/achievements")
def listed(request: Request, member: Keeper, db: ReadDB, said: Said = "") -> Response:
    issuer = own_network(db, member)
    found = drafting.listed(db, issuer)
    adopted = {one.achievement.slug for one in found}
    return page(
        request,
        "network-achievements.html",
        said=said,
        network=issuer,
        rows=[(one, drawn(one.definition)) for one in found],
        proposals=[
            (one, drawn(one.definition, proposal=True)) for one in proposals.proposals() if one.slug not in adopted
        ],
        audiences=words.AUDIENCES,
    )


@router.get("/network/proposals/{proposal_slug}")
def proposal(request: Request, member: Keeper, proposal_slug: str, db: ReadDB, language: Said = "") -> Response:
    """A proposal as a candidate would see it."""
    issuer, found = own_network(db, member), proposals.proposal(proposal_slug)
    return page(
        request,
        "network-proposal.html",
        network=issuer,
        proposal=found,
        **preview(db, issuer, found.definition, language, proposal=True),
    )


@router.post("/network/proposals/{proposal_slug}/adopt")
def adopt(member: KeeperForm, proposal_slug: str, db: DB) -> Response:
    made = offering.adopt(db, member, own_network(db, member), proposal_slug)
    said = "?said=adopted" if made.draft else ""  # adopted long ago: what is there is published
    return RedirectResponse(f"/network/achievements/{made.id}{said}", 303)


@router.get("/network/proposals/{proposal_slug}/adopt")
def back(member: Keeper, proposal_slug: str) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return RedirectResponse(f"/network/proposals/{proposal_slug}", 303)


# --- a new one ------------------------------------------------------------------------------------------------


@router.get("/network/achievements/new")
def new(request: Request, member: Keeper, db: ReadDB) -> Response:
    usual = {"audience": "mediator", "validity_months": "36", "first": "attendance"}
    usual |= {"picture.pictogram": next(iter(PICTOGRAMS)), "picture.tint": next(iter(TINTS))}
    return _new(request, db, member, Filled({name: [value] for name, value in usual.items()}))


@router.post("/network/achievements/new")
def compose(request: Request, member: KeeperForm, db: DB, sent: Sent) -> Response:
    issuer = own_network(db, member)
    try:
        draft = forms.beginning(sent, leaf_forms.choices(db, issuer).first_skill)
        with db.begin_nested():
            made = drafting.compose(db, member, issuer, draft)
    except (Conflict, Invalid) as error:
        refused = forms.to_areas(error, ["levels"]) if isinstance(error, Invalid) else error
        return _new(request, db, member, sent, refused=refused)
    return RedirectResponse(f"/network/achievements/{made.id}?said=drafted", 303)


# --- one ------------------------------------------------------------------------------------------------------


@router.get("/network/achievements/{achievement_id}")
def achievement(
    request: Request, member: Keeper, achievement_id: uuid.UUID, db: ReadDB, said: Said = "", language: Said = ""
) -> Response:
    return _one(request, db, member, achievement_id, said=said, language=language)


@router.get("/network/achievements/{achievement_id}/publish")
def publishing(request: Request, member: Keeper, achievement_id: uuid.UUID, db: ReadDB) -> Response:
    return _publishing(request, db, member, achievement_id, Filled())


@router.post("/network/achievements/{achievement_id}/publish")
def publish(request: Request, member: KeeperForm, achievement_id: uuid.UUID, db: DB, sent: Sent) -> Response:
    try:
        if not sent.get("sure"):
            sent.wrong("sure", D_("Cochez : une version publiée ne change plus."))
        sent.refuse()
        with db.begin_nested():
            drafting.publish(db, member, achievement_id, version=sent.number("version", 0))
    except (Conflict, Invalid) as error:
        return _publishing(request, db, member, achievement_id, sent, refused=error)
    return RedirectResponse(f"/network/achievements/{achievement_id}?said=published", 303)


@router.post("/network/achievements/{achievement_id}/revise")
def revise(member: KeeperForm, achievement_id: uuid.UUID, db: DB) -> Response:
    offering.revise(db, member, achievement_id)
    return RedirectResponse(f"/network/achievements/{achievement_id}?said=revised", 303)


@router.post("/network/achievements/{achievement_id}/close")
def close(member: KeeperForm, achievement_id: uuid.UUID, db: DB) -> Response:
    offering.close(db, member, achievement_id)
    return RedirectResponse(f"/network/achievements/{achievement_id}?said=closed", 303)


@router.post("/network/achievements/{achievement_id}/discard")
def discard(request: Request, member: KeeperForm, achievement_id: uuid.UUID, db: DB, sent: Sent) -> Response:
    try:
        if not sent.get("sure"):
            raise fields.refused("sure", D_("Cochez : le brouillon sera perdu."))
        with db.begin_nested():
            drafting.discard(db, member, achievement_id, version=sent.number("version", 0))
    except (Conflict, Invalid) as error:
        return _one(request, db, member, achievement_id, filled=sent, refused=error)
    return RedirectResponse("/network/achievements?said=discarded", 303)


@router.get("/network/achievements/{achievement_id}/revise")
@router.get("/network/achievements/{achievement_id}/close")
@router.get("/network/achievements/{achievement_id}/discard")
def back_to_one(member: Keeper, achievement_id: uuid.UUID, db: ReadDB) -> Response:
    offering.get(db, member, achievement_id)
    return RedirectResponse(f"/network/achievements/{achievement_id}", 303)


# --- inside ---------------------------------------------------------------------------------------------------


def _new(
    request: Request, db: Session, member: Member, filled: Filled, *, refused: DomainError | None = None
) -> Response:
    language = standing.words_in(i18n.current().code)
    return page(
        request,
        "network-achievement-new.html",
        network=own_network(db, member),
        filled=filled,
        refused=refused,
        audiences={one.value: said for one, said in words.AUDIENCES.items()},
        beginnings=forms.BEGINNINGS,
        pictograms={code: one.caption(language) for code, one in PICTOGRAMS.items()},
        tints={code: one.english if language == "en" else one.french for code, one in TINTS.items()},
    )


def _one(
    request: Request,
    db: Session,
    member: Member,
    achievement_id: uuid.UUID,
    *,
    said: str = "",
    language: str = "",
    filled: Filled | None = None,
    refused: DomainError | None = None,
) -> Response:
    found, issuer = offering.get(db, member, achievement_id), own_network(db, member)
    published = drafting.versions(db, found.id)
    definition = drafting.checked(found.draft) if found.draft else offering.definition_of(published[0])
    return page(
        request,
        "network-achievement.html",
        said=said,
        filled=filled,
        refused=refused,
        network=issuer,
        achievement=found,
        published=published,
        advice=advising.advice(definition) if found.draft else [],
        judges=len(jury.pool(db, issuer.id)),
        parts={part: name for part, (name, _) in PARTS.items()},
        **preview(db, issuer, definition, language),
    )


def _publishing(
    request: Request,
    db: Session,
    member: Member,
    achievement_id: uuid.UUID,
    filled: Filled,
    *,
    refused: DomainError | None = None,
) -> Response:
    found, issuer = offering.get(db, member, achievement_id), own_network(db, member)
    if not found.draft:
        return RedirectResponse(f"/network/achievements/{found.id}", 303)
    published = drafting.versions(db, found.id)
    definition = drafting.checked(found.draft)
    return page(
        request,
        "network-achievement-publish.html",
        network=issuer,
        achievement=found,
        number=published[0].number + 1 if published else 1,
        changed=_changed(found, published[0].definition) if published else [],
        advice=advising.advice(definition),
        filled=filled,
        refused=refused,
        **preview(db, issuer, definition, ""),
    )


def _changed(found: Achievement, before: Mapping[str, object]) -> list[str]:
    """Msgids of the parts in which the draft is not as the version in force."""
    return [name for name, written in PARTS.values() if any(found.draft.get(one) != before.get(one) for one in written)]
