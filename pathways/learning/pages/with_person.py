"""The desk: a pathway chosen together, with the person there. Three ways side by side, with their figures and gaps."""

from __future__ import annotations

import math
import uuid
from typing import Annotated, Any

from fastapi import Depends, Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.diagnostics import reading
from pathways.diagnostics.doors import OF, OwnDoor
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_
from pathways.learning import choosing, limits, telling
from pathways.learning import goals as goals_service
from pathways.learning.choosing import MOST_GOALS, Option
from pathways.learning.models import Device, Goal, Way
from pathways.learning.pages import life as lives
from pathways.learning.pages import shown
from pathways.learning.pages.life import DISTANCES, MINUTES, AskedLife, Life, SentLife
from pathways.people import journal
from pathways.people.journal import Act
from pathways.people.models import LearnerFile
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
Helper = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_OBSERVE, of=OF))]
HelperForm = Annotated[Member, Depends(RequiresForm(Permission.ATTEMPTS_OBSERVE, of=OF))]
NOT_THERE = D_("C'est à la personne de choisir : faites-le quand elle est là.")


@router.get("/profiles/{attempt_id}/pathway")
def choose(
    request: Request, member: Helper, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor, life: AskedLife
) -> Response:
    """Goals and limits on one page; the ways beneath, once there are goals."""
    attempt, _ = reading.attempt_for(db, member, attempt_id)
    if attempt.part_of_id is not None:
        return RedirectResponse(f"/profiles/{attempt.part_of_id}/pathway", 303)
    framework = choosing.framework_of(db, attempt)
    choosing.ready(request.app.state.database, db, member.organisation_id, framework)
    attempt, diagnostic = reading.attempt_for(db, member, attempt_id)
    former = choosing.current(db, attempt)
    if not life.goals and former is not None and not request.query_params:
        kept = [uuid.UUID(one["id"]) for one in former.goals if one.get("id")]
        life = Life.of(limits.Limits.from_json(former.limits), kept, db)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt.id])
    return _page(request, db, door, attempt, diagnostic, life)


@router.post("/profiles/{attempt_id}/pathway")
def take(
    request: Request,
    member: HelperForm,
    attempt_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    life: SentLife,
    present: Annotated[Short, Form()] = "",
) -> Response:
    """The way that the person takes. Sent twice, it is one choice; the pathway of before ends."""
    attempt, diagnostic = reading.attempt_for(db, member, attempt_id)
    offered = goals_service.for_person(db, member.organisation_id, choosing.framework_of(db, attempt))
    way = life.fields.get("way", "")
    if not present or way not in set(Way):
        return _page(request, db, door, attempt, diagnostic, life, error=Conflict(NOT_THERE))
    try:
        with db.begin_nested():
            made = choosing.choose(
                db,
                door,
                attempt,
                framework=choosing.framework_of(db, attempt),
                goals=lives.chosen(offered, life),
                limits=life.limits(db),
                way=Way(way),
                reason=life.fields.get("reason", ""),
                key=life.fields.get("key", "")[:64] or choosing.new_key(),
            )
    except (Conflict, Invalid) as error:
        return _page(request, db, door, attempt, diagnostic, life, error=error)
    return RedirectResponse(f"/pathways/{made.id}?said=chosen", 303)


def _page(
    request: Request,
    db: Session,
    door: Door,
    attempt: Attempt,
    diagnostic: Diagnostic,
    life: Life,
    *,
    error: DomainError | None = None,
) -> Response:
    framework = choosing.framework_of(db, attempt)
    offered = goals_service.for_person(db, diagnostic.organisation_id, framework)
    chosen = lives.chosen(offered, life)
    ways = list[dict[str, Any]]()
    if attempt.stopped is not None and 1 <= len(chosen) <= MOST_GOALS:
        try:
            ways = _ways(db, door, attempt, framework, life, chosen)
        except Invalid as wrong:
            error = error or wrong
    file = db.get(LearnerFile, attempt.file_id) if attempt.file_id else None
    return render(
        request,
        "desk-pathway-choose.html",
        status=200 if error is None else 422 if isinstance(error, Invalid) else 409,
        attempt=attempt,
        name=file.label if file else pseudonym(attempt.id),
        life=life,
        chosen=chosen,
        found=[one for one in goals_service.find(offered, life.words) if one not in chosen],
        ways=ways,
        former=choosing.current(db, attempt),
        said=i18n.sentence(error.message, error.values) if error else "",
        too_many=len(chosen) > MOST_GOALS,
        most=MOST_GOALS,
        key=choosing.new_key(),
        minutes=MINUTES,
        distances=DISTANCES,
        devices=[(one, telling.DEVICES[one]) for one in Device],
        weekdays=[(day, i18n.say_weekday(day, i18n.current().code)) for day in range(7)],
        meant=telling.MEANT,
        named=telling.WAYS,
    )


def _ways(
    db: Session, door: Door, attempt: Attempt, framework: str, life: Life, chosen: list[Goal]
) -> list[dict[str, Any]]:
    now = clock.now()
    plans = choosing.plans_for(db, door, attempt, framework, limits.checked(life.limits(db), now.date()), now)
    skills, language = plans.knowledge.skills, i18n.current().code if i18n.current().desk else i18n.SOURCE
    return [
        {
            "way": one.way,
            "option": one,
            "steps": [shown.of_proposed(step, skills, language) for step in one.steps],
            "gap": _gap(one),
            "missing": [
                skills[code].title
                for code in one.plan.problem.values
                if code not in one.plan.reached and code in skills
            ],
        }
        for one in choosing.options(plans, choosing.values_of(chosen))
    ]


def _gap(one: Option) -> int:
    """Of a hundred, how much better another plan of this way might be at most; 0 only where it is proven best."""
    choice = one.plan.choice
    return math.ceil(100 * max(choice.value_gap, choice.minutes_gap, one.plan.order_gap))
