"""Fairness between languages on pages: what is flagged in each, one question beside French, and what was decided."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import Conflict, Invalid
from pathways.fairness import deciding, screening, service, words
from pathways.fairness.asking import ItemCode, OwnPlace, Place, Reader, ReviewerForm, decision_of
from pathways.fairness.service import About, Decision
from pathways.i18n import D_
from pathways.items import translating
from pathways.items.asking import ladders_for
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/fairness")
DONE = {
    "keep": D_("C'est noté : cette traduction reste en service."),
    "withdraw": D_("C'est noté : cette traduction n'est plus montrée."),
    "restore": D_("C'est noté : cette traduction est de nouveau montrée."),
}


@router.get("")
def languages(request: Request, member: Reader, db: ReadDB, place: OwnPlace) -> Response:
    """Every language: what is flagged, what was not understood, and how many answers are still needed."""
    ladders_for(db, member, place.framework)
    return render(
        request,
        "fairness.html",
        found=service.overview(db, member, place.framework),
        frameworks=referentials_service.all_newest(db),
        framework=place.framework,
        names=i18n.languages(),
        words=words,
        enough=screening.CLASSED_FROM,
        watched=screening.WATCHED_FROM,
        trouble=service.TROUBLE,
        shown_enough=service.SHOWN_ENOUGH,
    )


@router.get("/{item_code}")
def question(
    request: Request,
    member: Reader,
    item_code: ItemCode,
    db: ReadDB,
    place: OwnPlace,
    done: Annotated[Short, Query()] = "",
) -> Response:
    """One question in one language beside French."""
    found = service.about(db, member, place.framework, item_code, place.language)
    return _page(request, db, member, place, found, said=DONE.get(done, ""))


@router.post("/{item_code}/decisions")
def decide(
    request: Request,
    member: ReviewerForm,
    item_code: ItemCode,
    db: DB,
    place: OwnPlace,
    decision: Annotated[Short, Form()] = "",
    seen: Annotated[str, Form(max_length=100)] = "",
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Keep, withdraw or restore. What was typed comes back with the page where nothing could be decided."""
    service.about(db, member, place.framework, item_code, place.language)  # what does not exist, before what is wrong
    chosen, typed = decision_of(decision), _legible(reason)
    try:
        with db.begin_nested():
            deciding.decide(
                db, member, place.framework, item_code, place.language, decision=chosen, reason=typed, seen=seen
            )
    except (Conflict, Invalid) as error:
        found = service.about(db, member, place.framework, item_code, place.language)
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, db, member, place, found, status=status, error=error.message, reason=typed)
    asked = {"framework": place.framework, "lang": i18n.language(place.language).tag, "done": chosen.value}
    return RedirectResponse(f"/fairness/{item_code}?{urlencode(asked)}", 303)


def _legible(text: str) -> str:
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


def _page(
    request: Request,
    db: Session,
    member: Member,
    place: Place,
    found: About,
    *,
    status: int = 200,
    **told: str,
) -> Response:
    """``told``: ``said`` of what was done, or ``error`` and the ``reason`` that was typed."""
    skill = ladders_for(db, member, place.framework, archived=True).skills.get(found.item.skill)
    language = i18n.language(found.language)
    return render(
        request,
        "fairness-item.html",
        status=status,
        about=found,
        skill=skill,
        target=language,
        rows=_side_by_side(found),
        options=found.options,
        buttons=_buttons(found),
        framework=place.framework,
        query=urlencode({"framework": place.framework, "lang": language.tag}),
        words=words,
        **({"said": "", "error": "", "reason": ""} | told),
        longest=deciding.LONGEST_REASON,
        least=service.LEAST,
        trouble=service.TROUBLE,
        shown_enough=service.SHOWN_ENOUGH,
        watched=screening.WATCHED_FROM,
    )


def _side_by_side(found: About) -> list[tuple[str, str, str]]:
    """``(what it is, French, the language)`` of each text."""
    own = found.translation.segments if found.translation is not None else {}
    labels = translating.labels(found.revision.body)
    return [(labels.get(key, key), text, own.get(key, "")) for key, text in found.revision.segments.items()]


def _buttons(found: About) -> list[tuple[Decision, str]]:
    if not found.may_decide or found.translation is None:
        return []
    if found.translation.is_current:
        return [(Decision.KEEP, D_("Garder cette traduction")), (Decision.WITHDRAW, D_("La retirer"))]
    return [(Decision.RESTORE, D_("La remettre en service"))]
