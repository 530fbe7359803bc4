"""From a result to a way that the person took: goals, what their life leaves, three cards. They may take none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.diagnostics import taking
from pathways.diagnostics.doors import Beside, BesideAnswers, CurrentLearner, OwnDoor, is_at_desk, speak
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Invalid
from pathways.i18n import N_
from pathways.learning import agenda, choosing, knowing, limits, telling
from pathways.learning import goals as goals_service
from pathways.learning.choosing import MOST_GOALS, Option
from pathways.learning.knowing import Knowledge
from pathways.learning.limits import Limits
from pathways.learning.models import Device, Goal, Pathway, StepKind, Way
from pathways.learning.pages import goal_groups, shown
from pathways.learning.pages import life as lives
from pathways.learning.pages.life import DISTANCES, MINUTES, AskedLife, Life, SentLife
from pathways.web.dependencies import DB, ReadDB
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
FIRST_STEPS = 3
"""That a card shows at once."""
MEETINGS = 2
"""Sessions that it shows beside those, wherever they come: they are what makes a way with people."""
TOO_MANY = N_("Choisissez de un à cinq buts.")


def elsewhere(attempt: Attempt) -> Response | None:
    """Where somebody belongs who cannot choose a pathway here: in the middle of questions, or of a check."""
    if attempt.part_of_id is not None:
        return RedirectResponse(f"/t/{attempt.id}/back", 303)
    return RedirectResponse(f"/t/{attempt.id}", 303) if attempt.stopped is None else None


@router.get("/t/{attempt_id}/goals")
def goals(
    request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, beside: BesideAnswers, life: AskedLife
) -> Response:
    """What they want to be able to do: pictures and words, up to five."""
    attempt = taking.get(db, learner.attempt_id)
    if away := elsewhere(attempt):
        return away
    speak(attempt)
    return _goals(request, db, door, beside, attempt, life)


@router.get("/t/{attempt_id}/limits")
def ask_limits(
    request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, beside: BesideAnswers, life: AskedLife
) -> Response:
    """What their life leaves for it, with usual values: one press goes on."""
    attempt = taking.get(db, learner.attempt_id)
    if away := elsewhere(attempt):
        return away
    speak(attempt)
    chosen = lives.chosen(_offered(db, attempt), life)
    if not 1 <= len(chosen) <= MOST_GOALS:
        return _goals(request, db, door, beside, attempt, life, said=TOO_MANY)
    return limits_page(request, attempt, life, action=f"/t/{attempt.id}/ways")


@router.get("/t/{attempt_id}/ways")
def ways(
    request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, beside: BesideAnswers, life: AskedLife
) -> Response:
    """Three ways to the same goals, one below the other."""
    attempt = taking.get(db, learner.attempt_id)
    if away := elsewhere(attempt):
        return away
    speak(attempt)
    chosen = lives.chosen(_offered(db, attempt), life)
    if not 1 <= len(chosen) <= MOST_GOALS:
        return _goals(request, db, door, beside, attempt, life, said=TOO_MANY)
    now = clock.now()
    try:
        asked = limits.checked(life.limits(db), now.date())
    except Invalid as error:
        return limits_page(request, attempt, life, action=f"/t/{attempt.id}/ways", error=error)
    framework, organisation_id = choosing.framework_of(db, attempt), _organisation(db, attempt)
    choosing.ready(request.app.state.database, db, organisation_id, framework)
    plans = choosing.plans_for(db, door, attempt, framework, asked, now)
    values = choosing.values_of(chosen)
    found = choosing.options(plans, values)
    return render(
        request,
        "ways.html",
        attempt_id=attempt.id,
        goals=chosen,
        life=life,
        with_somebody=telling.with_somebody(knowing.ladders_for(db, organisation_id, framework).referential.readers),
        cards=[_card(one, plans.knowledge.skills, values, asked, attempt.language) for one in found if one.steps],
        nothing=choosing.ALL_KNOWN if all(choosing.arrives(one.plan) for one in found) else choosing.NO_TIME,
        all_known=choosing.ALL_KNOWN,
        on_one=choosing.current(db, attempt) is not None,
        key=choosing.new_key(),
        first_steps=FIRST_STEPS,
        at_desk=is_at_desk(request),
    )


@router.post("/t/{attempt_id}/ways")
def take(
    request: Request, learner: CurrentLearner, db: DB, door: OwnDoor, beside: BesideAnswers, life: SentLife
) -> Response:
    """One way, or none for now. Sent twice, it is one choice. What cannot be meant comes back with what was said."""
    attempt = taking.get(db, learner.attempt_id)
    if away := elsewhere(attempt):
        return away
    speak(attempt)
    chosen, way = lives.chosen(_offered(db, attempt), life), life.fields.get("way", "")
    if not 1 <= len(chosen) <= MOST_GOALS and way != "none":
        return _goals(request, db, door, beside, attempt, life, said=TOO_MANY)
    try:
        left = limits.checked(life.limits(db), clock.now().date())
    except Invalid as error:
        if way != "none":
            return limits_page(request, attempt, life, action=f"/t/{attempt.id}/ways", error=error)
        left = Limits()  # who wants none need not say when
    asked = {
        "framework": choosing.framework_of(db, attempt),
        "goals": chosen,
        "limits": left,
        "reason": life.fields.get("reason", ""),
        "key": life.fields.get("key", "")[:64] or choosing.new_key(),
    }
    if way == "none":
        choosing.decline(db, attempt, **asked)
        return RedirectResponse(f"/t/{attempt.id}/result", 303)
    if way not in set(Way):
        return RedirectResponse(f"/t/{attempt.id}/ways?{life.query()}", 303)
    try:
        choosing.choose(db, door, attempt, way=Way(way), **asked)
    except Conflict:  # it has no step any more: the page says why
        return RedirectResponse(f"/t/{attempt.id}/ways?{life.query()}", 303)
    return RedirectResponse(f"/t/{attempt.id}/pathway", 303)


def limits_page(
    request: Request,
    attempt: Attempt,
    life: Life,
    *,
    action: str,
    method: str = "get",
    error: Invalid | Conflict | None = None,
) -> Response:
    """The form of limits: before the ways, and on a pathway at any time."""
    wrong = {one["field"]: one["message"] for one in getattr(error, "errors", ())}
    return render(
        request,
        "limits.html",
        status=422 if error else 200,
        attempt_id=attempt.id,
        life=life,
        action=action,
        method=method,
        said=error.message if error and not wrong else "",
        wrong=wrong,
        minutes=MINUTES,
        distances=DISTANCES,
        devices=[(one, telling.DEVICES[one]) for one in Device],
        weekdays=[
            (day, i18n.say_weekday(day, attempt.language), i18n.say_weekday(day, i18n.SOURCE)) for day in range(7)
        ],
        earliest=clock.now().date() + timedelta(days=1),
        at_desk=is_at_desk(request),
    )


def life_of(db: Session, pathway: Pathway) -> Life:
    """What a pathway was chosen with, to choose again or to change."""
    kept = [uuid.UUID(one["id"]) for one in pathway.goals if one.get("id")]
    return Life.of(Limits.from_json(pathway.limits).still(clock.now().date()), kept, db)


def _card(one: Option, skills: Any, values: dict[str, float], asked: Limits, language: str) -> dict[str, Any]:
    total, ways = one.plan.total, _named(one)
    steps = [shown.of_proposed(step, skills, language) for step in one.steps]
    return {
        "way": ways[0].value,
        "title": telling.named(ways, language),
        "several": len(ways) > 1,
        "meant": [telling.MEANT[way] for way in ways],
        "steps": steps,
        "meets": [step for step in steps[FIRST_STEPS:] if step.session is not None][:MEETINGS],
        "lasts": telling.lasts(total.mean, total.low, total.high, language) if total and one.steps else None,
        "ends": agenda.ends(
            [(step.minutes, step.session) for step in one.steps],
            [total.mean, total.low, total.high] if total else None,
            asked,
            clock.now().date(),
            language,
        ),
        "partly": len(one.plan.reached) < len(values.keys() & one.plan.problem.skills.keys()),
    }


def _named(one: Option) -> Sequence[Way]:
    """The ways that a card stands for. Where there is nothing but somebody to ask, three names would be no choice."""
    ways = (one.way, *one.also)
    is_bare = any(step.kind is StepKind.LEARN for step in one.steps) and not any(
        step.resource or step.session for step in one.steps
    )
    if not is_bare:
        return ways
    return (Way.TOGETHER if Way.TOGETHER in ways else one.way,)


def _goals(
    request: Request, db: Session, door: Door, beside: Beside, attempt: Attempt, life: Life, *, said: str = ""
) -> Response:
    """All that fit a search; without one, the likeliest, and the others by domain of life."""
    offered = _offered(db, attempt)
    chosen = lives.chosen(offered, life)
    found = [one for one in goals_service.find(offered, life.words) if one not in chosen]
    folded = list[goal_groups.Group]()
    if not life.words and len(found) > goal_groups.FEW:
        need = str(beside(db, attempt.part_of_id or attempt.id).get("need") or "")
        found = goal_groups.likeliest(found, _knowledge(db, door, attempt), need)
        folded = goal_groups.grouped(found[goal_groups.FIRST :])
        found = found[: goal_groups.FIRST]
    return render(
        request,
        "goals-choice.html",
        status=422 if said else 200,
        attempt_id=attempt.id,
        chosen=chosen,
        found=found,
        folded=folded,
        offers=bool(offered),
        life=replace(life, goals=()),
        said=said,
        at_desk=is_at_desk(request),
    )


def _offered(db: Session, attempt: Attempt) -> list[Goal]:
    return list(goals_service.for_person(db, _organisation(db, attempt), choosing.framework_of(db, attempt)))


def _knowledge(db: Session, door: Door, attempt: Attempt) -> Knowledge:
    framework = choosing.framework_of(db, attempt)
    ladders = knowing.ladders_for(db, _organisation(db, attempt), framework)
    return knowing.known(db, door, knowing.attempts_of(db, attempt, framework), ladders, clock.now())


def _organisation(db: Session, attempt: Attempt) -> uuid.UUID:
    return db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id
