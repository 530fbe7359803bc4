"""Calibrations on pages: the proposals of a framework, one of them item by item, and the health of a question."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways.calibrations import deciding, service, words
from pathways.calibrations.asking import ItemCode, Reader, ReviewerForm, decision_of
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.items.asking import Framework, ladders_for
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/calibrations")
DONE = {
    "accept": D_("C'est noté : les diagnostics publiés à partir de maintenant prendront ces valeurs."),
    "refuse": D_("C'est noté : cette proposition est refusée. Elle reste ici avec votre raison."),
}


@router.get("")
def proposals(
    request: Request,
    member: Reader,
    db: ReadDB,
    framework: Framework = referentials_service.USUAL_FRAMEWORK,
) -> Response:
    """What was proposed for a framework, and what became of it."""
    ladders_for(db, member, framework)
    return render(
        request,
        "calibrations.html",
        found=service.overview(db, framework),
        frameworks=referentials_service.all_newest(db),
        framework=framework,
        words=words,
    )


@router.get("/items/{item_code}")
def health(
    request: Request,
    member: Reader,
    item_code: ItemCode,
    db: ReadDB,
    framework: Framework = referentials_service.USUAL_FRAMEWORK,
) -> Response:
    """What the last calibration says of one question."""
    found = service.health(db, member, framework, item_code)
    return render(
        request,
        "calibration-item.html",
        health=found,
        checks=words.checks(found, _options(found.revision.body)),
        skill=ladders_for(db, member, framework, archived=True).skills.get(found.item.skill),
        framework=framework,
        words=words,
    )


@router.get("/{calibration_id}")
def proposal(
    request: Request, member: Reader, calibration_id: uuid.UUID, db: ReadDB, done: Annotated[Short, Query()] = ""
) -> Response:
    """One proposal: before and after, item by item."""
    return _page(request, db, member, calibration_id, said=DONE.get(done, ""))


@router.post("/{calibration_id}/decisions")
def decide(
    request: Request,
    member: ReviewerForm,
    calibration_id: uuid.UUID,
    db: DB,
    decision: Annotated[Short, Form()] = "",
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Accept or refuse. What was typed comes back with the page where nothing could be decided."""
    service.get(db, calibration_id)  # what does not exist, before what is wrong
    chosen, typed = decision_of(decision), _legible(reason)
    try:
        with db.begin_nested():
            deciding.decide(db, member, calibration_id, decision=chosen, reason=typed)
    except (Conflict, Invalid) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, db, member, calibration_id, status=status, error=error.message, reason=typed)
    return RedirectResponse(f"/calibrations/{calibration_id}?{urlencode({'done': chosen.value})}", 303)


def _legible(text: str) -> str:
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


def _page(
    request: Request, db: Session, member: Member, calibration_id: uuid.UUID, *, status: int = 200, **told: str
) -> Response:
    """``told``: ``said`` of what was done, or ``error`` and the ``reason`` that was typed."""
    found = service.about(db, member, calibration_id)
    rows = found.calibration.comparison["items"]
    skills = ladders_for(db, member, found.calibration.framework, archived=True).skills
    return render(
        request,
        "calibration.html",
        status=status,
        about=found,
        one=found.calibration,
        comparison=found.calibration.comparison,
        styles=found.calibration.comparison.get("styles"),  # what was proposed before styles were learned has none
        foremost=rows[: service.MOST_CHANGES],
        others=rows[service.MOST_CHANGES :],
        titles={code: skill.title for code, skill in skills.items()},
        words=words,
        longest=deciding.LONGEST_REASON,
        **({"said": "", "error": "", "reason": ""} | told),
    )


def _options(body: Mapping[str, Any]) -> dict[str, str]:
    """French of each option."""
    return {
        option["id"]: option["text"] or (option["picture"]["alt"] if option["picture"] else option["id"])
        for option in body["options"]
    }
