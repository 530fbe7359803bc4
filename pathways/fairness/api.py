"""Fairness in the API: the same service functions as the pages."""

from __future__ import annotations

from typing import Any

from pathways.fairness import deciding, service
from pathways.fairness.asking import ItemCode, OwnPlace, Reader, Reviewer
from pathways.fairness.schemas import DecisionIn, FairnessOut, ItemFairnessOut
from pathways.fairness.service import About, Flagged, InLanguage
from pathways.items.asking import ladders_for
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB
from pathways.web.routing import Router

router = Router(tags=["trainer"], route_class=StrictRoute)


@router.get("/fairness", response_model=FairnessOut, summary="What is flagged in each language")
def languages(member: Reader, db: ReadDB, place: OwnPlace) -> dict[str, Any]:
    """Over all organisations of this server; own items of other organisations do not exist here."""
    ladders_for(db, member, place.framework)
    found = service.overview(db, member, place.framework)
    return {"framework": place.framework, "languages": [_language(one) for one in found]}


@router.get("/fairness/{item_code}", response_model=ItemFairnessOut, summary="One item in one language beside French")
def item(member: Reader, item_code: ItemCode, db: ReadDB, place: OwnPlace) -> dict[str, Any]:
    return _about(service.about(db, member, place.framework, item_code, place.language))


@router.post(
    "/fairness/{item_code}/decisions", response_model=ItemFairnessOut, summary="Keep, withdraw or restore a translation"
)
def decide(member: Reviewer, item_code: ItemCode, body: DecisionIn, db: DB, place: OwnPlace) -> dict[str, Any]:
    """409 if `seen` is not what `GET` gives now. The same decision twice is one."""
    return _about(
        deciding.decide(
            db,
            member,
            place.framework,
            item_code,
            place.language,
            decision=body.decision,
            reason=body.reason,
            seen=body.seen,
        )
    )


def _language(one: InLanguage) -> dict[str, Any]:
    return {
        "language": one.language,
        "flagged": [_flagged(row) for row in one.flagged],
        "to_read_again": [{"code": row.code, "not_understood": row.share, "shown": row.shown} for row in one.troubled],
        "judged": one.judged,
        "few": one.few,
        "needed": one.needed,
    }


def _flagged(row: Flagged) -> dict[str, Any]:
    names = ("code", "skill", "grade", "delta", "reference", "focal", "kept", "withdrawn")
    return {name: getattr(row, name) for name in names} | {"own": row.is_own}


def _about(found: About) -> dict[str, Any]:
    known = found.known
    figures = known.figures if known is not None else {}
    french, other = found.needed
    return {
        "code": found.item.code,
        "language": found.language,
        "grade": found.grade,
        "delta": known.delta if known is not None else None,
        "interval": (figures["low"], figures["high"]) if "low" in figures else None,
        "reference": known.reference if known is not None else 0,
        "focal": known.focal if known is not None else 0,
        "needed": {"french": french, "language": other},
        "options": [
            {"name": one.name, "french": one.french, "language": one.other, "difference": one.difference}
            for one in found.options
        ],
        "not_understood": found.trouble.share if found.trouble is not None else None,
        "shown": found.shown,
        "served": found.translation is not None and found.translation.is_current,
        "seen": found.seen,
        "may_decide": found.may_decide,
        "events": [{"act": one.act, "by": one.by, "at": one.at, "reason": one.reason} for one in found.events],
    }
